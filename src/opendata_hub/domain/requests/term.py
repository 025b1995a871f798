"""Lengths of time that laws grant, and how each is counted on a calendar.

One function counts them all, day by day where days are passed over, so that a count can be told:
days elapsed are days counted plus days skipped.
"""

import calendar as month_lengths
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.requests.calendar import ONE_DAY, Calendar, DayOff, Suspended
from opendata_hub.domain.texts import Texts

MONTHS_IN_A_YEAR, DAYS_IN_A_LEGAL_MONTH, HOURS_IN_A_DAY = 12, 30, 24
STOPPED: Texts = {"fr": "délai suspendu", "ar": "أجل موقوف", "en": "clock stopped"}


class Unit(StrEnum):
    """How a span is counted.

    FRANCS: neither day zero nor the last day counts. MONTHS: the same day number, clipped to the
    month's last day. MONTHS_30: thirty days each (Moroccan DOC, art. 132).
    """

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    FRANCS = "francs"
    MONTHS = "months"
    MONTHS_30 = "months_30"
    HOURS = "hours"


class DayZero(StrEnum):
    """Whether the day of the event is counted as the first day."""

    EXCLUDED = "excluded"
    INCLUDED = "included"


class End(StrEnum):
    """What happens when a term that is not counted in working days ends on a day off."""

    NONE = "none"
    FORWARD = "forward"
    BACKWARD = "backward"


class AfterStop(StrEnum):
    """What is left of a term when a stopped clock starts again."""

    REMAINING = "remaining"
    RESTART = "restart"


class StopDays(StrEnum):
    """Which days a stop takes out.

    AFTER_STOP: the day of the stop still counts, the day of resumption is day zero again.
    BOTH: both are disregarded (UK Freedom of Information Act 2000, s. 10(2)).
    """

    AFTER_STOP = "after_stop"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Span:
    """So many units."""

    length: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class ByDay:
    """The next such day of the year after day zero."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class MonthsAfter:
    """The last day of the n-th calendar month after the month of day zero."""

    months: int


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a term's days, rounded down: "within the first half of the period"."""

    numerator: int
    denominator: int
    of: "Term"


@dataclass(frozen=True, slots=True)
class Extreme:
    """The earliest or the latest of several terms."""

    terms: tuple["Term", ...]
    is_latest: bool


Term = Span | ByDay | MonthsAfter | Part | Extreme


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read how a term is counted, where the law leaves room.

    uncertain_off: whether expected and exceptional holidays are days off.
    """

    day_zero: DayZero
    end: End
    uncertain_off: bool


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which the clock stands, from the day it was stopped to the day it went on."""

    start: date
    end: date
    then: AfterStop = AfterStop.REMAINING
    days: StopDays = StopDays.AFTER_STOP
    reason: Texts = field(default_factory=lambda: STOPPED)

    def takes(self, day: date) -> bool:
        """Whether ``day`` is not counted because of this stop."""
        first = self.start if self.days is StopDays.BOTH else self.start + ONE_DAY
        return first <= day <= self.end


@dataclass(frozen=True, slots=True)
class Count:
    """A term counted once: the first day of the count, the last, and the days passed over.

    skipped is in the order in which the days were met; a term that ends backward meets the last
    of them going back.
    """

    first: date
    due: date
    skipped: tuple[DayOff, ...]


def count(
    term: Term,
    reading: Reading,
    start: date | datetime,
    calendar: Calendar,
    stops: Sequence[Stop] = (),
) -> Count:
    """Count ``term`` from ``start`` by one reading.

    start: a day, or an aware instant for terms of hours; its day is the one in its own zone.
    Raises CalendarGap in a year without a list of holidays, Invalid for a day that leaves
    Python's calendar.
    """
    try:
        held = (*stops, *(_general(each) for each in calendar.suspended))
        return _count(term, reading, start, calendar, tuple(sorted(held, key=_start_of)))
    except (OverflowError, ValueError):
        raise Invalid(f"{start.isoformat()} is too far a day to count from") from None


def _count(
    term: Term,
    reading: Reading,
    start: date | datetime,
    calendar: Calendar,
    stops: tuple[Stop, ...],
) -> Count:
    day_zero = _day_of(start)
    match term:
        case Extreme(terms, is_latest):
            counts = [_count(each, reading, start, calendar, stops) for each in terms]
            return (max if is_latest else min)(counts, key=lambda each: each.due)
        case Part(numerator, denominator, whole):
            counted = _count(whole, reading, start, calendar, ())
            days = (counted.due - day_zero).days * numerator // denominator
            return Count(day_zero + ONE_DAY, day_zero + days * ONE_DAY, ())
        case ByDay(month, day):
            return _ended(
                day_zero + ONE_DAY, _next_such_day(day_zero, month, day), (), reading, calendar
            )
        case MonthsAfter(months):
            last = _month_end(day_zero, months)
            return _ended(day_zero + ONE_DAY, last, (), reading, calendar)
        case Span():
            return _span(term, reading, start, calendar, stops)


