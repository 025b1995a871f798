"""Addresses, names, passwords, and who may give which role."""

import pytest

import build
from opendata_hub.domain.address import email_address, person_name
from opendata_hub.domain.correspondence.mail import RETRIES, due_again
from opendata_hub.domain.errors import BadAddress, BadName, Forbidden, SignInNeeded, WeakPassword
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.giving import may_close, may_give, require_may_give
from opendata_hub.domain.people.letter import (
    TEXTS,
    Letter,
    LetterKind,
    in_words,
)
from opendata_hub.domain.people.one_time_link import LinkKind
from opendata_hub.domain.people.password import as_typed, new_password
from opendata_hub.domain.people.roles import OPERATOR, STRANGER, Grant, Role, Visitor
from opendata_hub.domain.texts import LANGUAGES

OWN, OTHER = "commune-exemple", "another-body"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Personne@Hub.Example", "personne@hub.example"),
        ("personne+hub@hub.example", "personne+hub@hub.example"),
        ("ｐersonne@hub.example", "personne@hub.example"),
        ("a@exämple.example", "a@xn--exmple-cua.example"),
        ("a@XN--EXMPLE-CUA.example", "a@xn--exmple-cua.example"),
        ("a@مثال.example", "a@xn--mgbh0fb.example"),
    ],
)
def test_one_mailbox_has_one_form(typed, folded):
    assert email_address(typed) == folded
    assert email_address(folded) == folded


@pytest.mark.parametrize(
    "typed",
    [
        "", "a", "@hub.example", "a@", "a@b", "a b@hub.example", "a@hub.example\nBcc: b@c.example",
        "a@hub.example, b@hub.example", "<a@hub.example>", '"a b"@hub.example', ".a@hub.example",
        "р\u0430ul@hub.example", "pa\u202eul@hub.example", "a@hub..example", "a@[127.0.0.1]",
        f"{'a' * 65}@hub.example", f"a@{'b.' * 130}example", "a\x00@hub.example",
    ],
)  # fmt: skip
def test_what_is_no_mailbox_or_looks_like_another_is_refused(typed):
    with pytest.raises(BadAddress):
        email_address(typed)


@pytest.mark.parametrize("name", ["Personne Fictive", "شخص خيالي", "Žofie d’Exemple", "Лицо"])
def test_names_of_one_alphabet_are_taken(name):
    assert person_name(f"  {name} ") == name


@pytest.mark.parametrize(
    "name", ["", " ", "P\u0430ul", "Ρaul", "Paul\u202etxt", "Pa\u200bul", "a\x07", "x" * 121]
)
def test_names_that_hide_something_are_refused(name):
    with pytest.raises(BadName):
        person_name(name)


@pytest.mark.parametrize(
    "typed",
    ["short", "x" * 257, "a" * 12, "Personne@Hub.Example", "PersonneFictive", "personnefictive  "],
)
def test_a_weak_password_is_refused(typed):
    with pytest.raises(WeakPassword):
        new_password(typed, email="personne@hub.example", name="Personne Fictive")


def test_a_long_password_is_taken_in_one_form():
    composed, apart = "caf\u00e9 et th\u00e9 vert", "cafe\u0301 et the\u0301 vert"
    assert new_password(apart, email="", name="") == composed == as_typed(apart)


def holding(*grants, person=1, deeds=None):
    return Visitor(person, frozenset(grants), deeds)


HEAD, ADMINISTRATOR = Grant(Role.HEAD, OWN), Grant(Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("giver", "given", "may"),
    [
        (HEAD, Grant(Role.OFFICER, OWN, "urbanisme"), True),
        (HEAD, Grant(Role.HEAD, OWN), True),
        (HEAD, Grant(Role.OFFICER, OTHER), False),
        (HEAD, Grant(Role.OFFICER), False),
        (HEAD, Grant(Role.ADMINISTRATOR), False),
        (HEAD, Grant(Role.ADMINISTRATOR, OWN), False),
        (HEAD, Grant(Role.AUDITOR, OWN), False),
        (ADMINISTRATOR, Grant(Role.ADMINISTRATOR), True),
        (ADMINISTRATOR, Grant(Role.AUDITOR), True),
        (ADMINISTRATOR, Grant(Role.OFFICER, OTHER), True),
        (ADMINISTRATOR, Grant(Role.CITIZEN), False),
        (Grant(Role.OFFICER, OWN), Grant(Role.OFFICER, OWN), False),
        (Grant(Role.AUDITOR), Grant(Role.OFFICER, OWN), False),
    ],
)
def test_roles_are_given_within_ones_own_reach(giver, given, may):
    assert may_give(holding(giver), given) is may


def test_a_limited_key_gives_no_role():
    limited = holding(ADMINISTRATOR, deeds=frozenset({Deed.PUBLISH}))
    assert not may_give(limited, Grant(Role.OFFICER, OWN))
    with pytest.raises(Forbidden):
        require_may_give(holding(HEAD), Grant(Role.OFFICER, OTHER))
    with pytest.raises(SignInNeeded):
        require_may_give(STRANGER, Grant(Role.OFFICER, OTHER))


def account(*grants):
    return Account(2, "a@hub.example", "A", "fr", build.NOW, build.NOW, None, frozenset(grants))


def test_accounts_are_closed_by_who_could_have_given_all_their_roles():
    officer, both = account(Grant(Role.OFFICER, OWN)), account(Grant(Role.OFFICER, OWN), HEAD)
    auditor = account(Grant(Role.OFFICER, OWN), Grant(Role.AUDITOR))
    head, administrator = holding(HEAD), holding(ADMINISTRATOR)
    assert [may_close(head, each) for each in (officer, both, auditor, account())] == [
        True, True, False, False,
    ]  # fmt: skip
    assert all(may_close(administrator, each) for each in (officer, both, auditor, account()))
    assert may_close(OPERATOR, auditor)
    assert not may_close(holding(ADMINISTRATOR, person=2), officer)


def test_every_letter_is_in_every_language_and_holds_its_address():
    assert set(TEXTS) == set(LetterKind)
    for kind, texts in TEXTS.items():
        assert set(texts) == set(LANGUAGES)
        for language in LANGUAGES:
            letter = Letter(kind, "a@hub.example", language, None, build.NOW)
            mail = in_words(letter, hub="Portail", address="http://hub.example/x")
            assert mail.subject.endswith(" – Portail")
            assert mail.body.count("\nhttp://hub.example/x\n") == 1
            assert "{" not in mail.subject + mail.body
    assert {str(kind) for kind in LinkKind} <= set(LetterKind)


def test_letters_are_tried_again_for_two_days():
    waits = [due_again(attempt, build.NOW) for attempt in range(1, len(RETRIES) + 2)]
    assert waits[-1] is None
    assert waits[:-1] == sorted(waits[:-1])
    assert 1 < sum(each.total_seconds() for each in RETRIES) / 86400 < 2
