"""A day off is announced, for all or for one authority: requests are recounted, people told."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.journal import Kind, text_digest
from opendata_hub.domain.people.rule import EVERYWHERE, Reach
from opendata_hub.domain.requests.acts import Act, State
from opendata_hub.domain.requests.calendar import Announcement, Calendar
from opendata_hub.domain.requests.deadline import Deadline
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.timeline import clocks, desk_clock, state_of
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
    authority: str = "",
) -> int:
    """Add the day to the calendar and recount; returns how many due days moved.

    calendar: the declared one, without what was announced. laws: those of its jurisdiction.
    by: the account that announces; None for a command on the hub's machine.
    authority: whose doors alone are closed that day; the requests of all others stay as they are.
    Raises Invalid for a day in a year without a list (one day is no list), and for a day of one
    authority that is off for all of them, or that would undo one that is.
    """
    holiday = announcement.holiday
    if holiday.day.year not in calendar.years:
        raise Invalid(f"{holiday.day.isoformat()}: no list of holidays for that year yet")
    instead = announcement.instead_of
    if instead and instead not in current(session, calendar).holidays:
        raise Invalid(f"instead of {instead.isoformat()}: that day is not listed as a holiday")
    if authority:
        _require_own(announcement, current(session, calendar))
    calendars.announce(session, calendar.jurisdiction, announcement, now, authority=authority)
    reason = f"{holiday.day.isoformat()}: {holiday.name['fr']} ({holiday.source})"
    moved = recount(
        session, current(session, calendar),
        laws=laws, reason=reason, today=today, now=now, authority=authority,
    )  # fmt: skip
    # The journal comes last in every act: who holds it never waits for who waits for it.
    journal.append(
        session, Kind.DAY_ANNOUNCED, f"{calendar.jurisdiction} {holiday.day.isoformat()}",
        {"status": holiday.status, "source": text_digest(holiday.source)},
        authority=authority, person=by, now=now,
    )  # fmt: skip
    return moved


def recount(
    session: Session,
    calendar: Calendar,
    *,
    laws: Mapping[str, Law],
    reason: str,
    today: date,
    now: datetime,
    authority: str = "",
) -> int:
    """Count every open request under these laws anew; returns how many due days moved.

    calendar:  of the jurisdiction; an authority's own closures are added to it.
    authority: count its requests only.
    """
    changed = 0
    counted: dict[tuple[str, History], Deadline] = {}
    closed = calendars.closures(session, calendar.jurisdiction, authority=authority)
    own = {name: calendar.with_closures(days) for name, days in closed.items()}
    within = Reach(authorities=frozenset({authority})) if authority else EVERYWHERE
    for batch in calendars.open_requests(session, list(laws), within):
        moved = _moved(batch, calendar, own, laws, today, counted)
        changed += calendars.change_dues(session, moved, reason=reason, now=now)
    return changed


def current(session: Session, calendar: Calendar, *, authority: str = "") -> Calendar:
    """The declared calendar with all that was announced since, also for an authority alone."""
    known = calendar.with_announced(calendars.announced(session, calendar.jurisdiction))
    if not authority:
        return known
    closed = calendars.closures(session, calendar.jurisdiction, authority=authority)
    return known.with_closures(closed.get(authority, ()))


def _require_own(announcement: Announcement, known: Calendar) -> None:
    """Raise Invalid unless the day can be one on which a single authority is closed."""
    if announcement.instead_of:
        raise Invalid("instead of: an authority can't make a holiday of all a working day")
    if announcement.holiday.day in known.holidays:
        raise Invalid(f"{announcement.holiday.day.isoformat()}: that day is off for all already")


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
    own: Mapping[str, Calendar],
    laws: Mapping[str, Law],
    today: date,
    counted: dict[tuple[str, History], Deadline],
) -> Iterator[DueChange]:
    """The requests whose due days differ now. Those with the same history are counted once.

    own: the calendars of the authorities that have closures of their own.
    """
    for request in batch:
        history = (
            request.law,
            request.is_urgent,
            tuple((event.act, event.happened_on) for event in request.events),
        )
        key = (request.authority if request.authority in own else "", history)
        if key not in counted:
            days = own.get(request.authority, calendar)
            counted[key] = _next_deadline(request, laws[request.law], days, today)
        term = counted[key]
        if (term.due, term.safe) != (request.due_on, request.safe_on):
            is_of_complaint = state_of(request.events) is State.WITH_THE_HEAD
            yield DueChange(request, term.due, term.safe, is_of_complaint)


def _next_deadline(request: OpenRequest, law: Law, calendar: Calendar, today: date) -> Deadline:
    is_urgent = request.is_urgent
    started = clocks(request.events, law, calendar, is_urgent=is_urgent, today=today)
    return desk_clock(started, request.events, law, is_urgent=is_urgent).deadline
