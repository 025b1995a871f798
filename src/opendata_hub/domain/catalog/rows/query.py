"""What is asked of a table: ``?commune=01.001&montant.gte=1000&sort=-montant&select=nom,montant``.

A parameter is a column, or a column, a point and an operator; it is read as the column's kind says.
All conditions must hold. Whatever is not understood is refused: a filter that is passed over in
silence would answer another question.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from opendata_hub.domain.catalog.rows.column import ROW_NUMBER, Column, ColumnKind
from opendata_hub.domain.errors import BadRowQuery

MOST_CONDITIONS, MOST_VALUES, LONGEST_VALUE = 50, 1000, 2000
LARGEST_COUNT = 10**9
"""More rows than any file has: a larger limit or offset is a slip."""

Value = str | int | Decimal | bool | date | datetime
Parameters = Sequence[tuple[str, str]]

_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,9})?", re.ASCII)
_COUNT = re.compile(r"\d{1,10}", re.ASCII)
_CURSOR = re.compile(r"([0-9a-f]{12})-(\d{1,10})", re.ASCII)


class Operator(StrEnum):
    """What a value is compared by. Without one in the address, it is EQ."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    IN = "in"
    CONTAINS = "contains"
    EMPTY = "empty"


_UNFIT: Mapping[ColumnKind, frozenset[Operator]] = {
    kind: frozenset({Operator.CONTAINS}) for kind in ColumnKind
} | {
    ColumnKind.TEXT: frozenset(),
    ColumnKind.BOOLEAN: frozenset(Operator) - {Operator.EQ, Operator.NE, Operator.EMPTY},
}
"""The operators that make no sense on a kind of column."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold of a row. EMPTY has one boolean; IN has many values."""

    column: Column
    operator: Operator
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column to sort by; empty values come last either way."""

    column: Column
    is_descending: bool


@dataclass(frozen=True, slots=True)
class RowQuery:
    """A question that its table can answer.

    select: the columns to give beside the number of the row, in this order.
    limit:  how many rows at most; None: all of them. offset: how many to pass over before.
    anywhere: what stands in some column of text; may be empty.
    """

    select: tuple[Column, ...]
    conditions: tuple[Condition, ...] = ()
    sort: tuple[SortKey, ...] = ()
    limit: int | None = None
    offset: int = 0
    anywhere: str = ""

    def digest(self, version: str) -> str:
        """What tells the pages of this question on this version of the table from others."""
        question = replace(self, limit=None, offset=0)
        return hashlib.sha256(f"{version}\n{question!r}".encode()).hexdigest()[:12]

    def cursor(self, offset: int, version: str) -> str:
        """What leads on from ``offset``; worth nothing to another question or version."""
        return f"{self.digest(version)}-{offset}"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many rows are given when nothing is said, and how many at most; None: all."""

    usual: int | None
    most: int | None


def query_from(
    parameters: Parameters, columns: Sequence[Column], *, version: str, sizes: Sizes
) -> RowQuery:
    """The question that the parameters of an address ask; raises BadRowQuery, which names one.

    version: of the table; a cursor of another one is refused, for its rows may have moved.
    """
    question = _Reading(parameters, columns)
    query = RowQuery(
        select=question.select(),
        conditions=question.conditions(),
        sort=question.sort(),
        limit=question.limit(sizes),
        offset=question.count("offset", least=0) or 0,
    )
    cursor = question.once("cursor")
    if cursor is None:
        return query
    if question.once("offset") is not None:
        raise BadRowQuery("cursor", "give a cursor or an offset, not both")
    return replace(query, offset=_offset_of(cursor, query.digest(version)))


def _offset_of(cursor: str, digest: str) -> int:
    found = _CURSOR.fullmatch(cursor)
    if not found or found[1] != digest:
        raise BadRowQuery(
            "cursor", "it belongs to another question or an earlier version; begin again without it"
        )
    return int(found[2])


