"""An entry of the register is as its events make it, and what officers have said of it stays."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

import build
from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.people.rule import EVERYWHERE, NOWHERE
from opendata_hub.domain.requests.acts import Act
from opendata_hub.store import calendars
from opendata_hub.store.calendars import DueChange
from opendata_hub.store.engine import reading, writing
from opendata_hub.store.register import entries
from opendata_hub.store.requests import cases

REFERENCE = "AI-2026-000001"


@pytest.fixture
def filed(engine):
    with writing(engine) as session:
        build.kept_request(session, 1, authority="commune-nord", received_on="2026-11-02")
        build.kept_request(session, 2, authority="commune-nord", received_on="2026-11-03")
    return engine


def act(engine, done: Act, day: str):
    with writing(engine) as session:
        case = cases.get(session, REFERENCE, EVERYWHERE, to_change=True)
        events = (*case.request.events, build.event(done, day))
        changed = replace(case, request=replace(case.request, events=events), is_open=False)
        cases.append(session, changed, by=None)


def entry(engine):
    with reading(engine) as session:
        return (
            session.connection()
            .execute(text("SELECT * FROM register_entry ORDER BY reference"))
            .first()
        )


def mended(engine, *, may_write=True):
    with writing(engine) as session:
        return list(entries.rebuild(session, may_write=may_write))


def test_every_event_keeps_the_entry_equal_to_its_events(filed):
    assert (entry(filed).state, entry(filed).subject) == ("received", "")
    act(filed, Act.GRANT, "2026-11-09")
    made = entry(filed)
    assert (made.state, made.outcome, made.net_days) == ("answered", "granted", 7)
    assert (made.subject, made.folded_subject, made.channel) == ("Budget", "budget", "web")
    assert mended(filed) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_entry SET outcome = 'refused'",
        "UPDATE register_entry SET answered_on = NULL",
        "UPDATE register_entry SET net_days = 1",
        "UPDATE register_entry SET subject = 'Dossier de M. Fictif'",
        "UPDATE register_entry SET due_on = '2030-01-01'",
        "DELETE FROM register_entry",
    ],
)
def test_an_entry_that_is_not_as_its_events_make_it_is_named_and_mended(filed, statement):
    act(filed, Act.GRANT, "2026-11-09")
    before = entry(filed)
    with writing(filed) as session:
        session.connection().execute(text(f"{statement} WHERE reference = '{REFERENCE}'"))
    assert mended(filed, may_write=False) == [REFERENCE]
    assert mended(filed) == [REFERENCE]
    assert (entry(filed), mended(filed)) == (before, [])


def test_what_an_officer_has_said_of_a_subject_outlives_a_rebuilding(filed):
    with writing(filed) as session:
        entries.say_subject(session, REFERENCE, wording="Le budget", is_withheld=False)
    assert (entry(filed).subject, mended(filed)) == ("Le budget", [])
    act(filed, Act.ACKNOWLEDGE, "2026-11-03")
    assert entry(filed).subject == "Le budget"
    with writing(filed) as session:
        entries.say_subject(session, REFERENCE, wording="", is_withheld=True)
    assert (entry(filed).subject, mended(filed)) == ("", [])
    with reading(filed) as session:
        authority, said = entries.subject_of(session, REFERENCE, EVERYWHERE)
        assert (authority, said.own, said.is_withheld) == ("commune-nord", "Budget", True)
        with pytest.raises(UnknownRequest):
            entries.subject_of(session, REFERENCE, NOWHERE)


def test_a_last_day_that_is_counted_anew_is_entered(filed):
    with writing(filed) as session:
        request = next(iter(calendars.open_requests(session, ["xx/1"], EVERYWHERE)))[0]
        moved = DueChange(request, date(2027, 1, 4), date(2027, 1, 4))
        calendars.change_dues(session, [moved], reason="a feast", now=build.NOW)
    assert str(entry(filed).due_on) == "2027-01-04"
    assert mended(filed) == []


def test_requests_from_before_there_was_a_register_are_missed_and_entered(filed):
    with writing(filed) as session:
        session.connection().execute(text("DELETE FROM register_entry"))
    with reading(filed) as session:
        assert entries.are_missing(session)
    assert mended(filed) == ["AI-2026-000001", "AI-2026-000002"]
    with reading(filed) as session:
        assert not entries.are_missing(session)
