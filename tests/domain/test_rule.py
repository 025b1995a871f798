"""Who may do what, and where: the whole table, and what it never allows."""

import pytest

from opendata_hub.domain.errors import Forbidden, SignInNeeded
from opendata_hub.domain.people.deeds import OPEN, READING, Deed
from opendata_hub.domain.people.roles import OPERATOR, STRANGER, Grant, Role, Visitor
from opendata_hub.domain.people.rule import EVERYWHERE, NOWHERE, ROLES, Place, reach, require

HERE, THERE = Place("commune-a"), Place("commune-b")


def holding(*grants, deeds=None, person=7):
    return Visitor(person, frozenset(grants), deeds)


def test_every_deed_is_open_or_of_some_role():
    assert set(Deed) == OPEN | set(ROLES)
    assert not OPEN & set(ROLES)


def test_an_auditor_writes_nothing_and_an_administrator_reads_no_case():
    of = {role: {deed for deed, roles in ROLES.items() if role in roles} for role in Role}
    assert of[Role.AUDITOR] <= READING
    assert not of[Role.ADMINISTRATOR] & {
        Deed.READ_REQUEST, Deed.READ_IDENTITY, Deed.HANDLE_REQUEST, Deed.READ_SUBMISSION,
    }  # fmt: skip
    assert of[Role.CITIZEN] == {Deed.KEEP_OWN_ACCOUNT, Deed.FOLLOW_OWN_REQUEST}


@pytest.mark.parametrize("deed", sorted(set(Deed) - OPEN))
def test_a_stranger_does_only_what_is_open(deed):
    assert reach(STRANGER, deed) == NOWHERE
    with pytest.raises(SignInNeeded):
        require(STRANGER, deed)


@pytest.mark.parametrize("deed", sorted(OPEN))
def test_what_is_open_is_open_to_every_body(deed):
    for visitor in (STRANGER, holding(), holding(deeds=frozenset())):
        assert reach(visitor, deed) is EVERYWHERE


def test_a_role_reaches_as_far_as_it_is_held():
    steward = holding(Grant(Role.STEWARD, "commune-a"))
    require(steward, Deed.PUBLISH, HERE)
    require(steward, Deed.PUBLISH)
    with pytest.raises(Forbidden):
        require(steward, Deed.PUBLISH, THERE)
    with pytest.raises(Forbidden):
        require(steward, Deed.PUBLISH, Place())
    with pytest.raises(Forbidden):
        require(steward, Deed.READ_IDENTITY, HERE)
    require(holding(Grant(Role.STEWARD)), Deed.PUBLISH, THERE)


def test_an_officer_of_a_unit_reads_what_is_of_that_unit_only():
    officer = holding(Grant(Role.OFFICER, "commune-a", "urbanisme"))
    require(officer, Deed.READ_REQUEST, Place("commune-a", "urbanisme"))
    for place in (HERE, Place("commune-a", "budget"), Place("commune-b", "urbanisme")):
        with pytest.raises(Forbidden):
            require(officer, Deed.READ_REQUEST, place)


def test_an_owner_follows_what_is_their_own():
    citizen = holding(person=7)
    require(citizen, Deed.FOLLOW_OWN_REQUEST, Place("commune-a", owner=7))
    for place in (Place("commune-a", owner=8), HERE):
        with pytest.raises(Forbidden):
            require(citizen, Deed.FOLLOW_OWN_REQUEST, place)


def test_a_token_never_does_more_than_its_deeds_nor_than_its_roles():
    grants = (Grant(Role.STEWARD, "commune-a"),)
    limited = holding(*grants, deeds=frozenset({Deed.PUBLISH, Deed.READ_IDENTITY}))
    require(limited, Deed.PUBLISH, HERE)
    for deed in (Deed.WITHDRAW, Deed.READ_IDENTITY, Deed.FOLLOW_OWN_REQUEST):
        assert reach(limited, deed) == NOWHERE


def test_who_types_commands_on_the_machine_acts_everywhere():
    for deed in set(Deed) - {Deed.KEEP_OWN_ACCOUNT, Deed.FOLLOW_OWN_REQUEST}:
        require(OPERATOR, deed, HERE)
