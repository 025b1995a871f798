"""What differs between the rows of two published files, worked out once and kept beside the later.

Rows are told apart by the key of their family; rows with the same key, and all rows where there is
none, by their order among their like. Only digests of rows are held while they are compared, so
many rows at once; what differs is laid down on disk. The cost grows with the rows of both files.
"""

import csv
import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Timer
from time import monotonic
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from opendata_hub.adapters.rows.ask import TOO_HEAVY, Statement, asking, json_line, kind_of
from opendata_hub.adapters.rows.ready import made
from opendata_hub.adapters.rows.sql import identifier, literal
from opendata_hub.adapters.rows.store import COMPARING, RowStore, Source
from opendata_hub.domain.catalog.rows.column import ROW_NUMBER, Column, ColumnKind
from opendata_hub.domain.catalog.rows.query import Condition, Operator, RowQuery
from opendata_hub.domain.errors import QueryTooHeavy
from opendata_hub.domain.publishing.version import (
    FIRST,
    NUMBER,
    ChangedRow,
    RowChange,
    RowChanges,
    changed_cells,
)

LAYOUT = "changes/2"
"""What a comparison was made by; raise it when the same two tables would give another one."""
MEMORY, SECONDS, ROWS_AT_ONCE = "512MB", 60.0, 1_000_000
MOST_CHANGED = 500_000
"""Rows that are kept as different, both sides of each: beyond it, take the files themselves."""
SPILL = "4GB"
"""So much disk may be taken while two tables are compared."""
PATIENCE = 1.0
"""Seconds for which one comparison waits for another."""
NUMBERS = ("DECIMAL", "BIGINT", "HUGEINT")
"""Types of columns of numbers, as their names begin."""
IS_TOO_HEAVY = "is_too_heavy"
NOT_NOW = "The tables can't be compared now; try again later"
log = logging.getLogger(__name__)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COMPARING = Lock()
_NUMBER = identifier(ROW_NUMBER)
_CHANGE, _BEFORE, _AFTER = (Column(name, ColumnKind.TEXT) for name in ("change", "before", "after"))


def compared(store: RowStore, before: Source, after: Source, key: Sequence[str]) -> RowChanges:
    """How many rows changed, and the first of them; raises NoRows, QueryTooHeavy.

    key: the columns that tell rows apart; empty where only the whole row does. Costs one small file
    once it was worked out, or was found to be too heavy.
    """
    path = _path(store, before, after, key)
    told = path.with_suffix(".json")
    if not told.is_file():
        # One at a time: it takes a core and its memory. Who comes meanwhile holds a thread of those
        # that answer everybody, so not for long.
        if not _COMPARING.acquire(timeout=PATIENCE):
            raise QueryTooHeavy("Other tables are being compared; try again later")
        try:
            if not told.is_file():
                _make(store, (made(store, before), made(store, after)), key, path)
        finally:
            _COMPARING.release()
    return _read(told)


def change_lines(
    store: RowStore, before: Source, after: Source, key: Sequence[str]
) -> Iterator[str]:
    """Every row that changed, each as JSON on a line: what became of it, before, after.

    Worked out now where it was not. Raises NoRows, QueryTooHeavy.
    """
    compared(store, before, after, key)
    with asking(_path(store, before, after, key)) as rows:
        yield from rows.lines(RowQuery((_CHANGE, _BEFORE, _AFTER)), _line)


def csv_lines(lines: Iterator[str]) -> Iterator[str]:
    """The same as CSV: two lines, before and after, for a row that changed; else one.

    A text that a spreadsheet would run as a formula has an apostrophe before it.
    """
    header: list[str] = []
    for line in lines:
        said = json.loads(line, parse_float=Decimal, parse_int=Decimal)
        for side in ("before", "after"):
            if row := said[side]:
                if not header:
                    header = list(row)
                    yield _csv_line(["change", "side", *header])
                yield _csv_line([said["change"], side, *(_cell(row.get(name)) for name in header)])


def _line(_columns: Sequence[Column]) -> Statement:
    return Statement(
        "'{\"change\": \"' || change || '\", \"before\": ' || coalesce(before, 'null') || "
        "', \"after\": ' || coalesce(after, 'null') || '}'"
    )


