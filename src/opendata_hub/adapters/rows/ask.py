"""Questions to the Parquet of one table, on a connection that can do nothing else.

It reads one file, writes at most one, keeps nothing on disk, has one thread and so much memory, and
is interrupted when its time is over. Values of a question are parameters, never text of SQL.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from pathlib import Path
from threading import BoundedSemaphore, Lock, Timer
from time import monotonic
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from opendata_hub.adapters.rows.sql import identifier, literal
from opendata_hub.domain.catalog.rows.column import ROW_NUMBER, Column, ColumnKind
from opendata_hub.domain.catalog.rows.query import Condition, Operator, RowQuery
from opendata_hub.domain.errors import BadRowQuery, BadSql, QueryTooHeavy
from opendata_hub.domain.portal.chart import MOST_BARS, Bar, Chart, Drawn
from opendata_hub.domain.portal.entity import Combination, EntityRule

BATCH = 5_000
MOST_IDLE = 3
LARGEST_IDLE = 5_000_000
"""Bytes of a file whose database may be idle: its memory grows with what it has read."""
MOST_LETTERS = 50_000_000
"""Of an answer that is held as a whole."""
FORMULA = "^[=+@\\t\\r-]"
"""How a text begins that a spreadsheet would take for a formula."""
TOO_HEAVY = "The question takes too much time or memory: narrow it, or take the whole file"
_NUMBER = identifier(ROW_NUMBER)
_KINDS: Mapping[str, ColumnKind] = {
    "BIGINT": ColumnKind.WHOLE,
    "BOOLEAN": ColumnKind.BOOLEAN,
    "DATE": ColumnKind.DATE,
    "TIMESTAMP": ColumnKind.MOMENT,
    "VARCHAR": ColumnKind.TEXT,
}

_NUMBERS = frozenset({ColumnKind.WHOLE, ColumnKind.NUMBER})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question may take. at_once: how many may be asked by one process."""

    seconds: float = 30.0
    memory: str = "512MB"
    at_once: int = 4


LIMITS = Limits()
_PLACES = BoundedSemaphore(LIMITS.at_once)


@dataclass(frozen=True, slots=True)
class Statement:
    """A piece of SQL and the values of its parameters, in their order."""

    text: str
    values: tuple[Any, ...] = ()


def _as_text(name: str) -> str:
    return f"CAST({name} AS VARCHAR)"


def _any_says(said: Mapping[str, tuple[str, ...]]) -> tuple[str, tuple[str, ...]]:
    """The condition that a column has one of its values, and these; none is false."""
    tests = [
        f"coalesce({_as_text(identifier(name))} IN ({', '.join('?' * len(values))}), false)"
        for name, values in said.items()
    ]
    return " OR ".join(tests) or "false", tuple(v for values in said.values() for v in values)


def _moment(name: str) -> str:
    return f"strftime({name}, '%Y-%m-%dT%H:%M:%S')"


def _safe_cell(name: str) -> str:
    """A text as a cell of CSV: no formula, and in quotes where it must be."""
    is_formula = f"regexp_matches({name}, {literal(FORMULA)})"
    safe = f"CASE WHEN {is_formula} THEN chr(39) || {name} ELSE {name} END"
    quoted = f"""'"' || replace({safe}, '"', '""') || '"'"""
    return f"""CASE WHEN regexp_matches({name}, '[",\\r\\n]') THEN {quoted} ELSE {safe} END"""


Written = Mapping[ColumnKind, Callable[[str], str]]
"""How the values of each kind of column are written, as SQL over the column's name."""

