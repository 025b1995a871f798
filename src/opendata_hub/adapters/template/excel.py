"""openpyxl, in our words: a template gives a workbook.

Nothing in the workbook is hidden and no cell has a comment: what a reader does not see is a
carrier of personal data, and the hub says so when a file comes back with it.
"""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from textwrap import shorten

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.utils.datetime import to_excel
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from opendata_hub.domain.catalog.template import Column, Kind, Section, Template, as_text
from opendata_hub.domain.catalog.template_words import said

LAST_ROW = 1_048_576
# What Excel takes (it calls a file with more broken): ECMA-376 part 1, 18.3.1.32.
LONGEST_TITLE, LONGEST_PROMPT, LONGEST_LIST = 32, 255, 255
NUMBER_FORMATS: Mapping[Kind, str] = {
    Kind.TEXT: "@",
    Kind.INTEGER: "0",
    Kind.NUMBER: "#,##0.00##",
    Kind.DATE: "yyyy-mm-dd",
}
"""The same in every language; Excel shows the signs of the reader's own settings."""

_CHECKS: Mapping[Kind, str] = {
    Kind.TEXT: "textLength",
    Kind.INTEGER: "whole",
    Kind.NUMBER: "decimal",
    Kind.DATE: "date",
}
# Excel keeps fifteen digits of a number, and its first day, 1900-01-01, is number 1.
_FIFTEEN_DIGITS = {
    "operator": "between",
    "formula1": "-999999999999999",
    "formula2": "999999999999999",
}
_ANY: Mapping[Kind, Mapping[str, str]] = {
    Kind.TEXT: {},
    Kind.INTEGER: _FIFTEEN_DIGITS,
    Kind.NUMBER: _FIFTEEN_DIGITS,
    Kind.DATE: {"operator": "greaterThanOrEqual", "formula1": "1"},
}
"""Bounds of a column that has none: the check is only that it is a number, or a day."""

_DARK, _LIGHT, _INK, _PAPER = "1F3864", "DCE6F1", "000000", "FFFFFF"
_NARROWEST, _WIDEST = 12, 40
# What the instructions tell of each column, as headings, and how wide each of these is.
_TOLD = ("title", "name", "meaning", "form", "required", "example", "values")
_CODES = frozenset({"name", "example", "values"})
_WIDTHS = (30, 28, 80, 36, 12, 26, 46)
_WIDEST_COLUMN = 3
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_DATES_OF_MAKING = re.compile(rb"<dcterms:(created|modified)\b.*?</dcterms:\1>", re.DOTALL)


def workbook(template: Template) -> bytes:
    """The template as an Excel workbook: the table, the instructions, long lists if there are any.

    The same template always gives the same bytes.
    """
    book = Workbook()
    book.properties.creator = "opendata-hub"
    book.properties.title = template.title
    book.properties.language = template.language
    table = book.active
    table.title = said("sheet-table", template.language)
    _fill_instructions(book.create_sheet(said("sheet-instructions", template.language)), template)
    _fill_table(table, template)
    _add_checks(book, table, template)
    for sheet in book.worksheets:
        sheet.sheet_view.rightToLeft = template.language == "ar"
    packed = io.BytesIO()
    book.save(packed)
    return _without_dates(packed.getvalue())


def _fill_table(sheet: Worksheet, template: Template) -> None:
    """Header and example row. Other rows have no cells: they would come back as blank rows.

    The number format of a column holds for cells that are yet to be written.
    """
    for number, column in enumerate(template.columns, start=1):
        header = _write(sheet.cell(1, number), column.title)
        ground, ink = (_DARK, _PAPER) if column.is_required else (_LIGHT, _INK)
        header.fill = PatternFill("solid", fgColor=ground)
        header.font = Font(bold=True, color=ink)
        header.alignment = _wrapped(template.language)
        value = template.example[number - 1]
        example = _write(sheet.cell(2, number), value)
        example.number_format = NUMBER_FORMATS[column.kind]
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.number_format = NUMBER_FORMATS[column.kind]
        dimension.width = _width(column, as_text(value))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(template.columns))}{LAST_ROW}"


def _width(column: Column, example: str) -> int:
    """In characters: room for the longest choice and the example; a longer title is wrapped."""
    longest = max(len(text) for text in (*column.choices, example, column.title))
    return min(max(longest + 4, _NARROWEST), _WIDEST)


def _add_checks(book: Workbook, table: Worksheet, template: Template) -> None:
    """What each cell takes and says; a list too long for its column stands on a sheet of its own.

    That sheet is the last one, and can be seen like the others.
    """
    lists: Worksheet | None = None
    for number, column in enumerate(template.columns, start=1):
        check = _check(column)
        if column.choices and check.formula1 is None:
            lists = lists or book.create_sheet(said("sheet-lists", template.language))
            check.formula1 = _listed(book, lists, column, number)
        check.promptTitle = shorten(column.title, LONGEST_TITLE, placeholder="…")
        check.prompt = _prompt(column, template.language)
        check.errorTitle = said("refused", template.language)
        check.error = shorten(
            said("expected", template.language, form=column.form), LONGEST_PROMPT, placeholder="…"
        )
        letter = get_column_letter(number)
        check.add(f"{letter}2:{letter}{LAST_ROW}")
        table.add_data_validation(check)


def _check(column: Column) -> DataValidation:
    """What Excel refuses at once; a long list still lacks its formula."""
    shared = {
        "allow_blank": not column.is_required,
        "showErrorMessage": True,
        "showInputMessage": True,
        "errorStyle": "stop",
    }
    if column.choices:
        return DataValidation(type="list", formula1=_short_list(column.choices), **shared)
    if bounds := _bounds(column.minimum, column.maximum) or _ANY[column.kind]:
        return DataValidation(type=_CHECKS[column.kind], **bounds, **shared)
    return DataValidation(**shared)


