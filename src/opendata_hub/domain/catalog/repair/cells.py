"""What can be repaired in one cell, and the proof of it.

A repair is proposed only when the cell is not sound as it is and is sound afterwards, which the
column's own reader says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from opendata_hub.domain.catalog.repair import dates, letters, numbers
from opendata_hub.domain.catalog.repair.dates import Order, OrderEvidence
from opendata_hub.domain.catalog.repair.numbers import NumberFault
from opendata_hub.domain.catalog.repair.proposal import Certainty, Kind, Proposal
from opendata_hub.domain.catalog.repair.reasons import Reason
from opendata_hub.domain.catalog.spelling import fold
from opendata_hub.domain.catalog.territory import Gazetteer, Territory, TerritoryLevel

ICE = "ice"
IDENTIFIERS = (ICE, "reference")
"""What a column of identifiers may be: one with a control key, or any other reference."""
ICE_DIGITS, ICE_MODULUS = 15, 97
ICE_TAIL_DIGITS = 6
"""An ICE has 15 digits and is a multiple of 97: python-stdnum says so, and 100 of 100 real ones.

The first nine digits are the enterprise's, the last six its establishment's and the key's.
"""
_YES = frozenset(map(fold, ("oui", "o", "yes", "y", "vrai", "true", "1", "نعم", "صحيح")))
_NO = frozenset(map(fold, ("non", "n", "no", "faux", "false", "0", "لا", "خطأ")))


@dataclass(frozen=True, slots=True)
class Column:
    """What a column's cells must be.

    accepts:     the column's own reader: whether a text is a value of it.
    identifier:  ``ice`` for a number with its control key, another word for any other reference.
    territories: the list whose codes the column holds; level narrows its names down.
    order:       what the whole column, or a person, says of the order of its dates.
    is_1904:     whether the workbook counts its days from 1904.
    """

    name: str
    type: str
    accepts: Callable[[str], bool]
    is_required: bool = False
    missing: frozenset[str] = frozenset({""})
    identifier: str = ""
    is_patterned: bool = False
    territories: Gazetteer | None = None
    level: TerritoryLevel | None = None
    true_values: tuple[str, ...] = ("true",)
    false_values: tuple[str, ...] = ("false",)
    listed: tuple[str, ...] = ()
    order: OrderEvidence = field(default_factory=OrderEvidence)
    is_1904: bool = False

    def is_sound(self, text: str) -> bool:
        """Whether a text may stay as it is: a value of the column, cleanly written.

        Python reads ٣٥ as a number and most programs don't, so a typed value keeps to 0-9.
        """
        is_typed = self.type != "string"
        return (
            self.accepts(text)
            and letters.is_clean(text)
            and not (is_typed and letters.has_eastern_digits(text))
            and not (self.identifier and _is_spoilt(text))
        )

    def is_epoch(self, text: str) -> bool:
        """Whether a text is a date that only a program can have written."""
        return self.type == "date" and text not in self.missing and dates.is_epoch(text)

    def is_quiet(self, text: str) -> bool:
        """Whether there is nothing to say of a text; so it is for most cells of most tables."""
        is_flagged = self.is_epoch(text) or letters.is_sheet_error(text)
        return self.is_sound(text) and not is_flagged


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A text that might be written, or the reason why none can be."""

    after: str | None
    kind: Kind
    reason: Reason
    certainty: Certainty = Certainty.PROVED
    detail: str = ""


def propose(
    column: Column, text: str, *, row: int, provinces: frozenset[str] = frozenset()
) -> Proposal | None:
    """The repair of a cell, what stands in its way, or None when there is nothing to say.

    provinces: the codes of those that other cells of the row lie in.
    """
    if column.is_epoch(text):
        lost = _Candidate(None, Kind.EPOCH_DATE, Reason.PROGRAM_ZERO, Certainty.LOST)
        return _proposal(column, text, row, lost)
    if letters.is_sheet_error(text) and text not in column.missing:
        lost = _Candidate(None, Kind.SHEET_ERROR, Reason.SHEET_ERROR, Certainty.LOST)
        return _proposal(column, text, row, lost)
    if column.is_sound(text):
        return None
    for candidate in _candidates(column, text, provinces):
        if candidate.after is None or column.is_sound(candidate.after):
            return _proposal(column, text, row, candidate)
    return None


