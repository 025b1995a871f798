"""Officers are reminded of what is due, once at each distance, and get a digest in the morning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from opendata_hub.domain.correspondence.reminders import (
    FARTHEST,
    STANDING,
    DeskKind,
    digest_of,
    distance,
    is_working,
    stage,
    to_said,
)
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import EVERYWHERE, reach
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.desk import SOON_DAYS, Line
from opendata_hub.store.correspondence import incoming, officers, outbox, reminders
from opendata_hub.store.correspondence.officers import Officer
from opendata_hub.store.people import accounts
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.cases import Queue

BATCH = 500
MOST_IN_DIGEST = 2_000
Place = tuple[date, str]
"""The line of a queue that a batch ended with."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """By what officers are reminded.

    distances: working days from the last day, below 0 before it. calendar: of an authority, with
    its closures; day_in: which day it is there.
    """

    distances: Sequence[int]
    calendar: Callable[[Session, str], Calendar]
    day_in: Callable[[Calendar], date]


def remind(
    session: Session, rounds: Rounds, *, after: Place | None, day: date, now: datetime
) -> tuple[Place | None, int]:
    """Write the reminders that are due of one batch of open requests.

    after: where the batch before ended. Returns where this one ended, None after the last, and
    how many mails were written. Nothing is written on a body's day off: the next working day
    finds what was due in between, once.
    """
    widest = max((abs(each) for each in rounds.distances), default=0)
    asked = Queue(
        due_from=day - FARTHEST, due_before=day + timedelta(days=2 * widest + 15), after=after
    )
    lines = cases.queue(session, asked, EVERYWHERE, most=BATCH)
    before = reminders.written(session, [each.reference for each in lines])
    calendars: dict[str, Calendar] = {}
    hands: dict[tuple[str, str], list[Officer]] = {}
    count = 0
    for line in lines:
        if line.authority not in calendars:
            calendars[line.authority] = rounds.calendar(session, line.authority)
        far = _due(line, calendars[line.authority], rounds)
        if far is None or (line.reference, line.due_on, far[0]) in before:
            continue
        reminders.add(session, (line.reference, line.due_on, far[0]), now)
        for each in _hands(session, line, hands):
            _write(session, line, each, far[1], now)
            count += 1
    last = lines[-1] if len(lines) == BATCH else None
    return ((last.due_on, last.reference) if last else None), count


def send_digest(
    session: Session, officer: Officer, calendar: Calendar, *, today: date, now: datetime
) -> bool:
    """Write somebody's digest of today; False where there is nothing, or there was one."""
    if not is_working(calendar, today) or reminders.has_digest(session, officer.person, today):
        return False
    visitor = Visitor(officer.person, accounts.grants(session, officer.person))
    within = reach(visitor, Deed.HANDLE_REQUEST)
    asked = Queue(due_before=today + timedelta(days=SOON_DAYS + 1))
    lines = cases.queue(session, asked, within, most=MOST_IN_DIGEST)
    own = [each for each in lines if each.officer in {None, officer.person}]
    found = digest_of(own, mails=incoming.count_held(session, within), today=today)
    if not found:
        return False
    reminders.add_digest(session, officer.person, today)
    outbox.add(
        session, DeskKind.DIGEST,
        email=officer.email, language=officer.language,
        said={"day": today.isoformat(), **to_said(found)}, now=now,
    )  # fmt: skip
    return True


def _due(line: Line, calendar: Calendar, rounds: Rounds) -> tuple[int, int] | None:
    """The reminder that is due, and how far the last day is; None where none is."""
    today = rounds.day_in(calendar)
    if line.state in STANDING or not is_working(calendar, today):
        return None
    far = distance(calendar, line.due_on, today=today)
    at = stage(rounds.distances, far)
    return None if at is None else (at, far)


def _hands(
    session: Session, line: Line, known: dict[tuple[str, str], list[Officer]]
) -> list[Officer]:
    """Who works on it: the officer it was given to, or all of its unit."""
    place = (line.authority, line.unit)
    if place not in known:
        known[place] = officers.of_place(session, *place)
    own = [each for each in known[place] if each.person == line.officer]
    return own or known[place]


def _write(session: Session, line: Line, officer: Officer, days: int, now: datetime) -> None:
    outbox.add(
        session, DeskKind.REMINDER,
        email=officer.email, language=officer.language, reference=line.reference,
        said={"due": line.due_on.isoformat(), "days": str(days)}, now=now,
    )  # fmt: skip
