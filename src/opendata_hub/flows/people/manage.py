"""Roles are given and taken away, accounts closed and opened, by who may."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.errors import Forbidden, Refused, UnknownPerson
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.giving import may_close, require_may_give
from opendata_hub.domain.people.roles import Grant, Visitor
from opendata_hub.domain.people.rule import Place, reach
from opendata_hub.flows.people.credentials import drop_second_factor
from opendata_hub.flows.people.noted import note_account, note_roles
from opendata_hub.store.people import accounts, links, sessions

RoleChange = Callable[..., None]
"""``give`` or ``take``."""


def in_reach(session: Session, person: int, *, by: Visitor) -> Account:
    """An account that the visitor may see; raises UnknownPerson, also for what is out of reach."""
    account = accounts.get(session, person)
    reached = reach(by, Deed.MANAGE_PEOPLE)
    held = (Place(each.authority, each.unit) for each in account.grants)
    if account.email and (reached.everywhere or any(map(reached.covers, held))):
        return account
    raise UnknownPerson(f"No account number {person}")


def give(session: Session, account: Account, given: Grant, *, by: Visitor, now: datetime) -> None:
    """Give a role; it counts at the next click. Raises Forbidden."""
    require_may_give(by, given)
    _require_other(account, by)
    accounts.grant(session, account.id, given)
    note_roles(session, Kind.ROLE_GIVEN, account.id, [given], by=by.person, now=now)


def take(session: Session, account: Account, taken: Grant, *, by: Visitor, now: datetime) -> None:
    """Take a role away, at once; raises Forbidden."""
    require_may_give(by, taken)
    _require_other(account, by)
    _end_invitations(session, account, now)
    if accounts.take(session, account.id, taken):
        note_roles(session, Kind.ROLE_TAKEN, account.id, [taken], by=by.person, now=now)


def close(session: Session, account: Account, *, by: Visitor, now: datetime) -> None:
    """Close an account: its sessions and keys open nothing from now on. Raises Forbidden."""
    _require_may_close(account, by)
    _end_invitations(session, account, now)
    accounts.disable(session, account.id, now)
    sessions.close_all(session, account.id)
    note_account(session, Kind.ACCOUNT_CLOSED, account.id, by=by.person, now=now)


def reopen(session: Session, account: Account, *, by: Visitor, now: datetime) -> None:
    """Open a closed account again, with the roles it had; raises Forbidden, and Refused.

    Sessions are closed once more: none that outlived the closing may come to life.
    """
    _require_may_close(account, by)
    if account.disabled_at is None or account.disabled_at > now:
        raise Refused("This account is open")
    accounts.enable(session, account.id)
    sessions.close_all(session, account.id)
    note_account(session, Kind.ACCOUNT_REOPENED, account.id, by=by.person, now=now)


def unlock(session: Session, account: Account, *, by: Visitor, now: datetime) -> None:
    """Take the second factor off that was lost with all recovery codes; raises Forbidden.

    The password is asked for as before, and roles stay shut until there is another one.
    """
    _require_may_close(account, by)
    drop_second_factor(session, account, now)
    note_account(session, Kind.ACCOUNT_UNLOCKED, account.id, by=by.person, now=now)


def _end_invitations(session: Session, account: Account, now: datetime) -> None:
    """What was taken is not regained by a second invitation that still lies in a mailbox."""
    if account.email:
        links.end_invitations(session, account.email, now)


def _require_other(account: Account, by: Visitor) -> None:
    if account.id == by.person:
        raise Refused("Nobody changes their own roles: ask somebody else")


def _require_may_close(account: Account, by: Visitor) -> None:
    if not may_close(by, account):
        raise Forbidden("Your account may not close this one, nor open it again")
