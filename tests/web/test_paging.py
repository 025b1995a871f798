"""Pages of the catalogue: cursors, what changed since, what was withdrawn."""

from datetime import UTC, timedelta

import pytest
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, Namespace, URIRef

import build
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.catalog.harvest import cursor
from opendata_hub.domain.errors import SlugWithdrawn
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.settings import Settings
from opendata_hub.store import changes

ADMS = Namespace("http://www.w3.org/ns/adms#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
LATER = build.NOW + timedelta(hours=1)
FAMILIES = (
    "association-subsidies", "procurement-results", "asset-declarations",
)  # fmt: skip


@pytest.fixture
def three(hub):
    for family in FAMILIES:
        build.publish_sample(hub, family)
    return hub


def page(answer):
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.text, format="turtle")


def slugs(graph):
    return [str(d).rpartition("/")[2] for d in graph.subjects(RDF.type, DCAT.Dataset)]


def walk(client, address):
    """The pages from an address on, as one follows ``Link``; what Hydra says must agree."""
    while address:
        answer = client.get(address)
        graph = page(answer)
        following = graph.value(URIRef(str(answer.url)), HYDRA.next)
        assert (URIRef(str(answer.url)), RDF.type, HYDRA.PagedCollection) in graph
        address = answer.links["next"]["url"] if "next" in answer.links else None
        assert (str(following) if following else None) == address
        yield graph


def withdrawn(hub, slug, now=LATER):
    with hub.writing() as session:
        return withdraw(session, hub.frame, slug, reason="Publié par erreur", by=OPERATOR, now=now)


@pytest.mark.usefixtures("three")
def test_pages_hold_every_dataset_once(client):
    pages = list(walk(client, "/catalog.ttl?limit=2"))
    assert [len(slugs(p)) for p in pages] == [2, 1]
    assert {s for p in pages for s in slugs(p)} == {f"demo-{f}" for f in FAMILIES}
    total = next(pages[0].objects(None, HYDRA.totalItems))
    assert (int(total), total.datatype) == (3, URIRef("http://www.w3.org/2001/XMLSchema#integer"))


def test_what_changes_while_one_reads_is_neither_lost_nor_doubled(three, client):
    met, pages = [], walk(client, "/catalog.ttl?limit=1")
    met += slugs(next(pages))
    build.publish_sample(three, FAMILIES[0], replaces=True, now=LATER)
    build.publish_sample(three, FAMILIES[2], replaces=True, now=LATER)
    build.publish_sample(three, "petitions", now=LATER)
    for each in pages:
        met += slugs(each)
    assert sorted(met) == sorted(f"demo-{f}" for f in (*FAMILIES, "petitions"))


