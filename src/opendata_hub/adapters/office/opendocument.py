"""What an OpenDocument spreadsheet (.ods) carries beside its visible cells, and those cells.

Source: OASIS OpenDocument 1.3, part 3.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from opendata_hub.adapters.office.archive import (
    Archive,
    attribute,
    local,
    require_cells,
    said,
    words,
)
from opendata_hub.adapters.office.carriers import Carried, Carrier
from opendata_hub.domain.errors import BrokenOffice

CONTENT = "content.xml"
WIDEST = 16_384
"""Columns that a spreadsheet program shows; one cell may say that it repeats as often."""
_AUTHORS = frozenset({"creator", "initial-creator", "printed-by"})
_PLAIN = ("mimetype", "meta-inf/", "manifest.rdf", "layout-cache")
_PARTS: Mapping[str, Carrier] = {
    "meta.xml": Carrier.PROPERTY,
    "settings.xml": Carrier.PRINTER,
    "styles.xml": Carrier.PAGE_HEADER,
    "configurations": Carrier.PROPERTY,
    "thumbnails/": Carrier.PICTURE,
    "pictures/": Carrier.PICTURE,
    "basic/": Carrier.MACRO,
    "scripts/": Carrier.MACRO,
    "object": Carrier.EMBEDDED,
    "database": Carrier.CONNECTION,
}
_BESIDE_CELLS: Mapping[str, Carrier] = {
    "content-validation": Carrier.INPUT_HELP,
    "named-range": Carrier.DEFINED_NAME,
    "named-expression": Carrier.DEFINED_NAME,
    "database-range": Carrier.DEFINED_NAME,
    "data-pilot-table": Carrier.PIVOT,
    "dde-link": Carrier.EXTERNAL_LINK,
    "table-source": Carrier.EXTERNAL_LINK,
    "cell-range-source": Carrier.EXTERNAL_LINK,
    "tracked-changes": Carrier.REVISION,
    "shapes": Carrier.DRAWING,
    "event-listener": Carrier.MACRO,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell holds. column counts from 1; text as shown, value as it is kept."""

    column: int
    text: str
    value: str
    formula: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet, how often it repeats, and whether it is hidden."""

    sheet: "Sheet"
    is_hidden: bool
    repeats: int
    cells: tuple[Cell, ...]
    beside: tuple[Carried, ...]


@dataclass(slots=True)
class Sheet:
    """A sheet while it is read: its columns are said before its rows."""

    number: int
    name: str
    is_visible: bool
    columns: int = 0
    cells: int = 0
    hidden: list[range] = field(default_factory=list)

    def hides(self, column: int) -> bool:
        """Whether the column of that number is not shown."""
        return any(column in columns for columns in self.hidden)


def carried(archive: Archive, table: str) -> Iterator[Carried]:
    """Everything beside the visible cells of the sheet of that name (empty: the first visible)."""
    named: set[int] = set()
    shown = ""
    for each in read(archive):
        if isinstance(each, Carried):
            yield each
            continue
        sheet = each.sheet
        if sheet.number not in named:
            named.add(sheet.number)
            yield Carried(Carrier.SHEET_NAME, sheet.name, sheet.number)
        if sheet.is_visible and not shown and (sheet.name == table if table else each.cells):
            shown = sheet.name
        yield from each.beside
        yield from _cells(each, is_table=sheet.is_visible and sheet.name == shown)
    yield from _other_parts(archive)


def read(archive: Archive) -> Iterator[Row | Carried]:
    """The rows in reading order, and what stands between them.

    Raises BrokenOffice when there is no content, UnsafeOffice for cells without end.
    """
    if CONTENT not in archive.names:
        raise BrokenOffice("This is no OpenDocument: it has no content")
    hidden_styles: set[str] = set()
    sheet, number, depth = Sheet(0, "", is_visible=False), 0, 0
    for event, each in archive.events(CONTENT, "start", "end"):
        name = local(each)
        if name in _BESIDE_CELLS:
            depth += 1 if event == "start" else -1
            if event == "end" and not depth:
                yield from _beside(each, sheet.number, _BESIDE_CELLS[name])
        elif depth:
            continue
        elif event == "start" and name == "table":
            number += 1
            is_visible = attribute(each, "style-name") not in hidden_styles
            sheet = Sheet(number, attribute(each, "name"), is_visible)
        elif event == "end" and name == "style":
            hidden_styles |= _hidden_style(each)
        elif event == "end" and name == "table-column":
            _note_column(sheet, each)
        elif event == "end" and name == "table-row":
            row = _row(each, sheet)
            sheet.cells += len(row.cells) * row.repeats
            require_cells(sheet.cells)
            yield row
            each.clear()


def rows(archive: Archive) -> Iterator[Row]:
    """The rows alone; raises BrokenOffice when there is no content."""
    return (each for each in read(archive) if isinstance(each, Row))


def _beside(element: ET.Element, number: int, carrier: Carrier) -> Iterator[Carried]:
    yield Carried(carrier, "", number)
    yield from (Carried(carrier, text, number) for text in words(element))


def _hidden_style(style: ET.Element) -> set[str]:
    is_hidden = any(attribute(each, "display") == "false" for each in style)
    return {attribute(style, "name")} if is_hidden else set()


def _note_column(sheet: Sheet, column: ET.Element) -> None:
    repeats = _repeats(column, "number-columns-repeated")
    if attribute(column, "visibility") in {"collapse", "filter"}:
        sheet.hidden.append(range(sheet.columns + 1, sheet.columns + repeats + 1))
    sheet.columns += repeats


def _repeats(element: ET.Element, name: str) -> int:
    text = attribute(element, name) or "1"
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(int(text[:18]), WIDEST)


def _row(row: ET.Element, sheet: Sheet) -> Row:
    cells, beside, column = [], [], 1
    for element in row:
        if local(element) not in {"table-cell", "covered-table-cell"}:
            continue
        repeats = _repeats(element, "number-columns-repeated")
        text = "\n".join(said(each) for each in element if local(each) == "p")
        value = next(filter(None, (attribute(element, key) for key in _VALUES)), text)
        if text or value:
            formula = attribute(element, "formula")
            places = range(column, min(column + repeats, WIDEST + 1))
            cells += [Cell(place, text, value, formula) for place in places]
        for each in element:
            if local(each) != "p":
                beside += list(_on_a_cell(each, sheet.number))
        column += repeats
    is_hidden = attribute(row, "visibility") in {"collapse", "filter"}
    # Millions of empty rows may follow a table; they are told once.
    repeats = _repeats(row, "number-rows-repeated") if cells else 1
    return Row(sheet, is_hidden, repeats, tuple(cells), tuple(beside))


_VALUES = ("date-value", "time-value", "boolean-value", "value", "string-value")


def _on_a_cell(element: ET.Element, number: int) -> Iterator[Carried]:
    """Annotations, with their authors, and drawings that are tied to a cell."""
    if local(element) != "annotation":
        yield from _beside(element, number, Carrier.DRAWING)
        return
    yield Carried(Carrier.COMMENT, "", number)
    for each in element.iter():
        is_author = local(each).startswith("creator")
        carrier = Carrier.AUTHOR if is_author else Carrier.COMMENT
        if each.text and each.text.strip():
            yield Carried(carrier, each.text, number)
        if each.tail and each.tail.strip():
            yield Carried(Carrier.COMMENT, each.tail, number)


def _cells(row: Row, *, is_table: bool) -> Iterator[Carried]:
    """The cells of a row, without those that are seen as the table."""
    for cell in row.cells:
        carrier = _carrier_of(row, cell, is_table=is_table)
        texts = {cell.text, cell.value} if carrier else {cell.value} - {cell.text}
        for text in sorted(texts):
            yield Carried(carrier or Carrier.FORMULA, text, row.sheet.number)
        if cell.formula:
            yield Carried(Carrier.FORMULA, cell.formula, row.sheet.number)


def _carrier_of(row: Row, cell: Cell, *, is_table: bool) -> Carrier | None:
    if not row.sheet.is_visible:
        return Carrier.HIDDEN_SHEET
    if row.is_hidden:
        return Carrier.HIDDEN_ROW
    if row.sheet.hides(cell.column):
        return Carrier.HIDDEN_COLUMN
    return None if is_table else Carrier.OTHER_SHEET


def _other_parts(archive: Archive) -> Iterator[Carried]:
    for name in archive.names:
        lower = name.lower()
        if name == CONTENT or lower.startswith(_PLAIN) or lower.endswith("/"):
            continue
        carrier = next((c for start, c in _PARTS.items() if lower.startswith(start)), None)
        yield from _part(archive, name, carrier or Carrier.LEFTOVER)


def _part(archive: Archive, name: str, carrier: Carrier) -> Iterator[Carried]:
    if carrier is Carrier.PRINTER:
        yield from _printer(archive, name)
        return
    yield Carried(carrier)
    if not name.lower().endswith((".xml", ".rdf")):
        return
    for each in archive.tree(name).iter():
        own = Carrier.AUTHOR if local(each) in _AUTHORS else carrier
        yield from (Carried(carrier, text) for text in each.attrib.values() if text.strip())
        yield from (Carried(own, text) for text in (each.text,) if text and text.strip())
        yield from (Carried(carrier, text) for text in (each.tail,) if text and text.strip())


def _printer(archive: Archive, name: str) -> Iterator[Carried]:
    """The name of a printer says whose desk it stands on; other settings say nothing."""
    for each in archive.tree(name).iter():
        if attribute(each, "name") in {"PrinterName", "PrinterSetup"} and each.text:
            yield Carried(Carrier.PRINTER, each.text)