_JSON: Written = {
    ColumnKind.TEXT: lambda name: f"CAST(to_json({name}) AS VARCHAR)",
    ColumnKind.WHOLE: _as_text,
    ColumnKind.NUMBER: _as_text,
    ColumnKind.BOOLEAN: _as_text,
    ColumnKind.DATE: lambda name: f"""'"' || {_as_text(name)} || '"'""",
    ColumnKind.MOMENT: lambda name: f"""'"' || {_moment(name)} || '"'""",
}
_CSV: Written = {
    ColumnKind.TEXT: _safe_cell,
    ColumnKind.WHOLE: _as_text,
    ColumnKind.NUMBER: _as_text,
    ColumnKind.BOOLEAN: _as_text,
    ColumnKind.DATE: _as_text,
    ColumnKind.MOMENT: _moment,
}

Line = Callable[[Sequence[Column]], Statement]
"""A row as one text, for the columns that are given."""


@contextmanager
def asking(
    file: Path,
    *,
    limits: Limits = LIMITS,
    target: Path | None = None,
    is_asked_again: bool = True,
) -> Iterator["Rows"]:
    """The rows in a Parquet file of ours, for as long as the block takes.

    target: the one file that may be written. is_asked_again: whether its database may wait for the
    next question, where the file is small. Raises QueryTooHeavy when time or memory runs out, or
    when others take all the places.
    """
    if not _PLACES.acquire(timeout=limits.seconds):
        raise QueryTooHeavy("Too many questions are being answered; try again later")
    try:
        with _database(file, limits, target, is_asked_again=is_asked_again) as lent:
            timer = Timer(limits.seconds, lent.database.interrupt)
            timer.start()
            try:
                yield Rows(lent, file, stop_at=monotonic() + limits.seconds)
            finally:
                timer.cancel()
    except (duckdb.InterruptException, duckdb.OutOfMemoryException):
        raise QueryTooHeavy(TOO_HEAVY) from None
    except (duckdb.ConversionException, duckdb.OutOfRangeException):
        raise BadRowQuery("filter", "a value is beyond what its column can hold") from None
    finally:
        _PLACES.release()


@dataclass(slots=True)
class _Lent:
    """A locked database. is_spent: whether it may not be lent again."""

    database: DuckDBPyConnection
    is_spent: bool = False


