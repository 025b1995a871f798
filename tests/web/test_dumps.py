"""The whole catalogue in one file."""

import gzip
from datetime import timedelta

import pytest
from rdflib import DCAT, RDF, Graph
from rdflib.compare import isomorphic

import build
from opendata_hub.adapters.segments import SegmentStore
from opendata_hub.domain.catalog.harvest.page import HYDRA
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.catalog.serving import dump
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.web.catalog import dumps

FORMATS = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}
LATER = build.NOW + timedelta(hours=1)


@pytest.fixture
def filled(hub, monkeypatch):
    monkeypatch.setattr(dump, "POSITIONS_IN_A_SEGMENT", 2)
    for family in ("petitions", "asset-declarations", "association-subsidies"):
        build.publish_sample(hub, family)
    return hub


def unpacked(answer):
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/gzip")
    assert "content-encoding" not in answer.headers
    return gzip.decompress(answer.content)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("ending", FORMATS)
def test_a_dump_says_what_the_pages_say(client, ending):
    whole = Graph().parse(
        data=unpacked(client.get(f"/catalog/dump.{ending}.gz")), format=FORMATS[ending]
    )
    pages = Graph().parse(data=client.get("/catalog.ttl").text, format="turtle")
    for page in set(pages.subjects(RDF.type, HYDRA.PagedCollection)):
        pages.remove((page, None, None))
    assert isomorphic(whole, pages)


def test_only_what_changed_is_packed_anew(filled, client, monkeypatch):
    packed = []
    pack = SegmentStore.pack

    def noted(store, index, tag, parts):
        packed.append(index)
        return pack(store, index, tag, parts)

    monkeypatch.setattr(SegmentStore, "pack", noted)
    first = client.get("/catalog/dump.ttl.gz")
    assert packed == [0, 1]
    again = client.get("/catalog/dump.ttl.gz")
    assert (again.content, packed) == (first.content, [0, 1])
    build.publish_sample(filled, "petitions", replaces=True, now=LATER)
    assert unpacked(client.get("/catalog/dump.ttl.gz")) != unpacked(first)
    assert packed == [0, 1, 0]
    with filled.writing() as session:
        withdraw(session, filled.frame, "demo-petitions", reason="Erreur", by=OPERATOR, now=LATER)
    left = Graph().parse(data=unpacked(client.get("/catalog/dump.ttl.gz")), format="turtle")
    assert len(set(left.subjects(RDF.type, DCAT.Dataset))) == 2


@pytest.mark.usefixtures("filled")
def test_who_has_the_dump_is_told_so_and_head_says_what_get_would(client):
    etag = client.get("/catalog/dump.ttl.gz").headers["etag"]
    known = {"If-None-Match": etag}
    assert client.get("/catalog/dump.ttl.gz", headers=known).status_code == 304
    head = client.head("/catalog/dump.ttl.gz")
    assert (head.status_code, head.headers["etag"]) == (200, etag)
    assert "content-length" not in head.headers
    assert client.get("/catalog/dump.xlsx.gz").status_code == 404


@pytest.mark.usefixtures("filled")
def test_more_dumps_than_can_be_sent_at_once_are_refused_not_kept_waiting(client):
    assert client.get("/catalog/dump.ttl.gz").status_code == 200
    file = next((client.app.state.hub.settings.home / "dumps" / "ttl").glob("whole-*.gz"))
    slow = [dumps.Sending(file) for _ in range(dumps.AT_ONCE)]
    refused = client.get("/catalog/dump.ttl.gz")
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
    assert refused.headers["retry-after"] == "30"
    assert client.get("/catalog.ttl").status_code == 200
    slow.pop().close()
    assert client.get("/catalog/dump.ttl.gz").status_code == 200
    slow.clear()  # left without having read a byte
    again = [dumps.Sending(file) for _ in range(dumps.AT_ONCE)]
    for each in again:
        each.close()


@pytest.mark.usefixtures("filled")
def test_while_one_makes_the_dump_others_are_asked_to_come_back(client):
    with dumps._making:  # noqa: SLF001
        refused = client.get("/catalog/dump.ttl.gz")
    assert (refused.status_code, refused.json()["code"]) == (503, "busy")
