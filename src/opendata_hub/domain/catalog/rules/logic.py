"""Conditions and calculations on what may be unknown, put together from smaller ones.

Logic has three values, as in SQL and in Kleene's tables: unknown is what might be either.
"""

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import Any

from opendata_hub.domain.catalog.rules.kind import CALCULATIONS, Value, finite

Run = Callable[[Sequence[Any]], Any]
"""Gives a part's value from the values of a formula's slots; never raises."""


def all_of(parts: Sequence[Run]) -> Run:
    """False when one part is, else unknown when one is, else true."""

    def run(values: Sequence[Any]) -> bool | None:
        result: bool | None = True
        for part in parts:
            value = part(values)
            if value is False:
                return False
            if value is None:
                result = None
        return result

    return run


def any_of(parts: Sequence[Run]) -> Run:
    """True when one part is, else unknown when one is, else false."""

    def run(values: Sequence[Any]) -> bool | None:
        result: bool | None = False
        for part in parts:
            value = part(values)
            if value is True:
                return True
            if value is None:
                result = None
        return result

    return run


def negated(part: Run) -> Run:
    """The contrary; of unknown, unknown."""

    def run(values: Sequence[Any]) -> bool | None:
        value = part(values)
        return None if value is None else not value

    return run


def compared(compare: Callable[[Any, Any], bool], left: Run, right: Run) -> Run:
    """What a comparison says of two parts that are known."""

    def run(values: Sequence[Any]) -> bool | None:
        first = left(values)
        if first is None:
            return None
        second = right(values)
        return None if second is None else compare(first, second)

    return run


def calculated(sign: str, left: Run, right: Run) -> Run:
    """The result of ``+ - * / %``; unknown when it is not finite."""
    calculate = CALCULATIONS[sign]

    def run(values: Sequence[Any]) -> Decimal | None:
        first, second = left(values), right(values)
        if first is None or second is None:
            return None
        return finite(calculate(first, second))

    return run


def listed(part: Run, choices: Collection[Value]) -> Run:
    """Whether a part is one of the choices."""

    def run(values: Sequence[Any]) -> bool | None:
        value = part(values)
        return None if value is None else value in choices

    return run


def applied(function: Callable[..., Value], parts: Sequence[Run]) -> Run:
    """What a function gives of parts that are all known."""
    if len(parts) == 1:
        return _applied_to_one(function, parts[0])

    def run(values: Sequence[Any]) -> Value:
        given = []
        for part in parts:
            value = part(values)
            if value is None:
                return None
            given.append(value)
        return function(*given)

    return run


def _applied_to_one(function: Callable[..., Value], part: Run) -> Run:
    def run(values: Sequence[Any]) -> Value:
        value = part(values)
        return None if value is None else function(value)

    return run


def chosen(choose: Callable[[list[Any]], Value], parts: Sequence[Run]) -> Run:
    """One of the parts that are known; unknown when none is."""

    def run(values: Sequence[Any]) -> Value:
        known = [value for value in (part(values) for part in parts) if value is not None]
        return choose(known) if known else None

    return run


def conditional(condition: Run, then: Run, other: Run | None = None) -> Run:
    """``then`` where the condition is true, else ``other``, or unknown without it."""

    def run(values: Sequence[Any]) -> Any:
        if condition(values) is True:
            return then(values)
        return other(values) if other else None

    return run
