"""CKAN, DKAN, DCAT-US, hubs of this kind and their feeds: each in its own words."""

import json
import socket
import threading
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest
import uvicorn

import build
from loopback import serving
from opendata_hub import clock
from opendata_hub.adapters.harvest import ckan as ckan_reader
from opendata_hub.bootstrap import open_hub
from opendata_hub.domain.harvest.run import RunState
from opendata_hub.domain.harvest.source import SourceKind
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.catalog.withdraw import withdraw
from opendata_hub.flows.harvest import take
from opendata_hub.flows.harvest.run import Wish
from opendata_hub.settings import Settings
from opendata_hub.store import datasets
from opendata_hub.web.app import create_app
from sources import JSON, Here, envelope, package

pytestmark = pytest.mark.enable_socket


class Ckan:
    """A CKAN of a few packages, asked by search."""

    def __init__(self, *names):
        self.packages = {name: package(name) for name in names}
        self.rows = 100
        self.ignores_start = False
        self.hidden = set()
        self.taken_out = ""

    def __call__(self, _, path):
        asked, query = urlsplit(path).path, parse_qs(urlsplit(path).query)
        if asked == "/api/3/action/package_show":
            return self.show(query["id"][0])
        if asked != "/api/3/action/package_search":
            return 404, {}, b"nothing"
        start = 0 if self.ignores_start else int(query.get("start", ["0"])[0])
        rows = min(int(query["rows"][0]), self.rows)
        found = sorted(self.packages.values(), key=lambda each: str(each["id"]))
        since = query.get("fq", [""])[0].partition("metadata_modified:[")[2].partition("Z TO")[0]
        found = [each for each in found if each["metadata_modified"] >= since]
        given = [each for each in found if each["name"] not in self.hidden]
        result = {"count": len(found), "results": given[start : start + rows]}
        if since == "" and rows:
            self.packages.pop(self.taken_out, None)
        return 200, JSON, envelope(result)

    def show(self, identifier):
        """A package by itself; one that is hidden lists only are without."""
        found = [each for each in self.packages.values() if each["id"] == identifier]
        return (200, JSON, envelope(found[0])) if found else (404, JSON, b'{"success": false}')


@pytest.fixture
def ckan():
    return Ckan("eau", "air", "feu")


@pytest.fixture
def here(hub, ckan):
    with serving(ckan) as server:
        yield Here(hub, server)


def declared(here, kind=SourceKind.CKAN, path="", **changes):
    here.declare(kind, path, **changes)


def test_a_ckan_is_read_by_pages_in_the_order_of_ids(here):
    declared(here, page_size=2)
    run = here.run()
    assert (run.counts, run.pages, run.total) == ({"created": 3}, 2, 3)
    assert "sort=id+asc" in here.server.lines[0]
    kept = here.kept()["id-eau"]
    assert kept.slug == "ville--eau-" + kept.slug[-8:]
    assert kept.iri == here.server.url("/dataset/id-eau")
    assert kept.facets["licence"] == ("ODC_BL",)
    assert kept.facets["format"] == ("CSV",)
    assert kept.title == {"fr": "Jeu eau"}


def test_a_server_that_caps_rows_lower_is_read_whole(here, ckan):
    ckan.rows = 1
    declared(here)
    assert here.run().counts == {"created": 3}


def test_one_that_knows_no_pages_ends_in_a_circle_and_deletes_nothing(here, ckan):
    declared(here, page_size=1)
    here.run()
    ckan.ignores_start = True
    run = here.run(Wish(is_whole=True))
    assert (run.state, run.code) == (RunState.FAILED, "pages-in-a-circle")
    assert len(here.kept()) == 3


def test_the_second_time_only_what_was_modified_is_asked_for(here, ckan):
    declared(here)
    here.run()
    ckan.packages["air"].update(title="Air neuf", metadata_modified="2026-11-23T01:00:00.000000")
    run = here.run()
    assert (run.is_whole, run.counts) == (False, {"changed": 1, "unchanged": 2})
    assert here.kept()["id-air"].title == {"fr": "Air neuf"}
    run = here.run()
    assert (run.is_whole, run.counts) == (False, {"unchanged": 1})


def test_what_vanishes_is_found_by_counting(here, ckan):
    ckan.packages |= {str(n): package(str(n)) for n in range(10)}
    declared(here)
    here.run()
    del ckan.packages["feu"]
    run = here.run()
    assert (run.is_whole, run.state, run.counts["gone"]) == (True, RunState.DONE, 1)
    assert "id-feu" not in here.kept()


