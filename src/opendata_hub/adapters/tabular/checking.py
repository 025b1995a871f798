"""A file and a Table Schema give a Report: proved in bulk where that can be done, else replayed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from frictionless import Error, FrictionlessException, Package, Schema
from frictionless.errors import SourceError
from frictionless.resources import TableResource
from frictionless.table.row import Row

from opendata_hub.adapters.tabular import reading, reference
from opendata_hub.adapters.tabular.engine import prove
from opendata_hub.adapters.tabular.engine.prove import NotCompilable, Proof
from opendata_hub.adapters.tabular.reading import Table
from opendata_hub.domain.catalog import headers
from opendata_hub.domain.catalog.headers import HeaderLayout
from opendata_hub.domain.catalog.report import Finding, Level, Report, unreadable
from opendata_hub.domain.errors import NotATable

MAX_FINDINGS, LONGEST_MESSAGE, MOST_SECONDS = 1000, 400, 600.0
EXAMPLES = 20
SMALL_BYTES = 65_536
"""What Frictionless reads sooner by itself than a scan is prepared."""
_UNREADABLE = {"encoding-error", "format-error", "scheme-error", "compression-error"}
_CHECKED_EVERY = 1000


@dataclass(frozen=True, slots=True)
class How:
    """How a file is to be checked.

    by_name:      columns are found by their names and titles, title and total lines are told;
                  else as Frictionless does it, by position unless the schema says otherwise.
    is_reference: Frictionless reads every row itself.
    unique_rows:  a row that repeats another one, cell for cell, is a finding.
    max_findings: so many errors and so many remarks are shown; 0: all. All are counted.
    seconds:      after that, reading stops and the report is not complete.
    language:     of our own messages; Frictionless' are English.
    sheet:        which one of a workbook; empty: the first visible one that holds something.
    """

    by_name: bool = False
    is_reference: bool = False
    unique_rows: bool = False
    max_findings: int = MAX_FINDINGS
    seconds: float = MOST_SECONDS
    language: str = "fr"
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A table whose header is known.

    labels:  the fields its columns hold, in its order; written: the labels as they stand in it.
    """

    file_name: str
    schema: Schema
    labels: Sequence[str]
    written: Sequence[str]
    header_row: int
    language: str


class RowReader(Protocol):
    """Somebody else who reads each record; every finding is counted.

    is_excerpt: a few findings of each code in each column are shown, for they are cleared together.
    """

    is_excerpt: bool

    def begin(self) -> Iterable[Finding]:
        """What can be said before any record."""

    def above(self, number: int, cells: Sequence[str], /) -> Iterable[Finding]:
        """What can be said of the header, and of what stands above it."""

    def row(self, number: int, cells: Sequence[str]) -> Iterable[Finding]:
        """What can be said of a record below the header."""

    def end(self) -> Iterable[Finding]:
        """What can be said when all were read."""


AlsoRead = Callable[[Opened], RowReader]


@dataclass(frozen=True, slots=True)
class InPackage:
    """Where a table stands in a Data Package: its name there, and how it is said to be written."""

    package: Package
    name: str
    dialect: Mapping[str, object] | None


def check(
    file: Path,
    schema: Mapping[str, object] | None,
    *,
    file_name: str,
    how: How = How(),
    also: Sequence[AlsoRead] = (),
) -> Report:
    """Check a file of any format we read against a Table Schema.

    file:   where the bytes lie; file_name is what their sender called them.
    schema: a descriptor; None: Frictionless infers one.
    also:   who else reads its records, see ``readings``.
    Raises BadTableSchema when Frictionless can't read ``schema`` or can't apply it.
    """
    if schema is not None:
        reference.table_schema(schema)  # a bad one is refused before the file is looked at
    try:
        with reading.opened(file, file_name, sheet=how.sheet) as table:
            return check_table(table, schema, how=how, also=also)
    except NotATable as problem:
        return unreadable(problem.finding, problem.reason)


def check_table(
    table: Table,
    schema: Mapping[str, object] | None,
    *,
    how: How,
    also: Sequence[AlsoRead] = (),
    place: InPackage | None = None,
) -> Report:
    """Check a table that is open already; raises BadTableSchema, and NotATable when it is none."""
    return _Check(table, schema, how, also, place).report()


