"""Requests are given to a unit or an officer, with a day of the body's own."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.authority import Authority
from opendata_hub.domain.errors import Invalid, WrongMoment
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, Reach, reach, require
from opendata_hub.domain.requests.assignment import (
    Assignment,
    checked_references,
    require_in_time,
)
from opendata_hub.store import journal
from opendata_hub.store.people import accounts
from opendata_hub.store.requests import assignments
from opendata_hub.store.requests.assignments import Assigned

MOST_OFFICERS = 500


def assign(
    session: Session,
    references: Sequence[str],
    wanted: Assignment,
    *,
    authority_of: Callable[[str], Authority],
    by: Visitor,
    today: date,
    now: datetime,
) -> list[Assigned]:
    """Give all of these requests to the same hands, or none; returns them as they were before.

    authority_of: the body of an id. Raises Forbidden, UnknownRequest, WrongMoment for one that is
    over, and Invalid for a unit that a body has not, an officer who may not handle requests
    there, and a day that is over or after the law's.
    """
    require(by, Deed.HANDLE_REQUEST)
    found = assignments.locked(
        session, checked_references(references), reach(by, Deed.HANDLE_REQUEST)
    )
    for each in found:
        require(by, Deed.HANDLE_REQUEST, Place(each.authority, each.now.unit))
        if not each.is_open:
            raise WrongMoment(f"{each.reference} waits for nothing more: it is not assigned")
        require_in_time(wanted, each.due_on, reference=each.reference, today=today)
    for authority in {each.authority for each in found}:
        authority_of(authority).require_unit(wanted.unit)
        _require_officer(session, wanted, authority)
    assignments.add(session, found, wanted, by=by.person, now=now)
    for each in found:
        journal.append(
            session, Kind.REQUEST_ASSIGNED, each.reference,
            {
                "unit": wanted.unit, "officer": str(wanted.officer or ""),
                "answer_by": wanted.answer_by.isoformat() if wanted.answer_by else "",
            },
            authority=each.authority, person=by.person, now=now,
        )  # fmt: skip
    return found


def officers(session: Session, authority: str, unit: str = "") -> list[Account]:
    """Who may handle requests of that unit of the body, by name."""
    place = Place(authority, unit)
    there = Reach(authorities=frozenset({authority}), units=frozenset({(authority, unit)}))
    found = accounts.listed(session, there, most=MOST_OFFICERS)
    able = [each for each in found if each.disabled_at is None and _handles(each, place)]
    return sorted(able, key=lambda each: each.name.casefold())


def _handles(account: Account, place: Place) -> bool:
    who = Visitor(account.id, account.grants)
    return reach(who, Deed.HANDLE_REQUEST).covers(place)


def _require_officer(session: Session, wanted: Assignment, authority: str) -> None:
    if wanted.officer is None:
        return
    if wanted.officer not in {each.id for each in officers(session, authority, wanted.unit)}:
        raise Invalid("officer: this account does not handle requests of that unit")