def test_half_a_ckan_is_no_whole_one(here, ckan):
    declared(here)
    here.run()
    ckan.hidden = {"feu"}
    run = here.run(Wish(is_whole=True))
    assert (run.state, run.code) == (RunState.FAILED, "source-unreadable")
    assert len(here.kept()) == 3


def test_what_slips_to_a_page_that_was_read_is_not_taken_for_gone(hub):
    names = [f"d{number:02}" for number in range(40)]
    ckan = Ckan(*names)
    with serving(ckan) as server:
        here = Here(hub, server)
        declared(here, page_size=10)
        here.run()
        ckan.taken_out = "d00"
        run = here.run(Wish(is_whole=True))
        assert (run.state, run.count("gone")) == (RunState.DONE, 0)
        assert "id-d10" in here.kept()
        run = here.run()
        assert (run.state, run.count("gone")) == (RunState.DONE, 1)
        assert set(here.kept()) == {f"id-{name}" for name in names[1:]}


@pytest.mark.parametrize(
    ("answer", "state", "kept"),
    [
        ((403, JSON, b'{"success": false}'), RunState.DONE, 9),
        ((200, JSON, b'{"success": false}'), RunState.DONE, 9),
        ((200, JSON, envelope(package("d03", state="deleted"))), RunState.DONE, 9),
        ((200, JSON, envelope(package("d03", private=True))), RunState.DONE, 9),
        ((200, JSON, envelope(package("d03"))), RunState.DONE, 10),
        ((200, JSON, b"<p>busy</p>"), RunState.FAILED, 10),
        ((418, JSON, b"no"), RunState.FAILED, 10),
    ],
)
def test_what_was_missed_is_let_go_by_what_the_ckan_says_of_it(hub, answer, state, kept):
    ckan = Ckan(*(f"d{number:02}" for number in range(10)))
    with serving(lambda s, path: answer if "package_show" in path else ckan(s, path)) as server:
        here = Here(hub, server)
        declared(here)
        here.run()
        del ckan.packages["d03"]
        assert here.run(Wish(is_whole=True)).state is state
        assert len(here.kept()) == kept


def test_of_very_many_that_were_missed_the_first_answer_for_the_others(hub, monkeypatch):
    monkeypatch.setattr(ckan_reader, "MOST_LOOKED_FOR", 2)
    ckan = Ckan(*(f"d{number:02}" for number in range(10)))
    with serving(ckan) as server:
        here = Here(hub, server)
        declared(here, most_gone=100)
        here.run()
        for number in range(3):
            del ckan.packages[f"d{number:02}"]
        before = len(server.lines)
        assert here.run(Wish(is_whole=True)).count("gone") == 3
        assert sum("package_show" in line for line in server.lines[before:]) == 2


def test_what_left_the_part_of_a_ckan_that_is_read_is_gone_though_it_is_still_there(hub):
    ckan = Ckan(*(f"d{number:02}" for number in range(10)))

    def answer(server, path):
        if "id%3A%22id-d03%22" in path:
            return 200, JSON, envelope({"count": 0, "results": []})
        ckan.packages.pop("d03", None) if here.kept() and "package_search" in path else None
        return (200, JSON, envelope(package("d03"))) if "id=id-d03" in path else ckan(server, path)

    with serving(answer) as server:
        here = Here(hub, server)
        declared(here, filter="tags:eau")
        here.run()
        assert here.run(Wish(is_whole=True)).count("gone") == 1
        assert "id-d03" not in here.kept()


@pytest.mark.parametrize("identifier", ["x\ud800", "x\x00"])
def test_an_identifier_that_no_database_takes_costs_its_record_only(here, ckan, identifier):
    ckan.packages["eau"]["id"] = identifier
    declared(here)
    run = here.run()
    assert (run.state, run.counts) == (RunState.DONE, {"created": 2, "refused": 1})
    assert [each.code for each in here.apart().values()] == ["record-refused"]


def test_a_name_that_looks_marked_never_takes_the_address_of_another(here, ckan):
    mark = sha256(b"id-eau").hexdigest()[:8]
    ckan.packages["air"] |= {"id": f"eau-{mark}", "name": f"eau-{mark}"}
    declared(here)
    assert here.run().counts == {"created": 3}
    assert len({each.slug for each in here.kept().values()}) == 3