class _Check:
    """One check of one table."""

    def __init__(
        self,
        table: Table,
        descriptor: Mapping[str, Any] | None,
        how: How,
        also: Sequence[AlsoRead],
        place: InPackage | None,
    ) -> None:
        self._place = place
        self._table, self._descriptor, self._how, self._also = table, descriptor, how, also
        self._gathered = Gathered(how.max_findings)
        self._stop_at = monotonic() + how.seconds
        self._rows, self._is_complete, self._slow_because = 0, True, ""
        self._layout: HeaderLayout | None = None
        if descriptor is not None and how.by_name:
            self._find_header(descriptor)

    def report(self) -> Report:
        """Read everything, then say what was found."""
        problem = self._read_rows()
        if problem:
            return unreadable(problem.type, _shorten(problem.message))
        if not self._is_complete:
            self._gathered.add(Finding("time-limit", "Reading took too long and was stopped"))
        return Report(
            rows=self._rows,
            findings=self._gathered.findings(),
            total_findings=self._gathered.counts.total(),
            is_complete=self._is_complete,
            encoding=self._table.written_as,
            counts=dict(self._gathered.counts),
            slow_because=self._slow_because,
        )

    def _find_header(self, descriptor: Mapping[str, Any]) -> None:
        """Find the header and what it means; say what is odd about it."""
        found = reading.headed(self._table, descriptor)
        if not found:
            return
        self._table, self._layout = found.table, found.layout
        names = headers.field_names(descriptor)
        for finding in headers.remarks(found.layout, found.first, names, self._how.language):
            self._gathered.add(finding)

    def _read_rows(self) -> Error | None:
        """Read the table as often as it takes; gives why it can't be read at all."""
        schema = self._schema()
        try:
            resource = self._opened(schema)
        except FrictionlessException as problem:
            return self._refused_by_frictionless(problem.error)
        except reference.BREAKS as problem:
            reference.require_applicable(schema or Schema(), problem)
            raise
        with resource:
            try:
                self._read(resource)
            except reference.BREAKS as problem:
                # Frictionless breaks on some schemas (a bound that its own type can't hold) and on
                # some cells (sNaN). A plain row tells which it was.
                reference.require_applicable(resource.schema, problem)
                note = f"a cell that can't be compared: {problem}"
                self._gathered.add(_finding(SourceError(note=note)))
            self._read_again(resource)
        return None

    def _opened(self, schema: Schema | None) -> TableResource:
        if not self._place:
            return reference.opened(self._table, schema, layout=self._layout)
        return reference.opened(
            self._table,
            schema,
            layout=self._layout,
            dialect=self._place.dialect,
            package=self._place.package,
            name=self._place.name,
        )

    def _schema(self) -> Schema | None:
        if self._descriptor is None:
            return None
        schema = reference.table_schema(self._descriptor)
        if self._how.by_name and not schema.has_defined("fields_match"):
            schema.fields_match = "superset"
        return schema

    def _read_again(self, resource: TableResource) -> None:
        """Let the others read, who look for what Frictionless does not know of."""
        if not self._also:
            return
        first_row = reference.first_row(resource)
        written = self._layout.written if self._layout else resource.labels
        opened = Opened(
            self._table.file_name, resource.schema, resource.labels, written,
            header_row=first_row - 1, language=self._how.language,
        )  # fmt: skip
        readers = [read(opened) for read in self._also]
        for reader in readers:
            self._take(reader, reader.begin())
        for number, cells in self._table.records():
            for reader in readers:
                read_record = reader.row if number >= first_row else reader.above
                self._take(reader, read_record(number, cells))
            if not number % _CHECKED_EVERY and not self._may_go_on():
                self._is_complete = False
                return
        for reader in readers:
            self._take(reader, reader.end())

    def _take(self, reader: RowReader, findings: Iterable[Finding]) -> None:
        take = self._gathered.add_examples if reader.is_excerpt else self._gathered.add_all
        take(findings)

    def _refused_by_frictionless(self, error: Error) -> Error | None:
        if error.type in _UNREADABLE:
            return error
        self._gathered.add(_finding(error))
        return None

    def _read(self, resource: TableResource) -> None:
        for error in reference.start_errors(resource):
            self._gathered.add(_finding(error))
        try:
            proof = self._proof(resource)
        except NotCompilable as reason:
            self._slow_because = str(reason)
            self._replay(resource)
            return
        try:
            resource.dialect.replayed = proof.records()
            self._is_complete = proof.is_whole
            last_row = reference.first_row(resource) + proof.rows - 1
            self._replay(resource, last_row)
            self._rows = proof.rows
        finally:
            proof.close()

    def _proof(self, resource: TableResource) -> Proof:
        if self._how.is_reference:
            raise NotCompilable("it was asked for")
        if self._table.file.stat().st_size < SMALL_BYTES:
            raise NotCompilable("")
        return Proof(
            self._table,
            prove.plan(resource),
            self._may_go_on,
            is_row_key=self._how.unique_rows,
        )

    def _replay(self, resource: TableResource, last_row: int | None = None) -> None:
        """Take the errors of the rows that Frictionless reads.

        last_row: the number of the file's last one, when not all are read.
        """
        repeats = _Repeats() if self._how.unique_rows else None
        blanks = _Blanks(self._gathered, self._how.language) if self._how.by_name else None
        number = 0
        for row, errors in reference.errors_of_rows(resource):
            self._rows += 1
            number = row.row_number if row is not None else number
            told = blanks.calmed(row, errors) if blanks and row is not None else errors
            self._gathered.add_all(map(_finding, told))
            if repeats and row is not None:
                self._gathered.add_all(repeats.findings(row))
            if not self._rows % _CHECKED_EVERY and not self._may_go_on():
                self._is_complete = False
                break
        if blanks:
            blanks.settle(number if last_row is None else last_row)

    def _may_go_on(self) -> bool:
        return monotonic() < self._stop_at


