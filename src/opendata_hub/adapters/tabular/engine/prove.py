"""Prove or replay: a scan that proves most rows sound, and names those for Frictionless to read.

Memory does not grow with the file but for one byte a row: where records end and the hashes of keys
go to temporary files.
"""

import csv
import ctypes
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from ctypes import CDLL, c_int64, c_uint64
from dataclasses import dataclass
from struct import iter_unpack
from typing import IO, Any

from frictionless import Dialect
from frictionless.formats import CsvControl
from frictionless.resources import TableResource

from opendata_hub.adapters.tabular import reference
from opendata_hub.adapters.tabular.engine import kernel
from opendata_hub.adapters.tabular.engine.duplicates import Spool, mark_duplicates
from opendata_hub.adapters.tabular.engine.kernel import Hashes, Key, Scan
from opendata_hub.adapters.tabular.engine.program import ColumnProgram
from opendata_hub.adapters.tabular.reading import Table
from opendata_hub.domain.errors import NotATable

BLOCK_BYTES, LONGEST_RECORD = 4_194_304, 67_108_864
ROWS, DOUBTS, DOUBT_BYTES = 65_536, 65_536, 8_388_608
BOM = b"\xef\xbb\xbf"
MARKED = 1


class NotCompilable(Exception):
    """Something in schema or dialect that only Frictionless knows how to check; says what."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scan is to prove.

    keys: positions of columns; is_primary says of each key whether it is the primary one.
    header_records: how many records stand before the first row.
    """

    native: CDLL
    seed: int
    programs: Sequence[ColumnProgram]
    keys: Sequence[Sequence[int]]
    is_primary: Sequence[bool]
    header_records: int
    control: CsvControl


def plan(resource: TableResource) -> Plan:
    """The plan for an opened resource; raises NotCompilable with the reason."""
    native = kernel.compiled()
    if native is None:
        raise NotCompilable("the compiled kernel is not installed")
    control = _plain_csv(resource.dialect)
    fields = resource.header.get_expected_fields()
    positions = {field.name: position for position, field in enumerate(fields)}
    keys, is_primary = _keys(resource, positions)
    in_keys = {position for key in keys for position in key}
    allowed = _allowed(resource, positions)
    seed = int.from_bytes(os.urandom(8), "little")
    programs = [
        ColumnProgram(
            field, native, seed, is_key=position in in_keys, allowed=allowed.get(field.name)
        )
        for position, field in enumerate(fields)
    ]
    header_records = reference.first_row(resource) - 1
    return Plan(native, seed, programs, keys, is_primary, header_records, control)


def _plain_csv(dialect: Dialect) -> CsvControl:
    """The dialect's CSV part, when records are those that the kernel reads."""
    control: CsvControl = CsvControl.from_dialect(dialect)
    is_plain = (
        len(control.delimiter) == 1
        and control.delimiter.isascii()
        and control.delimiter not in '"\r\n'
        and control.quote_char == '"'
        and not control.escape_char
        and not control.skip_initial_space
        and not control.null_sequence
    )
    if not is_plain:
        raise NotCompilable("a CSV dialect with escapes, other quotes or skipped spaces")
    if dialect.comment_char or dialect.comment_rows or dialect.skip_blank_rows:
        raise NotCompilable("a dialect that skips comments or blank rows")
    if not dialect.header_case:
        raise NotCompilable("labels that match without case")
    return control


def _keys(
    resource: TableResource, positions: Mapping[str, int]
) -> tuple[list[list[int]], list[bool]]:
    """Unique columns and the primary key, as Frictionless applies them."""
    fields = resource.header.get_expected_fields()
    keys = [[positions[f.name]] for f in fields if f.constraints.get("unique")]
    is_primary = [False] * len(keys)
    primary = resource.schema.primary_key
    if primary and set(primary) <= set(positions):
        keys.append([positions[name] for name in primary])
        is_primary.append(True)
    return keys, is_primary


def _allowed(
    resource: TableResource, positions: Mapping[str, int]
) -> dict[str, Callable[[Any], bool]]:
    """By column: what its foreign keys say of a value."""
    found: dict[str, Callable[[Any], bool]] = {}
    for key in resource.schema.foreign_keys:
        if not set(key["fields"]) <= set(positions):
            continue
        if len(key["fields"]) != 1:
            raise NotCompilable("a foreign key over several columns")
        name = key["fields"][0]
        source, columns = key["reference"]["resource"], tuple(key["reference"]["fields"])
        values = resource.lookup.get(source, {}).get(columns, set())
        if resource.lookup.get(source):
            found[name] = _both(found.get(name), values)
    return found


