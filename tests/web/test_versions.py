"""Readers see what differs between two versions; stewards hide one for good."""

import csv
import io
import re

import pytest

import build
from opendata_hub.adapters.rows.store import declared, digest_of
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.flows.portal import compare_versions
from opendata_hub.flows.portal.hide_version import hide_version
from opendata_hub.store.portal import versions

FAMILY = "association-subsidies"
SLUG = f"demo-{FAMILY}"
PAGE = f"/fr/datasets/{SLUG}/versions"
FIRST_TITLE = "Le titre de la première version"


@pytest.fixture
def once(hub):
    submission = build.submitted(hub, build.sample(hub, FAMILY), family=FAMILY)
    build.publish_submission(hub, submission, title={"fr": FIRST_TITLE})
    return hub


@pytest.fixture
def twice(once):
    content = build.sample(once, FAMILY)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    changed = content.replace(rows[0]["objet"].encode(), b"<b>Objet</b> fictif")
    submission = build.submitted(once, changed, family=FAMILY)
    build.publish_submission(
        once, submission, replaces=True, title={"fr": "<i>Autre</i> titre"},
        described={"licence": "ODC_BL"},
    )  # fmt: skip
    return once


def steward(hub, body):
    return build.signed_in(hub, build.person(hub, grants=(Grant(Role.STEWARD, body),)))


@pytest.mark.usefixtures("once")
def test_one_version_has_nothing_to_compare(client):
    assert "Il n’y a qu’une version" in client.get(PAGE).text
    assert f"{PAGE}" not in client.get(f"/fr/datasets/{SLUG}").text
    assert client.get(f"/api/v1/datasets/{SLUG}/changes.csv").status_code == 404
    assert client.get("/fr/datasets/none/versions").status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ("modifiée", "licence de base de données ouverte")),
        ("ar", ("معدل", "قواعد البيانات المفتوحة")),
        ("en", ("changed", "Open Database License")),
    ],
)
@pytest.mark.usefixtures("twice")
def test_what_changed_stands_side_by_side_and_is_told_in_words(client, language, words):
    base = f"/{language}/datasets/{SLUG}"
    assert f"{base}/versions" in client.get(base).text
    text = client.get(f"/{language}/datasets/{SLUG}/versions").text
    assert f'<strong class="mark">{words[0]}</strong>' in text
    assert (words[1] in text, "ODC_BL" in text) == (True, False)
    assert re.search(r"<del>(?!.*fictif).*?</del>", text)
    assert re.search(r"<ins>.*?&lt;b&gt;Objet&lt;/b&gt; fictif.*?</ins>", text)
    assert "&lt;i&gt;Autre&lt;/i&gt; titre" in text
    assert "<b>Objet" not in text


@pytest.mark.usefixtures("twice")
def test_all_changes_are_given_as_files(client):
    page = client.get(PAGE).text
    for ending in ("csv", "json"):
        [address] = re.findall(rf'href="(/api/v1/[^"]+changes\.{ending}[^"]*)"', page)
        address = address.replace("&amp;", "&")
        answer = client.get(address)
        assert answer.status_code == 200
        assert client.head(address).status_code == 200
    assert answer.json()["before"] == 1
    assert {each["change"] for each in answer.json()["rows"]} == {"changed"}
    assert client.get(f"/api/v1/datasets/{SLUG}/changes.xml").status_code in {404, 422}


@pytest.mark.usefixtures("twice")
def test_versions_that_are_not_there_or_the_same_are_refused_with_a_reason(client):
    assert client.get(f"{PAGE}?before=1&after=9").status_code == 404
    assert client.get(f"{PAGE}?before=2&after=2").status_code == 422
    assert client.get(f"{PAGE}?before=-1").status_code == 422


@pytest.mark.parametrize("address", [PAGE, f"/api/v1/datasets/{SLUG}/changes.csv"])
def test_what_is_hidden_while_it_is_compared_is_neither_shown_nor_kept(
    twice, client, monkeypatch, address
):
    chosen = compare_versions.tables

    def hidden_meanwhile(*words):
        with twice.writing() as session:
            hide_version(session, SLUG, 1, by=build.OPERATOR, now=build.NOW)
        return chosen(*words)

    monkeypatch.setattr(compare_versions, "tables", hidden_meanwhile)
    assert client.get(address).status_code == 404
    assert not [path for path in twice.rows.folder.glob("*/*") if path.name.count(".") > 1]


def test_a_steward_of_the_body_hides_a_version_and_its_rows_are_gone_everywhere(twice, client):
    client.get(PAGE)
    with twice.reading() as session:
        held = versions.get(session, SLUG, 1).sha256
    schema = declared(twice.family(FAMILY).schema)
    digest = digest_of(held, "table.csv", schema)
    assert any(digest in path.name for path in twice.rows.folder.glob("*/*"))
    assert FIRST_TITLE in client.get("/catalog/feed/pages/0").text
    own = steward(twice, twice.frame.site.publisher)
    assert "/hide" not in client.get(PAGE).text
    text = client.get(PAGE, headers=own).text
    token = re.search(r'name="form_token" value="([^"]+)"', text)[1]
    answer = client.post(
        f"{PAGE}/1/hide", headers=own, data={"form_token": token}, follow_redirects=False
    )
    assert answer.status_code == 303
    assert not any(digest in path.name for path in twice.rows.folder.glob("*/*"))
    feed = client.get("/catalog/feed/pages/0").text
    assert (FIRST_TITLE in feed, "Autre</i> titre" in feed) == (False, True)
    page = client.get(PAGE).text
    assert "son éditeur l’a masquée" in page
    assert "Il ne reste aucune version antérieure" in page
    assert client.get(f"/api/v1/datasets/{SLUG}/changes.json?before=1&after=2").status_code == 404
