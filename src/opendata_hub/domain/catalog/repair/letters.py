"""What is no letter in a cell: direction controls, split accents, glyphs, stray spaces, digits."""

import re
import unicodedata

# Source: Unicode Standard Annex 9 (bidi controls) and U+FEFF, a byte order mark inside a text.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# Shapes of Arabic letters that PDF readers copy in the place of the letters themselves.
_GLYPHS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]+")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_EASTERN_DIGIT = re.compile("[٠-٩۰-۹]")
# Source: Microsoft's list of error values, English and French editions; ### is a narrow cell.
_SHEET_ERROR = re.compile(
    r"#{3,}|#N/A|#(?:REF|DIV/0|NUM|NOMBRE|VALUE|VALEUR|NULL|NUL|SPILL|CALC)!|#(?:NAME|NOM)\?"
)


def has_bidi_controls(text: str) -> bool:
    """Whether invisible controls of the direction of writing stand in a text."""
    return bool(_BIDI.search(text))


def without_bidi_controls(text: str) -> str:
    """The text without them."""
    return _BIDI.sub("", text)


def composed(text: str) -> str:
    """The text in Unicode form NFC, with Arabic letters in the place of their glyphs.

    >>> composed("é"), composed("ﻻ")
    ('é', 'لا')
    """
    letters = _GLYPHS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return unicodedata.normalize("NFC", letters)


def is_clean(text: str) -> bool:
    """Whether a text is as it should be kept: NFC, no glyphs, no direction controls."""
    return text.isascii() or (not has_bidi_controls(text) and composed(text) == text)


def clean(text: str) -> str:
    """The text as it should be kept; what it says does not change."""
    return composed(without_bidi_controls(text))


def visible(text: str) -> str:
    r"""The text with its invisible characters written out, so that a reader sees what changes.

    >>> print(visible("1\u202f399"))
    1\u202f399
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def is_sheet_error(text: str) -> bool:
    """Whether a text is an error message of a spreadsheet.

    >>> is_sheet_error("#N/A"), is_sheet_error("#VALEUR!"), is_sheet_error("# 5")
    (True, True, False)
    """
    return text.startswith("#") and bool(_SHEET_ERROR.fullmatch(text.strip()))


def has_eastern_digits(text: str) -> bool:
    """Whether ٠١٢٣٤٥٦٧٨٩, or their Persian shapes, stand in a text."""
    return bool(_EASTERN_DIGIT.search(text))


def western_digits(text: str) -> str:
    """The text with 0123456789 in their place.

    >>> western_digits("٢٠٢٦")
    '2026'
    """
    return text.translate(_DIGITS)
