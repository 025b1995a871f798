"""The log of changes and the places of datasets, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

import build
from opendata_hub.domain.catalog.harvest.change import ChangeKind, Tombstone
from opendata_hub.domain.errors import UnknownDataset
from opendata_hub.store import changes, datasets
from opendata_hub.store.datasets import Written
from opendata_hub.store.engine import reading, writing

BASE, LATER = build.BASE_URL, build.NOW + timedelta(hours=1)


SAID = {"ttl": "", "rdf": ""}, {"ttl": "said by ", "rdf": "dit par "}


@pytest.fixture
def number(engine):
    with writing(engine) as session:
        return build.kept_submission(session).id


def published(session, slug, number, kind=ChangeKind.CREATED, now=build.NOW, **changed):
    datasets.lock(session)
    datasets.save(session, build.dataset(number, slug, **changed))
    datasets.put_fragments(session, slug, Written({"ttl": slug}), written_for="x")
    return changes.append(session, slug, kind, now, base_url=BASE, record=f'{{"@id": "{slug}"}}')


def withdrawn(session, slug, now=LATER):
    left = Tombstone(slug, "commune-exemple", {"fr": slug}, "Erreur", 1, build.NOW, now)
    return changes.bury(session, left, base_url=BASE)


def slugs(session, **asked):
    given = {"after": 0, "most": 100, **asked}
    return [entry.slug for entry in changes.entries(session, **given)]


def test_many_are_kept_as_one_after_another_would_be(engine, number):
    with writing(engine) as session:
        for slug in ("a", "b", "c"):
            published(session, slug, number)
        withdrawn(session, "b")
    many = [build.dataset(number, slug, version=2) for slug in ("d", "c", "b", "e")]
    with writing(engine) as session:
        datasets.lock(session)
        last = changes.last_number(session)
        datasets.save_all(session, many)
        written = {each.slug: Written({"ttl": f"new {each.slug}"}) for each in many}
        datasets.put_all_fragments(
            session, written, written_for=dict.fromkeys(written, "y"), state="y"
        )
        events = [(each.slug, ChangeKind.REPLACED, f"said {each.slug}") for each in many]
        numbers = changes.append_all(session, events, LATER, base_url=BASE)
    with reading(engine) as session:
        assert slugs(session) == ["a", "b", "c", "d", "e"]
        assert numbers == sorted(numbers)
        assert [(c.slug, c.record) for c in changes.log(session, after=last, most=9)] == [
            (slug, record) for slug, _, record in events
        ]
        assert list(datasets.fragments(session, "ttl")) == ["a", "new b", "new c", "new d", "new e"]
        assert changes.tombstone(session, "b") is None
        assert all(datasets.get(session, each.slug) == each for each in many)


def test_more_than_one_question_can_name_are_kept_as_well(engine, number):
    many = [build.dataset(number, f"d-{n:04}") for n in range(datasets.MOST_NAMED + 1)]
    for version in (1, 2):
        with writing(engine) as session:
            datasets.lock(session)
            datasets.save_all(session, [replace(each, version=version) for each in many])
            events = [(each.slug, ChangeKind.REPLACED, "") for each in many]
            changes.append_all(session, events, LATER, base_url=BASE)
    with reading(engine) as session:
        assert changes.count(session) == datasets.count(session) == len(many)
        assert datasets.get(session, many[-1].slug).version == 2


def test_numbers_grow_with_every_event_and_the_log_keeps_what_was_said(engine, number):
    with writing(engine) as session:
        first = published(session, "a", number)
        second = published(session, "b", number)
        third = published(session, "a", number, ChangeKind.REPLACED, LATER, version=2)
    with reading(engine) as session:
        assert first < second < third == changes.last_number(session)
        assert datasets.last_change(session) == (third, LATER)
        told = changes.log(session, after=first, most=10)
        assert [(c.number, c.slug, c.kind) for c in told] == [
            (second, "b", ChangeKind.CREATED),
            (third, "a", ChangeKind.REPLACED),
        ]
        assert told[0].record == '{"@id": "b"}'
        assert changes.log(session, after=0, most=10, base_url="http://elsewhere.example") == []
        assert [c.slug for c in changes.log(session, after=0, most=1)] == ["a"]


def test_a_place_is_kept_through_changes_withdrawal_and_return(engine, number):
    with writing(engine) as session:
        for slug in ("a", "b", "c"):
            published(session, slug, number)
        published(session, "a", number, ChangeKind.REPLACED, LATER, version=2)
    with reading(engine) as session:
        assert slugs(session) == ["a", "b", "c"]
        assert slugs(session, since=LATER) == ["a"]
        assert slugs(session, after=changes.entry(session, "a").position, most=1) == ["b"]
    with writing(engine) as session:
        withdrawn(session, "c")
        published(session, "d", number)
    with reading(engine) as session:
        assert (slugs(session), changes.count(session)) == (["a", "b", "d"], 3)
        assert slugs(session, since=LATER) == ["a", "c"]
        assert changes.count(session, since=LATER) == 2
    with writing(engine) as session:
        published(session, "c", number, now=LATER, version=2)
    with reading(engine) as session:
        assert slugs(session) == ["a", "b", "c", "d"]
        assert changes.tombstone(session, "c") is None


def test_what_was_withdrawn_leaves_a_tombstone_and_no_record(engine, number):
    with writing(engine) as session:
        published(session, "a", number)
        withdrawn(session, "a")
    with reading(engine) as session:
        assert datasets.find(session, "a") is None
        assert list(datasets.fragments(session, "ttl")) == []
        assert [change.record for change in changes.log(session, after=0, most=9)] == ["", ""]
        left = changes.tombstone(session, "a")
        assert (left.reason, left.title, left.withdrawn_at) == ("Erreur", {"fr": "a"}, LATER)
        assert changes.tombstones(session, [changes.entry(session, "a").position]) == [left]
        assert changes.tombstone(session, "b") is None
    with writing(engine) as session, pytest.raises(UnknownDataset):
        withdrawn(session, "a")


def test_spans_say_what_changed_last_in_them(engine, number):
    with writing(engine) as session:
        for slug in ("a", "b", "c"):
            published(session, slug, number)
        withdrawn(session, "c")
    with reading(engine) as session:
        last = changes.last_number(session)
        spans = changes.spans(session, 2)
        assert [(span.index, span.datasets) for span in spans] == [(0, 1), (1, 1)]
        assert (spans[0].change, spans[1].change) == (last - 3, last)
        first = changes.entry(session, "a").position
        assert list(datasets.fragments_between(session, "ttl", first, first)) == [b"a"]
        assert datasets.fragments_at(session, "ttl", [first, first + 1]) == [b"a", b"b"]


def test_each_catalogue_has_a_key_of_its_own_and_knows_who_moved(engine, number):
    with writing(engine) as session:
        published(session, "a", number)
    with reading(engine) as session:
        assert len(changes.catalog_key(session)) == 32
        assert changes.not_of_address(session, BASE) == []
        assert changes.not_of_address(session, "http://elsewhere.example") == ["a"]


def test_what_records_share_is_kept_once_and_read_once_after_them(engine, number):
    first, second = ({"ttl": f"said by {n}", "jsonld": f"dit par {n}"} for n in ("two", "one"))
    with writing(engine) as session:
        for slug in ("a", "b", "c"):
            published(session, slug, number)
        for slug, shared, name in (("a", first, "1"), ("b", first, "1"), ("c", second, "2")):
            own = {"ttl": slug, "jsonld": f"[{slug}]"}
            datasets.put_fragments(session, slug, Written(own, shared, name), written_for="now")
    with reading(engine) as session:
        assert list(datasets.fragments(session, "ttl")) == [
            "a", "b", "c", "said by two", "said by one",
        ]  # fmt: skip
        assert list(datasets.fragments(session, "jsonld", slug="c")) == ["[c]", "dit par one"]
        places = [changes.entry(session, slug).position for slug in ("a", "b", "c")]
        assert datasets.fragments_at(session, "ttl", places[:2]) == [b"a", b"b", b"said by two"]
        assert datasets.fragments_at(session, "ttl", [places[0], places[2]])[2:] == [
            b"said by two", b"said by one",
        ]  # fmt: skip
        between = datasets.fragments_between(session, "ttl", places[1], places[2])
        assert list(between) == [b"b", b"c", b"said by two", b"said by one"]


def test_what_records_share_is_asked_for_once(engine, number, monkeypatch):
    asked = []

    def count(_connection, _cursor, statement, *_rest):
        asked.extend(["shared"] if "shared_fragment" in statement else [])

    with writing(engine) as session:
        for slug in ("a", "b"):
            published(session, slug, number)
            own, shared = (
                {each: f"{words}{slug}" for each, words in said.items()} for said in SAID
            )
            datasets.put_fragments(session, slug, Written(own, shared, slug), written_for="now")
        both = [changes.entry(session, slug).position for slug in ("a", "b")]
    said = dict(zip(both, (b"said by a", b"said by b"), strict=True))
    event.listen(engine, "before_cursor_execute", count)
    for places, times in ((both, 1), (both, 1), (both[:1], 1)):
        with reading(engine) as session:
            assert datasets.fragments_at(session, "ttl", places)[-1] == said[places[-1]]
        assert len(asked) == times
    monkeypatch.setattr(datasets, "MOST_SHARED_KEPT", 2)
    with reading(engine) as session:
        assert datasets.fragments_at(session, "rdf", both[:1])[1:] == [b"dit par a"]
        assert datasets.fragments_at(session, "ttl", both)[2:] == [b"said by a", b"said by b"]
        assert len(asked) == 3


def test_what_nothing_shares_any_more_is_forgotten(engine, number):
    shared = {"ttl": "said"}
    with writing(engine) as session:
        published(session, "a", number)
        published(session, "b", number)
        old, new = Written({"ttl": "a"}, shared, "1"), Written({"ttl": "b"}, shared, "2")
        datasets.put_fragments(session, "a", old, written_for="before")
        datasets.put_fragments(session, "b", new, written_for="now")
        datasets.put_fragments(session, "a", replace(new, own={"ttl": "a"}), written_for="now")
        assert datasets.forget_shared(session, "now") == 1
        assert datasets.forget_shared(session, "now") == 0
    with reading(engine) as session:
        assert list(datasets.fragments(session, "ttl")) == ["a", "b", "said"]