class _Idle:
    """Locked databases of small files that were asked for last: to open one costs 20 ms CPU.

    Each reads its one file only, as long as it lives. It holds on to memory between questions: of
    a large file that is many times what to open it again is worth, so none of those is kept.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: list[tuple[Path, _Lent]] = []

    def take(self, file: Path) -> _Lent | None:
        """One of that file, for whoever asks alone; None where none is idle."""
        with self._lock:
            for place, (of, lent) in enumerate(self._kept):
                if of == file:
                    del self._kept[place]
                    return lent
        return None

    def give_back(self, file: Path, lent: _Lent) -> None:
        """Keep it for the next question, and close the one that was idle longest."""
        with self._lock:
            self._kept.append((file, lent))
            gone, self._kept = self._kept[:-MOST_IDLE], self._kept[-MOST_IDLE:]
        for _, closed in gone:
            closed.database.close()


_IDLE = _Idle()


@contextmanager
def _database(
    file: Path, limits: Limits, target: Path | None, *, is_asked_again: bool
) -> Iterator[_Lent]:
    """A locked database of that file; lent again where it did nothing but answer."""
    is_usual = is_asked_again and target is None and limits == LIMITS and _is_small(file)
    lent = _IDLE.take(file) if is_usual else None
    if lent is None:
        lent = _Lent(duckdb.connect(":memory:"))
        _lock(lent.database, limits, [file, *([target] if target else [])])
    is_kept = False
    try:
        yield lent
        is_kept = is_usual and not lent.is_spent
    finally:
        if is_kept:
            _IDLE.give_back(file, lent)
        else:
            lent.database.close()


def _is_small(file: Path) -> bool:
    with suppress(OSError):
        return file.stat().st_size <= LARGEST_IDLE
    return False


def _lock(database: DuckDBPyConnection, limits: Limits, paths: Sequence[Path]) -> None:
    allowed = ", ".join(literal(str(path)) for path in paths)
    for setting in (
        "threads = 1",
        f"memory_limit = {literal(limits.memory)}",
        "temp_directory = ''",
        "enable_external_file_cache = false",  # else an idle one holds its whole file
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        f"allowed_paths = [{allowed}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        database.execute(f"SET {setting}")


class Rows:
    """The rows of one table, while they are asked for."""

    def __init__(self, lent: _Lent, file: Path, *, stop_at: float) -> None:
        self._lent, self._database = lent, lent.database
        self._source = f"read_parquet({literal(str(file))})"
        self._stop_at = stop_at
        described = self._asked(Statement(f"DESCRIBE SELECT * FROM {self._source}")).fetchall()
        self.columns = tuple(Column(name, kind_of(kind)) for name, kind, *_ in described)

    def total(self, query: RowQuery) -> int:
        """How many rows answer the question, on whatever page."""
        where = self._where(query)
        counted = Statement(f"SELECT count(*) FROM {self._source} {where.text}", where.values)
        found = self._asked(counted).fetchone()
        return int(found[0]) if found else 0

    def lines(self, query: RowQuery, line: Line) -> Iterator[str]:
        """The rows that answer the question, each as one text."""
        chosen = self._chosen(query)
        said = line(given(query))
        # Only what is given is written out, and that in the order in which it was found: with one
        # thread and insertion order kept, a projection never moves a row.
        answer = self._asked(
            Statement(f"SELECT {said.text} FROM ({chosen.text})", (*said.values, *chosen.values))
        )
        while batch := answer.fetchmany(BATCH):
            self._require_time()
            for (text,) in batch:
                yield text

    def drawn(self, chart: Chart, *, most: int = MOST_BARS) -> Drawn | None:
        """At most so many bars of a chart; None where its measure is no number in this table."""
        kinds = {column.name: column.kind for column in self.columns}
        if chart.measure and kinds.get(chart.measure) not in _NUMBERS:
            return None
        is_year = kinds[chart.by] in {ColumnKind.DATE, ColumnKind.MOMENT}
        by = identifier(chart.by)
        grouped = _grouped(chart, f"year({by})" if is_year else by, self._source)
        is_ordered = is_year or kinds[chart.by] in _NUMBERS
        order = "label DESC" if is_ordered else "total DESC, label"
        found = self._asked(
            Statement(
                f"SELECT CAST(label AS VARCHAR), CAST(total AS VARCHAR), n, "
                f"CAST(sum(total) OVER () AS VARCHAR), count(*) OVER () "
                f"FROM ({grouped.text}) "
                f"WHERE total IS NOT NULL ORDER BY {order} LIMIT {int(most)}",
                grouped.values,
            )
        ).fetchall()
        bars = tuple(Bar(str(row[0]), Decimal(row[1]), int(row[2])) for row in found)
        whole = Decimal(found[0][3]) if found else Decimal(0)
        return Drawn(
            chart.id,
            bars[::-1] if is_ordered else bars,
            left=whole - sum((bar.value for bar in bars), Decimal(0)),
            left_groups=(int(found[0][4]) if found else 0) - len(bars),
        )

    def combinations(self, rule: EntityRule, *, most: int) -> list[Combination]:
        """The different values of a rule's columns, with what their rows say together."""
        kinds = {column.name: column.kind for column in self.columns}
        cells = [_as_text(identifier(name)) for name in rule.columns]
        names = ", ".join(_as_text(identifier(name)) for name in rule.name)
        has_amount = kinds.get(rule.amount) in _NUMBERS
        amount = f"CAST(sum({identifier(rule.amount)}) AS VARCHAR)" if has_amount else "NULL"
        is_person, persons = _any_says(rule.persons)
        is_legal, legal = ("true", ()) if rule.kind.is_never_a_person else _any_says(rule.legal)
        name = f"any_value(coalesce({names})) FILTER (WHERE {is_legal})"
        found = self._asked(
            Statement(
                f"SELECT {', '.join(cells)}, coalesce({name}, ''), count(*), {amount}, "
                f"bool_or({is_person}), bool_or({is_legal}) FROM {self._source} "
                f"GROUP BY {', '.join(cells)} ORDER BY min({_NUMBER}) LIMIT {int(most)}",
                (*legal, *persons, *legal),
            )
        ).fetchall()
        width = len(cells)
        return [
            Combination(
                dict(zip(rule.columns, row[:width], strict=True)),
                str(row[width]),
                int(row[width + 1]),
                None if row[width + 2] is None else Decimal(row[width + 2]),
                bool(row[width + 3]),
                bool(row[width + 4]),
            )
            for row in found
        ]

    def write_parquet(self, query: RowQuery, target: Path) -> None:
        """Write the rows that answer the question as a Parquet file."""
        chosen = self._chosen(query)
        names = ", ".join(identifier(column.name) for column in given(query))
        written = f"COPY (SELECT {names} FROM ({chosen.text})) TO {literal(str(target))}"
        self._asked(Statement(f"{written} (FORMAT parquet, COMPRESSION zstd)", chosen.values))

    def selected(
        self, table: str, sql: str, number: str, *, most: int
    ) -> tuple[list[tuple[str, str]], list[str]]:
        """Columns (name, type) and rows (JSON objects) of a SELECT that was checked.

        table, number: what it calls these rows, and the number of each. Raises BadSql for what
        these rows can't be asked, QueryTooHeavy for more letters than are held.
        """
        self._lent.is_spent = True  # What a stranger wrote is never asked beside others' questions.
        try:
            return self._selected(table, sql, number, most)
        except (duckdb.InterruptException, duckdb.OutOfMemoryException, duckdb.IOException):
            raise  # Not the fault of what is asked.
        except (duckdb.Error, RecursionError) as problem:
            raise BadSql(_said(problem)) from None

    def _selected(
        self, table: str, sql: str, number: str, most: int
    ) -> tuple[list[tuple[str, str]], list[str]]:
        rows = (
            f"SELECT {_NUMBER} AS {identifier(number)}, * EXCLUDE ({_NUMBER}) FROM {self._source}"
        )
        self._asked(Statement(f"CREATE VIEW {identifier(table)} AS {rows}"))
        limited = f"SELECT * FROM ({sql}) LIMIT {int(most)}"
        described = self._asked(Statement(f"DESCRIBE {limited}")).fetchall()
        answer = self._asked(
            Statement(f"SELECT CAST(to_json(found) AS VARCHAR) FROM ({limited}) AS found")
        )
        lines: list[str] = []
        letters = 0
        while batch := answer.fetchmany(BATCH):
            self._require_time()
            lines += [text for (text,) in batch]
            letters += sum(len(text) for (text,) in batch)
            if letters > MOST_LETTERS:
                raise QueryTooHeavy(TOO_HEAVY)
        return [(str(each[0]), str(each[1])) for each in described], lines

    def _where(self, query: RowQuery) -> Statement:
        parts = [_condition(condition) for condition in query.conditions]
        if query.anywhere:
            texts = [each for each in self.columns if each.kind is ColumnKind.TEXT]
            found = [_condition(Condition(c, Operator.CONTAINS, (query.anywhere,))) for c in texts]
            said = " OR ".join(part.text for part in found) or "false"
            parts.append(Statement(f"({said})", tuple(v for part in found for v in part.values)))
        return _joined(parts)

    def _asked(self, statement: Statement) -> DuckDBPyConnection:
        self._require_time()
        return self._database.execute(statement.text, statement.values)

    def _require_time(self) -> None:
        # An interrupt stops what is running; between two statements it would be lost.
        if monotonic() > self._stop_at:
            raise QueryTooHeavy(TOO_HEAVY)

    def _chosen(self, query: RowQuery) -> Statement:
        where = self._where(query)
        order = [
            f"{identifier(key.column.name)} {'DESC' if key.is_descending else 'ASC'} NULLS LAST"
            for key in query.sort
        ]
        # The file is in the order of its rows: where nothing else is asked, nothing is sorted.
        ordered = f"ORDER BY {', '.join([*order, _NUMBER])}" if order else ""
        limited = "" if query.limit is None else f"LIMIT {int(query.limit)}"
        return Statement(
            f"SELECT * FROM {self._source} {where.text} {ordered} {limited} "
            f"OFFSET {int(query.offset)}",
            where.values,
        )


