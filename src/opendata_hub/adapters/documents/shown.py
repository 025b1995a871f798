"""Pages of a document as pictures to look at, small enough for a weak line."""

import struct
import zlib
from math import ceil, sqrt
from pathlib import Path

import pypdfium2 as pdfium

from opendata_hub.domain.errors import NotRedacted

DOTS_PER_INCH = 96
MOST_PIXELS = 2_000_000
_POINTS_PER_INCH = 72
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _BITS = 0, 8


def sizes(file: Path) -> list[tuple[int, int]]:
    """Width and height of the picture of each page of a PDF, in pixels."""
    found = []
    for page in pdfium.PdfDocument(file):
        width, height = page.get_size()
        scale = _scale(width, height)
        found.append((ceil(width * scale), ceil(height * scale)))
    return found


def write_picture(file: Path, target: Path, number: int) -> None:
    """Write a page of a PDF as PNG, in shades of grey; raises NotRedacted where there is none."""
    document = pdfium.PdfDocument(file)
    if not 1 <= number <= len(document):
        raise NotRedacted(f"The document has {len(document)} pages, not {number}")
    page = document[number - 1]
    width, height = page.get_size()
    drawn = page.render(scale=_scale(width, height), grayscale=True, may_draw_forms=False)
    raw = bytes(drawn.buffer)
    rows = (
        raw[at : at + drawn.width] for at in range(0, drawn.height * drawn.stride, drawn.stride)
    )
    target.write_bytes(_png(drawn.width, drawn.height, b"".join(b"\0" + row for row in rows)))


def _scale(width: float, height: float) -> float:
    """Pixels for each point of a page of that size."""
    scale = DOTS_PER_INCH / _POINTS_PER_INCH
    return scale * min(1, sqrt(MOST_PIXELS / (width * height * scale * scale)))


def _png(columns: int, rows: int, filtered: bytes) -> bytes:
    """A picture as PNG (RFC 2083); ``filtered`` are its rows, each after the name of its filter."""
    head = struct.pack(">IIBBBBB", columns, rows, _BITS, _GREY, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(filtered, 6)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )
