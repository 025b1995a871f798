"""A text in several languages, and the languages this house speaks."""

import re
from collections.abc import Iterable, Mapping

from opendata_hub.domain.errors import Invalid

LANGUAGES = ("ar", "fr", "en")
"""The interface languages. Records may carry these, too; Arabic and French are equals."""

Texts = Mapping[str, str]
"""Language tag to text, for example ``{"fr": "Budget", "ar": "الميزانية"}``."""


_UNREADABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
"""Controls but newline and tab, lone surrogates, the last two of each plane: no XML takes them."""


def is_readable(text: str) -> bool:
    """Whether every parser may read it: no controls but newline and tab, no noncharacters."""
    return not _UNREADABLE.search(text)


def readable(text: str) -> str:
    """The same text without what no parser may read."""
    return _UNREADABLE.sub("", text)


def in_language(texts: Texts, language: str) -> tuple[str, str]:
    """The text for a reader of ``language`` and the language it is really in.

    Falls back to French, then Arabic, then whatever there is: a page says which it shows.

    >>> in_language({"fr": "Budget"}, "ar")
    ('Budget', 'fr')
    """
    for candidate in (language, "fr", "ar", *texts):
        if texts.get(candidate):
            return texts[candidate], candidate
    return "", language


def from_pairs(pairs: Iterable[str]) -> Texts:
    """``["fr=Budget", "ar=الميزانية"]`` as texts; raises Invalid on a pair without a language.

    >>> from_pairs(["fr=Budget = 2026"])
    {'fr': 'Budget = 2026'}
    """
    texts = {}
    for pair in pairs:
        language, sign, text = pair.partition("=")
        if not sign:
            raise Invalid(f"{pair[:60]!r}: write the language first, for example fr=…")
        texts[language.strip()] = text
    return texts
