"""One quick look at many cells, for whether any of them can give somebody away.

Reading a cell for every form of every kind costs microseconds, and a table has millions. The sieve
reads a row once, for what every form must have. It lets through too much, never too little (a test
proves it on generated rows); what passes is read cell by cell.
"""

import re
from functools import lru_cache

from opendata_hub.domain.catalog import privacy
from opendata_hub.domain.catalog.privacy import marks

_SHAPES = bytes.maketrans(
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0" * 10 + b"a" * 52
)
_IBAN_BEGINS = b"aa00"
_TEN_DIGITS = re.compile(r"[0-9][0-9 .\-/()]{9,}")
_UNBROKEN_LENGTHS = frozenset({10, 12, 14, 24})
"""0612345678, 212612345678, 00212612345678 and a RIB; an ICE has fifteen, and every row has one."""
# Médecins, piscines, bénéficiaires and bornes are no cards and no births.
_LATIN_WORDS = re.compile(
    r"c(?:in\b(?<![^\W_]...)|\.i\.?n\b|i\.n\b|\.?n\.?[is]|arte )|"
    r"n(?:é(?<![^\W_]..)|ee(?<![^\W_]...)|e le [0-9]|e\(e\) |ati(?:f|ve) |aissance)|"
    r"d(?:dn\b|\.n\b|ob\b)|b(?:orn\b|irth)|identit|passe?port|s(?:[ée]jour|[ée]curit[ée] so)"
)
_ARABIC_WORDS = re.compile(
    "زد|ميلاد|ولادة|ولدت? |مولودة? |مواليد|بطاق|ب[. ]ت[. ]و|جواز|ضمان|ص[. ]و[. ]ض"
)


def lets_through(row: str) -> bool:
    """Whether a cell of ``row`` may give somebody away, when no column says what it holds.

    row: cells joined by ``marks.MARK``.
    """
    text = marks.plain(row)
    return (
        "@" in text
        or any(map(_may_be_somebodys, _TEN_DIGITS.findall(text)))
        or _may_hold_iban(text)
        or _speaks_of_somebody(text.lower())
        or any(map(privacy.traces_in_base64, marks.encoded(text)))
    )


def _may_hold_iban(text: str) -> bool:
    """Whether two letters and two digits stand side by side, and the whole is proved."""
    return _IBAN_BEGINS in text.encode("ascii", "replace").translate(_SHAPES) and marks.holds_iban(
        text
    )


def _may_be_somebodys(digits: str) -> bool:
    """Whether digits are of a telephone or an account, whatever stands before them."""
    if digits.isdigit() and len(digits) not in _UNBROKEN_LENGTHS:
        return False
    return _is_somebodys(digits)


@lru_cache(maxsize=65_536)
def _is_somebodys(digits: str) -> bool:
    return marks.holds_mobile(digits) or marks.holds_rib(digits)


def _speaks_of_somebody(text: str) -> bool:
    """Whether a word stands there that makes a number somebody's."""
    if not _LATIN_WORDS.search(text) and (text.isascii() or not _ARABIC_WORDS.search(text)):
        return False
    return (
        marks.speaks_of_birth(text) or marks.speaks_of_card(text) or marks.speaks_of_insurance(text)
    )
