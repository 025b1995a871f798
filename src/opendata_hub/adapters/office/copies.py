"""A copy that holds the visible cells of one sheet and nothing else, written anew."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path, PurePath

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from opendata_hub.adapters.office import archive, opendocument
from opendata_hub.domain.errors import BrokenOffice, Invalid

Value = str | int | float
TITLE = "table"
"""The name of the only sheet of a clean workbook: the old name might say too much."""
_BROKEN = (
    InvalidFileException, LookupError, ValueError, TypeError, AttributeError, OSError,
    ArithmeticError, AssertionError, SyntaxError, RecursionError,
)  # fmt: skip
"""What the library raises on workbooks that follow no rule."""


def visible_table(file: Path, *, file_name: str, sheet: str = "") -> list[list[Value]]:
    """The rows of a sheet as they are seen: without hidden rows and columns, formulas as values.

    sheet: its name; empty means the first that is visible and not empty. Days are ISO 8601.
    Raises Invalid when there is no such visible sheet, BrokenOffice and UnsafeOffice.
    """
    read = _rows_of_ods if PurePath(file_name).suffix.lower() == ".ods" else _rows_of_workbook
    rows = list(read(file, sheet))
    while rows and not any(value != "" for value in rows[-1]):
        rows.pop()
    width = max((_width(row) for row in rows), default=0)
    return [[*row, *[""] * width][:width] for row in rows]


def write_csv(rows: list[list[Value]], target: Path) -> None:
    """The rows as CSV in UTF-8."""
    with target.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def write_workbook(rows: list[list[Value]], target: Path) -> None:
    """The rows as a workbook of one sheet: texts as text, numbers as numbers, nobody's name."""
    workbook = Workbook(write_only=True)
    workbook.properties = DocumentProperties(creator=None)
    sheet = workbook.create_sheet(TITLE)
    for row in rows:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value)
            if isinstance(value, str):
                # A text that begins with "=" is no formula.
                cell.data_type, cell.number_format = "s", "@"
            cells.append(cell)
        sheet.append(cells)
    workbook.save(target)


def _width(row: list[Value]) -> int:
    return max((place for place, value in enumerate(row, start=1) if value != ""), default=0)


def _rows_of_workbook(file: Path, sheet: str) -> Iterator[list[Value]]:
    with archive.opened(file) as parts:
        for name in parts.names:
            if name.lower().endswith((".xml", ".rels")):
                parts.tree(name)  # what a careful reader refuses never reaches the other one
    try:
        with file.open(
            "rb"
        ) as content:  # by its name it would be refused: what we keep has no ending
            workbook = load_workbook(content, data_only=True)
    except _BROKEN:
        raise BrokenOffice("The workbook can't be read") from None
    visible = [each for each in workbook.worksheets if each.sheet_state == "visible"]
    for each in visible:
        archive.require_cells(each.max_row * each.max_column)
    shown = next((each for each in visible if _is_table(each, sheet)), None)
    if shown is None:
        raise Invalid("No visible sheet of that name")
    hidden = {
        column
        for each in shown.column_dimensions.values()
        if each.hidden or each.width == 0
        for column in range(each.min or 0, min(each.max or 0, opendocument.WIDEST) + 1)
    }
    for number, cells in enumerate(shown.iter_rows(values_only=True), start=1):
        dimension = shown.row_dimensions[number]
        if not dimension.hidden and dimension.height != 0:
            yield [_plain(v) for place, v in enumerate(cells, start=1) if place not in hidden]


def _is_table(sheet: Worksheet, name: str) -> bool:
    """Whether the sheet has that name; without one, whether it holds something."""
    if name:
        return bool(sheet.title == name)
    return any(value is not None for row in sheet.iter_rows(values_only=True) for value in row)


def _plain(value: object) -> Value:
    """A value as CSV tells it; a number stays one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int | float) else str(value)


def _rows_of_ods(file: Path, sheet: str) -> Iterator[list[Value]]:
    with archive.opened(file) as parts:
        shown = None
        for row in opendocument.rows(parts):
            is_named = row.sheet.name == sheet if sheet else bool(row.cells)
            if row.sheet.is_visible and shown is None and is_named:
                shown = row.sheet.number
            if row.sheet.number == shown and not row.is_hidden:
                yield from [_values(row)] * row.repeats
    if shown is None:
        raise Invalid("No visible sheet of that name")


def _values(row: opendocument.Row) -> list[Value]:
    """The visible cells of a row at their places; what was repeated to the edge is no cell."""
    cells = {cell.column: cell.value for cell in row.cells}
    return [
        cells.get(column, "")
        for column in range(1, max(cells, default=0) + 1)
        if not row.sheet.hides(column)
    ]