def _grouped(chart: Chart, by: str, source: str) -> Statement:
    """The groups of a chart: label, total, and how many rows."""
    needed = [f"{by} IS NOT NULL", *(f"{identifier(name)} IS NOT NULL" for name in chart.given)]
    values: list[str] = []
    for name, allowed in chart.where.items():
        needed.append(f"CAST({identifier(name)} AS VARCHAR) IN ({', '.join('?' * len(allowed))})")
        values += allowed
    total = f"sum({identifier(chart.measure)})" if chart.measure else "count(*)"
    return Statement(
        f"SELECT {by} AS label, {total} AS total, count(*) AS n FROM {source} "
        f"WHERE {' AND '.join(needed)} GROUP BY 1",
        tuple(values),
    )


def _said(problem: Exception) -> str:
    """What DuckDB says is wrong with a SELECT, in a line."""
    return str(problem).partition("\n")[0][:300] or "can't be worked out"


def kind_of(said: str) -> ColumnKind:
    """The kind of a column from its type as DuckDB calls it."""
    return _KINDS.get(said, ColumnKind.NUMBER)


def given(query: RowQuery) -> tuple[Column, ...]:
    """The columns of an answer: the number of the row, then those that were asked for."""
    return (Column(ROW_NUMBER, ColumnKind.WHOLE), *query.select)


