"""What an officer has to do next: how near the last day is, and whose turn it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from opendata_hub.domain.requests.acts import State

SOON_DAYS = 7
"""From so many days before its last day on, a request is due soon."""


class Nearness(StrEnum):
    """How near the last day is. Derived on the day it is asked, never stored."""

    LATE = "late"
    DUE_TODAY = "due-today"
    DUE_SOON = "due-soon"
    LATER = "later"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Line:
    """A request in a queue. Nobody is named in it.

    due_on, safe_on: the last day by law, and by the careful reading. officer: the account of who
    works on it, if anybody was named; answer_by: the day the body has set for it.
    """

    reference: str
    authority: str
    unit: str
    subject: str
    language: str
    is_urgent: bool
    is_open: bool
    state: State
    received_on: date
    due_on: date
    safe_on: date
    officer: int | None = None
    answer_by: date | None = None

    def nearness(self, today: date) -> Nearness:
        """How near the last day is."""
        return nearness(self.due_on, is_open=self.is_open, today=today)


def days_of(near: Nearness, today: date) -> tuple[date | None, date | None]:
    """The first last day that is so near, and the first that is not any more; None: no bound.

    >>> days_of(Nearness.LATE, date(2026, 11, 23))
    (None, datetime.date(2026, 11, 23))
    """
    tomorrow, later = today + timedelta(1), today + timedelta(SOON_DAYS + 1)
    bounds: Mapping[Nearness, tuple[date | None, date | None]] = {
        Nearness.LATE: (None, today),
        Nearness.DUE_TODAY: (today, tomorrow),
        Nearness.DUE_SOON: (tomorrow, later),
        Nearness.LATER: (later, None),
        Nearness.DONE: (None, None),
    }
    return bounds[near]


def nearness(due_on: date, *, is_open: bool, today: date) -> Nearness:
    """How near the last day of a request is.

    >>> nearness(date(2026, 11, 30), is_open=True, today=date(2026, 11, 23))
    <Nearness.DUE_SOON: 'due-soon'>
    """
    if not is_open:
        return Nearness.DONE
    days = (due_on - today).days
    if days < 0:
        return Nearness.LATE
    if days == 0:
        return Nearness.DUE_TODAY
    return Nearness.DUE_SOON if days <= SOON_DAYS else Nearness.LATER
