"""Dates as people and spreadsheets write them, to ISO 8601."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from opendata_hub.domain.catalog.repair.letters import western_digits
from opendata_hub.domain.catalog.spelling import fold

_MIDNIGHT = r"(?:[T ]+0?0:00(?::00(?:\.0+)?)?Z?)?"
_SLASHED = re.compile(rf"(\d{{1,2}})\s*[/.\-]\s*(\d{{1,2}})\s*[/.\-]\s*(\d{{4}}){_MIDNIGHT}")
_YEAR_FIRST = re.compile(rf"(\d{{4}})[/.\-](\d{{1,2}})[/.\-](\d{{1,2}}){_MIDNIGHT}")
_IN_WORDS = re.compile(r"(\d{1,2})(?:er|ère)?[\s\-]+([^\W\d_]+)\.?[\s\-]+(\d{4})")
_MONTH_IN_WORDS = re.compile(r"([^\W\d_]+)\.?[\s\-]+(\d{4})")
_MONTH_SLASHED = re.compile(r"(0?[1-9]|1[0-2])[/.\-](\d{4})")
_SERIAL = re.compile(r"(\d{5})(?:[.,]0+)?")
# A serial of another time is more likely a number that strayed into the column.
_SERIAL_YEARS = range(1980, 2101)
_DAY_ZERO_1900, _DAY_ZERO_1904 = date(1899, 12, 30), date(1904, 1, 1)
_MONTHS = {
    fold(word): number
    for number, words in enumerate(
        (
            "janvier janv jan january يناير جانفي",
            "février févr fév feb february فبراير",
            "mars mar march مارس",
            "avril avr apr april أبريل ابريل",
            "mai may ماي مايو",
            "juin jun june يونيو يونيه",
            "juillet juil jul july يوليوز يوليو",
            "août aout aug august غشت أغسطس",
            "septembre sept sep september شتنبر سبتمبر",
            "octobre oct october أكتوبر",
            "novembre nov november نونبر نوفمبر",
            "décembre déc dec december دجنبر ديسمبر",
        ),
        start=1,
    )
    for word in words.split()
}
"""Names of months in French, English and Moroccan Arabic, as ``fold`` leaves them."""
_EPOCHS = frozenset(
    {date(1970, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1904, 1, 1)}
)
_EPOCH_TEXTS = re.compile(r"0+|0+[/.\-]0?1[/.\-]1900|1900[/.\-]0?1[/.\-]0+|0{4}[/.\-]0+[/.\-]0+")
_HALF_DATE = re.compile(r"(?:\d{1,2}[\-/ ])?([^\W\d_]+)\.?[\-/ ]\d{2}|\d{1,2}[\-/ ]([^\W\d_]+)\.?")


class Order(StrEnum):
    """Which of the two small numbers of a date is the day."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


@dataclass(frozen=True, slots=True)
class OrderEvidence:
    """What a column says of the order of its dates.

    order: None when nothing shows it, or when cells contradict each other.
    row:   of the first cell that can only be read in this order; None when a person said so.
    text:  of that cell.
    """

    order: Order | None = None
    row: int | None = None
    text: str = ""


@dataclass(slots=True)
class OrderWitness:
    """Collects the evidence of a column, cell by cell."""

    found: OrderEvidence | None = None
    is_contradicted: bool = False

    def see(self, row: int, text: str) -> None:
        """Look at one more cell."""
        order = order_shown(text)
        if order and self.found is None:
            self.found = OrderEvidence(order, row, text.strip())
        elif order and self.found and order is not self.found.order:
            self.is_contradicted = True

    def evidence(self) -> OrderEvidence:
        """What the cells that were seen say together."""
        return OrderEvidence() if self.is_contradicted or not self.found else self.found


def order_shown(text: str) -> Order | None:
    """The order in which alone a date can be read: 13/02/2026 has no thirteenth month.

    >>> order_shown("13/02/2026"), order_shown("02/13/2026"), order_shown("01/02/2026")
    (<Order.DAY_FIRST: 'day-first'>, <Order.MONTH_FIRST: 'month-first'>, None)
    """
    readings = slashed(text)
    return readings[0][0] if len(readings) == 1 else None


def slashed(text: str) -> tuple[tuple[Order, date], ...]:
    """The dates that DD/MM/YYYY or MM/DD/YYYY can be, each with its order; empty for none.

    Also with dots and hyphens, and with a time that is midnight.
    """
    found = _SLASHED.fullmatch(western_digits(text).strip())
    if not found:
        return ()
    first, second, year = (int(part) for part in found.groups())
    readings = ((Order.DAY_FIRST, second, first), (Order.MONTH_FIRST, first, second))
    return tuple(
        (order, day) for order, month, number in readings for day in _dates(year, month, number)
    )


def certain(text: str) -> date | None:
    """The date of a form that has one reading only: year first, or the month in words.

    >>> certain("2026/3/1"), certain("1er mars 2026"), certain("12 غشت 2026")
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1), datetime.date(2026, 8, 12))
    """
    text = western_digits(text).strip()
    if found := _YEAR_FIRST.fullmatch(text):
        return next(_dates(*(int(part) for part in found.groups())), None)
    if (found := _IN_WORDS.fullmatch(text)) and (month := _MONTHS.get(fold(found[2]))):
        return next(_dates(int(found[3]), month, int(found[1])), None)
    return None


def month(text: str) -> str | None:
    """A month of a year as ``YYYY-MM``, from words or from MM/YYYY; None for anything else.

    >>> month("septembre 2026"), month("شتنبر 2026"), month("9/2026"), month("2026-09")
    ('2026-09', '2026-09', '2026-09', None)
    """
    text = western_digits(text).strip()
    if (found := _MONTH_IN_WORDS.fullmatch(text)) and (number := _MONTHS.get(fold(found[1]))):
        return f"{found[2]}-{number:02}"
    if found := _MONTH_SLASHED.fullmatch(text):
        return f"{found[2]}-{int(found[1]):02}"
    return None


def from_serial(text: str, *, is_1904: bool = False) -> date | None:
    """The day of an Excel serial number from 1980 to 2100, whole or with zeros as decimals.

    is_1904: whether the workbook says that it counts from 1904.
    Source: ECMA-376 part 1, 18.17.4.1; serials above 60 count from 1899-12-30, because Excel
    takes 1900 for a leap year.

    >>> from_serial("46054"), from_serial("44592", is_1904=True), from_serial("12345")
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 1), None)
    """
    found = _SERIAL.fullmatch(western_digits(text).strip())
    if not found:
        return None
    day = (_DAY_ZERO_1904 if is_1904 else _DAY_ZERO_1900) + timedelta(days=int(found[1]))
    return day if day.year in _SERIAL_YEARS else None


def is_epoch(text: str) -> bool:
    """Whether a date is the zero of some program: 1970-01-01, 1900-01-00 or a bare 0."""
    text = western_digits(text).strip()
    if _EPOCH_TEXTS.fullmatch(text):
        return True
    days = {day for _, day in slashed(text)} | {certain(text)}
    return bool(days & _EPOCHS)


def is_half_date(text: str) -> bool:
    """Whether a text is what a spreadsheet makes of a number such as 3/2026: ``mars-26``.

    >>> is_half_date("mars-26"), is_half_date("12-févr"), is_half_date("LOT-26")
    (True, True, False)
    """
    found = _HALF_DATE.fullmatch(text.strip())
    return found is not None and fold(found[1] or found[2]) in _MONTHS


def _dates(year: int, month: int, day: int) -> Iterator[date]:
    """That day of the calendar, if there is one."""
    try:
        yield date(year, month, day)
    except ValueError:
        return
