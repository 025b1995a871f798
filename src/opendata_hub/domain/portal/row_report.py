"""What a reader says is wrong in a row, until a steward has looked at it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.texts import is_readable

LONGEST_WORDS = 1_000


@dataclass(frozen=True, slots=True)
class RowReport:
    """A report. It names nobody who made it.

    column: empty for the row as a whole. words: empty when they were erased.
    version: of the dataset that the reader looked at.
    """

    id: int
    slug: str
    authority: str
    version: int
    row_number: int
    column: str
    words: str
    language: str
    reported_at: datetime


def checked_words(words: str) -> str:
    """The same words, trimmed; raises Invalid where there are none, or too many."""
    said = words.replace("\r\n", "\n").strip()
    if not said:
        raise Invalid("words: say what is wrong")
    if len(said) > LONGEST_WORDS:
        raise Invalid(f"words: {len(said)} characters, at most {LONGEST_WORDS}")
    if not is_readable(said):
        raise Invalid("words: holds a control character; remove it")
    return said


def require_column(column: str, known: Collection[str]) -> None:
    """Raise Invalid for a column that is not there; empty is the row as a whole."""
    if column and column not in known:
        raise Invalid("column: no column of this table is called so")