def _path(store: RowStore, before: Source, after: Source, key: Sequence[str]) -> Path:
    made_by = hashlib.sha256("\n".join((LAYOUT, *key)).encode()).hexdigest()[:12]
    return store.beside(after, f"{before.digest}.{made_by}.parquet")


def _make(store: RowStore, files: tuple[Path, Path], key: Sequence[str], path: Path) -> None:
    """Both files appear whole or not at all; the one that is looked for comes last.

    What takes too much is remembered, so that it is not tried again for every reader; a file that
    was dropped meanwhile, or a disk that is full, may be otherwise for the next.
    """
    with TemporaryDirectory(dir=store.folder, prefix=COMPARING) as aside:
        target, told = Path(aside) / "changes.parquet", Path(aside) / "changes.json"
        try:
            _write(files, key, target)
            told.write_text(_told(target), encoding="utf-8")
            target.replace(path)
            told.replace(path.with_suffix(".json"))
        except (duckdb.InterruptException, duckdb.OutOfMemoryException, QueryTooHeavy):
            told.write_text(json.dumps({IS_TOO_HEAVY: True}), encoding="utf-8")
            told.replace(path.with_suffix(".json"))
            raise QueryTooHeavy(TOO_HEAVY) from None
        except (duckdb.IOException, OSError) as problem:
            log.warning("two tables can't be compared: %s", type(problem).__name__)
            raise QueryTooHeavy(NOT_NOW) from None


def _write(files: tuple[Path, Path], key: Sequence[str], target: Path) -> None:
    """Write what differs, within bounds of time, memory and disk; what it takes lies beside it."""
    aside = target.parent
    with duckdb.connect(str(aside / "digests.duckdb")) as database:
        timer = Timer(SECONDS, database.interrupt)
        timer.start()
        try:
            database.execute(f"SET threads = 1; SET memory_limit = {literal(MEMORY)}")
            database.execute(f"SET temp_directory = {literal(str(aside))}")
            database.execute(f"SET max_temp_directory_size = {literal(SPILL)}")
            _Comparing(database, files, key).write(target)
        finally:
            timer.cancel()


