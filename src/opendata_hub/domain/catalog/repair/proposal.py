"""A repair that is proposed for one cell or one line, and which of them a steward accepts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from opendata_hub.domain.catalog.repair.reasons import REASONS, Reason
from opendata_hub.domain.errors import Invalid


class Kind(StrEnum):
    """What is to be repaired, or said."""

    HEADER_NAME = "header-name"
    TITLE_ROW = "title-row"
    TOTAL_LINE = "total-line"
    EMPTY_LINE = "empty-line"
    ICE_PADDING = "ice-padding"
    NUMBER_FORM = "number-form"
    DIGITS = "digits"
    DATE_FORM = "date-form"
    EXCEL_SERIAL = "excel-serial"
    BOOLEAN_FORM = "boolean-form"
    LISTED_WORD = "listed-word"
    MISSING_WORD = "missing-word"
    TERRITORY_NAME = "territory-name"
    TERRITORY_CODE = "territory-code"
    SPACES = "spaces"
    BIDI_CONTROLS = "bidi-controls"
    UNICODE_FORM = "unicode-form"
    AMBIGUOUS_DATE = "ambiguous-date"
    AMBIGUOUS_NUMBER = "ambiguous-number"
    AMBIGUOUS_TERRITORY = "ambiguous-territory"
    EPOCH_DATE = "epoch-date"
    SCIENTIFIC_NOTATION = "scientific-notation"
    HALF_DATE = "half-date"
    SHEET_ERROR = "sheet-error"


REMOVALS = frozenset({Kind.TITLE_ROW, Kind.TOTAL_LINE, Kind.EMPTY_LINE})
"""Repairs that take a whole line away."""


class Certainty(StrEnum):
    """How much stands behind a repair."""

    PROVED = "proved"
    LIKELY = "likely"
    ASKED = "asked"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One repair, or one thing that can't be repaired and why.

    row:    records are counted from 1, as a spreadsheet shows them.
    column: the field's name in the schema; None when the whole line is meant.
    after:  the text to write; None for a line that goes, or when there is nothing to write.
    detail: what the reason is about: a sum, a row, the names to choose from.
    """

    row: int
    column: str | None
    before: str
    after: str | None
    kind: Kind
    reason: Reason
    certainty: Certainty
    detail: str = ""

    @property
    def is_repair(self) -> bool:
        """Whether accepting it changes the table."""
        return self.after is not None or self.kind in REMOVALS

    @property
    def place(self) -> str:
        """Where it is, as a steward names it: ``7:titulaire_ice``, or ``7:`` for the line."""
        return f"{self.row}:{self.column or ''}"

    def proof(self, language: str) -> str:
        """Why, in a sentence of that language."""
        return REASONS[self.reason][language].format(detail=self.detail)


@dataclass(frozen=True, slots=True)
class Survey:
    """What can be repaired in a file.

    proposals: in reading order, at most as many as were asked for.
    counts:    of all there are, by kind; exact.
    repairs:   how many of all there are change something when they are accepted.
    """

    proposals: tuple[Proposal, ...]
    counts: Mapping[Kind, int]
    repairs: int

    @property
    def total(self) -> int:
        """How many proposals there are, kept or not."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The repairs that a steward accepts: all, the proved ones, some kinds, some places."""

    is_all: bool = False
    is_all_proved: bool = False
    kinds: frozenset[Kind] = frozenset()
    places: frozenset[str] = frozenset()

    def takes(self, proposal: Proposal) -> bool:
        """Whether that repair is to be made."""
        is_proved = proposal.certainty is Certainty.PROVED
        return proposal.is_repair and (
            self.is_all
            or (self.is_all_proved and is_proved)
            or proposal.kind in self.kinds
            or proposal.place in self.places
        )


def acceptance_from(words: Iterable[str]) -> Acceptance:
    """``all``, ``proved``, ``ice-padding``, ``7:titulaire_ice`` as an Acceptance.

    Raises Invalid on any other word.

    >>> acceptance_from(["ice-padding", "7:titulaire_ice"]).places
    frozenset({'7:titulaire_ice'})
    """
    given = set(words)
    kinds, places = set(), set()
    for word in sorted(given - {"all", Certainty.PROVED}):
        row, colon, _ = word.partition(":")
        if word in set(Kind):
            kinds.add(Kind(word))
        elif colon and row.isascii() and row.isdecimal():
            places.add(word)
        else:
            raise Invalid(
                f"accept {word[:60]!r}: write all, proved, ROW:COLUMN, or one of {', '.join(Kind)}"
            )
    return Acceptance(
        "all" in given, Certainty.PROVED in given, frozenset(kinds), frozenset(places)
    )
