"""The journal: whatever is altered, dropped or added is found, where it begins."""

import hashlib
import json
from datetime import date, timedelta

import pytest
from sqlalchemy import text

import build
from opendata_hub.domain.errors import Forbidden, UnknownRequest
from opendata_hub.domain.journal import FIRST_SEAL, FaultKind, Kind, sealed
from opendata_hub.domain.people.roles import Grant, Role, Visitor
from opendata_hub.domain.people.rule import EVERYWHERE, Reach
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.info_request import InfoRequest, Question, Requester
from opendata_hub.flows.requests.read_identity import read_identity
from opendata_hub.flows.verify import verify
from opendata_hub.store import info_requests, journal
from opendata_hub.store.engine import reading, writing
from opendata_hub.store.journal import Asked
from opendata_hub.store.people import accounts

PERSON = Requester("Personne Fictive", "", "1, rue de l’Exemple", "XX000000")

PUT_IN_BESIDE = """
INSERT INTO event (id, info_request_id, act, happened_on, recorded_at, ground, reasons)
VALUES (9, 1, 'grant', '2026-11-09', '2026-11-09 00:00:00+00:00', '', '')
"""


@pytest.fixture
def told(engine):
    """A journal of six entries: requests that were received, and days."""
    with writing(engine) as session:
        for number in (1, 2, 3):
            info_requests.add(
                session,
                InfoRequest(
                    reference=f"AI-2026-00000{number}",
                    authority="commune-exemple",
                    law="ma/31-13",
                    question=Question("Budget", "Les annexes", "fr", False),
                    events=(build.event(Act.RECEIVE, "2026-11-02"),),
                ),
                PERSON,
                owner=None,
                by=None,
                tracking_sha256=str(number),
                due_on=date(2026, 12, 2),
                safe_on=date(2026, 12, 1),
            )
            journal.append(
                session, Kind.DAY_ANNOUNCED, f"ma 2027-01-0{number}", {"source": "Décret"},
                authority="", person=None, now=build.NOW + timedelta(hours=number),
            )  # fmt: skip
    return engine


def found(engine, **noted):
    with reading(engine) as session:
        return [(each.kind, each.number) for each in verify(session, **noted).faults]


def test_a_journal_that_nobody_touched_is_sound(told):
    with reading(told) as session:
        number, seal = journal.head(session)
        checked = verify(session, noted=(4, journal.entry(session, 4).seal))
    assert (number, checked.entries, checked.seal, checked.faults) == (6, 6, seal, ())
    assert found(told, noted=(number, seal)) == []


def test_an_empty_journal_is_sound(engine):
    with reading(engine) as session:
        checked = verify(session)
    assert (checked.entries, checked.seal, checked.faults) == (0, FIRST_SEAL, ())


@pytest.mark.parametrize(
    ("statement", "kind", "number"),
    [
        ("UPDATE journal SET subject = 'another' WHERE number = 2", FaultKind.SEAL_BROKEN, 2),
        ("UPDATE journal SET kind = 'token-made' WHERE number = 2", FaultKind.SEAL_BROKEN, 2),
        ("UPDATE journal SET authority = 'x' WHERE number = 4", FaultKind.SEAL_BROKEN, 4),
        ("UPDATE journal SET at = '2026-01-01 00:00:00+00:00' WHERE number = 6",
         FaultKind.SEAL_BROKEN, 6),
        ("""UPDATE journal SET said = '{"source": "Arrêté"}' WHERE number = 4""",
         FaultKind.ALTERED, 4),
        ("DELETE FROM journal WHERE number = 4", FaultKind.MISSING, 4),
        ("DELETE FROM journal WHERE number = 1", FaultKind.MISSING, 1),
        ("UPDATE event SET happened_on = '2026-11-09' WHERE id = 2", FaultKind.EVENT_ALTERED, 3),
        ("UPDATE event SET reasons = 'others' WHERE id = 3", FaultKind.EVENT_ALTERED, 5),
        ("DELETE FROM event WHERE id = 3", FaultKind.EVENT_MISSING, 5),
        (PUT_IN_BESIDE, FaultKind.EVENT_ADDED, 0),
        ("UPDATE event SET info_request_id = 3 WHERE id = 1", FaultKind.EVENT_ALTERED, 1),
        ("UPDATE event SET id = 7 WHERE id = 2", FaultKind.EVENT_MISSING, 3),
        ("UPDATE info_request SET reference = 'AI-2026-000009' WHERE id = 2",
         FaultKind.EVENT_ALTERED, 3),
        ("UPDATE journal SET number = number + 10 WHERE number > 4", FaultKind.MISSING, 5),
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_found_where_it_begins(told, statement, kind, number):
    with writing(told) as session:
        session.connection().execute(text(statement))
    assert found(told)[0] == (kind, number)


def test_two_events_that_were_exchanged_are_both_named(told):
    with writing(told) as session:
        for before, after in ((1, 101), (2, 1), (101, 2)):
            session.connection().execute(text(f"UPDATE event SET id = {after} WHERE id = {before}"))
    assert found(told) == [(FaultKind.EVENT_ALTERED, 1), (FaultKind.EVENT_ALTERED, 3)]


def test_two_entries_that_were_exchanged_are_found(told):
    with writing(told) as session:
        for before, after in ((1, 101), (3, 1), (101, 3)):
            session.connection().execute(
                text(f"UPDATE journal SET number = {after} WHERE number = {before}")
            )
    assert found(told)[0] == (FaultKind.SEAL_BROKEN, 1)


def test_an_event_that_was_put_in_is_named(told):
    with writing(told) as session:
        session.connection().execute(text(PUT_IN_BESIDE))
    with reading(told) as session:
        (fault,) = verify(session).faults
    assert fault.detail == "AI-2026-000001: event 9, grant on 2026-11-09"


def test_an_event_is_still_proved_when_its_words_in_the_journal_were_erased(told):
    with writing(told) as session:
        session.connection().execute(text("UPDATE journal SET said = NULL WHERE number = 3"))
        session.connection().execute(text("UPDATE event SET act = 'grant' WHERE id = 2"))
    assert found(told) == [(FaultKind.EVENT_ADDED, 0)]


def test_a_journal_is_proved_batch_by_batch(told, monkeypatch):
    monkeypatch.setattr(journal, "BATCH", 2)
    monkeypatch.setattr(info_requests, "BATCH", 1)
    assert found(told) == []
    with writing(told) as session:
        session.connection().execute(text(PUT_IN_BESIDE))
        session.connection().execute(text("DELETE FROM journal WHERE number = 5"))
    assert found(told) == [
        (FaultKind.MISSING, 5),
        (FaultKind.SEAL_BROKEN, 6),
        (FaultKind.EVENT_ADDED, 0),
        (FaultKind.EVENT_ADDED, 0),
    ]


def test_a_seal_is_that_of_the_compact_list_of_its_parts():
    made = sealed(
        7, build.NOW, Kind.DAY_ANNOUNCED,
        person=None, authority='l’été " \\ \n', subject="يوم\u2028", said={"é": "ن"}, before="0",
    )  # fmt: skip
    parts = ["0", 7, build.NOW.isoformat(), "day-announced", None, 'l’été " \\ \n', "يوم\u2028"]
    written = json.dumps([*parts, made.digest], ensure_ascii=False, separators=(",", ":"))
    assert made.seal == hashlib.sha256(written.encode()).hexdigest()


def test_only_a_noted_seal_shows_that_the_end_was_cut_off(told):
    with reading(told) as session:
        noted = journal.head(session)
    with writing(told) as session:
        session.connection().execute(text("DELETE FROM journal WHERE number = 6"))
    assert found(told) == []
    assert found(told, noted=noted) == [(FaultKind.HEAD_DIFFERS, 6)]


def test_words_of_an_event_can_be_erased_as_well(told):
    with writing(told) as session:
        session.connection().execute(text("UPDATE journal SET said = NULL WHERE number = 3"))
    assert found(told) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET kind = 'unknown' WHERE number = 4",
        """UPDATE journal SET said = '{"event": "x"}' WHERE number = 3""",
    ],
)
def test_what_makes_no_sense_is_a_fault_and_no_failure(told, statement):
    with writing(told) as session:
        session.connection().execute(text(statement))
    assert found(told)


