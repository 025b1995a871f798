"""The functions a formula may call on values that are known: a closed list."""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime
from decimal import Decimal
from typing import Any

from opendata_hub.domain.catalog.rules.kind import Kind, Value

LONGEST_NUMBER = 60
"""Digits of a text that is read as a number."""

_TEXT = frozenset({Kind.TEXT})
_NUMBER = frozenset({Kind.NUMBER})
_DATE = frozenset({Kind.DATE})
_DATETIME = frozenset({Kind.DATETIME})
_DAY = _DATE | _DATETIME


@dataclass(frozen=True, slots=True)
class Function:
    """A function that gives unknown as soon as one of its values is unknown.

    takes:   the kinds allowed in each place; the last place may be repeated when repeats is set.
    run:     gives the value from known ones; None where there is none. Never raises.
    """

    takes: tuple[frozenset[Kind], ...]
    gives: Kind
    run: Callable[..., Value]
    repeats: bool = False

    def takes_at(self, place: int) -> frozenset[Kind]:
        """The kinds allowed in a place, counted from 0."""
        return self.takes[min(place, len(self.takes) - 1)]

    def accepts(self, count: int) -> bool:
        """Whether it can be called with so many values."""
        return count == len(self.takes) or (self.repeats and count > len(self.takes))


def days(start: date, end: date) -> int:
    """Days from one day to another; negative when the second comes first.

    >>> days(date(2026, 1, 31), date(2026, 2, 1))
    1
    """
    return (_day(end) - _day(start)).days


def hours(start: datetime, end: datetime) -> Decimal:
    """Hours from one moment to another.

    >>> hours(datetime(2026, 1, 1, 9), datetime(2026, 1, 2, 10, 30))
    Decimal('25.5')
    """
    return Decimal((end - start) // _SECOND) / 3600


def months_after(start: date, count: Decimal | int) -> date | None:
    """The same day so many months later, or the last day of that month when it is shorter.

    Unknown unless ``count`` is whole and the year is one that a calendar has.

    >>> months_after(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    if magnitude(count) > 12 * MAXYEAR or count % 1:
        return None
    year, month = divmod(start.year * 12 + start.month - 1 + int(count), 12)
    if not MINYEAR <= year <= MAXYEAR:
        return None
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def magnitude(number: Decimal | int) -> Decimal | int:
    """The number without its sign, to every digit.

    >>> magnitude(Decimal("-1.5"))
    Decimal('1.5')
    """
    return number.copy_abs() if isinstance(number, Decimal) else abs(number)


def day_written(text: str) -> date | None:
    """The day a text says, written 2026-03-12; unknown otherwise.

    >>> day_written("2026-02-30") is None
    True
    """
    return first_day(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None


def first_day(text: str) -> date | None:
    """The first day of a period written 2026, 2026-T2, 2026-03 or 2026-03-12; unknown otherwise.

    >>> first_day("2026-T2")
    datetime.date(2026, 4, 1)
    """
    return (_period(text) or (None, None))[0]


def last_day(text: str) -> date | None:
    """The last day of a period, written as for `first_day`.

    >>> last_day("2026-02")
    datetime.date(2026, 2, 28)
    """
    return (_period(text) or (None, None))[1]


def has_only_digits(text: str) -> bool:
    """Whether a text has nothing but 0 to 9, and something.

    >>> has_only_digits("٤٢"), has_only_digits("042")
    (False, True)
    """
    return text.isascii() and text.isdigit()


def mod97(text: str) -> int | None:
    """The remainder by 97 of a number written in digits; unknown for any other text.

    >>> mod97("000000000000097")
    0
    """
    if not has_only_digits(text) or len(text) > LONGEST_NUMBER:
        return None
    return int(text) % 97


def number_written(text: str) -> Decimal | None:
    """The number a text says, written -12 or 12.5; unknown otherwise.

    >>> number_written("0012.50"), number_written("1e5")
    (Decimal('12.50'), None)
    """
    if len(text) > LONGEST_NUMBER or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return None
    return Decimal(text)


def starts(text: str, *beginnings: str) -> bool:
    """Whether a text begins with one of those given.

    >>> starts("Total 2026", "Total", "المجموع")
    True
    """
    return text.startswith(beginnings)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _year(moment: date) -> int:
    return moment.year


def _month(moment: date) -> int:
    return moment.month


def _period(text: str) -> tuple[date, date] | None:
    """The first and the last day of a period."""
    found = _PERIOD.fullmatch(text)
    if not found:
        return None
    year, quarter, month, day = (int(part) if part else None for part in found.groups())
    first_month = 3 * quarter - 2 if quarter else month or 1
    last_month = 3 * quarter if quarter else month or 12
    try:
        first = date(year or 0, first_month, day or 1)
        last = date(year or 0, last_month, day or monthrange(year or 0, last_month)[1])
    except ValueError:
        return None
    return first, last


_SECOND = datetime.resolution * 1_000_000
_PERIOD = re.compile(r"([0-9]{4})(?:-T([1-4])|-([0-9]{2})(?:-([0-9]{2}))?)?")


def _function(
    run: Callable[..., Any], gives: Kind, *takes: frozenset[Kind], repeats: bool = False
) -> Function:
    return Function(takes, gives, run, repeats)


FUNCTIONS: Mapping[str, Function] = {
    "days": _function(days, Kind.NUMBER, _DAY, _DAY),
    "hours": _function(hours, Kind.NUMBER, _DATETIME, _DATETIME),
    "months_after": _function(months_after, Kind.DATE, _DATE, _NUMBER),
    "year": _function(_year, Kind.NUMBER, _DAY),
    "month": _function(_month, Kind.NUMBER, _DAY),
    "day": _function(_day, Kind.DATE, _DATETIME),
    "date": _function(day_written, Kind.DATE, _TEXT),
    "first_day": _function(first_day, Kind.DATE, _TEXT),
    "last_day": _function(last_day, Kind.DATE, _TEXT),
    "length": _function(len, Kind.NUMBER, _TEXT),
    "digits": _function(has_only_digits, Kind.BOOLEAN, _TEXT),
    "mod97": _function(mod97, Kind.NUMBER, _TEXT),
    "number": _function(number_written, Kind.NUMBER, _TEXT),
    "starts": _function(starts, Kind.BOOLEAN, _TEXT, _TEXT, repeats=True),
    "abs": _function(magnitude, Kind.NUMBER, _NUMBER),
}
"""Name in a formula to function."""
