"""Accounts, sessions, passwords, links and letters as they are kept, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

import build
from opendata_hub.domain.correspondence.mail import CLAIMED_FOR
from opendata_hub.domain.errors import LinkOver, Refused, UnknownPerson
from opendata_hub.domain.people.letter import LetterKind
from opendata_hub.domain.people.one_time_link import LIFETIMES, LinkKind
from opendata_hub.domain.people.roles import Grant, Role, Visitor
from opendata_hub.domain.people.rule import EVERYWHERE, Reach
from opendata_hub.domain.people.session import LONGEST, Proof
from opendata_hub.domain.secret import session_key_digest
from opendata_hub.flows.people.sign_in import open_session
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.engine import reading, writing
from opendata_hub.store.people import accounts, credentials, links, sessions

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


def test_an_account_is_renamed_and_moves_to_an_address_that_is_free(engine):
    person, _ = made(engine), made(engine, "b@hub.example")
    with writing(engine) as session:
        accounts.describe(session, person, name="Autre Nom", language="fr")
        accounts.move(session, person, "c@hub.example", LATER)
        account = accounts.get(session, person)
        assert (account.name, account.language, account.email) == (
            "Autre Nom",
            "fr",
            "c@hub.example",
        )
        with pytest.raises(Refused):
            accounts.move(session, person, "b@hub.example", LATER)
        with pytest.raises(UnknownPerson):
            accounts.describe(session, 999, name="", language="fr")


def test_a_list_of_accounts_holds_what_is_in_reach_and_goes_on(engine):
    officer = made(engine, "a@hub.example", OFFICER, STEWARD)
    elsewhere = made(engine, "b_1@hub.example", Grant(Role.HEAD, "other"))
    citizen = made(engine, "bx1@hub.example")
    with writing(engine) as session:
        accounts.add(session, name="programme", email=None, language="fr", now=build.NOW)

    def shown(reached, **limits):
        with reading(engine) as session:
            return [each.id for each in accounts.listed(session, reached, **limits)]

    assert shown(EVERYWHERE) == [officer, elsewhere, citizen]
    assert shown(Reach(authorities=frozenset({"commune"}))) == [officer]
    assert shown(Reach()) == []
    assert shown(EVERYWHERE, begins="b_") == [elsewhere]
    assert shown(EVERYWHERE, most=1) == [officer]
    assert shown(EVERYWHERE, after=officer, most=1) == [elsewhere]
    with reading(engine) as session:
        assert accounts.listed(session, EVERYWHERE)[0].grants == {OFFICER, STEWARD}


def test_a_password_is_kept_instead_of_the_one_before(engine):
    person = made(engine)
    with writing(engine) as session:
        assert credentials.by_email(session, "personne@hub.example").hash is None
        credentials.keep_password(session, person, "demo", is_demo=True, now=build.NOW)
        assert credentials.has_demo_passwords(session)
        credentials.keep_password(session, person, "hash", now=LATER)
        assert not credentials.has_demo_passwords(session)
        known = credentials.by_email(session, "personne@hub.example")
        assert known == credentials.of_person(session, person)
        assert (known.person, known.hash, known.has_second_factor) == (person, "hash", False)
        assert credentials.by_email(session, "other@hub.example") is None
        accounts.disable(session, person, LATER)
        assert credentials.of_person(session, person) is None


def test_a_second_factor_counts_when_it_is_confirmed_and_takes_a_step_once(engine):
    person = made(engine)
    with writing(engine) as session:
        credentials.begin_second_factor(session, person, "one")
        credentials.begin_second_factor(session, person, "two")
        assert credentials.second_factor(session, person).salt == "two"
        assert not credentials.of_person(session, person).has_second_factor
        credentials.confirm_second_factor(session, person, LATER)
        assert credentials.of_person(session, person).has_second_factor
        assert [credentials.take_step(session, person, step) for step in (7, 7, 6, 8)] == [
            True,
            False,
            False,
            True,
        ]
        credentials.drop_second_factor(session, person)
        assert credentials.second_factor(session, person) is None


def test_a_recovery_code_is_used_once(engine):
    person, other = made(engine), made(engine, "b@hub.example")
    with writing(engine) as session:
        credentials.keep_recovery_codes(session, person, ["a", "b"])
        assert not credentials.use_recovery_code(session, other, "a", LATER)
        assert credentials.use_recovery_code(session, person, "a", LATER)
        assert not credentials.use_recovery_code(session, person, "a", LATER)
        assert credentials.recovery_codes_left(session, person) == 1
        credentials.keep_recovery_codes(session, person, ["c"])
        assert not credentials.use_recovery_code(session, person, "b", LATER)


def linked(session, kind=LinkKind.INVITE, person=None, sha256="ab"):
    return links.add(
        session,
        kind,
        sha256=sha256,
        salt="salt",
        email="x@hub.example",
        language="ar",
        person=person,
        name="Nom",
        grants=[OFFICER, STEWARD],
        now=build.NOW,
    )


def test_a_link_is_used_once_and_expires(engine):
    with writing(engine) as session:
        number = linked(session)
        found = links.get(session, "ab", LATER)
        assert (found.id, found.kind, found.grants) == (number, LinkKind.INVITE, {OFFICER, STEWARD})
        assert links.salt_of(session, number) == "salt"
        for digest, at in (("cd", LATER), ("ab", build.NOW + LIFETIMES[LinkKind.INVITE])):
            with pytest.raises(LinkOver):
                links.get(session, digest, at)
        links.use(session, number, LATER)
        with pytest.raises(LinkOver):
            links.get(session, "ab", LATER)
        with pytest.raises(LinkOver):
            links.use(session, number, LATER)


def test_earlier_links_of_an_account_can_be_ended(engine):
    person = made(engine)
    with writing(engine) as session:
        linked(session, LinkKind.RESET, person)
        linked(session, LinkKind.CHANGE, person, "cd")
        links.end_all(session, person, [LinkKind.RESET], LATER)
        assert links.get(session, "cd", LATER)
        with pytest.raises(LinkOver):
            links.get(session, "ab", LATER)


def test_a_letter_is_sent_by_one_process_and_tried_again(engine):
    def written(session):
        outbox.add(session, LetterKind.RESET, email="x@hub.example", language="fr", now=build.NOW)

    with writing(engine) as session:
        written(session)
    with writing(engine) as session:
        first = outbox.claim(session, build.NOW)
        assert outbox.claim(session, build.NOW) is None
        again = outbox.claim(session, build.NOW + CLAIMED_FOR)
        assert again == replace(first, lease=again.lease)
        outbox.mark_failed(session, first, "away", due_at=LATER, now=build.NOW)
        second = outbox.claim(session, LATER)
        assert second.attempts == 1
        outbox.mark_failed(session, second, "no", due_at=None, now=LATER)
        assert outbox.claim(session, LATER + timedelta(days=9)) is None
        written(session)
        outbox.mark_sent(session, outbox.claim(session, LATER).id, LATER)
        assert outbox.claim(session, LATER + timedelta(days=9)) is None
