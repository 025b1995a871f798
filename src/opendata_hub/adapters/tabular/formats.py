"""Files that are no CSV, written out as CSV: what a cell shows becomes its text."""

import csv
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from opendata_hub.adapters.tabular import sheets
from opendata_hub.adapters.tabular.archives import BROKEN, most_unpacked
from opendata_hub.domain.errors import NotATable

MOST_SHEET_BYTES = 1_073_741_824
MOST_JSON_BYTES = 33_554_432
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
    return sheets.write_csv(file, copy, sheet)


def _refuse_large(file: Path) -> None:
    """Sheets are read whole: one that unpacks to more than a gigabyte is refused before."""
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except BROKEN:
        return  # an .xls, or broken; the reader says which
    if unpacked > MOST_SHEET_BYTES:
        raise NotATable("archive-bomb", "The workbook unpacks to more than a gigabyte")


def _from_parquet(file: Path, copy: Path, _sheet: str) -> None:
    # An extra: the library is larger than the rest of the hub, and few towns have such files.
    if not find_spec("polars"):
        raise NotATable("format-not-installed", "For Parquet install opendata-hub[parquet]")
    packed_bytes = file.stat().st_size
    limits = replace(sheets.LIMITS, copy_bytes=most_unpacked(packed_bytes))
    sheets.write_columns(file, copy, limits=limits)


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
    try:
        return "" if value is None else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise NotATable("unreadable-json", "A value is nested too deep") from None


def _write(copy: Path, rows: Iterable[list[str]]) -> None:
    with copy.open("w", encoding="utf-8", newline="") as text:
        try:
            csv.writer(text, lineterminator="\n").writerows(rows)
        except UnicodeEncodeError:  # JSON can name half a letter
            raise NotATable("unreadable-json", "A text holds half a letter (\\ud800)") from None


CONVERTERS: Mapping[str, Callable[[Path, Path, str], str | None]] = {
    **dict.fromkeys(OFFICE, _from_office),
    ".parquet": _from_parquet,
    ".json": _from_json,
    ".ndjson": _from_ndjson,
    ".jsonl": _from_ndjson,
}
"""By ending: writes a copy as CSV and gives the name of the sheet."""
