"""A published file as typed Parquet.

Cells of the plain form are cast by DuckDB; every other one is read by Frictionless, once for each
text, so that a value is what the check of the file took it for. Numbers are exact.
"""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection
from frictionless import Field, Schema
from frictionless.fields import BooleanField

from opendata_hub.adapters.rows.sql import identifier, literal
from opendata_hub.adapters.rows.store import Source
from opendata_hub.adapters.tabular import reading, reference
from opendata_hub.adapters.tabular.reading import Headed
from opendata_hub.domain.catalog.rows.column import ROW_NUMBER
from opendata_hub.domain.errors import NoRows, NotATable

MEMORY, LONGEST_RECORD_BYTES = "512MB", 16_000_000
MOST_DIGITS, NARROW_DIGITS = 38, 18

_PLAIN: Mapping[tuple[str, str], str] = {
    ("integer", "default"): r"-?[0-9]{1,18}",
    ("year", "default"): r"[0-9]{4}",
    ("number", "default"): r"-?[0-9]{1,28}(\.[0-9]{1,10})?",
    ("date", "default"): r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    ("date", "%Y-%m-%d"): r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    ("datetime", "%Y-%m-%dT%H:%M"): r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}",
    ("datetime", "%Y-%m-%dT%H:%M:%S"): r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}",
}
"""Type and format of a field to the form of the cells that mean just what they look like."""
_TYPES: Mapping[str, str] = {
    "integer": "BIGINT", "year": "BIGINT", "number": "DECIMAL", "boolean": "BOOLEAN",
    "date": "DATE", "datetime": "TIMESTAMP",
}  # fmt: skip
"""Fields of any other type are served as the text that stands in the file."""


def make(source: Source, aside: Path) -> Path:
    """The rows of a published file, written into a folder of their own.

    Raises NoRows when there is no table in it.
    """
    try:
        with reading.opened(source.file, source.file_name) as table:
            found = reading.headed(table, source.schema)
            if found is None:
                raise NoRows(f"{source.file_name}: no column of the schema is in it")
            return _Making(found, reference.table_schema(source.schema), aside).parquet()
    except NotATable as problem:
        raise NoRows(f"{source.file_name}: {problem}") from None
    except duckdb.Error as problem:
        raise NoRows(f"{source.file_name}: {str(problem).splitlines()[0]}") from None


class _Making:
    """One table on its way: text as it stands, then what its cells mean, then typed columns."""

    def __init__(self, found: Headed, schema: Schema, aside: Path) -> None:
        self._found, self._schema, self._aside = found, schema, aside

    def parquet(self) -> Path:
        """The finished file, beside the place where it will stand."""
        target = self._aside / "rows.parquet"
        with duckdb.connect(":memory:") as database:
            database.execute(f"SET threads = 1; SET memory_limit = {literal(MEMORY)}")
            database.execute(f"SET temp_directory = {literal(str(self._aside / 'spilled'))}")
            self._lay_down_text(database)
            columns = [
                _TypedColumn(database, field, number)
                for number, field in enumerate(self._schema.fields)
            ]
            joins = " ".join(column.join for column in columns if column.join)
            served = ", ".join(
                [f"written.n AS {identifier(ROW_NUMBER)}", *(c.served for c in columns)]
            )
            # A join may move rows; without one they stand in the order of the file.
            order = "ORDER BY written.n" if joins else ""
            database.execute(
                f"COPY (SELECT {served} FROM written {joins} {order}) "
                f"TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)"
            )
        _flush(target)
        return target

    def _lay_down_text(self, database: DuckDBPyConnection) -> None:
        """The cells of every record as text; one without a single value is no row."""
        plain, cells = self._aside / "cells.csv", self._aside / "cells.parquet"
        # Python's own reader, as in the check: DuckDB's might see other records in an odd file.
        with plain.open("w", encoding="utf-8", newline="") as text:
            csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows(self._cells())
        names = [f"c{number}" for number in range(len(self._schema.fields))]
        types = {"n": "BIGINT", **dict.fromkeys(names, "VARCHAR")}
        filled = [
            f"CASE WHEN {name} NOT IN {_texts(self._missing(field))} THEN {name} END AS {name}"
            for name, field in zip(names, self._schema.fields, strict=True)
        ]
        database.execute(
            f"COPY (SELECT n, {', '.join(filled)} "
            f"FROM read_csv({literal(str(plain))}, header = false, auto_detect = false, "
            f"columns = {types!r}, delim = ',', quote = '\"', escape = '\"', nullstr = chr(1), "
            f"new_line = '\\r\\n', max_line_size = {LONGEST_RECORD_BYTES})) "
            f"TO {literal(str(cells))} (FORMAT parquet, COMPRESSION zstd)"
        )
        plain.unlink()
        database.execute(f"CREATE VIEW written AS SELECT * FROM {literal(str(cells))}")

    def _missing(self, field: Field) -> Sequence[str]:
        has_own = field.has_defined("missing_values")
        return list(field.missing_values if has_own else self._schema.missing_values)

    def _cells(self) -> Iterator[list[str | int]]:
        """The number of each record and its cells in the order of the schema."""
        labels = self._found.layout.labels
        places = [
            labels.index(field.name) if field.name in labels else len(labels)
            for field in self._schema.fields
        ]
        missing = [frozenset(self._missing(field)) for field in self._schema.fields]
        widest = max(places) + 1
        for number, cells in self._found.table.records():
            if number <= self._found.layout.row:
                continue
            full = cells if len(cells) >= widest else [*cells, *[""] * (widest - len(cells))]
            row = [full[place] for place in places]
            # A blank row at the end is no fault, and no row either.
            if row[0] not in missing[0] or any(map(_is_told, row, missing)):
                yield [number, *row]


