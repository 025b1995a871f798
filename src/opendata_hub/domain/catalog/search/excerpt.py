"""The part of a text that shows why it was found, with the words that were looked for."""

import re
from collections.abc import Callable
from dataclasses import dataclass

LENGTH = 240
"""Characters of an excerpt, about; it ends between two words."""
LEAD = 60
"""Characters before the first word that was found."""
LOOKED_AT = 5_000
"""Characters of a text that are looked at; descriptions are not longer."""
_MARKS = "\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670"
_PIECE = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")
"""A word with its accents and vowel signs."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text, and whether it is what was looked for."""

    text: str
    is_hit: bool = False


def excerpt(text: str, is_hit: Callable[[str], bool] | None) -> tuple[Part, ...]:
    """A window of the text around the first word that is a hit, or its beginning.

    is_hit: whether a word, as it is written, was looked for; None where nothing was.
    The parts are plain text, joined they are the window; whoever shows them escapes them.
    """
    text = " ".join(text[:LOOKED_AT].split())
    pieces = _PIECE.finditer(text) if is_hit else ()
    hits = [piece.span() for piece in pieces if is_hit and is_hit(piece[0])]
    start, end = _window(text, hits[0][0] if hits else 0)
    parts = [Part("… " if start else "")]
    at = start
    for first, last in hits:
        if start <= first and last <= end:
            parts += [Part(text[at:first]), Part(text[first:last], is_hit=True)]
            at = last
    parts += [Part(text[at:end]), Part(" …" if end < len(text) else "")]
    return tuple(part for part in parts if part.text)


def _window(text: str, around: int) -> tuple[int, int]:
    """Where an excerpt begins and ends: between words."""
    start = 0 if around <= LEAD else text.find(" ", around - LEAD, around) + 1 or around
    if len(text) <= start + LENGTH:
        return start, len(text)
    end = text.rfind(" ", start + 1, start + LENGTH)
    return start, end if end > max(start, around) else start + LENGTH