def test_only_what_changed_since_is_listed_with_what_was_withdrawn(three, client):
    build.publish_sample(three, FAMILIES[1], replaces=True, now=LATER)
    withdrawn(three, f"demo-{FAMILIES[2]}")
    graph = page(client.get("/catalog.ttl", params={"modified_since": LATER.isoformat()}))
    assert slugs(graph) == [f"demo-{FAMILIES[1]}"]
    left = [s for s in graph.subjects(ADMS.status) if (s, RDF.type, DCAT.CatalogRecord) in graph]
    (record,) = left
    assert str(graph.value(record, ADMS.status)).endswith("/distribution-status/WITHDRAWN")
    assert graph.value(record, DCTERMS.description) == Literal("Publié par erreur")
    after = (LATER + timedelta(seconds=1)).astimezone(UTC).isoformat()
    assert slugs(page(client.get("/catalog.ttl", params={"modified_since": after}))) == []
    assert len(slugs(page(client.get("/catalog.ttl")))) == 2


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("given", ["2026-11-22", "2026-11-22T10:30:00Z", "20261122T103000"])
def test_an_instant_is_read_in_the_forms_that_people_write(client, given):
    assert page(client.get("/catalog.ttl", params={"modified_since": given}))


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "bad-paging"),
        ("limit=1001", "bad-paging"),
        ("limit=-1", "bad-paging"),
        ("limit=٣", "bad-paging"),
        ("limit=", "bad-paging"),
        ("limit=1&limit=2", "bad-paging"),
        ("rows=-1", "bad-paging"),
        ("page=2", "bad-paging"),
        ("modified_since=yesterday", "bad-paging"),
        ("modified_since=0001-01-01T00:00:00%2B14:00", "bad-paging"),
        ("modified_since=2026-11-22T09:00:00+01:00", "bad-paging"),
        ("modified_since=10000-01-01", "bad-paging"),
        ("cursor=", "bad-cursor"),
        ("cursor=é", "bad-cursor"),
        ("cursor=MQ==", "bad-cursor"),
        ("cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OS54", "bad-cursor"),
    ],
)
def test_what_can_be_no_page_is_400_with_a_code(client, query, code):
    answer = client.get(f"/catalog.ttl?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_further_page_of_the_usual_size_has_a_path_of_its_own(three, client, monkeypatch):
    monkeypatch.setattr(cursor, "DEFAULT_LIMIT", 2)
    first = client.get("/catalog.ttl")
    following = first.links["next"]["url"].removeprefix(build.BASE_URL)
    assert following.startswith("/catalog/pages/")
    assert following.endswith(".ttl")
    second = client.get(following)
    assert "next" not in second.links
    assert len(slugs(page(first)) + slugs(page(second))) == len(FAMILIES)
    assert client.head(following).headers["etag"] == second.headers["etag"]
    withdrawn(three, f"demo-{FAMILIES[2]}")
    assert slugs(page(client.get(following))) == []
    assert client.get("/catalog").status_code in {200, 303}
    for wrong in ("none.ttl", following[len("/catalog/pages/") + 4 :]):
        refused = client.get(f"/catalog/pages/{wrong}")
        assert (refused.status_code, refused.json()["code"]) == (400, "bad-cursor")
    assert client.get("/catalog/pages/none.txt").status_code == 404
    assert "?" in client.get("/catalog.ttl?limit=1").links["next"]["url"]


def test_a_cursor_of_another_catalogue_or_question_is_refused(three, client, tmp_path):
    mine = client.get("/catalog.ttl?limit=1").links["next"]["url"].partition("cursor=")[2]
    other = open_hub(Settings(home=tmp_path / "other", base_url=build.BASE_URL))
    with other.reading() as session:
        foreign_key = changes.catalog_key(session)
    other.engine.dispose()
    with three.reading() as session:
        assert foreign_key != changes.catalog_key(session)
    since = f"/catalog.ttl?modified_since=2026-01-01&cursor={mine}"
    assert client.get(since).json()["code"] == "bad-cursor"
    assert client.get(f"/catalog.ttl?cursor={mine}").status_code == 200


@pytest.mark.usefixtures("three")
def test_a_withdrawn_dataset_is_gone_everywhere_and_says_why(client, token):
    slug = f"demo-{FAMILIES[0]}"
    file = client.get(f"/api/v1/datasets/{slug}").json()["download_url"]
    answer = client.delete(
        f"/api/v1/datasets/{slug}", params={"reason": "Publié par erreur"}, headers=token
    )
    assert (answer.status_code, answer.json()["reason"]) == (200, "Publié par erreur")
    for address in (f"/datasets/{slug}", f"/datasets/{slug}.rdf", f"/fr/datasets/{slug}"):
        assert client.get(address).status_code == 410, address
    for address in (file, f"/api/v1/datasets/{slug}"):
        gone = client.get(address)
        assert (gone.status_code, gone.json()["code"]) == (410, "withdrawn")
    left = Graph().parse(data=client.get(f"/datasets/{slug}.ttl").text, format="turtle")
    assert list(left.subjects(RDF.type, DCAT.CatalogRecord))
    for language in ("ar", "fr", "en"):
        assert "Publié par erreur" in client.get(f"/{language}/datasets/{slug}").text
    assert slug not in client.get("/catalog.ttl").text


def test_publishing_again_undoes_a_withdrawal_where_that_is_said(three, client):
    slug = f"demo-{FAMILIES[0]}"
    withdrawn(three, slug)
    for replaces in (False, True):
        with pytest.raises(SlugWithdrawn, match="say that it is published again"):
            build.publish_sample(three, FAMILIES[0], replaces=replaces)
    assert client.get(f"/datasets/{slug}.ttl").status_code == 410
    again = build.publish_sample(three, FAMILIES[0], again=True, now=LATER + timedelta(hours=1))
    assert (again.version, again.issued_at) == (2, build.NOW)
    assert client.get(f"/datasets/{slug}.ttl").status_code == 200
    assert sorted(slugs(page(client.get("/catalog.ttl")))) == sorted(f"demo-{f}" for f in FAMILIES)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("slug", "reason", "status", "code"),
    [
        ("none", "why", 404, "unknown-dataset"),
        ("demo-asset-declarations", " ", 422, "invalid-input"),
        ("demo-asset-declarations", "a\nb", 422, "invalid-input"),
        ("demo-asset-declarations", "x" * 501, 422, "invalid-input"),
    ],
)
def test_a_withdrawal_needs_a_dataset_and_a_reason(client, token, slug, reason, status, code):
    answer = client.delete(f"/api/v1/datasets/{slug}", params={"reason": reason}, headers=token)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.usefixtures("three")
