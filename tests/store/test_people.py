"""Accounts, sessions, passwords, links and letters as they are kept, on both databases."""

from datetime import timedelta

import build
from opendata_hub.domain.people.roles import Grant, Role, Visitor
from opendata_hub.domain.people.session import LONGEST, Proof
from opendata_hub.domain.secret import session_key_digest
from opendata_hub.flows.people.sign_in import open_session
from opendata_hub.store.engine import reading, writing
from opendata_hub.store.people import accounts, sessions

OFFICER, STEWARD = Grant(Role.OFFICER, "commune", "urbanisme"), Grant(Role.STEWARD, "commune")
LATER = build.NOW + timedelta(minutes=1)


def made(engine, email="personne@hub.example", *grants):
    with writing(engine) as session:
        person = accounts.add(session, name="Personne", email=email, language="ar", now=build.NOW)
        for each in grants:
            accounts.grant(session, person.id, each)
    return person.id


def opened(engine, person, proof=Proof.CODE, now=build.NOW):
    with writing(engine) as session:
        key = open_session(session, person, proof, user_agent="a\nb" * 90, now=now)
    return session_key_digest(key)


def test_a_session_is_found_with_all_roles_of_its_person(engine):
    person = made(engine, "a@hub.example", OFFICER, STEWARD)
    made(engine, "b@hub.example", Grant(Role.ADMINISTRATOR))
    digest = opened(engine, person)
    with reading(engine) as session:
        found, visitor = sessions.holder(session, digest, LATER, guarded=())
        assert sessions.holder(session, "0" * 64, LATER, guarded=()) is None
    assert visitor == Visitor(person, frozenset({OFFICER, STEWARD}))
    assert (found.name, found.language, found.seen_at) == ("Personne", "ar", build.NOW)
    assert len(found.user_agent) == 120
    assert "\n" not in found.user_agent


def test_a_session_without_second_factor_opens_what_asks_for_none(engine):
    person = made(engine, "a@hub.example", OFFICER, Grant(Role.CITIZEN))
    digest = opened(engine, person, Proof.PASSWORD)
    with reading(engine) as session:
        guarded = sessions.holder(session, digest, LATER, guarded={Role.OFFICER})
        assert guarded[1] == Visitor(person, frozenset({Grant(Role.CITIZEN)}))
        _, visitor = sessions.holder(session, digest, LATER, guarded=())
    assert OFFICER in visitor.grants


def test_sessions_are_listed_and_closed(engine):
    person, other = made(engine), made(engine, "b@hub.example")
    first, second = opened(engine, person), opened(engine, person, now=LATER)
    opened(engine, person, Proof.HALF)
    theirs = opened(engine, other)
    with writing(engine) as session:
        listed = sessions.of_person(session, person, LATER)
        assert [each.opened_at for each in listed] == [LATER, build.NOW]
        (foreign,) = sessions.of_person(session, other, LATER)
        assert not sessions.close_one(session, person, foreign.id)
        assert sessions.close_one(session, person, listed[1].id)
        assert sessions.holder(session, first, LATER, guarded=()) is None
        assert sessions.close_all(session, person, but=listed[0].id) == 1
        assert sessions.holder(session, second, LATER, guarded=())
        assert sessions.holder(session, theirs, LATER, guarded=())
        assert sessions.close_all(session, other) == 1
        assert sessions.forget_ended(session, LATER + LONGEST * 2) == 1


def test_an_account_is_closed_and_opened_again(engine):
    person = made(engine, "a@hub.example", OFFICER)
    digest = opened(engine, person)
    with writing(engine) as session:
        accounts.disable(session, person, build.NOW)
        assert sessions.holder(session, digest, LATER, guarded=()) is None
        accounts.enable(session, person)
        accounts.confirm(session, person, build.NOW)
        account = accounts.get(session, person)
    assert (account.disabled_at, account.confirmed_at) == (None, build.NOW)
    assert account.grants == {OFFICER}