def test_of_two_records_with_one_address_here_the_second_is_refused(here, monkeypatch):
    monkeypatch.setattr(take, "slug_of", lambda source, *_: f"{source}--same")
    declared(here, page_size=2)
    assert here.run().counts == {"created": 1, "refused": 2}
    assert {each.code for each in here.apart().values()} == {"record-twice"}


def told_of(ckan, name, iri):
    ckan.packages[name]["extras"] = [{"key": "uri", "value": iri}]


def test_a_record_that_changes_its_address_takes_over_no_other(hub, ckan):
    told_of(ckan, "eau", "http://ville.example/eau")
    region = Ckan("terre")
    told_of(region, "terre", "http://region.example/terre")
    with serving(ckan) as ours, serving(region) as theirs:
        here, there = Here(hub, ours), Here(hub, theirs)
        declared(here)
        declared(there, id="region")
        here.run()
        there.run(source="region")
        told_of(region, "terre", "http://ville.example/eau")
        assert there.run(Wish(is_whole=True), source="region").counts == {"refused": 1}
        assert [e.code for e in there.apart("region").values()] == ["record-of-another-source"]
        assert there.kept()["id-terre"].iri == "http://region.example/terre"
        told_of(ckan, "air", "http://ville.example/eau")
        assert here.run(Wish(is_whole=True)).counts == {"unchanged": 2, "refused": 1}
        assert [each.code for each in here.apart().values()] == ["record-twice"]


def test_what_was_buried_comes_back_under_no_address_of_another(here, ckan):
    told_of(ckan, "eau", "http://ville.example/eau")
    declared(here, most_gone=100)
    here.run()
    air = ckan.packages.pop("air")
    here.run(Wish(is_whole=True))
    ckan.packages["air"] = air
    told_of(ckan, "air", "http://ville.example/eau")
    run = here.run(Wish(is_whole=True))
    assert (run.state, run.counts) == (RunState.DONE, {"unchanged": 2, "refused": 1})


def test_once_a_week_everything_is_read(here):
    declared(here)
    here.run()
    here.now += timedelta(days=7)
    assert here.run().is_whole


def test_a_clock_that_is_ahead_hides_nothing(here, ckan):
    ckan.packages["air"]["metadata_modified"] = "2046-01-01T00:00:00.000000"
    declared(here)
    here.run()
    assert here.source().marker <= here.now
    ckan.packages["eau"].update(title="Neuf", metadata_modified="2026-11-22T10:00:00.000000")
    here.run()
    assert here.kept()["id-eau"].title == {"fr": "Neuf"}


def test_a_package_that_says_nonsense_loses_that_and_is_noted(here, ckan):
    ckan.packages["eau"]["extras"] = [{"key": "issued", "value": "bientôt"}]
    ckan.packages["eau"]["resources"].append({"id": "r2", "name": "Sans adresse", "url": ""})
    declared(here)
    assert here.run().counts == {"created": 3}
    assert {note.field for note in here.kept()["id-eau"].notes} >= {"issued", "distribution"}


@pytest.mark.parametrize(
    "broken", [{"title": "", "name": ""}, {"resources": "none"}, {"id": None, "name": None}]
)
def test_a_package_that_can_be_no_dataset_stands_apart(here, ckan, broken):
    ckan.packages["eau"].update(broken)
    declared(here)
    run = here.run()
    assert run.counts["created"] >= 2
    assert run.state is RunState.DONE


@pytest.mark.parametrize(
    "body",
    [b'{"success": false, "error": {}}', b'{"success": true, "result": {"results": [', b"[]", b"1"],
)
def test_what_is_no_answer_of_a_ckan_ends_the_run(hub, body):
    with serving(lambda *_: (200, JSON, body)) as server:
        here = Here(hub, server)
        declared(here)
        assert here.run().code == "source-unreadable"


def test_a_dkan_lists_its_datasets_in_a_list_of_lists(hub):
    def answer(_, path):
        if "offset=0" in path:
            return 200, JSON, envelope([[package("eau"), package("air")]])
        return 200, JSON, envelope([[]])

    with serving(answer) as server:
        here = Here(hub, server)
        declared(here, SourceKind.DKAN, page_size=2)
        assert here.run().counts == {"created": 2}
        assert here.run().counts == {"unchanged": 2}


