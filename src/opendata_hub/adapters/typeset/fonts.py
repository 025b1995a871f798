"""The fonts of letters, and which characters they have."""

import struct
import unicodedata
from functools import cache
from pathlib import Path

import fontpkg_amiri
import fontpkg_noto_sans

FOLDERS = tuple(
    str(Path(package.__file__).parent / "files") for package in (fontpkg_amiri, fontpkg_noto_sans)
)
"""Amiri for Arabic, Noto Sans for Latin; both under the SIL Open Font Licence."""
_PLAIN = (
    Path(FOLDERS[0]) / "Amiri-Regular.ttf",
    Path(FOLDERS[1]) / "NotoSans[wdth,wght].ttf",
)


def written_out(text: str) -> str:
    """The text with each character that no font has told by its name, in square brackets.

    >>> written_out("Merci 😀")
    'Merci [grinning face]'
    """
    known = _characters()
    return "".join(
        letter if ord(letter) in known or letter in "\n\t" else _name(letter) for letter in text
    )


def _name(letter: str) -> str:
    if unicodedata.category(letter) in {"Mn", "Cf"}:
        return ""  # a sign on, or between, what is told already
    return f"[{unicodedata.name(letter, f'U+{ord(letter):04X}').lower()}]"


@cache
def _characters() -> frozenset[int]:
    return frozenset[int]().union(*(_mapped(file.read_bytes()) for file in _PLAIN))


def _mapped(font: bytes) -> frozenset[int]:
    """The code points of a TrueType font: its ``cmap``, formats 4 and 12 (OpenType 1.9)."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * number) for number in range(tables))
    start = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (count,) = struct.unpack_from(">H", font, start + 2)
    found: set[int] = set()
    for number in range(count):
        (offset,) = struct.unpack_from(">L", font, start + 4 + 8 * number + 4)
        (kind,) = struct.unpack_from(">H", font, start + offset)
        if kind == 4:  # noqa: PLR2004  (the formats are numbers)
            found |= _segments(font, start + offset)
        elif kind == 12:  # noqa: PLR2004
            found |= _groups(font, start + offset)
    return frozenset(found)


def _segments(font: bytes, at: int) -> set[int]:
    """Format 4. What a segment maps to nothing one by one is taken for mapped: typst refuses it."""
    (twice,) = struct.unpack_from(">H", font, at + 6)
    ends = struct.unpack_from(f">{twice // 2}H", font, at + 14)
    starts = struct.unpack_from(f">{twice // 2}H", font, at + 16 + twice)
    return {code for a, b in zip(starts, ends, strict=True) for code in range(a, b + 1)} - {0xFFFF}


def _groups(font: bytes, at: int) -> set[int]:
    """Format 12."""
    (count,) = struct.unpack_from(">L", font, at + 12)
    groups = (struct.unpack_from(">LLL", font, at + 16 + 12 * number) for number in range(count))
    return {code for first, last, _ in groups for code in range(first, last + 1)}