def _is_told(cell: str, missing: frozenset[str]) -> bool:
    return cell not in missing


class _TypedColumn:
    """One column: how its text becomes values.

    join:   to the readings of its odd cells, when there are any.
    served: its values under the name of its field.
    """

    def __init__(self, database: DuckDBPyConnection, field: Field, number: int) -> None:
        self._database, self._field, self._number = database, field, number
        self._cell, self.join = f"c{number}", ""
        text = self._readable() if field.type in _TYPES else None
        value = self._cell if text is None else f"CAST({text} AS {self._type(text)})"
        self.served = f"{value} AS {identifier(field.name)}"

    def _readable(self) -> str | None:
        """The cell as text that a cast reads rightly; None when not all can be read.

        A published file was sound, but its family's schema may have changed since.
        """
        plain, said = self._plain(), self._cell
        if isinstance(self._field, BooleanField):
            yes, no = self._field.true_values, self._field.false_values
            plain = f"{self._cell} IN {_texts([*yes, *no])}"
            said = f"CAST({self._cell} IN {_texts(yes)} AS VARCHAR)"
        texts = self._database.execute(
            f"SELECT DISTINCT {self._cell} FROM written "
            f"WHERE {self._cell} IS NOT NULL AND NOT {plain}"
        ).fetchall()
        if not texts:
            return said
        read, odd = self._field.create_value_reader(), f"odd{self._number}"
        meant = {text: _canonical(read(text)) for (text,) in texts}
        if None in meant.values():
            return None
        self._database.execute(
            f"CREATE TABLE {odd} AS SELECT unnest($1::VARCHAR[]) AS t, unnest($2::VARCHAR[]) AS s",
            [list(meant), list(meant.values())],
        )
        self.join = f"LEFT JOIN {odd} ON {odd}.t = {self._cell}"
        return f"CASE WHEN {plain} THEN {self._cell} ELSE {odd}.s END"

    def _plain(self) -> str:
        """Whether a cell needs no reading; never where the field has ways of its own."""
        field = self._field
        own = ("group_char", "decimal_char", "bare_number", "float_number")
        pattern = _PLAIN.get((field.type, field.format or "default"))
        if pattern is None or any(field.has_defined(name) for name in own):
            return "false"
        return f"regexp_full_match({self._cell}, {literal(pattern)})"

    def _type(self, text: str) -> str:
        """The narrowest type that holds every value exactly; text where none does."""
        kind = _TYPES[self._field.type]
        if kind not in {"BIGINT", "DECIMAL"}:
            return kind
        row = self._database.execute(
            "SELECT max(length(ltrim(split_part(v, '.', 1), '-'))), "
            "max(length(split_part(v, '.', 2))), "
            "bool_and(regexp_full_match(v, '-?[0-9]+([.][0-9]+)?')) "
            f"FROM (SELECT {text} AS v FROM written {self.join}) WHERE v IS NOT NULL"
        ).fetchone()
        whole, scale, is_finite = row if row and row[0] else (1, 0, True)
        if not is_finite or whole + scale > MOST_DIGITS:
            return "VARCHAR"
        if kind == "BIGINT" and whole <= NARROW_DIGITS:
            return kind
        digits = NARROW_DIGITS if whole + scale <= NARROW_DIGITS else MOST_DIGITS
        return f"DECIMAL({digits},{scale})"


def _canonical(value: Any) -> str | None:
    """A value as text; moments in UTC, numbers without an exponent while they are finite."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return _canonical(Decimal(str(value)))
        case Decimal():
            return format(value, "f")
        case datetime():
            naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return naive.isoformat()
        case date() | time():
            return value.isoformat()
    return None if value is None else str(value)


def _texts(texts: Sequence[str]) -> str:
    """A list of a pack's texts for IN; NUL, which no cell has, stands for none."""
    return f"({', '.join(map(literal, texts)) or 'chr(0)'})"


def _flush(file: Path) -> None:
    """On the disk before it gets its name: a name is never given to half a file."""
    with file.open("rb") as written:
        os.fsync(written.fileno())
