"""Whether a picture may be shown as a logo: a PNG, or an SVG that can only be looked at.

An SVG is a document that browsers run: it may hold scripts, forms, pages of others. So what may
stand in one is listed, and everything else is refused, rather than the other way round.
"""

import re
import struct
import zlib
from xml.parsers import expat

from opendata_hub.domain.errors import UnsafeLogo

LARGEST_BYTES = 262_144
LONGEST_SIDE = 4_096
"""Pixels. A small file can unpack to gigabytes of them."""
PNG, SVG = "image/png", "image/svg+xml"
_PNG_BEGIN = b"\x89PNG\r\n\x1a\n"
_SVG_NAMESPACE = "http://www.w3.org/2000/svg"
_DEEPEST = 50
_ELEMENTS = frozenset(
    {
        "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse",
        "line", "polyline", "polygon", "text", "tspan", "linearGradient", "radialGradient", "stop",
        "clipPath", "mask", "pattern",
    }
)  # fmt: skip
_ATTRIBUTES = re.compile(r"(?!on)[A-Za-z][A-Za-z0-9\-]*", re.IGNORECASE)
_LINKS = frozenset({"href", "http://www.w3.org/1999/xlink href"})
_NEUTRAL = frozenset({"http://www.w3.org/XML/1998/namespace space"})
_REACHING = re.compile(r"url\s*\(\s*(?!['\"]?#)|\\|@|javascript:|data:|expression", re.IGNORECASE)
"""A value that would bring something in from elsewhere, or hide what it says."""


def media_type_of(content: bytes) -> str:
    """``image/png`` or ``image/svg+xml``; raises UnsafeLogo, which says what is in the way."""
    if len(content) > LARGEST_BYTES:
        raise UnsafeLogo(f"A logo has at most {LARGEST_BYTES:,} bytes")
    if content.startswith(_PNG_BEGIN):
        _require_plain_png(content)
        return PNG
    _require_plain_svg(content)
    return SVG


def _require_plain_png(content: bytes) -> None:
    """Every chunk whole, the picture not too large, and nothing after its end."""
    at, kinds = len(_PNG_BEGIN), []
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        chunk = content[at + 4 : at + 8 + length]
        end = at + 12 + length
        if end > len(content) or struct.unpack_from(">I", content, end - 4)[0] != zlib.crc32(chunk):
            break
        kinds.append(chunk[:4])
        if chunk[:4] == b"IHDR" and length == 13:  # noqa: PLR2004  (PNG, 11.2.2)
            _require_sides(*struct.unpack_from(">II", chunk, 4))
        at = end
        if chunk[:4] == b"IEND":
            break
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"] or b"IDAT" not in kinds:
        raise UnsafeLogo("The PNG is damaged: save it again")
    if at != len(content):
        raise UnsafeLogo("Something stands after the end of the PNG: save it again")


def _require_sides(width: int, height: int) -> None:
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        raise UnsafeLogo(f"A logo is at most {LONGEST_SIDE:,} pixels wide and high")


def _require_plain_svg(content: bytes) -> None:
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        _require_plain_element(name, depth)
        for attribute, value in attributes.items():
            _require_plain_attribute(attribute, value)
        depth += 1

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    reader = expat.ParserCreate(namespace_separator=" ")
    reader.XmlDeclHandler = _require_utf8
    reader.StartElementHandler, reader.EndElementHandler = begin, end
    reader.StartDoctypeDeclHandler = reader.EntityDeclHandler = _refuse
    reader.ProcessingInstructionHandler = reader.ExternalEntityRefHandler = _refuse
    try:
        reader.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise UnsafeLogo("This is neither a PNG nor an SVG that can be read") from None


def _refuse(*_: object) -> int:
    raise UnsafeLogo("The SVG declares a document type or an instruction: save it plain")


def _require_utf8(_version: str, encoding: str | None, _standalone: int) -> None:
    # Another encoding may say one thing to us and another to a browser.
    if encoding and encoding.lower() != "utf-8":
        raise UnsafeLogo("The SVG is not in UTF-8: save it so")


def _require_plain_element(name: str, depth: int) -> None:
    namespace, _, local = name.rpartition(" ")
    if depth == 0 and (namespace, local) != (_SVG_NAMESPACE, "svg"):
        raise UnsafeLogo("This is neither a PNG nor an SVG")
    if depth >= _DEEPEST:
        raise UnsafeLogo(f"The SVG is nested more than {_DEEPEST} levels deep")
    if namespace != _SVG_NAMESPACE or local not in _ELEMENTS:
        raise UnsafeLogo(f"The SVG holds <{local[:40]}>: save it as a plain SVG")


def _require_plain_attribute(name: str, value: str) -> None:
    if name in _LINKS:
        if not value.startswith("#"):
            raise UnsafeLogo("The SVG refers to something outside: save it plain")
        return
    if name not in _NEUTRAL and not _ATTRIBUTES.fullmatch(name):
        raise UnsafeLogo(f"The SVG has the attribute {name.rpartition(' ')[2][:40]}: save it plain")
    if _REACHING.search(value):
        raise UnsafeLogo(f"The SVG's {name[:40]} reaches outside: save it plain")