def json_line(columns: Sequence[Column]) -> Statement:
    """A row as a JSON object on one line. Numbers have all their digits, empty cells are null."""
    cells = [
        f"? || coalesce({_JSON[column.kind](identifier(column.name))}, 'null')"
        for column in columns
    ]
    keys = [f"{json.dumps(column.name, ensure_ascii=False)}: " for column in columns]
    opened = ("{" + keys[0], *(f", {key}" for key in keys[1:]))
    return Statement(" || ".join([*cells, "'}'"]), opened)


def csv_line(columns: Sequence[Column]) -> Statement:
    """A row as CSV (RFC 4180). A text that looks like a formula gets an apostrophe before it."""
    cells = (f"coalesce({_CSV[c.kind](identifier(c.name))}, '')" for c in columns)
    return Statement(" || ',' || ".join(cells))


def csv_header(columns: Sequence[Column]) -> str:
    """The first line of a CSV file."""
    text = StringIO()
    names = [f"'{c.name}" if c.name[:1] in "=+@-\t\r" else c.name for c in columns]
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue()


def _joined(parts: Sequence[Statement]) -> Statement:
    if not parts:
        return Statement("")
    return Statement(
        f"WHERE {' AND '.join(part.text for part in parts)}",
        tuple(value for part in parts for value in part.values),
    )


_COMPARED: Mapping[Operator, str] = {
    Operator.EQ: "=",
    Operator.NE: "IS DISTINCT FROM",
    Operator.LT: "<",
    Operator.LTE: "<=",
    Operator.GT: ">",
    Operator.GTE: ">=",
}


def _condition(condition: Condition) -> Statement:
    name, values = identifier(condition.column.name), condition.values
    match condition.operator:
        case Operator.EMPTY:
            return Statement(f"{name} IS {'' if values[0] else 'NOT '}NULL")
        case Operator.IN:
            return Statement(f"{name} IN ({', '.join('?' * len(values))})", values)
        case Operator.CONTAINS:
            return Statement(
                f"contains(strip_accents(lower({name})), strip_accents(lower(?)))", values
            )
    return Statement(f"{name} {_COMPARED[condition.operator]} ?", values)