def _proposal(column: Column, text: str, row: int, candidate: _Candidate) -> Proposal:
    return Proposal(
        row=row,
        column=column.name,
        before=text,
        after=candidate.after,
        kind=candidate.kind,
        reason=candidate.reason,
        certainty=candidate.certainty,
        detail=candidate.detail,
    )


def _candidates(column: Column, text: str, provinces: frozenset[str]) -> Iterator[_Candidate]:
    """What might be meant, the smallest change first."""
    yield from _same_text(text)
    said = letters.clean(text).strip()
    if letters.has_eastern_digits(said):
        yield _Candidate(letters.western_digits(said), Kind.DIGITS, Reason.READ_BY_COLUMN)
    if column.identifier == ICE:
        yield from _ice(said)
    if column.territories:
        yield from _territory(column, column.territories, said, provinces)
    if column.type in {"number", "integer"}:
        yield from _number(said, is_whole=column.type == "integer")
    elif column.type == "date":
        yield from _date(column, said)
    elif column.type == "boolean":
        yield from _boolean(column, said)
    elif column.is_patterned and (month := dates.month(said)):
        yield _Candidate(month, Kind.DATE_FORM, Reason.READ_BY_COLUMN)
    yield from _listed_word(column, said)
    yield from _missing_word(column, said)
    yield from _lost(column, said)


def _same_text(text: str) -> Iterator[_Candidate]:
    """The text as it is shown, without what is not."""
    plain = letters.without_bidi_controls(text)
    said = letters.composed(plain)
    kind = Kind.BIDI_CONTROLS if plain != text else Kind.UNICODE_FORM
    yield _Candidate(said, kind, Reason.SAME_TEXT)
    yield _Candidate(said.strip(), Kind.SPACES, Reason.SAME_TEXT)


def _ice(said: str) -> Iterator[_Candidate]:
    """Zeros in front of an ICE change nothing of its control key, so it proves the number."""
    digits = numbers.canonical(said)
    if not isinstance(digits, str) or isinstance(digits, NumberFault):
        return
    digits = numbers.whole(digits)
    if not digits.isdecimal() or len(digits) > ICE_DIGITS:
        return
    number = int(digits)
    if number and number % ICE_MODULUS == 0:
        kind = Kind.ICE_PADDING if len(digits) < ICE_DIGITS else Kind.SPACES
        # One small number in 97 is a multiple by chance, and none of them names an enterprise.
        has_enterprise = len(str(number)) > ICE_TAIL_DIGITS
        certainty = Certainty.PROVED if has_enterprise else Certainty.LIKELY
        yield _Candidate(digits.zfill(ICE_DIGITS), kind, Reason.CONTROL_KEY, certainty, str(number))


def _number(said: str, *, is_whole: bool) -> Iterator[_Candidate]:
    number = numbers.canonical(said)
    if number is NumberFault.AMBIGUOUS:
        yield _Candidate(None, Kind.AMBIGUOUS_NUMBER, Reason.THOUSANDS_OR_DECIMALS, Certainty.ASKED)
    elif number is NumberFault.SCIENTIFIC:
        yield _Candidate(None, Kind.SCIENTIFIC_NOTATION, Reason.DIGITS_LOST, Certainty.LOST)
    elif number:
        after = numbers.whole(number) if is_whole else number
        yield _Candidate(after, Kind.NUMBER_FORM, Reason.READ_BY_COLUMN)


def _date(column: Column, said: str) -> Iterator[_Candidate]:
    if day := dates.certain(said):
        yield _dated(day, Reason.ONE_READING)
    elif readings := dates.slashed(said):
        yield _slashed_date(column.order, readings)
    elif day := dates.from_serial(said, is_1904=column.is_1904):
        reason = Reason.SERIAL_1904 if column.is_1904 else Reason.SERIAL
        yield _Candidate(day.isoformat(), Kind.EXCEL_SERIAL, reason, Certainty.LIKELY)


