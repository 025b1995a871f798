"""Pictures, segment by segment: what JPEG and PNG carry, and a copy with the picture alone.

No pixel is unpacked, so no picture can unpack into too much here, and a copy shows just what its
original does. Sources: ITU-T T.81, annex B; PNG (ISO/IEC 15948), with its Exif chunk.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from opendata_hub.adapters.documents import exif, xmp
from opendata_hub.adapters.documents.contents import Contents
from opendata_hub.domain.catalog.document import Limits, Refusal
from opendata_hub.domain.catalog.document.carriers import Carried, Carrier, is_somebody
from opendata_hub.domain.errors import NotADocument

_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_PROFILE, _ADOBE, _JFIF = b"ICC_PROFILE\0", b"Adobe", b"JFIF\0"
_SOI, _EOI, _SOS, _COM, _APP0, _APP15 = 0xD8, 0xD9, 0xDA, 0xFE, 0xE0, 0xEF
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_JFIF_HEAD = 14
_IPTC_AUTHORS = frozenset({80, 85, 116, 122})  # by-line, its title, copyright, writer
_PNG = b"\x89PNG\r\n\x1a\n"
_SHOWN = frozenset(
    {
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT",
        b"bKGD", b"pHYs", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT",
    }
)  # fmt: skip
"""The chunks that change how a picture looks."""
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_LONGEST_TEXT = 1_048_576


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of a JPEG: its marker, its payload, and its bytes as they stand.

    The compressed picture belongs to the segment that announces it (SOS).
    """

    marker: int
    payload: bytes
    raw: bytes


def jpeg(content: bytes, limits: Limits) -> Contents:
    """A JPEG as a document of one page; raises NotADocument."""
    segments = list(_segments(content))
    for segment in segments:
        if segment.marker in _FRAMES:
            height, width = struct.unpack_from(">HH", segment.payload.ljust(5, b"\0"), 1)
            _refuse_large(width * height, limits)
    return Contents(1, (each for segment in segments for each in _of_segment(segment)))


def png(content: bytes, limits: Limits) -> Contents:
    """A PNG as a document of one page; raises NotADocument."""
    chunks = list(_chunks(content))
    width, height = struct.unpack_from(">II", chunks[0][1].ljust(8, b"\0"))
    _refuse_large(width * height, limits)
    return Contents(1, (each for name, data in chunks for each in _of_chunk(name, data)))


def jpeg_alone(content: bytes) -> bytes:
    """The JPEG without what is not shown; how it is to be turned stays. Raises NotADocument."""
    turned = 1
    kept = []
    for segment in _segments(content):
        if segment.marker == 0xE1 and segment.payload.startswith(_EXIF):  # noqa: PLR2004  (APP1)
            turned = exif.orientation(segment.payload[len(_EXIF) :])
        if _is_shown(segment):
            kept.append(_without_thumbnail(segment))
    head = b"\xff\xd8"
    if turned != 1:
        payload = _EXIF + exif.only_orientation(turned)
        head += b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload
    return head + b"".join(kept) + b"\xff\xd9"


def png_alone(content: bytes) -> bytes:
    """The PNG with the chunks that show, and no other. Raises NotADocument."""
    kept = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in _chunks(content)
        if name in _SHOWN
    )
    return _PNG + b"".join(kept)


def carried(content: bytes, limits: Limits) -> Iterator[Carried]:
    """What a picture inside a document carries; nothing for one of another format, or broken."""
    try:
        if content.startswith(b"\xff\xd8\xff"):
            yield from jpeg(content, limits).carried
        elif content.startswith(_PNG):
            yield from png(content, limits).carried
    except NotADocument:
        return


def alone(content: bytes) -> bytes:
    """A picture inside a document without what is not shown; others stay as they are."""
    try:
        if content.startswith(b"\xff\xd8\xff"):
            return jpeg_alone(content)
        return png_alone(content) if content.startswith(_PNG) else content
    except NotADocument:
        return content


def _refuse_large(pixels: int, limits: Limits) -> None:
    if pixels > limits.pixels:
        raise NotADocument(Refusal.TOO_LARGE, f"The picture has {pixels:,} pixels")


# -- JPEG ----------------------------------------------------------------------------------------


def _segments(content: bytes) -> Iterator[_Segment]:
    """The segments between start and end, and what follows the end under the marker 0."""
    place = 2
    while place < len(content):
        if content[place] != 0xFF:  # noqa: PLR2004  (every marker begins with it)
            raise _cut_off("JPEG")
        marker = content[place + 1] if place + 1 < len(content) else _SOI
        if marker == 0xFF:  # noqa: PLR2004  (a fill byte)
            place += 1
        elif marker == _EOI:
            if content[place + 2 :].strip(b"\0\r\n "):
                yield _Segment(0, content[place + 2 :], b"")
            return
        elif marker in _ALONE:
            yield _Segment(marker, b"", content[place : place + 2])
            place += 2
        else:
            end = _end_of_segment(content, place, marker)
            length = struct.unpack_from(">H", content, place + 2)[0]
            payload = content[place + 4 : place + 2 + length]
            yield _Segment(marker, payload, content[place:end])
            place = end
    raise _cut_off("JPEG")


