"""What was harvested is kept beside what is published here, on both databases."""

from dataclasses import replace

import pytest
from sqlmodel import Session

import build
from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.catalog.search.query import Facet
from opendata_hub.domain.errors import SourceTaken, UnknownDataset, UnknownSource
from opendata_hub.domain.harvest.found import Note, Page
from opendata_hub.domain.harvest.harvested import Harvested
from opendata_hub.domain.harvest.run import Run, RunState
from opendata_hub.domain.harvest.source import Source, SourceKind
from opendata_hub.domain.people.rule import Reach
from opendata_hub.store import changes, datasets
from opendata_hub.store.datasets import Written
from opendata_hub.store.harvest import quarantine, records, runs, sources
from opendata_hub.store.harvest.quarantine import Apart

PAGE = "http://ville.example/catalog"


def source(name="ville", **changes):
    given = {
        "id": name, "kind": SourceKind.DCAT, "url": f"http://{name}.example/catalog",
        "authority": "commune-exemple", "added_at": build.NOW, "due_at": build.NOW,
    }  # fmt: skip
    return Source(**{**given, **changes})


def kept(position, name, **changes):
    given = {
        "position": position, "source": "ville", "identifier": name, "slug": f"ville--{name}",
        "iri": f"http://ville.example/{name}", "title": {"fr": name}, "description": {"fr": "x"},
        "keywords": {"fr": ("eau",)}, "publisher": {"fr": "Ville"},
        "facets": {Facet.FORMAT: ("CSV",)}, "landing_page": "http://ville.example/",
        "notes": (Note("format", "csv", "CSV"),), "met": frozenset({"title"}), "version": 1,
        "issued_at": build.NOW, "modified_at": build.NOW, "digest": "d", "run": 1, "page": PAGE,
    }  # fmt: skip
    return Harvested(**{**given, **changes})


@pytest.fixture
def session(engine):
    with Session(engine) as session:
        sources.add(session, source())
        yield session
        session.rollback()


def put(session, *many):
    records.save_all(session, many)
    written = {each.position: Written({"ttl": f"<{each.iri}> "}) for each in many}
    datasets.put_fragments_at(session, written, written_for="now")
    events = [(each.slug, ChangeKind.CREATED, "{}") for each in many]
    places = {each.slug: (each.position, each.iri) for each in many}
    changes.append_all(session, events, build.NOW, base_url=build.BASE_URL, harvested=places)


def test_a_record_comes_back_as_it_was_kept_at_a_place_of_its_own(session):
    submission = build.kept_submission(session)
    datasets.save(session, build.dataset(submission.id, "own"))
    place = records.next_position(session)
    put(session, kept(place, "a"), kept(place + 1, "b"))
    assert records.get(session, "ville--a") == kept(place, "a")
    with pytest.raises(UnknownDataset):
        records.get(session, "own")
    found = changes.places(session, after=0, most=9)
    assert [(each.slug, each.iri) for each in found] == [
        ("ville--a", "http://ville.example/a"), ("ville--b", "http://ville.example/b"),
    ]  # fmt: skip
    datasets.save(session, build.dataset(submission.id, "later"))
    assert records.next_position(session) == place + 3
    assert records.known(session, "ville", ["a", "x"])["a"].position == place
    assert list(records.of_addresses(session, ["http://ville.example/b"])) == [
        "http://ville.example/b"
    ]


def test_what_was_on_a_page_is_met_as_of_the_run_that_read_it(session):
    put(session, kept(1, "a", run=1), kept(2, "b", run=2), kept(3, "c", run=2, page="other"))
    assert records.mark_page_seen(session, "ville", PAGE, 3, as_of=2) == 1
    assert [each.identifier for each in records.not_met(session, "ville", 3)] == ["a", "c"]
    assert records.count_met(session, "ville", 3) == 1
    records.mark_seen(session, [1], 3, "new")
    records.mark_met(session, [3], 3)
    assert records.not_met(session, "ville", 3) == []
    assert records.get(session, "ville--a").page == "new"
    assert records.get(session, "ville--c").page == "other"


