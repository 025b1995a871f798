"""What a workbook of Office Open XML (.xlsx, .xlsm) carries beside its visible cells.

Source: ECMA-376 part 1, 18 (SpreadsheetML); [MS-XLSX] for threaded comments and persons.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from opendata_hub.adapters.office.archive import Archive, attribute, local, said, words
from opendata_hub.adapters.office.carriers import Carried, Carrier
from opendata_hub.domain.errors import BrokenOffice

WORKBOOK = "xl/workbook.xml"
_TEXTS = "xl/sharedStrings.xml"
_AUTHORS = frozenset({"creator", "lastModifiedBy", "Manager", "Company"})
_PLAIN = ("[content_types].xml", "_rels/", "xl/_rels/", "xl/styles", "xl/theme/", "xl/calcchain")
"""Parts that say how things look and hang together."""
_PARTS: Mapping[str, Carrier] = {
    "xl/comments": Carrier.COMMENT,
    "xl/threadedcomments/": Carrier.COMMENT,
    "xl/persons/": Carrier.AUTHOR,
    "xl/pivotcache/": Carrier.PIVOT,
    "xl/pivottables/": Carrier.PIVOT,
    "xl/externallinks/": Carrier.EXTERNAL_LINK,
    "xl/connections": Carrier.CONNECTION,
    "xl/querytables/": Carrier.CONNECTION,
    "xl/model/": Carrier.CONNECTION,
    "xl/vbaproject": Carrier.MACRO,
    "xl/vbadata": Carrier.MACRO,
    "xl/macrosheets/": Carrier.MACRO,
    "xl/printersettings/": Carrier.PRINTER,
    "xl/revisions/": Carrier.REVISION,
    "xl/media/": Carrier.PICTURE,
    "docprops/thumbnail": Carrier.PICTURE,
    "xl/drawings/vmldrawing": Carrier.COMMENT,
    "xl/drawings/": Carrier.DRAWING,
    "xl/charts/": Carrier.DRAWING,
    "xl/chartsheets/": Carrier.DRAWING,
    "xl/diagrams/": Carrier.DRAWING,
    "xl/embeddings/": Carrier.EMBEDDED,
    "xl/activex/": Carrier.EMBEDDED,
    "docprops/": Carrier.PROPERTY,
    "docmetadata/": Carrier.PROPERTY,
    "customxml/": Carrier.PROPERTY,
    "xl/metadata": Carrier.PROPERTY,
    "xl/featurepropertybag/": Carrier.PROPERTY,
    "xl/tables/": Carrier.DEFINED_NAME,
}
"""Beginning of a part's name to what it is; everything else is a leftover."""
_BESIDE_CELLS: Mapping[str, Carrier] = {
    "headerFooter": Carrier.PAGE_HEADER,
    "dataValidations": Carrier.INPUT_HELP,
    "extLst": Carrier.INPUT_HELP,
    "autoFilter": Carrier.DEFINED_NAME,
    "conditionalFormatting": Carrier.DEFINED_NAME,
    "scenarios": Carrier.DEFINED_NAME,
    "customSheetViews": Carrier.DEFINED_NAME,
    "hyperlinks": Carrier.DEFINED_NAME,
    "oleObjects": Carrier.DEFINED_NAME,
}
"""What a sheet says outside of its cells: page headers, help, filters, rules of colour, links."""

_PLACE = re.compile(r"\d{1,9}", re.ASCII)
"""Of a shared text; other digits (², ١) are none to a spreadsheet."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook: its number from 1, name, part, and whether it is shown."""

    number: int
    name: str
    part: str
    is_visible: bool


def sheets(archive: Archive) -> list[Sheet]:
    """The sheets in the workbook's order; raises BrokenOffice when there is no workbook."""
    if WORKBOOK not in archive.names:
        raise BrokenOffice("This is no workbook: it has no list of sheets")
    targets = _targets(archive)
    listed = [each for each in archive.tree(WORKBOOK).iter() if local(each) == "sheet"]
    return [
        Sheet(
            number,
            attribute(each, "name"),
            targets.get(_reference(each), ""),
            attribute(each, "state") not in {"hidden", "veryHidden"},
        )
        for number, each in enumerate(listed, start=1)
    ]


def carried(archive: Archive, table: str) -> Iterator[Carried]:
    """Everything beside the visible cells of the sheet of that name (empty: the first visible)."""
    listed = sheets(archive)
    shown = next((s for s in listed if _is_table(archive, s, table)), None)
    shared = _shared_texts(archive)
    used: set[int] = set()
    for sheet in listed:
        yield Carried(Carrier.SHEET_NAME, sheet.name, sheet.number)
        if sheet.part in archive.names:
            yield from _sheet(archive, sheet, shared, used, is_table=sheet == shown)
    yield from (Carried(Carrier.LEFTOVER, text) for n, text in enumerate(shared) if n not in used)
    yield from _defined_names(archive)
    yield from _other_parts(archive, {sheet.part for sheet in listed})


def _is_table(archive: Archive, sheet: Sheet, table: str) -> bool:
    """Whether the sheet is the one that is read: visible, of that name, or not empty."""
    if not sheet.is_visible or sheet.part not in archive.names:
        return False
    return sheet.name == table if table else _holds_something(archive, sheet)


def _holds_something(archive: Archive, sheet: Sheet) -> bool:
    return any(local(each) in {"v", "t"} and each.text for _, each in archive.events(sheet.part))


