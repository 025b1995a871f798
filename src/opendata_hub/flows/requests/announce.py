"""An officer announces a day off: every open request is counted anew, and people are told."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.roles import WHOLE_HUB
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.calendar import Announcement, Calendar
from opendata_hub.domain.requests.deadline import Deadline
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.timeline import clocks
from opendata_hub.store import calendars, journal
from opendata_hub.store.calendars import DueChange, OpenRequest

LISTS_RUN_OUT_DAYS = 90
History = tuple[str, bool, tuple[tuple[Act, date], ...]]
"""All that the due day of an answer depends on beside the calendar: law, urgency, acts by day."""


def announce(
    session: Session,
    announcement: Announcement,
    *,
    calendar: Calendar,
    laws: Mapping[str, Law],
    by: int | None,
    today: date,
    now: datetime,
) -> int:
    """Add the day to the calendar and recount; returns how many due days moved.

    calendar: the declared one, without what was announced. laws: those of its jurisdiction.
    by: the account that announces; None for a command on the hub's machine.
    Raises Invalid for a day in a year without a list: one day is no list.
    """
    holiday = announcement.holiday
    if holiday.day.year not in calendar.years:
        raise Invalid(f"{holiday.day.isoformat()}: no list of holidays for that year yet")
    instead = announcement.instead_of
    if instead and instead not in current(session, calendar).holidays:
        raise Invalid(f"instead of {instead.isoformat()}: that day is not listed as a holiday")
    calendars.announce(session, calendar.jurisdiction, announcement, now)
    journal.append(
        session, Kind.DAY_ANNOUNCED, f"{calendar.jurisdiction} {holiday.day.isoformat()}",
        {"status": holiday.status, "source": holiday.source},
        authority=WHOLE_HUB, person=by, now=now,
    )  # fmt: skip
    reason = f"{holiday.day.isoformat()}: {holiday.name['fr']} ({holiday.source})"
    return recount(
        session, current(session, calendar), laws=laws, reason=reason, today=today, now=now
    )


def recount(
    session: Session,
    calendar: Calendar,
    *,
    laws: Mapping[str, Law],
    reason: str,
    today: date,
    now: datetime,
) -> int:
    """Count every open request under these laws anew; returns how many due days moved."""
    changed = 0
    counted: dict[History, Deadline] = {}
    for batch in calendars.open_requests(session, list(laws), EVERYWHERE):
        moved = _moved(batch, calendar, laws, today, counted)
        changed += calendars.change_dues(session, moved, reason=reason, now=now)
    return changed


def current(session: Session, calendar: Calendar) -> Calendar:
    """The declared calendar with all that was announced since."""
    return calendar.with_announced(calendars.announced(session, calendar.jurisdiction))


def warn_of_end(session: Session, calendar: Calendar, *, today: date, now: datetime) -> bool:
    """Write a notice, once, when the lists of holidays run out soon; returns whether they do."""
    end = calendar.last_known_day()
    if (end - today).days > LISTS_RUN_OUT_DAYS:
        return False
    subject = f"{calendar.jurisdiction} {end.year}"
    if subject not in calendars.unsent(session, "calendar-runs-out"):
        content = {"jurisdiction": calendar.jurisdiction, "last_day": end.isoformat()}
        calendars.add_notice(session, "calendar-runs-out", subject, content, now)
    return True


def _moved(
    batch: list[OpenRequest],
    calendar: Calendar,
    laws: Mapping[str, Law],
    today: date,
    counted: dict[History, Deadline],
) -> Iterator[DueChange]:
    """The requests whose due days differ now. Those with the same history are counted once."""
    for request in batch:
        history = (
            request.law,
            request.is_urgent,
            tuple((event.act, event.happened_on) for event in request.events),
        )
        if history not in counted:
            counted[history] = _first_deadline(request, laws[request.law], calendar, today)
        term = counted[history]
        if (term.due, term.safe) != (request.due_on, request.safe_on):
            yield DueChange(request, term.due, term.safe)


def _first_deadline(request: OpenRequest, law: Law, calendar: Calendar, today: date) -> Deadline:
    is_urgent = request.is_urgent
    started = clocks(request.events, law, calendar, is_urgent=is_urgent, today=today)
    return started[law.first_step(is_urgent=is_urgent).name].deadline
