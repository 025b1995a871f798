"""Keywords in letters that every catalogue takes.

A CKAN takes letters, digits, blanks, hyphens, points and underscores, and refuses a whole dataset
for one keyword with any other mark: half of what is said in French. Source: ``tag_name_validator``
and ``tag_length_validator`` of CKAN 2.11, which ckanext-dcat 2.4 runs into.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

APOSTROPHE = "\u02bc"
"""The apostrophe that is a letter: it looks like the mark, and no catalogue stumbles over it."""
SHORTEST, LONGEST = 2, 100
_APOSTROPHE = re.compile(r"(?<=\w)['\u2018\u2019](?=\w)")
_NOT_TAKEN = re.compile(r"[^\w \-.]+")
_NO_LETTERS = frozenset({"Mn", "Me", "Cf"})
"""Vowel signs and marks of direction: no letters for who checks them, and no word ends there."""


@lru_cache(20_000)
def keyword_of(word: str) -> str:
    """A word in letters that are taken, 100 at most; empty where fewer than two are left.

    >>> keyword_of("qualité de l’eau (2026)"), keyword_of("النَّقل / البيئة")
    ('qualité de lʼeau 2026', 'النقل البيئة')
    """
    composed = unicodedata.normalize("NFC", word)
    letters = "".join(each for each in composed if unicodedata.category(each) not in _NO_LETTERS)
    plain = _NOT_TAKEN.sub(" ", _APOSTROPHE.sub(APOSTROPHE, letters))
    taken = " ".join(plain.split())[:LONGEST].strip()
    return taken if len(taken) >= SHORTEST else ""


def keywords_of(words: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    """The words of each language so, each once; a language without any is left out."""
    taken = {
        language: tuple(dict.fromkeys(filter(None, map(keyword_of, each))))
        for language, each in words.items()
    }
    return {language: each for language, each in taken.items() if each}
