"""Files that are no CSV, written out as CSV: what a cell shows becomes its text."""

import csv
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from opendata_hub.domain.errors import NotATable

MOST_SHEET_BYTES = 1_073_741_824
MOST_JSON_BYTES = 33_554_432
LARGEST_WHOLE = 10**15
"""Beyond that a spreadsheet's number has lost digits, and says so by its exponent."""
TEXTS: Mapping[str, tuple[str, str]] = {
    ".csv": ("CSV", "text/csv"),
    ".tsv": ("TSV", "text/tab-separated-values"),
}
OFFICE: Mapping[str, tuple[str, str]] = {
    ".xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".xlsm": ("XLSX", "application/vnd.ms-excel.sheet.macroEnabled.12"),
    ".xls": ("XLS", "application/vnd.ms-excel"),
    ".ods": ("ODS", "application/vnd.oasis.opendocument.spreadsheet"),
}
OTHERS: Mapping[str, tuple[str, str]] = {
    ".parquet": ("PARQUET", "application/vnd.apache.parquet"),
    ".json": ("JSON", "application/json"),
    ".ndjson": ("NDJSON", "application/x-ndjson"),
    ".jsonl": ("NDJSON", "application/x-ndjson"),
}
FORMATS: Mapping[str, tuple[str, str]] = {**TEXTS, **OFFICE, **OTHERS}
"""Ending of the file's name to the EU file type and the IANA media type."""
ENDINGS = (*FORMATS, ".gz", ".zip")


def _from_office(file: Path, copy: Path, sheet: str) -> str:
    """The first visible sheet that holds something, or the one that is named."""
    _refuse_large(file)
    try:
        with CalamineWorkbook.from_path(str(file)) as book:
            name = sheet or _first_sheet(book)
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            _write(copy, ([_shown(cell) for cell in row] for row in rows))
    except PasswordError:
        raise NotATable(
            "encrypted-file", "The workbook has a password; save it without one"
        ) from None
    except (CalamineError, OSError, ValueError) as problem:
        raise NotATable("broken-workbook", f"The workbook can't be read: {problem}") from None
    return name


def _first_sheet(book: CalamineWorkbook) -> str:
    visible = [s.name for s in book.sheets_metadata if s.visible is SheetVisibleEnum.Visible]
    for name in visible:
        if book.get_sheet_by_name(name).height:
            return name
    raise NotATable("empty-file", "No visible sheet of the workbook holds anything")


def _refuse_large(file: Path) -> None:
    """Sheets are read whole: one that unpacks to more than a gigabyte is refused before."""
    if not zipfile.is_zipfile(file):
        return  # an .xls, or broken; the reader says which
    with zipfile.ZipFile(file) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_SHEET_BYTES:
            raise NotATable("archive-bomb", "The workbook unpacks to more than a gigabyte")


def _shown(cell: object) -> str:
    """A cell's text: whole numbers without a point, days and instants as ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < LARGEST_WHOLE:
        return str(int(cell))
    if isinstance(cell, datetime):
        is_day = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if is_day else cell.isoformat(timespec="seconds")
    return str(cell)


def _from_parquet(file: Path, copy: Path, _sheet: str) -> None:
    # An extra: the library is larger than the rest of the hub, and few towns have such files.
    if not find_spec("polars"):
        raise NotATable("format-not-installed", "For Parquet install opendata-hub[parquet]")
    polars = import_module("polars")
    try:
        frame = polars.scan_parquet(file)
        nested = [name for name, type_ in frame.collect_schema().items() if type_.is_nested()]
        if nested:
            raise NotATable("nested-column", f"{nested[0]} holds lists or structures")
        frame.sink_csv(copy, datetime_format="%Y-%m-%dT%H:%M:%S")
    except (polars.exceptions.PolarsError, OSError) as problem:
        raise NotATable("broken-parquet", str(problem).splitlines()[0]) from None


def _from_json(file: Path, copy: Path, _sheet: str) -> None:
    if file.stat().st_size > MOST_JSON_BYTES:
        raise NotATable("too-large-json", "JSON of more than 32 MB: send NDJSON, a line for a row")
    try:
        rows = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as problem:
        raise NotATable("unreadable-json", f"This is no JSON: {problem}") from None
    if not isinstance(rows, list):
        raise NotATable("not-tabular", "The JSON is no list of rows")
    _write(copy, _keyed(lambda: iter(rows)))


def _from_ndjson(file: Path, copy: Path, _sheet: str) -> None:
    _write(copy, _keyed(lambda: _lines(file)))


def _lines(file: Path) -> Iterator[Any]:
    with file.open("rb") as lines:
        for number, line in enumerate(iter(lambda: lines.readline(MOST_JSON_BYTES), b""), start=1):
            try:
                if line.strip():
                    yield json.loads(line)
            except (ValueError, RecursionError) as problem:
                raise NotATable("unreadable-json", f"Line {number} is no JSON: {problem}") from None


def _keyed(rows: Callable[[], Iterator[Any]]) -> Iterator[list[str]]:
    """Lists as they are; objects under the names that any of them has, in order of appearance."""
    first = next(rows(), None)
    if not isinstance(first, dict):
        for row in rows():
            if not isinstance(row, list):
                raise NotATable("not-tabular", "A row of the JSON is neither a list nor an object")
            yield [_said(value) for value in row]
        return
    names: dict[str, None] = {}
    for row in rows():
        if not isinstance(row, dict):
            raise NotATable("not-tabular", "A row of the JSON is no object like the others")
        names.update(dict.fromkeys(row))
    yield list(names)
    for row in rows():
        yield [_said(row.get(name)) for name in names]


def _said(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _write(copy: Path, rows: Iterable[list[str]]) -> None:
    with copy.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text, lineterminator="\n").writerows(rows)


CONVERTERS: Mapping[str, Callable[[Path, Path, str], str | None]] = {
    **dict.fromkeys(OFFICE, _from_office),
    ".parquet": _from_parquet,
    ".json": _from_json,
    ".ndjson": _from_ndjson,
    ".jsonl": _from_ndjson,
}
"""By ending: writes a copy as CSV and gives the name of the sheet."""