class Gathered:
    """Findings, counted all and kept up to a limit: remarks never crowd out what stops a file."""

    def __init__(self, limit: int) -> None:
        self.counts: Counter[str] = Counter()
        self._limit = limit
        self._kept: dict[bool, list[Finding]] = {True: [], False: []}
        self._examples: Counter[tuple[str, str | None]] = Counter()
        self._shown_examples: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it while there is room."""
        self.counts[finding.code] += 1
        kept = self._kept[finding.level is Level.ERROR]
        if not self._limit or len(kept) < self._limit:
            kept.append(finding)

    def add_all(self, findings: Iterable[Finding]) -> None:
        """Take findings of rules and rows."""
        for finding in findings:
            self.add(finding)

    def add_examples(self, findings: Iterable[Finding]) -> None:
        """Take findings of personal data: a few of each kind in each column.

        A kind in a column is cleared as a whole, so none may crowd out another column.
        """
        for finding in findings:
            self.counts[finding.code] += 1
            place = finding.code, finding.column
            self._examples[place] += 1
            if self._examples[place] <= EXAMPLES:
                self._shown_examples.append(finding)

    def findings(self) -> tuple[Finding, ...]:
        """What was kept, in the order of the rows; what only informs of the whole comes last."""
        kept = (*self._kept[True], *self._kept[False], *self._shown_examples)
        return tuple(sorted(kept, key=_in_reading_order))


def _in_reading_order(finding: Finding) -> float:
    if finding.row is None and finding.level is Level.INFORMATION:
        return inf
    return finding.row or 0


class _Repeats:
    """Rows that say cell for cell what an earlier one says."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    def findings(self, row: Row) -> Iterator[Finding]:
        """A finding when the row was there before."""
        digest = blake2b(repr(row.cells).encode(), digest_size=16).digest()
        first = self._numbers.setdefault(digest, row.row_number)
        if first != row.row_number:
            message = f"The same as the row at position {first}"
            yield Finding("duplicate-row", message, row.row_number)


class _Blanks:
    """What people leave below a table: blank rows at the end do not count, totals are told."""

    def __init__(self, gathered: Gathered, language: str) -> None:
        self._gathered, self._language = gathered, language
        self._waiting: list[Finding] = []

    def calmed(self, row: Row, errors: Sequence[Error]) -> Sequence[Error]:
        """The errors of a row that are worth telling."""
        blank = next((error for error in errors if error.type == "blank-row"), None)
        if blank:
            if self._waiting and self._waiting[-1].row != row.row_number - 1:
                self._tell()
            self._waiting.append(_finding(blank))
            return ()
        if errors and headers.is_total_line([str(cell or "") for cell in row.cells]):
            message = headers.MESSAGES["total-line"][self._language]
            self._gathered.add(Finding("total-line", message, row.row_number))
            return ()
        return errors

    def settle(self, last_row: int) -> None:
        """Say at the end what the blank rows were: a gap in the table, or its end."""
        if self._waiting and self._waiting[-1].row == last_row:
            said = headers.MESSAGES["trailing-blank-rows"][self._language]
            self._gathered.add(
                Finding(
                    "trailing-blank-rows", said.format(count=len(self._waiting)),
                    self._waiting[0].row, level=Level.INFORMATION,
                )
            )  # fmt: skip
        else:
            self._tell()

    def _tell(self) -> None:
        self._gathered.add_all(self._waiting)
        self._waiting = []


def _shorten(message: str) -> str:
    """A message that repeats a cell is cut: one unclosed quote makes a cell of a whole file."""
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}…"


def _finding(error: Error) -> Finding:
    """One Frictionless error in our words."""
    return Finding(
        code=error.type,
        message=_shorten(error.message),
        row=getattr(error, "row_number", None),
        column=getattr(error, "field_name", None) or None,
    )
