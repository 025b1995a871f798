"""What can be said of all rows of one group without keeping the rows."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from opendata_hub.domain.catalog.kind import CALCULATIONS, Value, finite


class Summary(StrEnum):
    """How the values of a group become one. Values that are unknown are left out."""

    SUM = "sum"
    COUNT = "count"
    LEAST = "least"
    GREATEST = "greatest"
    DISTINCT = "distinct"


def _added(state: Any, value: Any) -> Any:
    return CALCULATIONS["+"](state, value)


def _counted(state: int, _: Any) -> int:
    return state + 1


def _least(state: Any, value: Any) -> Any:
    return min(state, value)


def _greatest(state: Any, value: Any) -> Any:
    return max(state, value)


def _gathered(state: set[Any], value: Any) -> set[Any]:
    state.add(value)
    return state


_FIRST: Mapping[Summary, Callable[[Any], Any]] = {
    Summary.COUNT: lambda _: 1,
    Summary.DISTINCT: lambda value: {value},
}
_NEXT: Mapping[Summary, Callable[[Any, Any], Any]] = {
    Summary.SUM: _added,
    Summary.COUNT: _counted,
    Summary.LEAST: _least,
    Summary.GREATEST: _greatest,
    Summary.DISTINCT: _gathered,
}


def gather(summary: Summary, state: Any, value: Value) -> Any:
    """The state of a group with one more value; None is the state of a group without any.

    >>> gather(Summary.SUM, gather(Summary.SUM, None, 1), 2)
    Decimal('3')
    """
    if value is None:
        return state
    if state is None:
        return _FIRST[summary](value) if summary in _FIRST else value
    return _NEXT[summary](state, value)


def summed_up(summary: Summary, state: Any) -> Value:
    """What a state says in the end: a count of nothing is 0, all else of nothing is unknown.

    >>> summed_up(Summary.DISTINCT, {"a", "b"}), summed_up(Summary.SUM, None)
    (2, None)
    """
    match summary:
        case Summary.COUNT:
            return state or 0
        case Summary.DISTINCT:
            return len(state or ())
        case _:
            return finite(state) if isinstance(state, Decimal) else state
