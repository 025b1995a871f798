"""The last day on which an act is in time, and how that day was counted."""

from dataclasses import dataclass
from datetime import date

from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.requests.calendar import ONE_DAY, Calendar, DayOff
from opendata_hub.domain.requests.law import DayZero, End, Reading, Step, Unit


@dataclass(frozen=True, slots=True)
class Count:
    """A term counted once: the last day, and the days off passed over on the way."""

    due: date
    skipped: tuple[DayOff, ...]


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due day that can explain itself.

    start:   day zero, the day of the event.
    due:     the last day in time by the legal reading, whole: late begins at midnight.
    safe:    the last day in time by the careful reading; never after ``due``.
    skipped: the days off met in the legal count, each with its reason.
    """

    step: Step
    start: date
    due: date
    safe: date
    skipped: tuple[DayOff, ...]
    calendar_version: str

    def is_late(self, today: date) -> bool:
        """Whether the term has run out, seen from ``today`` in the authority's time zone."""
        return today > self.due


def deadline(step: Step, start: date, calendar: Calendar) -> Deadline:
    """Count ``step`` from ``start`` by both readings.

    Raises CalendarGap when the count reaches a year whose holidays aren't known.
    Source: the article in ``step.article``; the readings, ``step.note``.
    """
    legal = count(step.length, step.unit, step.legal, start, calendar)
    safe = count(step.length, step.unit, step.safe, start, calendar)
    return Deadline(
        step=step,
        start=start,
        due=legal.due,
        safe=min(legal.due, safe.due),
        skipped=legal.skipped,
        calendar_version=calendar.version,
    )


def count(length: int, unit: Unit, reading: Reading, start: date, calendar: Calendar) -> Count:
    """Count ``length`` units from ``start`` by one reading.

    Days elapsed are days counted plus days skipped, whatever the unit.
    Raises Invalid for a day so late that the count would leave the calendar of Python.
    """
    try:
        first = start if reading.day_zero is DayZero.INCLUDED else start + ONE_DAY
        if unit is Unit.WORKING_DAYS:
            return _working_days(length, reading, first, calendar)
        return _ended(first + (length - 1) * ONE_DAY, reading, calendar)
    except OverflowError:
        raise Invalid(f"{start.isoformat()} is too late a day to count from") from None


def _working_days(length: int, reading: Reading, first: date, calendar: Calendar) -> Count:
    day, counted, skipped = first - ONE_DAY, 0, []
    while counted < length:
        day += ONE_DAY
        if off := calendar.day_off(day, uncertain_off=reading.uncertain_off):
            skipped.append(off)
        else:
            counted += 1
    return Count(day, tuple(skipped))


def _ended(last: date, reading: Reading, calendar: Calendar) -> Count:
    """Apply the end rule: a term of plain days may not end on a day off (DOC art. 133)."""
    calendar.require_known(last)
    if reading.end is End.NONE:
        return Count(last, ())
    stride = ONE_DAY if reading.end is End.FORWARD else -ONE_DAY
    day, skipped = last, []
    while off := calendar.day_off(day, uncertain_off=reading.uncertain_off):
        skipped.append(off)
        day += stride
    return Count(day, tuple(skipped))
