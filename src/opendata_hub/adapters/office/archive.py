"""A zip of XML parts, opened with care: nothing is executed, unpacked to disk or let grow.

Limits are those of a spreadsheet that people made: a workbook of a million cells has some forty
parts and unpacks to less than 200 MB.
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

from opendata_hub.adapters.tabular.archives import BROKEN
from opendata_hub.domain.errors import BrokenOffice, UnsafeOffice

MAX_PARTS, MAX_BYTES, MAX_RATIO = 5_000, 1_073_741_824, 300
MOST_CELLS = 20_000_000
"""Of a sheet, with the empty ones before its last: one far or repeated cell makes billions."""
_LITTLE = 1_048_576
"""Bytes below which a part may be as repetitive as it likes."""


@dataclass(frozen=True, slots=True)
class Archive:
    """The parts of an office file, by name."""

    parts: zipfile.ZipFile
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        """The bytes of a part; raises BrokenOffice when they can't be unpacked."""
        try:
            return self.parts.read(name)
        except BROKEN as problem:
            raise BrokenOffice(f"A part can't be unpacked: {type(problem).__name__}") from None

    def tree(self, name: str) -> ET.Element:
        """A part as XML, without declarations of any kind.

        Raises UnsafeOffice for a document type (entities can grow without end or reach outside)
        and for other encodings than UTF-8, in which one could hide; BrokenOffice for no XML.
        """
        root = None
        for _, element in self.events(name):
            root = element  # the last to end holds all others
        if root is None:
            raise BrokenOffice("A part is no XML")
        return root

    def events(
        self, name: str, *kinds: Literal["start", "end"]
    ) -> Iterator[tuple[str, ET.Element]]:
        """A part as XML, element by element (``start`` and ``end``; only ``end`` by default).

        Raises what ``tree`` raises.
        """
        content = self.read(name)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
            raise UnsafeOffice("A part declares a document type, or is not in UTF-8")
        try:
            # No declarations are left that could do harm: see above.
            yield from ET.iterparse(io.BytesIO(content), kinds or ("end",))  # noqa: S314
        except (ET.ParseError, LookupError, ValueError):
            raise BrokenOffice("A part is no XML") from None


@contextmanager
def opened(file: Path) -> Iterator[Archive]:
    """The parts of the file, once their number, sizes and names are known to be harmless.

    Raises BrokenOffice for no zip, and UnsafeOffice for what unpacks into too much, is encrypted
    or names a part twice (what one reader shows, another one does not).
    """
    try:
        parts = zipfile.ZipFile(file)
    except BROKEN:
        raise BrokenOffice("This is no office file: it can't be unpacked") from None
    with parts:
        entries = parts.infolist()
        _require_harmless(entries)
        yield Archive(parts, tuple(entry.filename for entry in entries))


def _require_harmless(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_PARTS:
        raise UnsafeOffice(f"More than {MAX_PARTS:,} parts")
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise UnsafeOffice(f"It unpacks to more than {MAX_BYTES:,} bytes")
    if len({entry.filename.lower() for entry in entries}) < len(entries):
        raise UnsafeOffice("Two parts have the same name")
    for entry in entries:
        if entry.flag_bits & 1:
            raise UnsafeOffice("It is encrypted: save it without a password")
        if entry.file_size > max(_LITTLE, MAX_RATIO * entry.compress_size):
            raise UnsafeOffice(f"A part is packed more than {MAX_RATIO} to one")


def require_cells(count: int) -> None:
    """Raise UnsafeOffice for a sheet of more cells than are looked at one by one."""
    if count > MOST_CELLS:
        raise UnsafeOffice(f"A sheet has more than {MOST_CELLS:,} cells up to its last")


def local(element: ET.Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: ET.Element, name: str) -> str:
    """The value of the attribute of that name in whichever namespace; empty without one."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return ""


def words(element: ET.Element) -> Iterator[str]:
    """Every text and every attribute's value below, the element's own among them."""
    for each in element.iter():
        yield from (value for value in each.attrib.values() if value.strip())
        yield from (text for text in (each.text, each.tail) if text and text.strip())


def said(element: ET.Element) -> str:
    """The text of the element and all below, as one."""
    return "".join(element.itertext())