def _slashed_date(evidence: OrderEvidence, readings: tuple[tuple[Order, date], ...]) -> _Candidate:
    """The one reading there is, or the one that the column's order chooses."""
    days = dict(readings)
    if len(set(days.values())) == 1:
        return _dated(readings[0][1], Reason.ONE_READING)
    if evidence.order is None:
        shown = " / ".join(day.isoformat() for day in days.values())
        return _Candidate(None, Kind.AMBIGUOUS_DATE, Reason.DAY_OR_MONTH, Certainty.ASKED, shown)
    if evidence.row is None:
        return _dated(days[evidence.order], Reason.ORDER_ANSWERED)
    seen = f"{evidence.row} ({evidence.text})"
    return _dated(days[evidence.order], Reason.ORDER_OF_COLUMN, seen)


def _dated(day: date, reason: Reason, detail: str = "") -> _Candidate:
    return _Candidate(day.isoformat(), Kind.DATE_FORM, reason, detail=detail)


def _boolean(column: Column, said: str) -> Iterator[_Candidate]:
    """One of the column's own words, spelled otherwise, or a word of another language."""
    word = fold(said)
    for values, words in ((column.true_values, _YES), (column.false_values, _NO)):
        own = [value for value in values if fold(value) == word]
        if own or word in words:
            yield _Candidate((own or [*values])[0], Kind.BOOLEAN_FORM, Reason.READ_BY_COLUMN)


def _listed_word(column: Column, said: str) -> Iterator[_Candidate]:
    """The one code of the column's list that is spelled so."""
    found = [word for word in column.listed if fold(word) == fold(said)]
    if len(found) == 1:
        yield _Candidate(found[0], Kind.LISTED_WORD, Reason.IN_LIST)


def _missing_word(column: Column, said: str) -> Iterator[_Candidate]:
    """One of the words that the schema has for nothing, spelled otherwise."""
    word = fold(said)
    for own in sorted(column.missing):
        if word and fold(own) == word:
            yield _Candidate(own, Kind.MISSING_WORD, Reason.READ_BY_COLUMN)


def _territory(
    column: Column, gazetteer: Gazetteer, said: str, provinces: frozenset[str]
) -> Iterator[_Candidate]:
    written = gazetteer.written(said)
    if len(written) == 1:
        yield _found(written[0], Kind.TERRITORY_CODE, Reason.TERRITORY_CODE)
    named, is_within = gazetteer.named(said, level=column.level)
    here = [each for each in named if provinces & gazetteer.around(each.code)]
    if len(named) == 1:
        reason = Reason.TERRITORY_WITHIN if is_within else Reason.ONLY_TERRITORY
        yield _found(named[0], Kind.TERRITORY_NAME, reason)
    elif len(here) == 1:
        yield _found(here[0], Kind.TERRITORY_NAME, Reason.TERRITORY_OF_ROW, Certainty.LIKELY)
    elif named:
        shown = ", ".join(f"{each.code} ({_labelled(each)}, {each.level})" for each in named)
        yield _Candidate(
            None, Kind.AMBIGUOUS_TERRITORY, Reason.MANY_TERRITORIES, Certainty.ASKED, shown
        )


def _found(
    territory: Territory, kind: Kind, reason: Reason, certainty: Certainty = Certainty.PROVED
) -> _Candidate:
    detail = f"{territory.code} {_labelled(territory)}"
    return _Candidate(territory.code, kind, reason, certainty, detail)


def _labelled(territory: Territory) -> str:
    return " / ".join(territory.label.values())


def _is_spoilt(text: str) -> bool:
    """Whether a spreadsheet took a reference for a number or a date; nothing undoes that."""
    return numbers.is_scientific(text) or dates.is_half_date(text)


def _lost(column: Column, said: str) -> Iterator[_Candidate]:
    if not (column.identifier or column.is_patterned) or not _is_spoilt(said):
        return
    if numbers.is_scientific(said):
        yield _Candidate(None, Kind.SCIENTIFIC_NOTATION, Reason.DIGITS_LOST, Certainty.LOST)
    else:
        yield _Candidate(None, Kind.HALF_DATE, Reason.TURNED_INTO_DATE, Certainty.LOST)