def test_who_is_buried_leaves_a_tombstone_and_may_come_back(session):
    put(session, kept(1, "a"), kept(2, "b"))
    (gone,) = (each for each in records.not_met(session, "ville", 9) if each.identifier == "a")
    records.bury(session, [gone], reason="Plus là", now=build.NOW, base_url=build.BASE_URL)
    left = changes.tombstone(session, "ville--a")
    assert (left.reason, left.iri) == ("Plus là", "http://ville.example/a")
    assert datasets.fragments_at(session, "ttl", [1, 2]) == [b"<http://ville.example/b> "]
    assert (records.count(session, "ville"), records.find(session, "ville--a")) == (1, None)
    assert [each.slug for each in records.everything(session)] == ["ville--b"]
    put(session, kept(1, "a", version=2))
    assert changes.tombstone(session, "ville--a") is None
    assert records.get(session, "ville--a").version == 2


def test_what_was_written_for_something_else_is_found(session):
    put(session, kept(1, "a"), kept(2, "b"))
    assert records.not_written_for(session, "now", 9) == []
    assert records.not_written_for(session, "then", 1) == ["ville--a"]


def test_a_source_is_one_of_its_address_and_in_reach_of_its_authority(session):
    with pytest.raises(SourceTaken):
        sources.add(session, source("other", url=source().url))
    sources.add(session, source("other", url=source().url, filter="organization:x"))
    here = Reach(authorities=frozenset({"commune-exemple"}))
    assert [each.id for each in sources.listed(session, here)] == ["other", "ville"]
    with pytest.raises(UnknownSource):
        sources.get(session, "ville", Reach(authorities=frozenset({"another"})))
    sources.save(session, replace(source(), is_active=False, marker=build.NOW))
    assert sources.get(session, "ville").marker == build.NOW
    assert [each.id for each in sources.due(session, build.NOW)] == ["other"]


def test_pages_and_quarantine_go_with_their_source(session):
    sources.keep_page(session, "ville", Page(PAGE, (), etag='"1"', sha256="x", total=3), 1)
    assert sources.known_page(session, "ville", PAGE).etag == '"1"'
    sources.mark_page(session, "ville", PAGE, 2)
    sources.forget_pages(session, "ville", but_of=2)
    assert sources.known_page(session, "ville", PAGE).run == 2
    apart = Apart(
        "ville", "a", 1, PAGE, "Titre", "record-refused", "why", build.NOW, build.NOW, b"x"
    )
    quarantine.put(session, apart)
    quarantine.put(session, replace(apart, first_at=build.NOW + build.MINUTE, run=2))
    (found,) = quarantine.listed(session, "ville")
    assert (found.first_at, found.run, found.given) == (build.NOW, 2, b"x")
    assert quarantine.count_new(session, "ville") == 1
    put(session, kept(1, "a"))
    assert quarantine.count_new(session, "ville") == 0
    quarantine.release_not_met(session, "ville", 3)
    assert quarantine.count(session, "ville") == 0
    gone = records.not_met(session, "ville", -1)
    records.bury(session, gone, reason="x", now=build.NOW, base_url=build.BASE_URL)
    records.forget(session, "ville")
    sources.remove(session, "ville")
    assert sources.listed(session) == []


def test_only_so_many_runs_are_remembered_and_a_wish_to_stop_is_not_lost(session, monkeypatch):
    monkeypatch.setattr(runs, "KEPT_RUNS", 2)
    begun = [
        runs.begin(session, Run(0, "ville", RunState.RUNNING, True, None, build.NOW, build.NOW))
        for _ in range(3)
    ]
    assert [each.id for each in runs.listed(session, "ville", 9)] == [begun[2].id, begun[1].id]
    runs.save(session, replace(begun[2], state=RunState.STOPPING))
    runs.save(session, replace(begun[2], pages=1))
    assert runs.latest(session, "ville").state is RunState.STOPPING
    assert runs.latest(session, "ville").pages == 1
    runs.save(session, replace(begun[2], state=RunState.STOPPED))
    assert runs.get(session, begun[2].id).state is RunState.STOPPED