def test_one_address_under_two_identifiers_is_taken_once_and_stays_so(here, ckan):
    same = [{"key": "uri", "value": "http://ville.example/same"}]
    ckan.packages["eau"]["extras"] = ckan.packages["air"]["extras"] = same
    declared(here)
    assert here.run().counts == {"created": 2, "refused": 1}
    again = here.run(Wish(is_whole=True))
    assert again.counts == {"unchanged": 2, "refused": 1}
    assert [each.code for each in here.apart().values()] == ["record-twice"]


def test_a_new_identifier_of_a_known_address_is_the_same_dataset(here, ckan):
    ckan.packages["eau"]["extras"] = [{"key": "uri", "value": "http://ville.example/same"}]
    declared(here)
    here.run()
    before = here.kept()["id-eau"]
    ckan.packages["eau"]["id"] = "id-new"
    assert here.run(Wish(is_whole=True)).counts == {"changed": 1, "unchanged": 2}
    after = here.kept()["id-new"]
    assert (after.position, after.slug, after.version) == (before.position, before.slug, 2)


DATA_JSON = {
    "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
    "dataset": [
        {
            "@type": "dcat:Dataset", "identifier": "ville:eau-1", "title": "Eau",
            "description": "Tout sur l’eau", "keyword": ["eau"], "modified": "2026-02-01",
            "publisher": {"@type": "org:Organization", "name": "Ville Fictive"},
            "contactPoint": {"fn": "Bureau Fictif", "hasEmail": "mailto:eau@ville.example"},
            "accessLevel": "public", "accrualPeriodicity": "R/P1Y",
            "license": "https://creativecommons.org/licenses/by/4.0/", "spatial": "Maroc",
            "temporal": "2025-01-01/2025-12-31",
            "distribution": [
                {"downloadURL": "http://ville.example/eau.csv", "mediaType": "text/csv"}
            ],
        },
        {"title": "Sans identifiant", "description": "x"},
        "nonsense",
    ],
}  # fmt: skip


def test_a_data_json_is_read_record_by_record(hub):
    body = json.dumps(DATA_JSON).encode()
    with serving(lambda *_: (200, JSON, body)) as server:
        here = Here(hub, server)
        declared(here, SourceKind.DATA_JSON, "/data.json")
        run = here.run()
        assert run.counts == {"created": 1, "refused": 2}
        kept = here.kept()["ville:eau-1"]
        assert kept.iri == server.url("/data.json#dataset-ville%3Aeau-1")
        assert kept.facets["licence"] == ("CC_BY_4_0",)
        assert kept.facets["territory"] == ("MAR",)
        assert here.run().counts == {"unchanged": 1, "refused": 2}


@pytest.fixture
def served(tmp_path):
    """Another hub with a dataset of each family, at work on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = tmp_path / "other"
    other = open_hub(Settings(home=home, base_url=f"http://127.0.0.1:{port}"))
    build.publish_samples(other)
    server = uvicorn.Server(
        uvicorn.Config(create_app(other), port=port, log_config=None, lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    other_port = type(
        "Port", (), {"port": port, "url": lambda _, path="/": f"http://127.0.0.1:{port}{path}"}
    )
    yield other, other_port()
    server.should_exit = True
    thread.join()
    other.engine.dispose()


@pytest.mark.parametrize(
    ("kind", "path"),
    [("ckan", ""), ("hub", ""), ("feed", "/catalog/feed"), ("dcat", "/catalog.rdf")],
)
def test_a_hub_is_harvested_by_another_whole_and_then_by_its_changes(hub, served, kind, path):
    other, server = served
    other.index_changes()
    here = Here(hub, server, now=clock.now())
    here.declare(SourceKind(kind), path, page_size=5)
    run = here.run()
    with other.reading() as session:
        slugs = list(datasets.slugs(session))
    assert (run.state, run.counts) == (RunState.DONE, {"created": len(slugs)})
    assert {kept.iri for kept in here.kept().values()} == {
        server.url(f"/datasets/{s}") for s in slugs
    }
    here.now = clock.now()
    assert set(here.run().counts) <= {"unchanged"}
    with other.writing() as session:
        withdraw(session, other.frame, slugs[0], reason="Erreur", by=OPERATOR, now=clock.now())
    other.index_changes()
    here.now = clock.now()
    run = here.run()
    assert (run.state, run.counts["gone"]) == (RunState.DONE, 1)
    assert server.url(f"/datasets/{slugs[0]}") not in here.kept()
