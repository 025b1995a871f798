"""How long who asked is kept after a request has come to an end, as a law's pack declares it."""

from dataclasses import dataclass
from datetime import date, timedelta

from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.requests.acts import State
from opendata_hub.domain.texts import Texts

MONTHS_IN_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """The states a request can have come to rest in, and how many months later it is erased.

    source: who says so; confidence: whether a jurist has confirmed it.
    """

    code: str
    title: Texts
    states: frozenset[State]
    months: int
    source: str
    confidence: Confidence

    def last_before(self, today: date) -> date:
        """Whoever's request came to rest on this day, or earlier, is erased today.

        >>> from datetime import date as day
        >>> months_before(day(2026, 3, 31), 1)
        datetime.date(2026, 2, 28)
        """
        return months_before(today, self.months)


def months_before(day: date, months: int) -> date:
    """The same day number so many months earlier, or the last day of that month."""
    years, month = divmod(day.year * MONTHS_IN_A_YEAR + day.month - 1 - months, MONTHS_IN_A_YEAR)
    first_after = date(years + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = first_after - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))