def _bounds(
    minimum: int | Decimal | date | None, maximum: int | Decimal | date | None
) -> dict[str, str]:
    """Operator and operands of a check; nothing when there are no bounds."""
    low, high = _operand(minimum), _operand(maximum)
    if low is not None and high is not None:
        return {"operator": "between", "formula1": low, "formula2": high}
    if low is not None:
        return {"operator": "greaterThanOrEqual", "formula1": low}
    if high is not None:
        return {"operator": "lessThanOrEqual", "formula1": high}
    return {}


def _operand(bound: int | Decimal | date | None) -> str | None:
    """A bound as a formula says it; a day is a number there, whatever the reader's settings."""
    if bound is None:
        return None
    return str(int(to_excel(bound))) if isinstance(bound, date) else str(bound)


def _short_list(choices: tuple[str, ...]) -> str | None:
    """The list inside its check; None when it does not fit there.

    Preferred where it fits: Excel tells capitals from small letters only in such a list, and so
    does the hub.
    """
    listed = f'"{",".join(choices)}"'
    is_plain = all(choice == choice.strip() and not set(choice) & set(',"') for choice in choices)
    return listed if is_plain and len(listed) <= LONGEST_LIST else None


def _listed(book: Workbook, lists: Worksheet, column: Column, number: int) -> str:
    """The name of the range that holds a long list, which is written into the sheet of lists."""
    place = 1 if lists["A1"].value is None else lists.max_column + 1
    _write(lists.cell(1, place), column.title).font = Font(bold=True)
    for row, choice in enumerate(column.choices, start=2):
        _write(lists.cell(row, place), choice).number_format = "@"
    letter, name = get_column_letter(place), f"list_{number}"
    lists.column_dimensions[letter].width = _WIDEST
    area = f"{quote_sheetname(lists.title)}!${letter}$2:${letter}${len(column.choices) + 1}"
    book.defined_names[name] = DefinedName(name, attr_text=area)
    return name


def _prompt(column: Column, language: str) -> str:
    """What a cell says when it is entered: meaning, form, whether it must be filled in."""
    must = f" – {said('required', language)}" if column.is_required else ""
    form = f"{column.form}{must}"
    if not column.meaning:
        return shorten(form, LONGEST_PROMPT, placeholder="…")
    room = LONGEST_PROMPT - len(form) - 1
    return f"{shorten(column.meaning, room, placeholder='…')}\n{form}"


def _fill_instructions(sheet: Worksheet, template: Template) -> None:
    """Headings at the edge, what they head below them in the widest column; then the columns.

    No cells are merged: a merged row does not grow with its text.
    """
    for position, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    columns = Section(said("columns", template.language), ())
    _head(sheet.cell(1, 1), template.title, size=16)
    row = _say(sheet, 2, (template.description,), template.language)
    for section in (*template.sections, columns):
        _head(sheet.cell(row + 1, 1), section.heading, size=13)
        row = _say(sheet, row + 2, section.lines, template.language)
    _list_columns(sheet, row, template)


def _head(cell: Cell, heading: str, *, size: int) -> None:
    _write(cell, heading).font = Font(bold=True, size=size)


def _say(sheet: Worksheet, row: int, lines: Sequence[str], language: str) -> int:
    """Write one line a row from ``row`` on; returns the row after the last one."""
    for number, line in enumerate(lines, start=row):
        _write(sheet.cell(number, _WIDEST_COLUMN), line).alignment = _wrapped(language)
    return row + len(lines)


def _list_columns(sheet: Worksheet, row: int, template: Template) -> None:
    """One line for each column of the table, under a header."""
    for position, word in enumerate(_TOLD, start=1):
        header = _write(sheet.cell(row, position), said(word, template.language))
        header.fill = PatternFill("solid", fgColor=_LIGHT)
        header.font = Font(bold=True)
        header.alignment = _wrapped(template.language)
    for line, column in enumerate(template.columns, start=row + 1):
        told = _told(column, template.language)
        for position, (word, text) in enumerate(zip(_TOLD, told, strict=True), start=1):
            cell = _write(sheet.cell(line, position), text or None)
            cell.number_format = "@"
            cell.alignment = _wrapped(None if word in _CODES else template.language)
            cell.font = Font(bold=column.is_required and word in {"title", "required"})


def _told(column: Column, language: str) -> tuple[str, ...]:
    """What the instructions tell of a column, in the order of ``_TOLD``."""
    return (
        column.title,
        column.name,
        column.meaning,
        column.form,
        said("yes" if column.is_required else "no", language),
        column.example,
        said("comma", language).join(column.choices),
    )


def _wrapped(language: str | None) -> Alignment:
    """Lines broken where the cell ends, read from the side where the language begins.

    Without a language the first letter decides: "01/2026/EX" is turned around when it is read
    from the right.
    """
    reading_order = 0 if language is None else 2 if language == "ar" else 1
    return Alignment(wrap_text=True, vertical="top", readingOrder=reading_order)


def _write(cell: Cell, value: str | int | Decimal | date | None) -> Cell:
    """Write a value; a text is a text, whatever sign it begins with."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _without_dates(packed: bytes) -> bytes:
    """The same workbook without a word of when it was made, so that its bytes can be compared."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _DATES_OF_MAKING.sub(b"", content)
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            copy.writestr(entry, content)
    return target.getvalue()