def _end_of_segment(content: bytes, place: int, marker: int) -> int:
    if place + 4 > len(content) or marker == _SOI:
        raise _cut_off("JPEG")
    length = struct.unpack_from(">H", content, place + 2)[0]
    end = place + 2 + int(length)
    if length < 2 or end > len(content):  # noqa: PLR2004  (the length counts itself)
        raise _cut_off("JPEG")
    if marker != _SOS:
        return end
    while (end := content.find(b"\xff", end)) >= 0:
        following = content[end + 1 : end + 2]
        if following and following[0] not in {0, *_ALONE, 0xFF}:
            return end
        end += 1 if following == b"\xff" else 2
    raise _cut_off("JPEG")


def _is_shown(segment: _Segment) -> bool:
    """Whether a picture looks different without the segment."""
    if segment.marker == _COM or not segment.raw:
        return False
    if _APP0 <= segment.marker <= _APP15:
        return segment.payload.startswith((_PROFILE, _ADOBE, _JFIF))
    return True


def _without_thumbnail(segment: _Segment) -> bytes:
    """JFIF may hold a small picture, which is not shown."""
    if segment.marker != _APP0 or len(segment.payload) <= _JFIF_HEAD:
        return segment.raw
    return b"\xff\xe0\x00\x10" + segment.payload[: _JFIF_HEAD - 2] + b"\0\0"


def _of_segment(segment: _Segment) -> Iterator[Carried]:
    payload = segment.payload
    if segment.marker == 0:
        yield Carried(Carrier.LEFTOVER, _said(payload[:_LONGEST_TEXT]))
    elif segment.marker == _COM:
        yield Carried(Carrier.COMMENT, _said(payload))
    elif payload.startswith(_EXIF) and segment.marker == 0xE1:  # noqa: PLR2004  (APP1)
        yield from exif.carried(payload[len(_EXIF) :])
    elif payload.startswith(_XMP):
        yield from xmp.carried(payload[len(_XMP) :])
    elif payload.startswith(b"Photoshop 3.0\0"):
        yield from _iptc(payload)
    elif _APP0 <= segment.marker <= _APP15 and not _is_shown(segment):
        yield Carried(Carrier.LEFTOVER, _said(payload))


def _iptc(payload: bytes) -> Iterator[Carried]:
    """Texts of a press agency's form (IPTC-IIM, record 2), each after its number and length."""
    place = payload.find(b"\x1c\x02")
    while 0 <= place <= len(payload) - 5:
        length = struct.unpack_from(">H", payload, place + 3)[0]
        text = _said(payload[place + 5 : place + 5 + length])
        is_author = payload[place + 2] in _IPTC_AUTHORS and is_somebody(text)
        yield Carried(Carrier.AUTHOR if is_author else Carrier.PROPERTY, text)
        place = payload.find(b"\x1c\x02", place + 5 + length)


# -- PNG -----------------------------------------------------------------------------------------


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and data up to the end, and what follows the end under an empty name."""
    place = len(_PNG)
    while place + 12 <= len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        data = content[place + 8 : place + 8 + length]
        end = place + 12 + length
        if end > len(content):
            break
        if (name == b"IHDR") is not (place == len(_PNG)):
            raise _cut_off("PNG")
        if zlib.crc32(name + data) != struct.unpack_from(">I", content, end - 4)[0]:
            raise NotADocument(Refusal.BROKEN, "A chunk of the PNG is damaged")
        yield name, data
        place = end
        if name == b"IEND":
            if content[place:].strip(b"\0\r\n "):
                yield b"", content[place:]
            return
    raise _cut_off("PNG")


def _of_chunk(name: bytes, data: bytes) -> Iterator[Carried]:
    if name == b"eXIf":
        yield from exif.carried(data)
    elif name in _TEXTS:
        yield from _of_text(name, data)
    elif not name or (name not in _SHOWN and name != b"tIME"):
        yield Carried(Carrier.LEFTOVER, _said(data[:_LONGEST_TEXT]))


def _of_text(name: bytes, data: bytes) -> Iterator[Carried]:
    keyword, _, rest = data.partition(b"\0")
    key = _said(keyword)
    if name == b"iTXt":
        is_packed, (_, _, text) = rest[:1] == b"\1", _three(rest[2:])
    else:
        is_packed, text = name == b"zTXt", rest[1:] if name == b"zTXt" else rest
    body = _unpacked(text) if is_packed else text
    if key.startswith("XML:") or b"<x:xmpmeta" in body[:1000]:
        yield from xmp.carried(body)
    elif key == "Author" or key == "Copyright":  # noqa: PLR1714
        if is_somebody(_said(body)):
            yield Carried(Carrier.AUTHOR, _said(body))
    elif key in {"Comment", "Description", "Disclaimer", "Warning"}:
        yield Carried(Carrier.COMMENT, _said(body))
    elif key not in {"Software", "Title", "Creation Time", "date:create", "date:modify"}:
        yield Carried(Carrier.LEFTOVER, f"{key} {_said(body)}")
    else:
        yield Carried(Carrier.PROPERTY, _said(body))


def _three(rest: bytes) -> tuple[bytes, bytes, bytes]:
    """Language, keyword in that language, text."""
    language, _, rest = rest.partition(b"\0")
    translated, _, text = rest.partition(b"\0")
    return language, translated, text


def _unpacked(text: bytes) -> bytes:
    """A packed text, as far as a text is long."""
    try:
        return zlib.decompressobj().decompress(text, _LONGEST_TEXT)
    except zlib.error:
        return b""


def _said(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _cut_off(format_: str) -> NotADocument:
    return NotADocument(Refusal.BROKEN, f"The {format_} is cut off or damaged")