def test_nobody_withdraws_without_a_key_or_twice(client, token):
    address = f"/api/v1/datasets/demo-{FAMILIES[0]}?reason=why"
    assert client.delete(address).status_code == 401
    assert client.delete(address, headers=token).status_code == 200
    again = client.delete(address, headers=token)
    assert (again.status_code, again.json()["code"]) == (410, "withdrawn")


@pytest.mark.usefixtures("three")
def test_a_date_tells_what_is_known_where_no_tag_does(client, monkeypatch):
    for address in ("/catalog.ttl", f"/datasets/demo-{FAMILIES[0]}.ttl"):
        monkeypatch.setattr("opendata_hub.clock.now", lambda: build.NOW)
        young = client.get(address).headers["last-modified"]
        known = {"If-Modified-Since": young}
        assert client.get(address, headers=known).status_code == 200  # this second is not over
        monkeypatch.setattr("opendata_hub.clock.now", lambda: LATER)
        known = {"If-Modified-Since": client.get(address).headers["last-modified"]}
        assert client.get(address, headers=known).status_code == 304
        assert client.get(address, headers={**known, "If-None-Match": '"x"'}).status_code == 200
        for odd in ("yesterday", "2026-11-22", ""):
            assert client.get(address, headers={"If-Modified-Since": odd}).status_code == 200


@pytest.mark.usefixtures("three")
def test_who_takes_gzip_gets_it_under_a_tag_of_its_own(client):
    plain = client.get("/catalog.ttl", headers={"Accept-Encoding": "identity"})
    packed = client.get("/catalog.ttl", headers={"Accept-Encoding": "br;q=1, gzip;q=0.5"})
    refused = client.get("/catalog.ttl", headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content == refused.content
    assert "content-encoding" not in refused.headers
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "Accept-Encoding" in plain.headers["vary"]
    assert int(packed.headers["content-length"]) < len(plain.content) / 4


@pytest.mark.usefixtures("three")
def test_addresses_are_those_of_the_hub_behind_a_proxy(client):
    answer = client.get(
        "/catalog.ttl?limit=1", headers={"Host": "127.0.0.1:9", "X-Forwarded-Host": "x"}
    )
    assert answer.links["next"]["url"].startswith(f"{build.BASE_URL}/catalog.ttl?")
    assert "127.0.0.1" not in answer.text


def test_years_at_the_edge_do_no_harm(client):
    for year in ("0001-01-01", "9999-12-31T23:59:59Z"):
        assert client.get(f"/catalog.ttl?modified_since={year}").status_code == 200
