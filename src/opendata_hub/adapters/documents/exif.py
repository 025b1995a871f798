"""What a camera writes into a picture: Exif (CIPA DC-008), a small TIFF inside of it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from opendata_hub.domain.catalog.document.carriers import Carried, Carrier, is_somebody

_MOST_ENTRIES, _MOST_FOLDERS, _LONGEST = 1_000, 16, 65_536
_FOLDERS = {0x8769, 0xA005}
_GPS, _ORIENTATION, _THUMBNAIL = 0x8825, 0x0112, 0x0201
_AUTHORS = {0x013B, 0x8298, 0x9C9D, 0xA430}  # artist, copyright, author (Windows), camera's owner
_SERIALS = {0xA431, 0xA435, 0xC62F}  # body, lens, camera
_WIDE = range(0x9C9B, 0x9CA0)
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_AS_IT_STANDS, _TEXT, _OPAQUE, _SHORT = 1, 2, 7, 3


@dataclass(frozen=True, slots=True)
class _Entry:
    tag: int
    type: int
    value: bytes


def carried(tiff: bytes) -> Iterator[Carried]:
    """Where a picture was taken, with what, by whom, and what else is said in words."""
    for entry in _entries(tiff):
        if entry.tag == _GPS:
            yield Carried(Carrier.LOCATION)
        elif entry.tag in _SERIALS:
            yield Carried(Carrier.DEVICE, _said(entry))
        elif entry.tag in _AUTHORS:
            if is_somebody(_said(entry)):
                yield Carried(Carrier.AUTHOR, _said(entry))
        elif entry.tag == _THUMBNAIL:
            yield Carried(Carrier.LEFTOVER)  # a small picture of what may have been cut off since
        elif entry.type in {_TEXT, _OPAQUE} or entry.tag in _WIDE:
            yield Carried(Carrier.PROPERTY, _said(entry))


def orientation(tiff: bytes) -> int:
    """How the picture is to be turned, 1 to 8; 1 is as it is."""
    for entry in _entries(tiff):
        if entry.tag == _ORIENTATION and entry.type == _SHORT:
            turned = struct.unpack_from(f"{_order(tiff)}H", entry.value)[0]
            return turned if turned in range(1, 9) else _AS_IT_STANDS
    return _AS_IT_STANDS


def only_orientation(turned: int) -> bytes:
    """A TIFF that says how a picture is to be turned, and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, turned, 0)
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", 1) + entry + bytes(4)


def _order(tiff: bytes) -> str:
    return "<" if tiff[:2] == b"II" else ">"


def _entries(tiff: bytes) -> Iterator[_Entry]:
    """The entries of all folders, as far as they can be read; no folder is read twice."""
    if tiff[:4] not in {b"II*\0", b"MM\0*"}:
        return
    order = _order(tiff)
    ahead, seen = [_number(tiff, 4, order)], set[int]()
    while ahead and len(seen) < _MOST_FOLDERS:
        start = ahead.pop()
        if start in seen or not 8 <= start <= len(tiff) - 2:  # noqa: PLR2004  (the head's length)
            continue
        seen.add(start)
        count = min(struct.unpack_from(f"{order}H", tiff, start)[0], _MOST_ENTRIES)
        for place in range(start + 2, start + 2 + 12 * count, 12):
            if place + 12 > len(tiff):
                break
            entry = _entry(tiff, place, order)
            if entry.tag in _FOLDERS:
                ahead.append(_number(entry.value.ljust(4, b"\0"), 0, order))
            yield entry
        ahead.append(_number(tiff, start + 2 + 12 * count, order))


def _entry(tiff: bytes, place: int, order: str) -> _Entry:
    tag, type_, count = struct.unpack_from(f"{order}HHI", tiff, place)
    size = min(_SIZES.get(type_, 1) * count, _LONGEST)
    start = place + 8 if size <= 4 else _number(tiff, place + 8, order)  # noqa: PLR2004
    return _Entry(tag, type_, tiff[start : start + size].ljust(min(size, 4), b"\0"))


def _number(tiff: bytes, place: int, order: str) -> int:
    """Four bytes as a number; 0, where no folder begins, when they are not there."""
    if place + 4 > len(tiff):
        return 0
    return int(struct.unpack_from(f"{order}I", tiff, place)[0])


def _said(entry: _Entry) -> str:
    """The words of an entry; Windows writes its own in UTF-16."""
    if entry.tag in _WIDE:
        return entry.value.decode("utf-16-le", "replace").strip("\0 ")
    return entry.value.decode("utf-8", "replace").strip("\0 ")
