"""What can be said of all rows of one group without keeping the rows."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from opendata_hub.domain.catalog.rules.kind import CALCULATIONS, Value, finite


class Summary(StrEnum):
    """How the values of a group become one. Values that are unknown are left out."""

    SUM = "sum"
    COUNT = "count"
    LEAST = "least"
    GREATEST = "greatest"
    DISTINCT = "distinct"


def _added(state: Any, value: Any) -> Any:
    return value if state is None else CALCULATIONS["+"](state, value)


def _counted(state: int | None, _: Any) -> int:
    return 1 if state is None else state + 1


def _least(state: Any, value: Any) -> Any:
    return value if state is None or value < state else state


def _greatest(state: Any, value: Any) -> Any:
    return value if state is None or value > state else state


def _gathered(state: Any, value: Any) -> Any:
    """One value as it is, several as a set: most groups have one, and a set is large."""
    if type(state) is set:
        state.add(value)
        return state
    return value if state is None or state == value else {state, value}


GATHER: Mapping[Summary, Callable[[Any, Any], Any]] = {
    Summary.SUM: _added,
    Summary.COUNT: _counted,
    Summary.LEAST: _least,
    Summary.GREATEST: _greatest,
    Summary.DISTINCT: _gathered,
}
"""The state of a group with one more known value; None is the state of a group without any."""


def summed_up(summary: Summary, state: Any) -> Value:
    """What a state says in the end: a count of nothing is 0, all else of nothing is unknown.

    >>> summed_up(Summary.DISTINCT, {"a", "b"}), summed_up(Summary.SUM, None)
    (2, None)
    """
    match summary:
        case Summary.COUNT:
            return state or 0
        case Summary.DISTINCT:
            return len(state) if type(state) is set else int(state is not None)
        case _:
            return finite(state) if isinstance(state, Decimal) else state
