"""The kinds of values that a rule speaks of, and how to count with what may be unknown."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Context, Decimal
from enum import StrEnum

Value = str | int | Decimal | date | datetime | bool | None
"""None is unknown: empty, or not to be worked out. Numbers are finite, moments naive."""
Tables = Mapping[str, Iterable[Mapping[str, Value]]]
"""Rows of other tables by the name of their family, each a value by column."""


class Kind(StrEnum):
    """What a value is. OTHER is only known to be there or not: a place, an object, a duration."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    OTHER = "other"


ORDERED = frozenset({Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.DATETIME})
"""The kinds of which one value comes before another."""

_KINDS: Mapping[str, Kind] = {
    "string": Kind.TEXT,
    "number": Kind.NUMBER,
    "integer": Kind.NUMBER,
    "year": Kind.NUMBER,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "boolean": Kind.BOOLEAN,
}
# No signal is trapped: what overflows or divides by zero is not finite, and so unknown.
_EXACT = Context(prec=28, traps=[])


def kind_of(field_type: str) -> Kind:
    """The kind of the values of a Table Schema field type.

    >>> kind_of("integer")
    <Kind.NUMBER: 'number'>
    """
    return _KINDS.get(field_type, Kind.OTHER)


def finite(number: Decimal) -> Decimal | None:
    """The number, or unknown when it is none: infinite, or no number at all."""
    return number if number.is_finite() else None


CALCULATIONS: Mapping[str, Callable[[Decimal | int, Decimal | int], Decimal]] = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
    "/": _EXACT.divide,
    "%": _EXACT.remainder,
}
"""Sign to calculation, to 28 digits; the result may be infinite, see `finite`."""