def _both(first: Callable[[Any], bool] | None, values: set[Any]) -> Callable[[Any], bool]:
    if first is None:
        return lambda value: (value,) in values
    return lambda value: first(value) and (value,) in values


class Proof:
    """A finished scan: how many rows there are, and those that must be replayed."""

    def __init__(
        self,
        table: Table,
        plan: Plan,
        may_go_on: Callable[[], bool],
        *,
        is_row_key: bool = False,
    ) -> None:
        """Scan the table; stops early, with is_whole False, once ``may_go_on`` says so.

        is_row_key: rows that repeat another one are to be replayed, too.
        """
        self.rows, self.is_whole = 0, True
        self.marks = bytearray()
        self._table, self._plan = table, plan
        self._hashes = Hashes(plan.native, plan.seed)
        self._files = ExitStack()
        self._ends = self._spool()
        self._keys = [self._spool() for _ in plan.keys]
        self._whole_rows = self._spool() if is_row_key else None
        self._file = self._files.enter_context(table.file.open("rb"))
        self._start = 0
        try:
            self._prepare()
            self._scan_all(may_go_on)
            for spool in (*self._keys, self._whole_rows):
                if spool:
                    mark_duplicates(plan.native, spool, self.marks)
        except BaseException:
            self.close()
            raise

    def _spool(self) -> Spool:
        return Spool(self._files.enter_context(tempfile.TemporaryFile()))

    def close(self) -> None:
        """Let go of the temporary files."""
        self._files.close()

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The rows to replay: their numbers as Frictionless counts, and their cells."""
        dialect = _csv_dialect(self._plan.control)
        row = self.marks.find(MARKED)
        while row >= 0:
            begin = self._ends.value(row - 1) if row else self._start
            text = os.pread(self._file.fileno(), self._ends.value(row) - begin, begin).decode()
            yield row + self._plan.header_records + 1, _cells(text, dialect)
            row = self.marks.find(MARKED, row + 1)

    def _prepare(self) -> None:
        """Give the kernel its columns, its keys and room for what it finds."""
        programs = self._plan.programs
        self._room: dict[str, ctypes.Array[Any]] = {
            "ends": (c_uint64 * ROWS)(), "marks": (ctypes.c_uint8 * ROWS)(),
            "doubts": (c_uint64 * (4 * DOUBTS))(), "texts": (ctypes.c_uint8 * DOUBT_BYTES)(),
            "cell_hashes": (c_uint64 * max(1, len(programs)))(),
            "is_empty": (ctypes.c_uint8 * max(1, len(programs)))(),
        }  # fmt: skip
        if self._whole_rows:
            self._room["row_hashes"] = (c_uint64 * ROWS)()
        self._columns = (kernel.Column * len(programs))(*(each.column for each in programs))
        self._key_hashes = [(c_uint64 * ROWS)() for _ in self._plan.keys]
        self._native_keys = (Key * len(self._plan.keys))(
            *(
                Key(is_primary, len(key), (c_int64 * len(key))(*key), hashes)
                for key, is_primary, hashes in zip(
                    self._plan.keys, self._plan.is_primary, self._key_hashes, strict=True
                )
            )
        )
        self._scan = Scan(
            delimiter=ord(self._plan.control.delimiter), quote=ord(self._plan.control.quote_char),
            column_count=len(programs), key_count=len(self._plan.keys), seed=self._plan.seed,
            columns=self._columns, keys=self._native_keys,
            row_limit=ROWS, doubt_limit=DOUBTS, text_limit=DOUBT_BYTES,
            **{name: ctypes.addressof(room) for name, room in self._room.items()},
        )  # fmt: skip

    def _scan_all(self, may_go_on: Callable[[], bool]) -> None:
        is_below_header = False
        for block in _blocks(self._file):
            is_below_header = is_below_header or self._skip_header(block)
            while is_below_header and self._scan_some(block):
                pass
            if not may_go_on():
                self.is_whole = False
                return

    def _skip_header(self, block: "_Block") -> bool:
        """Go below the header; False when the block does not hold all of it."""
        bom = len(BOM) if block.view[: len(BOM)] == BOM else 0
        skipped = self._plan.native.hub_skip(
            block.address + bom, block.filled - bom, self._plan.header_records,
            self._scan.delimiter, self._scan.quote, block.is_last,
        )  # fmt: skip
        if skipped < 0:
            return False
        block.used = self._start = bom + int(skipped)
        return True

    def _scan_some(self, block: "_Block") -> bool:
        """Scan what is left of a block; False when it needs what follows."""
        begin = block.used
        self._scan.base = block.base + begin
        used = self._plan.native.hub_scan(
            self._scan, block.address + begin, block.filled - begin, block.is_last
        )
        if used < 0:
            raise MemoryError
        count = self._scan.rows
        if not count:
            return False
        self.marks += memoryview(self._room["marks"])[:count]
        self._settle_doubts()
        if self._scan.unknown_keys:
            self._settle_keys(block)
        self._ends.append(self._room["ends"], count)
        for spool, hashes in zip(self._keys, self._key_hashes, strict=True):
            spool.append(hashes, count)
        if self._whole_rows:
            self._whole_rows.append(self._room["row_hashes"], count)
        self.rows += count
        block.used += int(used)
        return True

    def _settle_doubts(self) -> None:
        """Ask Frictionless about each cell that is in doubt; mark the rows of the faulty ones."""
        doubts = memoryview(self._room["doubts"]).cast("B")[: 32 * self._scan.doubt_count]
        texts = memoryview(self._room["texts"])
        programs, marks, first = self._plan.programs, self.marks, self.rows
        for row, column, at, length in iter_unpack("=QQQQ", doubts):
            if length > kernel.LARGEST_DOUBT or not programs[column].is_valid(
                bytes(texts[at : at + length])
            ):
                marks[first + row] = MARKED

    def _settle_keys(self, block: "_Block") -> None:
        """Hash those keys that hold a cell which only Python can read."""
        ends = self._room["ends"]
        dialect = _csv_dialect(self._plan.control)
        for key, is_primary, hashes in zip(
            self._plan.keys, self._plan.is_primary, self._key_hashes, strict=True
        ):
            for row in (i for i in range(self._scan.rows) if hashes[i] == kernel.UNKNOWN):
                begin = ends[row - 1] if row else self._scan.base
                text = bytes(block.view[begin - block.base : ends[row] - block.base]).decode()
                hashes[row] = self._key_hash(key, _cells(text, dialect))
                if is_primary and hashes[row] == kernel.NO_VALUE:
                    self.marks[self.rows + row] = MARKED

    def _key_hash(self, key: Sequence[int], cells: Sequence[str]) -> int:
        there = [cells[position] if position < len(cells) else None for position in key]
        parts = [
            self._plan.programs[position].key_part(cell)
            for position, cell in zip(key, there, strict=True)
        ]
        if all(part == kernel.EMPTY_PART for part in parts):
            return kernel.NO_VALUE
        return self._hashes.of_key(parts)


class _Block:
    """A stretch of the file that starts with a record, with slack behind it."""

    def __init__(self, size: int) -> None:
        self._bytes = bytearray(size + len(kernel.SLACK))
        self.view = memoryview(self._bytes)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self._bytes))
        self.size = size
        self.base = self.filled = self.used = 0
        self.is_last = False

    def fill(self, file: IO[bytes]) -> None:
        """Move what is left to the front and read on behind it."""
        left = self.filled - self.used
        self.view[:left] = self.view[self.used : self.filled]
        self.base, self.used, self.filled = self.base + self.used, 0, left
        while self.filled < self.size and not self.is_last:
            read = file.readinto(self.view[self.filled : self.size])  # type: ignore[attr-defined]
            self.is_last = not read
            self.filled += read
        self.view[self.filled : self.filled + len(kernel.SLACK)] = kernel.SLACK

    def larger(self) -> "_Block":
        """The same stretch with twice the room: a record did not fit."""
        if self.size >= LONGEST_RECORD:
            raise NotATable(
                "record-too-long",
                f"A record has more than {LONGEST_RECORD >> 20} MB; a quote may never be closed",
            )
        block = _Block(self.size * 2)
        block.view[: self.filled] = self.view[: self.filled]
        block.base, block.filled, block.used = self.base, self.filled, self.used
        block.is_last = self.is_last
        return block


def _blocks(file: IO[bytes]) -> Iterator[_Block]:
    block = _Block(BLOCK_BYTES)
    while True:
        block.fill(file)
        yield block
        if block.is_last:
            return
        if not block.used:
            block = block.larger()


def _csv_dialect(control: CsvControl) -> Any:
    return control.to_python()  # type: ignore[no-untyped-call]


def _cells(text: str, dialect: Any) -> list[str]:
    return next(csv.reader([text], dialect=dialect), [])