class _Comparing:
    """Two tables on their way: digests of their rows, then what differs, then those rows whole."""

    def __init__(
        self, database: DuckDBPyConnection, files: tuple[Path, Path], key: Sequence[str]
    ) -> None:
        self._database, self._stop_at = database, monotonic() + SECONDS
        self._sources = [f"read_parquet({literal(str(file))})" for file in files]
        self._types = [self._described(source) for source in self._sources]
        before, after = self._types
        self._shared = [name for name in after if name in before and name != ROW_NUMBER]
        self._key = list(key) if set(key) <= set(self._shared) else []

    def write(self, target: Path) -> None:
        """Write what differs, changed rows first, each kind in the order of its file."""
        self._database.execute("CREATE TABLE found (change VARCHAR, b BIGINT, a BIGINT)")
        parts = 1 + sum(self._lay_down_digests(side) for side in (0, 1)) // ROWS_AT_ONCE
        for part in range(parts):
            self._require_time()
            self._find(parts, part)
            self._require_few()
        self._require_time()
        order = " ".join(f"WHEN {literal(each)} THEN {n}" for n, each in enumerate(RowChange))
        before, after = (self._whole(side) for side in (0, 1))
        self._database.execute(
            f"COPY (SELECT row_number() OVER (ORDER BY CASE change {order} END, coalesce(a, b)) "
            f"AS {_NUMBER}, change, x.said AS before, y.said AS after FROM found "
            f"LEFT JOIN ({before.text}) x ON x.n = found.b "
            f"LEFT JOIN ({after.text}) y ON y.n = found.a ORDER BY 1) "
            f"TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)",
            (*before.values, *after.values),
        )

    def _lay_down_digests(self, side: int) -> int:
        """Number, digest of the key and digest of the whole of each row; gives how many rows."""
        self._require_time()
        key = self._digest(self._key or self._shared, side)
        made = self._database.execute(
            f"CREATE TABLE side{side} AS SELECT {_NUMBER} AS n, {key} AS k, "
            f"{self._digest(self._shared, side)} AS v FROM {self._sources[side]}"
        ).fetchone()
        return int(made[0]) if made else 0

    def _find(self, parts: int, part: int) -> None:
        before, after = (
            f"SELECT n, k, v, row_number() OVER (PARTITION BY k ORDER BY n) AS nth "
            f"FROM side{side} WHERE hash(k) % {parts} = {part}"
            for side in (0, 1)
        )
        self._database.execute(
            f"INSERT INTO found SELECT CASE WHEN y.n IS NULL THEN '{RowChange.REMOVED}' "
            f"WHEN x.n IS NULL THEN '{RowChange.ADDED}' ELSE '{RowChange.CHANGED}' END, x.n, y.n "
            f"FROM ({before}) x FULL JOIN ({after}) y ON x.k = y.k AND x.nth = y.nth "
            "WHERE x.v IS DISTINCT FROM y.v"
        )

    def _require_time(self) -> None:
        """Raise QueryTooHeavy past it: an interrupt that comes between two statements is lost."""
        if monotonic() > self._stop_at:
            raise QueryTooHeavy(TOO_HEAVY)

    def _require_few(self) -> None:
        found = self._database.execute("SELECT count(*) FROM found").fetchone()
        if found and found[0] > MOST_CHANGED:
            raise QueryTooHeavy(TOO_HEAVY)

    def _whole(self, side: int) -> Statement:
        """The rows of one side that changed, each as a JSON object, by their numbers."""
        kinds = [Column(name, kind_of(kind)) for name, kind in self._types[side].items()]
        line, place = json_line(kinds), "ba"[side]
        return Statement(
            f"SELECT {_NUMBER} AS n, {line.text} AS said FROM {self._sources[side]} "
            f"WHERE {_NUMBER} IN (SELECT {place} FROM found)",
            line.values,
        )

    def _digest(self, names: Sequence[str], side: int) -> str:
        """128 bits of the cells of a row: what reads alike in both files has the same."""
        cells = ", ".join(self._plain(name, side) for name in names)
        return f"md5_number(CAST(to_json([{cells}]::VARCHAR[]) AS VARCHAR))"

    def _plain(self, name: str, side: int) -> str:
        text = f"CAST({identifier(name)} AS VARCHAR)"
        here, there = self._types[side][name], self._types[1 - side][name]
        if here == there or not (here.startswith(NUMBERS) or there.startswith(NUMBERS)):
            return text
        # One letter in a column makes all its cells text: 10.50 is the same number there.
        return (
            f"CASE WHEN regexp_full_match({text}, {literal(NUMBER.pattern)}) "
            f"THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END"
        )

    def _described(self, source: str) -> dict[str, str]:
        found = self._database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        return {str(name): str(kind) for name, kind, *_ in found}


def _told(file: Path) -> str:
    """How many changed in each way, and the first of each, as JSON."""
    with asking(file, is_asked_again=False) as rows:
        counts, first = {}, {}
        for each in RowChange:
            query = RowQuery(
                (_CHANGE, _BEFORE, _AFTER),
                (Condition(_CHANGE, Operator.EQ, (each.value,)),),
                limit=FIRST,
            )
            counts[each.value] = rows.total(query)
            first[each.value] = list(rows.lines(query, _line))
    return json.dumps({"counts": counts, "first": first}, ensure_ascii=False)


def _read(told: Path) -> RowChanges:
    said = json.loads(told.read_bytes())
    if IS_TOO_HEAVY in said:
        raise QueryTooHeavy(TOO_HEAVY)
    return RowChanges(
        {RowChange(name): int(count) for name, count in said["counts"].items()},
        {RowChange(name): tuple(map(_row, lines)) for name, lines in said["first"].items()},
    )


def _row(line: str) -> ChangedRow:
    exact = json.loads(line, parse_float=Decimal, parse_int=Decimal)
    before, after = exact["before"], exact["after"]
    cells = changed_cells(before, after) if before and after else ()
    return ChangedRow(_written(before), _written(after), tuple(c for c in cells if c != ROW_NUMBER))


def _written(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A row with its numbers as text, as pages show them."""
    if row is None:
        return None
    return {n: format(v, "f") if isinstance(v, Decimal) else v for n, v in row.items()}


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
    return f"'{value}" if str(value).startswith(FORMULA) else str(value)


def _csv_line(cells: Sequence[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
