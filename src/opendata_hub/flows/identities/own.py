"""Somebody's own requests: tied to an account by a code, read without it, withdrawn."""

from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import reach, require
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.info_request import InfoRequest
from opendata_hub.domain.requests.law import Law
from opendata_hub.flows.requests import follow
from opendata_hub.flows.requests.act import Doing, add_event
from opendata_hub.store.identities import owners
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.cases import Case

ON_A_PAGE = 50


def listed(session: Session, *, by: Visitor, after: str = "") -> list[owners.OwnLine]:
    """The requests of the account, the latest first; raises SignInNeeded."""
    require(by, Deed.FOLLOW_OWN_REQUEST)
    within = reach(by, Deed.FOLLOW_OWN_REQUEST)
    return owners.of(session, within, after=after, most=ON_A_PAGE + 1)


def find(session: Session, reference: str, *, by: Visitor, to_change: bool = False) -> Case:
    """One of them; raises UnknownRequest for everybody else's."""
    require(by, Deed.FOLLOW_OWN_REQUEST)
    within = reach(by, Deed.FOLLOW_OWN_REQUEST)
    return cases.get(session, reference.strip().upper(), within, to_change=to_change)


def claim(session: Session, reference: str, code: str, *, by: Visitor) -> InfoRequest:
    """Tie a request to the account of who holds its code.

    Raises UnknownRequest for a wrong code, and for one that another account has: one answer.
    """
    require(by, Deed.FOLLOW_OWN_REQUEST)
    found = follow.find(session, reference, code)
    owners.give(session, found.reference, by.person)
    return found


def withdraw(
    session: Session,
    case: Case,
    *,
    law: Law,
    calendar: Calendar,
    by: Visitor,
    today: date,
    now: datetime,
) -> Case:
    """Withdraw one's own request; raises WrongMoment where it is too late.

    case: as ``find`` gives it to be changed.
    """
    doing = Doing(Act.WITHDRAW, today, len(case.request.events))
    return add_event(
        session, case, doing, law=law, calendar=calendar, person=by.person, today=today, now=now
    )
