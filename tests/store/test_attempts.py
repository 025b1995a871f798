"""Failed sign-ins are counted where they happened, and forgotten in time."""

from datetime import timedelta

from sqlmodel import select

from build import NOW
from opendata_hub.domain.protection.attempts import Answer, Ruling
from opendata_hub.flows.people.attempts import may_try, note, vouch
from opendata_hub.store import engine as engines
from opendata_hub.store.people import attempts
from opendata_hub.store.tables import AttemptRow

OWNER, HOME, ELSEWHERE = "owner@commune.example", "192.0.2.1", "198.51.100.7"


def fail(engine, account, address, times, now=NOW):
    with engines.writing(engine) as session:
        for _ in range(times):
            note(session, account, address, succeeded=False, now=now)


def ruling(engine, account, address, now=NOW):
    with engines.reading(engine) as session:
        return may_try(session, account, address, now)


def test_only_the_place_that_failed_waits(engine):
    fail(engine, OWNER, ELSEWHERE, 5)
    assert ruling(engine, OWNER, ELSEWHERE) == Answer(Ruling.WAIT, NOW + timedelta(seconds=30))
    assert ruling(engine, OWNER, HOME).ruling is Ruling.TRY
    assert ruling(engine, "another@commune.example", ELSEWHERE).ruling is Ruling.TRY


def test_a_crowd_of_strangers_locks_no_owner_out(engine):
    with engines.writing(engine) as session:
        note(session, OWNER, HOME, succeeded=True, now=NOW)
    for number in range(20):
        fail(engine, OWNER, f"198.51.100.{number}", 1)
    assert ruling(engine, OWNER, HOME).ruling is Ruling.TRY
    assert ruling(engine, OWNER, "203.0.113.1").ruling is Ruling.PROVE
    assert ruling(engine, OWNER, "203.0.113.1", NOW + timedelta(hours=1)).ruling is Ruling.TRY


def test_who_proves_to_be_the_owner_ends_all_waiting(engine):
    fail(engine, OWNER, ELSEWHERE, 25)
    with engines.writing(engine) as session:
        vouch(session, OWNER, ELSEWHERE, NOW)
    assert ruling(engine, OWNER, ELSEWHERE).ruling is Ruling.TRY
    assert ruling(engine, OWNER, HOME).ruling is Ruling.TRY


def test_a_success_ends_the_waiting_of_its_place(engine):
    fail(engine, OWNER, HOME, 6)
    with engines.writing(engine) as session:
        note(session, OWNER, HOME, succeeded=True, now=NOW)
    fail(engine, OWNER, HOME, 4)
    assert ruling(engine, OWNER, HOME).ruling is Ruling.TRY


def test_one_subscriber_is_one_place_whatever_address_they_choose(engine):
    for number in range(5):
        fail(engine, OWNER, f"2001:db8::{number}", 1)
    assert ruling(engine, OWNER, "2001:db8::99").ruling is Ruling.WAIT


def test_nothing_that_was_typed_is_kept(engine):
    fail(engine, OWNER, HOME, 1)
    with engines.reading(engine) as session:
        kept = repr(session.exec(select(AttemptRow)).one())
    assert OWNER not in kept
    assert HOME not in kept


def test_what_no_longer_counts_is_deleted(engine):
    fail(engine, OWNER, ELSEWHERE, 1)
    with engines.writing(engine) as session:
        note(session, OWNER, HOME, succeeded=True, now=NOW)
        assert attempts.forget(session, NOW + timedelta(hours=23)) == 0
        assert attempts.forget(session, NOW + timedelta(days=2)) == 1
        assert attempts.forget(session, NOW + timedelta(days=91)) == 1
