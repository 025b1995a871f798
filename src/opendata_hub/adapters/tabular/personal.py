"""Personal data in a table: its file's name, its header, its cells, in reading order."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from opendata_hub.domain.catalog import privacy
from opendata_hub.domain.catalog.report import Finding


class PersonalScan:
    """Reads a table for personal data, row by row."""

    def __init__(self, file_name: str, columns: Sequence[str], *, language: str) -> None:
        self._file_name, self._columns, self._language = file_name, columns, language
        # Most cells of a table say what another one of their column says.
        self._traces = lru_cache(maxsize=65_536)(privacy.traces)

    def names(self) -> Iterator[Finding]:
        """What the file's name and the header (row 1) give away."""
        for kind in sorted(self._traces(self._file_name)):
            yield Finding(kind, privacy.MESSAGES[kind][self._language])
        for column in self._columns:
            for kind in sorted(self._traces(column)):
                yield Finding(kind, privacy.MESSAGES[kind][self._language], 1, column or None)

    def row(self, number: int, cells: Sequence[str]) -> Iterator[Finding]:
        """What the cells of the record of that number give away."""
        for position, cell in enumerate(cells):
            column = self._columns[position] if position < len(self._columns) else ""
            for kind in sorted(self._traces(cell, column=column)):
                yield Finding(kind, privacy.MESSAGES[kind][self._language], number, column or None)