def test_requests_from_before_there_were_authorities_are_adopted_and_told_of(told):
    with writing(told) as session:
        session.connection().execute(text("DELETE FROM journal"))
        session.connection().execute(text("UPDATE info_request SET authority = ''"))
    with writing(told) as session:
        assert info_requests.has_unadopted(session)
        info_requests.adopt(session, "commune-exemple")
    with reading(told) as session:
        assert not info_requests.has_unadopted(session)
        assert info_requests.requester(
            session, "AI-2026-000001", Reach(authorities=frozenset({"commune-exemple"}))
        )
        assert journal.head(session)[0] == 3
    assert found(told) == []


def test_words_can_be_erased_and_the_journal_stays_sound(told):
    with writing(told) as session:
        session.connection().execute(text("UPDATE journal SET said = NULL WHERE number = 4"))
    assert found(told) == []
    with reading(told) as session:
        assert journal.entry(session, 4).said is None


def test_nothing_is_told_of_what_was_rolled_back(told):
    def append_and_fail():
        with writing(told) as session:
            journal.append(
                session, Kind.TOKEN_MADE, "x", {}, authority="", person=None, now=build.NOW
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        append_and_fail()
    with reading(told) as session:
        assert journal.head(session)[0] == 6


def test_entries_are_found_by_kind_subject_and_reach(told):
    def numbers(asked=Asked(), within=EVERYWHERE, before=None, most=10):  # noqa: B008
        with reading(told) as session:
            latest = journal.latest(session, asked, within, before=before, most=most)
        return [each.number for each in latest]

    assert numbers() == [6, 5, 4, 3, 2, 1]
    assert numbers(before=4, most=2) == [3, 2]
    assert numbers(Asked(kind=Kind.REQUEST_EVENT)) == [5, 3, 1]
    assert numbers(Asked(subject="AI-2026-000002")) == [3]
    assert numbers(Asked(person=1)) == []
    assert numbers(within=Reach(authorities=frozenset({"commune-exemple"}))) == [5, 3, 1]


def test_who_reads_who_asked_leaves_an_entry(told):
    with writing(told) as session:
        officer = accounts.add(
            session, name="Agent Fictif", email="agent@commune.example", language="fr",
            now=build.NOW,
        ).id  # fmt: skip
    here = Visitor(officer, frozenset({Grant(Role.OFFICER, "commune-exemple")}))
    elsewhere = Visitor(officer, frozenset({Grant(Role.OFFICER, "another")}))
    steward = Visitor(officer, frozenset({Grant(Role.STEWARD, "commune-exemple")}))
    with writing(told) as session:
        assert read_identity(session, "ai-2026-000002 ", by=here, now=build.NOW) == PERSON
        with pytest.raises(UnknownRequest):
            read_identity(session, "AI-2026-000002", by=elsewhere, now=build.NOW)
        with pytest.raises(Forbidden):
            read_identity(session, "AI-2026-000002", by=steward, now=build.NOW)
    with reading(told) as session:
        last, *_ = journal.latest(session, Asked(), EVERYWHERE, before=None, most=1)
    assert (last.kind, last.subject, last.person) == (Kind.IDENTITY_READ, "AI-2026-000002", officer)
    assert found(told) == []
