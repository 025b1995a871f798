"""Personal data in a table: its file's name, its header, its cells, in reading order."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

from opendata_hub.adapters.tabular.reading import opened
from opendata_hub.domain.catalog import privacy
from opendata_hub.domain.catalog.privacy import Kind, marks, sieve
from opendata_hub.domain.catalog.report import Finding

REMEMBERED = 65_536


class PersonalScan:
    """Reads a table for personal data, row by row.

    Cells in which nothing was found are remembered, for most cells of a table say what another
    one has said; those that are new are sieved together, and read one by one only when the sieve
    lets them through. Where the name of a column tells what it holds, each of its cells is read.
    """

    def __init__(self, file_name: str, columns: Sequence[str], *, language: str) -> None:
        self._file_name = file_name
        self._columns = tuple(columns)
        self._language = language
        told = [privacy.told_by(column) for column in self._columns]
        self._told = {place: kinds for place, kinds in enumerate(told) if kinds}
        self._harmless: set[str] = set()
        self._traces = lru_cache(maxsize=REMEMBERED)(privacy.traces_among)

    def names(self) -> Iterator[Finding]:
        """What the file's name and the header (row 1) give away."""
        for kind in self._in_name(self._file_name):
            yield self._finding(kind)
        for column in self._columns:
            for kind in self._in_name(column):
                yield self._finding(kind, 1, column)

    def row(self, number: int, cells: Sequence[str]) -> Iterator[Finding]:
        """What the cells of the record of that number give away."""
        harmless = self._harmless
        new = [cell for cell in cells if cell not in harmless]
        if new and sieve.lets_through(marks.MARK.join(new)):
            return self._cell_by_cell(number, cells, range(len(cells)))
        if new:
            self._remember(new)
        if self._told:
            return self._cell_by_cell(number, cells, self._told)
        return iter(())

    def _remember(self, cells: Sequence[str]) -> None:
        """Note cells in which nothing was found; when there are too many, begin anew."""
        if len(self._harmless) > REMEMBERED:
            self._harmless.clear()
        self._harmless.update(cells)

    def _cell_by_cell(
        self, number: int, cells: Sequence[str], places: Iterable[int]
    ) -> Iterator[Finding]:
        for place in places:
            if place >= len(cells):
                return
            for kind in sorted(self._traces(cells[place], self._told.get(place, frozenset()))):
                column = self._columns[place] if place < len(self._columns) else ""
                yield self._finding(kind, number, column)

    def _in_name(self, name: str) -> list[Kind]:
        """A name joins words with underscores."""
        return sorted(privacy.traces(name) | privacy.traces(name.replace("_", " ")))

    def _finding(self, kind: Kind, row: int | None = None, column: str | None = None) -> Finding:
        return Finding(kind, privacy.MESSAGES[kind][self._language], row, column or None)


def personal_data(
    file: Path, file_name: str, *, language: str, most: int = 1000
) -> tuple[Finding, ...]:
    """What a table without a schema gives away of persons, at most so many findings.

    Raises NotATable.
    """
    with opened(file, file_name) as table:
        records = table.records()
        _, header = next(records, (1, []))
        scan = PersonalScan(file_name, header, language=language)
        found = chain(scan.names(), *(scan.row(number, cells) for number, cells in records))
        return tuple(islice(found, most))
