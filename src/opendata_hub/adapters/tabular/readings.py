"""What is asked of a table beside its schema: a family's rules, and whether it tells of persons."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from opendata_hub.adapters.tabular.checking import AlsoRead, Opened, RowReader
from opendata_hub.adapters.tabular.counts import SmallCountScan
from opendata_hub.adapters.tabular.personal import PersonalScan
from opendata_hub.adapters.tabular.reading import opened
from opendata_hub.adapters.tabular.reference import table_schema
from opendata_hub.adapters.tabular.rules import RuleRun, typed_rows
from opendata_hub.domain.catalog import headers
from opendata_hub.domain.catalog.family import Rule
from opendata_hub.domain.catalog.privacy.suppression import declared
from opendata_hub.domain.catalog.report import Finding
from opendata_hub.domain.catalog.rules.kind import Tables, Value


def rows_of(
    file: Path, file_name: str, schema: Mapping[str, object]
) -> Iterator[Mapping[str, Value]]:
    """The rows of another table as rules look into them; none when it has no header we know."""
    with opened(file, file_name) as table:
        start = [cells for _, cells in islice(table.records(), headers.SEARCHED_ROWS)]
        layout = headers.layout_of(start, headers.field_names(schema))
        if layout:
            records = (cells for number, cells in table.records() if number > layout.row)
            yield from typed_rows(table_schema(schema), layout.labels, records)


def by_rules(
    rules: Sequence[Rule], today: date | None = None, tables: Tables | None = None
) -> AlsoRead:
    """Read a table by a family's rules; tables are others by their family, today is the day."""

    def read(opened: Opened) -> RowReader:
        run = RuleRun(
            rules, opened.schema, opened.labels,
            language=opened.language, today=today, tables=tables,
        )  # fmt: skip
        return _ByRules(run)

    return read


def for_personal_data(opened: Opened) -> RowReader:
    """Read a table for personal data, in its name, its header and its cells."""
    scan = PersonalScan(opened.file_name, opened.written, language=opened.language)
    return _ForPersonalData(scan, opened.header_row)


def for_small_counts(schema: Mapping[str, object]) -> AlsoRead:
    """Read a table for the small counts that its family declares, if it declares any."""
    rule = declared(schema)

    def read(opened: Opened) -> RowReader:
        return _ForSmallCounts(
            SmallCountScan(opened.labels, rule, language=opened.language) if rule else None
        )

    return read


class _ByRules:
    is_excerpt = False

    def __init__(self, run: RuleRun) -> None:
        self.row, self.end = run.row, run.end

    def begin(self) -> Iterator[Finding]:
        return iter(())

    def above(self, _number: int, _cells: Sequence[str], /) -> Iterator[Finding]:
        return iter(())


class _ForPersonalData:
    is_excerpt = True

    def __init__(self, scan: PersonalScan, header_row: int) -> None:
        self.begin, self.row = scan.names, scan.row
        self._header_row = header_row

    def above(self, number: int, cells: Sequence[str]) -> Iterator[Finding]:
        return self.row(number, cells) if number != self._header_row else iter(())

    def end(self) -> Iterator[Finding]:
        return iter(())


class _ForSmallCounts:
    is_excerpt = True

    def __init__(self, scan: SmallCountScan | None) -> None:
        self._scan = scan

    def begin(self) -> Iterator[Finding]:
        return iter(())

    def above(self, _number: int, _cells: Sequence[str], /) -> Iterator[Finding]:
        return iter(())

    def row(self, number: int, cells: Sequence[str]) -> Iterator[Finding]:
        return self._scan.row(number, cells) if self._scan else iter(())

    def end(self) -> Iterator[Finding]:
        return iter(())
