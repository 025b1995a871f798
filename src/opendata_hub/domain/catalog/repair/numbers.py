"""Numbers as people and spreadsheets write them, to ``1234.56``."""

import re
from collections.abc import Mapping
from enum import StrEnum

from opendata_hub.domain.catalog.repair.letters import western_digits

# What stands for a thousands space: plain, no-break, narrow no-break, thin, figure, apostrophes.
_SPACES = re.compile("[ \u00a0\u202f\u2009\u2007'’]")
_CURRENCY = re.compile(
    r"^(?:(?:dhs?|mad)\b\.?|درهما?|دراهم)\s*|\s*(?:\b(?:dhs?|mad)\.?|درهما?|دراهم)$", re.IGNORECASE
)
_AFTER_DIGIT = re.compile(r"(?<=\d)(dhs?|mad)\b", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE][+-]?\d{1,3}")
_ARABIC_MARKS: Mapping[str, str] = {"٫": ",", "٬": " ", "−": "-"}
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_GROUPED: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?"), " ", ","),
    (re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+"), ".", ","),
    (re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+"), ",", "."),
    (re.compile(r"[+-]?\d{1,3}(?:\.\d{3}){2,}"), ".", ","),
    (re.compile(r"[+-]?\d{1,3}(?:,\d{3}){2,}"), ",", "."),
)
"""A form, the mark between its groups of three digits, the mark before its decimals."""
_TWO_READINGS = re.compile(r"[+-]?(?!0[.,])\d{1,3}[.,]\d{3}")


class NumberFault(StrEnum):
    """Why a text that looks like a number is none that can be rewritten."""

    AMBIGUOUS = "ambiguous"
    SCIENTIFIC = "scientific"


def canonical(text: str) -> str | NumberFault | None:
    """The number as ``-1234.56``, the fault of its form, or None when it is no number.

    ``1,234`` is 1234 to one reader and 1.234 to another: ambiguous. Scientific notation is what is
    left of a longer number.

    >>> canonical("1 399 999,99 DH"), canonical("1.234,56"), canonical("١٢٫٥ درهم")
    ('1399999.99', '1234.56', '12.5')
    >>> canonical("1,234"), canonical("2,43E+13"), canonical("12 34")
    (<NumberFault.AMBIGUOUS: 'ambiguous'>, <NumberFault.SCIENTIFIC: 'scientific'>, None)
    """
    bare = _bare(text)
    if _SCIENTIFIC.fullmatch(bare):
        return NumberFault.SCIENTIFIC
    if _TWO_READINGS.fullmatch(bare):
        return NumberFault.AMBIGUOUS
    if _PLAIN.fullmatch(bare):
        return _signed(bare.replace(",", "."))
    for form, group, mark in _GROUPED:
        if form.fullmatch(bare):
            return _signed(bare.replace(group, "").replace(mark, "."))
    return None


def is_scientific(text: str) -> bool:
    """Whether a text is a number in scientific notation, such as ``2,43E+13``."""
    return bool(_SCIENTIFIC.fullmatch(_bare(text)))


def whole(number: str) -> str:
    """A canonical number without decimals that are zeros; others stay.

    >>> whole("2024.00"), whole("2024.5")
    ('2024', '2024.5')
    """
    return re.sub(r"\.0+$", "", number)


def _bare(text: str) -> str:
    """Western digits, one kind of space, no currency."""
    bare = western_digits(text)
    for mark, plain in _ARABIC_MARKS.items():
        bare = bare.replace(mark, plain)
    bare = _SPACES.sub(" ", bare).strip()
    bare = _CURRENCY.sub("", _AFTER_DIGIT.sub(r" \1", bare))
    return re.sub(r"^([+-]) ", r"\1", bare.strip())


def _signed(number: str) -> str:
    return number.removeprefix("+")
