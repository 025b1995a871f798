"""Packages that were begun over CKAN's actions and never got a file do not stay for ever."""

from datetime import timedelta

import pytest

import build
from opendata_hub import clock, jobs
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.flows.ckan import give_up
from opendata_hub.store import journal
from opendata_hub.store.ckan import drafts
from opendata_hub.store.ckan.drafts import Draft
from opendata_hub.store.journal import Asked


def begun(hub, slug, days):
    """A package that was last touched so many days ago."""
    then = build.NOW - timedelta(days=days)
    draft = Draft(f"id-{slug}", slug, "commune-exemple", {"title": slug}, None, then, then)
    with hub.writing() as session:
        drafts.save(session, draft)


def left(hub, *slugs):
    with hub.reading() as session:
        return {slug for slug in slugs if drafts.find(session, slug)}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: build.NOW)


def test_what_nobody_touched_for_ninety_days_is_given_up_and_the_journal_names_it(hub):
    begun(hub, "old", 91)
    begun(hub, "fresh", 89)
    assert jobs.give_up_drafts(hub) == 1
    assert left(hub, "old", "fresh") == {"fresh"}
    with hub.reading() as session:
        (entry, *_) = journal.latest(session, Asked(), EVERYWHERE, before=None, most=1)
    assert (entry.kind, entry.subject) == (Kind.DRAFT_GIVEN_UP, "old")
    assert entry.authority == "commune-exemple"
    assert jobs.give_up_drafts(hub) == 0


def test_many_are_given_up_some_at_a_time_and_none_is_left(hub, monkeypatch):
    monkeypatch.setattr(give_up, "AT_ONCE", 2)
    for number in range(5):
        begun(hub, f"old-{number}", 100)
    assert jobs.give_up_drafts(hub) == 5
    assert left(hub, *(f"old-{number}" for number in range(5))) == set()
