"""A file that somebody sent, as one table of text: what every check of this hub reads."""

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from opendata_hub.adapters import encoding
from opendata_hub.adapters.tabular import archives, formats
from opendata_hub.domain.catalog import headers
from opendata_hub.domain.catalog.headers import HeaderLayout
from opendata_hub.domain.errors import NotATable

MAX_COLUMNS = 1000
SAMPLE_LINES = 100
DELIMITERS = ",\t;|"
_UTF8 = {"utf-8", "utf-8-sig"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table as CSV text in UTF-8.

    file:       the file itself, or a converted copy that lives as long as it is opened.
    file_name:  as its sender called it.
    encoding:   Python's name of the codec of ``file``: utf-8 or utf-8-sig.
    written_as: the codec that the sender's text was written in; None when it was no text.
    sheet:      the sheet's name, for office files.
    """

    file: Path
    file_name: str
    encoding: str
    written_as: str | None
    delimiter: str
    sheet: str | None

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """Each record with its number from 1, as a spreadsheet shows it; a blank line is []."""
        with self.file.open(encoding=self.encoding, newline="") as text:
            yield from enumerate(csv.reader(text, delimiter=self.delimiter), start=1)


@dataclass(frozen=True, slots=True)
class Headed:
    """A table whose header was found. first: its first records, titles and header included."""

    table: Table
    layout: HeaderLayout
    first: Sequence[Sequence[str]]


def headed(table: Table, descriptor: Mapping[str, Any]) -> Headed | None:
    """The table by the delimiter under which its first records look most like the schema.

    None when no record names any of the schema's fields.
    """
    names = headers.field_names(descriptor)
    found: list[tuple[int, int, Headed]] = []
    for delimiter in dict.fromkeys((table.delimiter, *DELIMITERS)):
        read = replace(table, delimiter=delimiter)
        first = [cells for _, cells in islice(read.records(), headers.SEARCHED_ROWS)]
        if layout := headers.layout_of(first, names):
            known = len(set(layout.labels) & set(names.values()))
            found.append((known, -len(found), Headed(read, layout, first)))
    return max(found, key=lambda each: each[:2])[2] if found else None


@contextmanager
def opened(file: Path, file_name: str, *, sheet: str = "") -> Iterator[Table]:
    """The table in a file, whatever its format; raises NotATable when there is none.

    sheet: which one of an office file; empty: the first that is visible and not empty.
    """
    if file.stat().st_size == 0:
        raise NotATable("empty-file", "The file is empty")
    with tempfile.TemporaryDirectory(prefix="table-") as folder:
        content, inner_name = archives.unpacked(file, file_name, Path(folder))
        ending = Path(inner_name).suffix.lower()
        if ending in formats.TEXTS:
            yield _text_table(content, file_name, Path(folder), is_tsv=ending == ".tsv")
        elif ending in formats.CONVERTERS:
            copy = Path(folder) / "table.csv"
            named = formats.CONVERTERS[ending](content, copy, sheet)
            _refuse_wide(copy)
            yield Table(copy, file_name, "utf-8", None, ",", named)
        else:
            raise NotATable(
                "unsupported-format",
                f"{ending or 'no ending'} is not read; {', '.join(sorted(formats.ENDINGS))} are",
            )


def _text_table(file: Path, file_name: str, folder: Path, *, is_tsv: bool) -> Table:
    _refuse_wide(file)
    if encoding.is_binary(file):
        raise NotATable("binary-file", "This is no text, though its name says so")
    written_as = encoding.detect(file)
    if written_as is None:
        raise NotATable(
            "broken-encoding",
            "The text is neither UTF-8 nor a Windows encoding throughout; save it as UTF-8",
        )
    if written_as not in _UTF8:
        file = encoding.transcoded(file, written_as, folder / "text.csv")
    codec = written_as if written_as in _UTF8 else "utf-8"
    delimiter = "\t" if is_tsv else sniffed(file, codec)
    return Table(file, file_name, codec, written_as, delimiter, None)


def _refuse_wide(file: Path) -> None:
    # Frictionless is quadratic in the cells of a row: 20,000 of them cost three minutes.
    if encoding.has_wider_line(file, MAX_COLUMNS):
        raise NotATable("too-many-columns", f"A line has more than {MAX_COLUMNS:,} cells")


def sniffed(file: Path, codec: str) -> str:
    """The delimiter that Frictionless would see in the first lines."""
    with file.open(encoding=codec, newline="") as text:
        # A line may be as long as the file: what stands in its first part is enough.
        sample = "".join(text.readline(65_536) for _ in range(SAMPLE_LINES))
    try:
        return csv.Sniffer().sniff(sample, DELIMITERS).delimiter
    except csv.Error:
        return ","