class _Reading:
    """The parameters of one address, each read as what its name says."""

    def __init__(self, parameters: Parameters, columns: Sequence[Column]) -> None:
        self._columns = {column.name: column for column in columns}
        self._own: dict[str, str] = {}
        self._filters: list[tuple[str, str]] = []
        for name, text in parameters:
            if len(text) > LONGEST_VALUE or "\0" in text:
                raise BadRowQuery(name, f"at most {LONGEST_VALUE:,} characters, none of them NUL")
            if name not in OWN_PARAMETERS:
                self._filters.append((name, text))
            elif name in self._own:
                raise BadRowQuery(name, "it stands twice")
            else:
                self._own[name] = text

    def once(self, name: str) -> str | None:
        """A parameter of ours, if it was given."""
        return self._own.get(name)

    def count(self, name: str, *, least: int) -> int | None:
        """A whole number, if it was given."""
        text = self.once(name)
        if text is None:
            return None
        if not _COUNT.fullmatch(text) or not least <= int(text) <= LARGEST_COUNT:
            raise BadRowQuery(name, f"a whole number from {least} to {LARGEST_COUNT:,}")
        return int(text)

    def limit(self, sizes: Sizes) -> int | None:
        """How many rows to give."""
        limit = self.count("limit", least=1)
        if limit is None:
            return sizes.usual
        if sizes.most is not None and limit > sizes.most:
            raise BadRowQuery(
                "limit", f"at most {sizes.most:,} rows here; take CSV, NDJSON or Parquet for more"
            )
        return limit

    def select(self) -> tuple[Column, ...]:
        """The columns to give: all of them, unless some are named."""
        named = self._named("select")
        if not named:
            return tuple(c for c in self._columns.values() if c.name != ROW_NUMBER)
        chosen = tuple(self._column("select", name) for name in named)
        return tuple(column for column in chosen if column.name != ROW_NUMBER)

    def sort(self) -> tuple[SortKey, ...]:
        """The columns to sort by, the first one first."""
        return tuple(
            SortKey(self._column("sort", name.removeprefix("-")), name.startswith("-"))
            for name in self._named("sort")
        )

    def conditions(self) -> tuple[Condition, ...]:
        """What must hold of a row."""
        if len(self._filters) > MOST_CONDITIONS:
            raise BadRowQuery(
                self._filters[MOST_CONDITIONS][0], f"at most {MOST_CONDITIONS} filters"
            )
        return tuple(self._condition(name, text) for name, text in self._filters)

    def _named(self, parameter: str) -> list[str]:
        """A list of columns, none of them twice."""
        text = self.once(parameter)
        if text is None:
            return []
        names = [name.strip() for name in text.split(",")]
        plain = [name.removeprefix("-") if parameter == "sort" else name for name in names]
        if len(plain) != len(set(plain)):
            raise BadRowQuery(parameter, "a column stands twice")
        return names

    def _column(self, parameter: str, name: str) -> Column:
        if name in self._columns:
            return self._columns[name]
        known = ", ".join(self._columns)
        raise BadRowQuery(parameter, f"no column is called {name[:100]!r}; there are {known}")

    def _condition(self, parameter: str, text: str) -> Condition:
        name, operator = parameter, Operator.EQ
        if name not in self._columns and "." in name:
            name, _, last = parameter.rpartition(".")
            if last not in set(Operator):
                known = ", ".join(Operator)
                raise BadRowQuery(parameter, f"no operator {last[:20]!r}; there are {known}")
            operator = Operator(last)
        column = self._column(parameter, name)
        if operator in _UNFIT[column.kind]:
            raise BadRowQuery(parameter, f"{operator} can't be asked of a {column.kind}")
        return Condition(column, operator, _values(parameter, text, column, operator))


OWN_PARAMETERS = ("select", "sort", "limit", "offset", "cursor")
"""What is no filter. A column of that name is asked with its operator: ``limit.eq=5``."""


def _values(parameter: str, text: str, column: Column, operator: Operator) -> tuple[Value, ...]:
    if operator is Operator.EMPTY:
        return (_boolean(parameter, text),)
    texts = _listed(parameter, text) if operator is Operator.IN else [text]
    if "" in texts:
        raise BadRowQuery(parameter, f"it has no value; for empty cells: {column.name}.empty=true")
    return tuple(_READ[column.kind](parameter, each) for each in texts)


def _listed(parameter: str, text: str) -> list[str]:
    """Values between commas; one that has a comma stands in double quotes, as in CSV."""
    try:
        values = next(csv.reader([text], strict=True), [""])
    except csv.Error:
        raise BadRowQuery(parameter, 'values between commas: a,b,"c, with a comma"') from None
    if len(values) > MOST_VALUES:
        raise BadRowQuery(parameter, f"at most {MOST_VALUES:,} values")
    return values


def _boolean(parameter: str, text: str) -> bool:
    if text not in {"true", "false"}:
        raise BadRowQuery(parameter, f"true or false, not {text[:40]!r}")
    return text == "true"


def _number(parameter: str, text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise BadRowQuery(
            parameter,
            f"a number such as 1234.56, to 20 digits and 9 after the point: {text[:40]!r}",
        )
    return Decimal(text)


def _date(parameter: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRowQuery(parameter, f"a day such as 2026-11-22, not {text[:40]!r}") from None


def _moment(parameter: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo:
        raise BadRowQuery(parameter, f"a moment such as 2026-11-22T09:30, not {text[:40]!r}")
    return moment


_READ: Mapping[ColumnKind, Callable[[str, str], Value]] = {
    ColumnKind.TEXT: lambda _, text: text,
    ColumnKind.WHOLE: _number,
    ColumnKind.NUMBER: _number,
    ColumnKind.BOOLEAN: _boolean,
    ColumnKind.DATE: _date,
    ColumnKind.MOMENT: _moment,
}