def _targets(archive: Archive) -> Mapping[str, str]:
    """Relationship id to the part it names."""
    name = "xl/_rels/workbook.xml.rels"
    if name not in archive.names:
        return {}
    return {
        attribute(each, "Id"): posixpath.normpath(
            posixpath.join("/xl", attribute(each, "Target"))
        ).lstrip("/")
        for each in archive.tree(name)
    }


def _reference(sheet: ET.Element) -> str:
    """The relationship of a sheet; ``sheetId`` ends alike and is another thing."""
    return next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")


def _shared_texts(archive: Archive) -> list[str]:
    if _TEXTS not in archive.names:
        return []
    return [said(each) for each in archive.tree(_TEXTS) if local(each) == "si"]


def _sheet(
    archive: Archive, sheet: Sheet, shared: list[str], used: set[int], *, is_table: bool
) -> Iterator[Carried]:
    """What a sheet carries, read row by row; notes in ``used`` which shared texts it shows."""
    hidden: list[range] = []
    for _, each in archive.events(sheet.part):
        name = local(each)
        if name == "col":
            hidden += _hidden_columns(each)
        elif name == "row":
            yield from _row(each, sheet, shared, used, hidden, is_table=is_table)
            each.clear()
        elif name in _BESIDE_CELLS:
            yield from (Carried(_BESIDE_CELLS[name], text, sheet.number) for text in words(each))


def _row(
    row: ET.Element, sheet: Sheet, shared: list[str], used: set[int], hidden: list[range],
    *, is_table: bool,
) -> Iterator[Carried]:  # fmt: skip
    """The cells of a row, without those that are seen as the table."""
    for place, cell in enumerate((each for each in row if local(each) == "c"), start=1):
        carrier = _carrier_of(row, _column(cell, place), hidden, sheet, is_table=is_table)
        for part in cell:
            text = said(part)
            if local(part) == "f":
                yield Carried(Carrier.FORMULA, text, sheet.number)
                continue
            if local(part) == "v" and cell.get("t") == "s" and _PLACE.fullmatch(text):
                used.add(int(text))
                text = shared[int(text)] if int(text) < len(shared) else ""
            if carrier and text.strip():
                yield Carried(carrier, text, sheet.number)


def _carrier_of(
    row: ET.Element, column: int, hidden: list[range], sheet: Sheet, *, is_table: bool
) -> Carrier | None:
    if not sheet.is_visible:
        return Carrier.HIDDEN_SHEET
    if is_on(row.get("hidden")) or row.get("ht") == "0":
        return Carrier.HIDDEN_ROW
    if any(column in columns for columns in hidden):
        return Carrier.HIDDEN_COLUMN
    return None if is_table else Carrier.OTHER_SHEET


def _hidden_columns(column: ET.Element) -> list[range]:
    if not is_on(column.get("hidden")) and column.get("width") != "0":
        return []
    try:
        return [range(int(column.get("min", "0")), int(column.get("max", "0")) + 1)]
    except ValueError:
        raise BrokenOffice("A column has no number") from None


def is_on(value: str | None) -> bool:
    """An XML boolean."""
    return value in {"1", "true", "on"}


def _column(cell: ET.Element, place: int) -> int:
    """The number of the cell's column, A being 1."""
    letters = re.match("[A-Z]+", cell.get("r", ""))
    if not letters:
        return place
    number = 0
    for letter in letters.group():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _defined_names(archive: Archive) -> Iterator[Carried]:
    for each in archive.tree(WORKBOOK).iter():
        if local(each) == "definedName":
            yield from (Carried(Carrier.DEFINED_NAME, text) for text in words(each))


def _other_parts(archive: Archive, known: set[str]) -> Iterator[Carried]:
    for name in archive.names:
        lower = name.lower()
        if name in known | {WORKBOOK, _TEXTS} or lower.startswith(_PLAIN) or lower.endswith("/"):
            continue
        carrier = next((c for start, c in _PARTS.items() if lower.startswith(start)), None)
        if "_rels/" in lower:
            yield from _outside(archive, name, carrier or Carrier.DEFINED_NAME)
        else:
            yield from _part(archive, name, carrier or Carrier.LEFTOVER)


def _outside(archive: Archive, name: str, carrier: Carrier) -> Iterator[Carried]:
    """Targets outside of the file: addresses of mails, sites and folders."""
    for each in archive.tree(name):
        if attribute(each, "TargetMode") == "External":
            yield Carried(carrier, attribute(each, "Target"))


def _part(archive: Archive, name: str, carrier: Carrier) -> Iterator[Carried]:
    yield Carried(carrier)
    if not name.lower().endswith((".xml", ".vml")):
        return
    for each in archive.tree(name).iter():
        own = _own_carrier(each, carrier)
        yield from (Carried(own, text) for text in each.attrib.values() if text.strip())
        if each.text and each.text.strip():
            yield Carried(own, each.text)
        if each.tail and each.tail.strip():
            yield Carried(carrier, each.tail)


def _own_carrier(element: ET.Element, carrier: Carrier) -> Carrier:
    """Authors stand among other things: in comments and in the document's properties."""
    if carrier is Carrier.PROPERTY and local(element) in _AUTHORS:
        return Carrier.AUTHOR
    if carrier is Carrier.COMMENT and local(element) == "author":
        return Carrier.AUTHOR
    return carrier