def _span(
    span: Span,
    reading: Reading,
    start: date | datetime,
    calendar: Calendar,
    stops: tuple[Stop, ...],
) -> Count:
    """Count a span; a stop after which it starts anew moves day zero."""
    counted = _run(span, reading, start, calendar, stops)
    for number, stop in enumerate(stops):
        if stop.then is AfterStop.RESTART and _day_of(start) <= stop.start <= counted.due:
            return _span(span, reading, stop.end, calendar, stops[number + 1 :])
    return counted


def _run(
    span: Span,
    reading: Reading,
    start: date | datetime,
    calendar: Calendar,
    stops: tuple[Stop, ...],
) -> Count:
    day_zero = _day_of(start)
    first = day_zero if reading.day_zero is DayZero.INCLUDED else day_zero + ONE_DAY

    def stopped(day: date) -> DayOff | None:
        return next((DayOff(day, stop.reason) for stop in stops if stop.takes(day)), None)

    def closed(day: date) -> DayOff | None:
        return calendar.day_off(day, uncertain_off=reading.uncertain_off)

    def off(day: date) -> DayOff | None:
        return stopped(day) or closed(day)

    if span.unit is Unit.WORKING_DAYS:
        last, skipped = _walk(span.length, first, off if stops else closed)
        return Count(first, last, skipped)
    days = (_nominal_end(span, start) - day_zero).days
    last, skipped = _walk(days, first, stopped) if stops else (first + (days - 1) * ONE_DAY, ())
    return _ended(first, last, skipped, reading, calendar)


def _walk(
    length: int, first: date, off: Callable[[date], DayOff | None]
) -> tuple[date, tuple[DayOff, ...]]:
    """The day on which ``length`` days have been counted, from ``first``, and those passed over."""
    day, counted, skipped = first - ONE_DAY, 0, []
    while counted < length:
        day += ONE_DAY
        if reason := off(day):
            skipped.append(reason)
        else:
            counted += 1
    return day, tuple(skipped)


def _nominal_end(span: Span, start: date | datetime) -> date:
    """Where a span of plain days ends that nothing stops, day zero not counted."""
    day_zero = _day_of(start)
    match span.unit:
        case Unit.MONTHS:
            return _same_day(day_zero, span.length)
        case Unit.MONTHS_30:
            return day_zero + span.length * DAYS_IN_A_LEGAL_MONTH * ONE_DAY
        case Unit.FRANCS:
            return day_zero + (span.length + 1) * ONE_DAY
        case Unit.HOURS if isinstance(start, datetime):
            return _after_hours(start, span.length)
        case Unit.HOURS:
            return day_zero + -(-span.length // HOURS_IN_A_DAY) * ONE_DAY
        case _:
            return day_zero + span.length * ONE_DAY


def _after_hours(start: datetime, hours: int) -> date:
    """The day, in the zone of ``start``, on which so many real hours have passed."""
    if start.tzinfo is None:
        return (start + timedelta(hours=hours)).date()
    instant = start.timestamp() + hours * 3600
    return datetime.fromtimestamp(instant, tz=start.tzinfo).date()


def _ended(
    first: date,
    last: date,
    skipped: tuple[DayOff, ...],
    reading: Reading,
    calendar: Calendar,
) -> Count:
    """Apply the end rule: a term of plain days may not end on a day off (DOC art. 133)."""
    if reading.end is End.NONE:
        return Count(first, last, skipped)
    stride = ONE_DAY if reading.end is End.FORWARD else -ONE_DAY
    day, met = last, list(skipped)
    while off := calendar.day_off(day, uncertain_off=reading.uncertain_off):
        met.append(off)
        day += stride
    return Count(first, day, tuple(met))


def _same_day(start: date, months: int) -> date:
    """The same day number so many months later, clipped to the month's last day."""
    years, month = divmod(start.month - 1 + months, MONTHS_IN_A_YEAR)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, month_lengths.monthrange(year, month)[1]))


def _month_end(start: date, months: int) -> date:
    first = _same_day(start.replace(day=1), months)
    return first.replace(day=month_lengths.monthrange(first.year, first.month)[1])


def _next_such_day(start: date, month: int, day: int) -> date:
    this_year = date(start.year, month, day)
    return this_year if this_year > start else date(start.year + 1, month, day)


def _day_of(start: date | datetime) -> date:
    return start.date() if isinstance(start, datetime) else start


def _general(suspended: Suspended) -> Stop:
    """A stop of every term, whatever its law says of stops."""
    return Stop(suspended.start, suspended.end, days=StopDays.BOTH, reason=suspended.reason)


def _start_of(stop: Stop) -> date:
    return stop.start


def days_told(counted: Count) -> Iterator[tuple[date, int, DayOff | None]]:
    """Each day of a count: how many were counted by its end, and why it was passed over."""
    off = {each.day: each for each in counted.skipped}
    number = 0
    for n in range((counted.due - counted.first).days + 1):
        day = counted.first + n * ONE_DAY
        number += day not in off
        yield day, number, off.get(day)
