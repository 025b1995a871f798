"""Readers look at rows: a preview and charts, then every row by links and forms."""

import csv
import gzip
import io
import re
from collections import defaultdict
from decimal import Decimal

import pytest

import build
from opendata_hub.domain.portal.entity import EntityKind, Key
from opendata_hub.store.portal import entities

RESULTS = "/fr/datasets/demo-procurement-results"


@pytest.fixture
def sample(demo_hub):
    text = build.sample(demo_hub, "procurement-results").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def numbers(html):
    """The numbers of the rows on a page, in their order."""
    return [int(each) for each in re.findall(r'<th scope="row"><a href="[^"]+/rows/(\d+)"', html)]


def test_the_page_of_a_dataset_shows_its_first_rows_and_its_charts(demo_client, demo_hub, sample):
    demo_hub.index_entities()
    text = demo_client.get(RESULTS).text
    assert numbers(text) == list(range(2, 12))
    assert text.count('<figure class="chart">') == 4
    assert text.count("<svg viewBox") == text.count("<summary>Les chiffres en tableau")
    by_year = defaultdict(Decimal)
    for row in sample:
        if row["statut"] in {"attribue", "resilie"} and row["montant_ttc_dh"]:
            by_year[row["exercice"]] += Decimal(row["montant_ttc_dh"])
    chart = text.split('id="chart-amount-by-year"')[1].split("</figure>")[0]
    told = re.findall(
        r'<bdi>(\d{4})</bdi></th><td class="number"><bdi class="number">(.*?)<', chart
    )
    assert {y: Decimal(re.sub(r"\s", "", said).replace(",", ".")) for y, said in told} == by_year
    assert [year for year, _ in told] == sorted(by_year)


@pytest.mark.parametrize("slug", ["demo-procurement-results", "demo-purchase-orders"])
def test_a_chart_by_supplier_names_nobody_whom_the_index_does_not_list(demo_client, demo_hub, slug):
    demo_hub.index_entities()
    family = slug.removeprefix("demo-")
    text = demo_client.get(f"/fr/datasets/{slug}").text
    chart = text.split('id="chart-amount-by-supplier"')[1].split("</figure>")[0]
    shown = set(re.findall(r'entities/supplier/ice/(\d+)"', chart))
    rows = list(csv.DictReader(io.StringIO(build.sample(demo_hub, family).decode("utf-8-sig"))))
    for row in rows:
        if row["titulaire_nom"] and row["titulaire_ice"] not in shown:
            assert row["titulaire_nom"] not in chart
    with demo_hub.reading() as session:
        for ice in shown:
            assert entities.is_listed(session, EntityKind.SUPPLIER, Key("ice", ice))
    assert shown
    assert len(shown) < len({row["titulaire_ice"] for row in rows if row["titulaire_ice"]})


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_codes_are_words_in_the_language_of_the_reader(demo_client, language):
    said = {"ar": "أشغال", "fr": "travaux", "en": "works"}[language]
    assert f">{said}</" in demo_client.get(f"/{language}/datasets/demo-procurement-results").text


def test_rows_are_filtered_sorted_and_paged_by_plain_links(demo_client, sample):
    text = demo_client.get(f"{RESULTS}/rows?categorie=travaux&sort=-montant_ttc_dh&limit=2").text
    works = [
        (Decimal(row["montant_ttc_dh"] or -1), number)
        for number, row in enumerate(sample, start=2)
        if row["categorie"] == "travaux"
    ]
    largest = [number for _, number in sorted(works, key=lambda pair: -pair[0])]
    assert numbers(text) == largest[:2]
    assert f"{len(works)} lignes" in text
    assert 'aria-sort="descending"' in text
    following = re.search(r'rel="next" href="([^"]+)"', text)[1].replace("&amp;", "&")
    after = demo_client.get(f"{RESULTS}/rows{following}").text
    assert numbers(after) == largest[2:4]
    back = re.search(r'rel="prev" href="([^"]+)"', after)[1].replace("&amp;", "&")
    assert numbers(demo_client.get(f"{RESULTS}/rows{back}").text) == largest[:2]


def test_the_form_asks_what_the_api_would_be_asked(demo_client):
    asked = {"column": "objet_fr", "how": "contains", "value": "ecole", "q": "", "sort": "exercice"}
    led = demo_client.get(f"{RESULTS}/rows", params=asked)
    assert led.headers["location"].endswith("/rows?sort=exercice&objet_fr.contains=ecole")
    text = demo_client.get(led.headers["location"]).text
    assert numbers(text) == [12]
    assert 'rows.csv?sort=exercice&amp;objet_fr.contains=ecole"' in text
    alone = re.search(r'<ul class="chips".*?href="([^"]+)"', text, re.DOTALL)[1]
    assert alone == "?sort=exercice"


def test_words_are_looked_for_in_every_column_of_text(demo_client):
    assert numbers(demo_client.get(f"{RESULTS}/rows?q=ECOLES").text) == [12]
    none = demo_client.get(f"{RESULTS}/rows?q=introuvable").text
    assert "Aucune ligne ne répond" in none


@pytest.mark.parametrize("query", ["nichts=1", "exercice.lt=abc", f"q={'x' * 201}", "sort=none"])
def test_a_question_that_is_not_understood_says_so_and_shows_all_rows(demo_client, query):
    answer = demo_client.get(f"{RESULTS}/rows?{query}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert len(numbers(answer.text)) == 14


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_row_has_an_address_of_its_own(demo_client, language):
    answer = demo_client.get(f"/{language}/datasets/demo-procurement-results/rows/2")
    assert answer.status_code == 200
    assert "M-2024-01" in answer.text
    assert 'href="/api/v1/datasets/demo-procurement-results/rows/2"' in answer.text


@pytest.mark.parametrize(
    "path",
    [f"{RESULTS}/rows/999", "/fr/datasets/none/rows", "/fr/datasets/demo-deliberations/rows"],
)
def test_what_is_not_there_is_said_in_the_readers_language(demo_client, path):
    answer = demo_client.get(path)
    assert answer.status_code == 404
    assert '<html lang="fr"' in answer.text


def test_cells_of_a_file_are_never_markup(hub, client):
    hostile = "<script>alert(1)</script>"
    table = build.sample(hub, "petitions").decode("utf-8-sig")
    subject = next(csv.DictReader(io.StringIO(table)))["objet_fr"]
    content = table.replace(subject, hostile).encode()
    submission = build.submitted(hub, content, family="petitions")
    build.publish_submission(hub, submission, slug="hostile")
    for path in ("hostile", "hostile/rows", "hostile/rows/2"):
        text = client.get(f"/fr/datasets/{path}").text
        assert hostile not in text
        assert "&lt;script&gt;" in text


def test_a_page_is_packed_for_strangers_and_never_beside_a_secret(demo_client):
    packed = demo_client.get(RESULTS, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < 20_000
    plain = demo_client.get(RESULTS, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == packed.text
    assert len(gzip.compress(plain.content)) < 60_000
