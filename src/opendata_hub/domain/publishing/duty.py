"""What a body has to publish, and whether it is late: by the rhythm that its family declares.

The legal calendar of each text is not told here: a family says how often its tables are renewed.
"""

from datetime import date, timedelta
from enum import StrEnum

SPANS = {
    "DAILY": 1, "WEEKLY": 7, "BIWEEKLY": 14, "MONTHLY_2": 16, "MONTHLY": 31, "BIMONTHLY": 62,
    "QUARTERLY": 92, "ANNUAL_3": 122, "ANNUAL_2": 184, "ANNUAL": 366, "BIENNIAL": 731,
    "TRIENNIAL": 1096,
}  # fmt: skip
"""Days between two publications, at most, by the code of the frequency (EU vocabulary)."""


class Standing(StrEnum):
    """Where a body stands with a family."""

    NEVER = "never"
    FRESH = "fresh"
    STALE = "stale"


def next_by(published_on: date, frequency: str) -> date | None:
    """The day by which it is to be published anew; None where there is no rhythm.

    >>> next_by(date(2026, 1, 1), "QUARTERLY"), next_by(date(2026, 1, 1), "IRREG")
    (datetime.date(2026, 4, 3), None)
    """
    span = SPANS.get(frequency)
    return published_on + timedelta(days=span) if span else None


def standing(published_on: date | None, frequency: str, today: date) -> Standing:
    """Never published, published as often as declared, or too long ago."""
    if published_on is None:
        return Standing.NEVER
    due = next_by(published_on, frequency)
    return Standing.STALE if due and due < today else Standing.FRESH
