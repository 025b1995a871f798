"""Light stems of folded Arabic words: without article, preposition, conjunction and ending.

After light10 (Larkey, Ballesteros, Connell, "Light stemming for Arabic information retrieval",
2007), with one difference. Nobody can tell by its letters whether a word begins with the article
or only looks like it (التزام, الكتروني), with a preposition or with its own root (بلدية, كتابة). So
each reading gets its stem, in the index and in the query, and two forms of a word meet in one.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

SHAPES = {
    ord(shape): letter
    for shapes, letter in (
        ("ٱ", "ا"),
        ("ىی", "ي"),
        ("ة", "ه"),
        ("کگڭݣ", "ك"),
        ("ڤ", "ف"),
        ("پ", "ب"),
    )
    for shape in shapes
} | {ord("ـ"): "", ord("ء"): ""}
"""Letters that are written for one another, or left out, beside those that decompose."""

_FIRST, _AFTER = "\u0620", "\u0700"
"""The block of Arabic letters; its digits and signs are gone from a folded word."""

_BEGINNINGS = (
    # What is taken off, and how many letters must be left: one letter may well be of the root.
    (re.compile(r"[وف]?(?:[بك]?ال|لل)"), 2),
    (re.compile(r"[وف]"), 4),
    (re.compile(r"[وف]?[بكل]"), 4),
)
_ENDINGS = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")
SHORTEST_STEM = 2


def is_arabic(word: str) -> bool:
    """Whether a folded word is written in Arabic letters."""
    return _FIRST <= word < _AFTER


@lru_cache(50_000)
def bases(word: str) -> tuple[str, ...]:
    """The folded word, and what is left of it without what may be written onto its beginning.

    >>> bases("والصفقات")
    ('والصفقات', 'صفقات', 'الصفقات')
    """
    return tuple(dict.fromkeys(_bases(word)))


@lru_cache(50_000)
def stems(word: str) -> tuple[str, ...]:
    """The stem of each of its bases, without endings.

    >>> set(stems("الصفقات")) & set(stems("صفقه"))
    {'صفق'}
    """
    return tuple(dict.fromkeys(_without_endings(base) for base in bases(word)))


def _bases(word: str) -> Iterator[str]:
    yield word
    for beginning, left in _BEGINNINGS:
        if (taken := beginning.match(word)) and len(word) - taken.end() >= left:
            yield word[taken.end() :]


def _without_endings(word: str) -> str:
    """Each ending at most once, in this order: جمعيات and جمعية lose what makes them differ."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            word = word[: -len(ending)]
    return word
