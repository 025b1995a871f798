"""Who may give a role to somebody, take it away, or close an account."""

from collections.abc import Mapping

from opendata_hub.domain.errors import Forbidden
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import WHOLE_HUB, Grant, Role, Visitor
from opendata_hub.domain.people.rule import Place, reach, require

GIVEN_BY: Mapping[Role, frozenset[Role]] = {
    Role.OFFICER: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Role.STEWARD: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Role.HEAD: frozenset({Role.HEAD, Role.ADMINISTRATOR}),
    Role.AUDITOR: frozenset({Role.ADMINISTRATOR}),
    Role.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
}
"""Whoever has an account is a citizen; nobody gives that."""


def may_give(visitor: Visitor, given: Grant) -> bool:
    """Whether the visitor may give that role there, and take it away."""
    place = Place(given.authority, given.unit)
    if not reach(visitor, Deed.MANAGE_PEOPLE).covers(place):
        return False
    return any(
        held.role in GIVEN_BY.get(given.role, ())
        and not held.unit
        and held.authority in {WHOLE_HUB, given.authority}
        for held in visitor.grants
    )


def require_may_give(visitor: Visitor, given: Grant) -> None:
    """Raise SignInNeeded or Forbidden to who may not give that role there."""
    require(visitor, Deed.MANAGE_PEOPLE)
    if not may_give(visitor, given):
        raise Forbidden(f"Your account may not give the role {given.role} there, nor take it away")


def may_close(visitor: Visitor, account: Account) -> bool:
    """Whether the visitor may close that account, and open it again: nobody their own."""
    if visitor.person == account.id:
        return False
    if reach(visitor, Deed.MANAGE_PEOPLE).everywhere and any(
        held.role is Role.ADMINISTRATOR for held in visitor.grants
    ):
        return True
    return bool(account.grants) and all(may_give(visitor, each) for each in account.grants)
