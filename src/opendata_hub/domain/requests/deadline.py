"""The last day on which an act is in time, and how that day was counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from opendata_hub.domain.requests.calendar import ONE_DAY, Calendar, DayOff
from opendata_hub.domain.requests.law import ClosedDay, Receipt, Step
from opendata_hub.domain.requests.term import Count, Reading, Stop, Term, count


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due day that can explain itself.

    start:  day zero, the day of the event, after the law's rule on receipt.
    counts: the legal count, and one more for each extension, each from the last day of the one
            before.
    due:    the last day in time by the legal reading, whole: late begins at midnight.
    safe:   the last day in time by the careful reading; never after ``due``.
    """

    step: Step
    start: date
    counts: tuple[Count, ...]
    due: date
    safe: date
    calendar_version: str

    @property
    def skipped(self) -> tuple[DayOff, ...]:
        """The days passed over in the legal count, each with its reason."""
        return tuple(off for counted in self.counts for off in counted.skipped)

    def is_late(self, today: date) -> bool:
        """Whether the term has run out, seen from ``today`` in the authority's time zone."""
        return today > self.due


def deadline(
    step: Step,
    start: date | datetime,
    calendar: Calendar,
    *,
    stops: Sequence[Stop] = (),
    extensions: Sequence[Step] = (),
    safe_start: date | None = None,
) -> Deadline:
    """Count ``step`` from ``start`` by both readings, with its stops and extensions.

    safe_start: an earlier day zero for the careful reading, where the law gives two.
    Raises CalendarGap when the count reaches a year whose holidays aren't known.
    Source: the article in ``step.article``; the readings, ``step.note``.
    """
    legal = _chain(
        [(each.term, each.legal) for each in (step, *extensions)], start, calendar, stops
    )
    careful = [(each.term, each.safe) for each in (step, *extensions)]
    safe = _chain(careful, safe_start or start, calendar, stops)
    return Deadline(
        step=step,
        start=start.date() if isinstance(start, datetime) else start,
        counts=legal,
        due=legal[-1].due,
        safe=min(legal[-1].due, safe[-1].due),
        calendar_version=calendar.version,
    )


def _chain(
    terms: Sequence[tuple[Term, Reading]],
    start: date | datetime,
    calendar: Calendar,
    stops: Sequence[Stop],
) -> tuple[Count, ...]:
    """Each term from the last day of the one before: an extension prolongs, it does not restart."""
    counts: list[Count] = []
    for term, reading in terms:
        counts.append(count(term, reading, counts[-1].due if counts else start, calendar, stops))
    return tuple(counts)


def received(instant: datetime, receipt: Receipt, calendar: Calendar) -> date:
    """The day on which a request counts as received, by the law's rule on receipt.

    instant: aware, in the authority's time zone; midnight belongs to the day that begins.
    """
    day = instant.date()
    if receipt.cut_off is not None and instant.time() >= receipt.cut_off:
        day += ONE_DAY
    if receipt.closed_day is ClosedDay.NEXT_WORKING_DAY:
        while calendar.day_off(day):
            day += ONE_DAY
    return day
