"""What stewards say of a dataset beside title and file: JSON in, checked by the table, fields out.

The keys are the fields of ``Dataset`` in ``classes.py`` (and ``series``, and ``licence``, which the
record says of the file). A value from a list is
its code, a text is one for each language, a thing is an object; where a thing has no ``iri`` of
its own, its place gives it one. See ``docs/catalogue.md``.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from opendata_hub.domain.catalog.dataset import DESCRIPTION_LENGTH, checked_texts
from opendata_hub.domain.catalog.record.classes import (
    TABLE,
    Dataset,
    DatasetSeries,
    Distribution,
    LicenceDocument,
    Location,
    Thing,
    rows_of,
)
from opendata_hub.domain.catalog.record.labels import Fault, said_of
from opendata_hub.domain.catalog.record.row import Kind, Row
from opendata_hub.domain.catalog.record.values import (
    checked_address,
    checked_duration,
    checked_moment,
    checked_text,
)
from opendata_hub.domain.errors import Invalid, InvalidRecord
from opendata_hub.domain.texts import Texts

Given = Mapping[str, Any]
"""A JSON object as a steward wrote it."""

MADE_HERE = frozenset(
    {
        "title", "description", "publisher", "distribution", "version", "issued", "modified",
        "in_series", "sample",
    }
)  # fmt: skip
"""What the hub itself says of a dataset, or asks elsewhere in the form."""
BESIDE = frozenset({"series", "licence"})
"""What is said of a dataset and is no field of its own in DCAT-AP."""
MOST_VALUES = 100
LONGEST_TEXT = 1000

Coded = Callable[[str, str], Thing | None]
"""Vocabulary and code to the thing they stand for; None where the list has no such code."""


@dataclass(frozen=True, slots=True)
class Described:
    """The checked fields of a dataset, the series it belongs to, the licence of its file."""

    fields: Mapping[str, Any]
    series: tuple[DatasetSeries, ...] = ()
    licence: LicenceDocument | None = None


def described(given: Given, me: str, *, base_url: str, coded: Coded) -> Described:
    """What was given, as fields of the dataset at ``me``.

    Raises InvalidRecord, which names the field, and Invalid for a field that there is not.
    """
    reading = _Reading(coded)
    said = {key: value for key, value in given.items() if key not in BESIDE}
    known = {name: row for name, row in rows_of(Dataset) if name not in MADE_HERE}
    return Described(
        reading.fields(known, said, me, ""),
        tuple(
            reading.series(each, base_url, f"series[{number}]")
            for number, each in enumerate(reading.listed(given.get("series", []), "series"))
        ),
        reading.licence(given["licence"], me) if "licence" in given else None,
    )


def given_from(text: str) -> Given:
    """The JSON object in a text; raises Invalid for anything else."""
    try:
        given = json.loads(text, parse_constant=lambda name: name)
    except (ValueError, RecursionError):
        raise Invalid("described: this is no JSON") from None
    if not isinstance(given, dict):
        raise Invalid("described: a JSON object is needed, such as {…}")
    return given


def refuse_self_reference(dataset: Dataset) -> None:
    """Raise InvalidRecord where a dataset would be its own source, version or relative."""
    for name in ("source", "has_version", "previous_version", "relation", "in_series"):
        value = getattr(dataset, name)
        if dataset.iri in ((value,) if isinstance(value, str) else value or ()):
            raise circular(name)


def circular(name: str) -> InvalidRecord:
    """The refusal of a way that leads back to where it began."""
    return InvalidRecord(
        f"{name}: leads back to this dataset", faults=[(name, said_of(name, Fault.CIRCULAR))]
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    coded: Coded

    def fields(self, known: Mapping[str, Row], given: Given, me: str, where: str) -> dict[str, Any]:
        if unknown := sorted(set(given) - set(known) - {"iri"}):
            raise Invalid(
                f"{where or 'described'}: no field {str(unknown[0])[:40]!r}; "
                f"known: {', '.join(sorted({*known, *(() if where else BESIDE)}))}"
            )
        return {
            name: self.field(row, given[name], me, f"{where}{name}", name)
            for name, row in known.items()
            if name in given
        }

    def series(self, given: object, base_url: str, where: str) -> DatasetSeries:
        one = self.mapping(given, where)
        name = one.get("id")
        if not isinstance(name, str) or not name.isascii() or not name.isalnum():
            raise Invalid(f"{where}: id: letters and digits are needed, such as budget2026")
        me = f"{base_url}/catalog#series-{name}"
        known = dict(rows_of(DatasetSeries))
        said = {key: value for key, value in one.items() if key != "id"}
        return DatasetSeries(iri=me, **self.fields(known, said, me, f"{where}."))

    def licence(self, given: object, me: str) -> LicenceDocument:
        made = self.node(dict(rows_of(Distribution))["licence"], given, me, "licence", "licence-1")
        return cast("LicenceDocument", made)

    def field(self, row: Row, given: object, me: str, where: str, name: str) -> object:
        if row.kind in {Kind.TEXTS, Kind.WORDS}:
            return self.texts(row, given, where)
        if row.is_one:
            return self.value(row, given, me, where, f"{name}-1")
        return tuple(
            self.value(row, each, me, f"{where}[{number}]", f"{name}-{number + 1}")
            for number, each in enumerate(self.listed(given, where))
        )

    def listed(self, given: object, where: str) -> list[object]:
        values = given if isinstance(given, list) else [given]
        if len(values) > MOST_VALUES:
            raise Invalid(f"{where}: {len(values)} values, at most {MOST_VALUES}")
        return values

    def mapping(self, given: object, where: str) -> Given:
        if not isinstance(given, dict):
            raise Invalid(f"{where}: an object is needed, such as {{…}}")
        return given

    def texts(self, row: Row, given: object, where: str) -> object:
        said = self.mapping(given, where)
        if row.kind is Kind.TEXTS:
            texts = {k: v for k, v in said.items() if isinstance(v, str)}
            self._refuse(where, len(texts) != len(said))
            return self._text(where, texts, DESCRIPTION_LENGTH)
        words = {k: tuple(self.listed(v, where)) for k, v in said.items()}
        for language, each in words.items():
            for word in each:
                self._refuse(where, not isinstance(word, str))
                self._text(where, {language: str(word)}, LONGEST_TEXT)
        return words

    def _text(self, where: str, texts: Texts, longest: int) -> Texts:
        try:
            return checked_texts(texts, what=where, longest=longest, needed=False)
        except Invalid as problem:
            raise _fault(where, Fault.MALFORMED, str(problem)) from None

    def value(self, row: Row, given: object, me: str, where: str, place: str) -> object:
        if row.kind is Kind.NODE:
            return self.node(row, given, me, where, place)
        if row.kind is Kind.COUNT:
            is_count = isinstance(given, int) and not isinstance(given, bool) and given >= 0
            self._refuse(where, not is_count)
            return given
        if row.kind is Kind.DECIMAL:
            return self._decimal(given, where)
        text = given if isinstance(given, str) else ""
        self._refuse(where, not text or len(text) > DESCRIPTION_LENGTH)
        return self._checked(where, text, _CHECKS.get(row.kind, checked_text))

    def node(self, row: Row, given: object, me: str, where: str, place: str) -> Thing:
        if isinstance(given, str) and row.vocabulary:
            found = self.coded(row.vocabulary, given)
            if found is None:
                raise _fault(where, Fault.UNLISTED, f"{given[:40]!r} is not in {row.vocabulary}")
            return found
        if row.is_closed or (row.vocabulary and row.node != Location.__name__):
            raise _fault(where, Fault.UNLISTED, f"a code of {row.vocabulary} is needed")
        said, kind = self.mapping(given, where), TABLE[row.node]
        iri = said.get("iri") or f"{me}{'-' if '#' in me else '#'}{place}"
        self._refuse(where, not isinstance(iri, str))
        self._checked(where, iri, checked_address)
        return kind(iri=iri, **self.fields(dict(rows_of(kind)), said, iri, f"{where}."))

    def _decimal(self, given: object, where: str) -> Decimal:
        try:
            number = Decimal(str(given))
        except InvalidOperation:
            number = Decimal("NaN")
        self._refuse(where, not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER)
        return number

    def _refuse(self, where: str, is_wrong: bool) -> None:
        if is_wrong:
            raise _fault(where, Fault.MALFORMED, "not the kind of value that is asked")

    def _checked(self, where: str, text: str, check: Callable[[str], str]) -> str:
        try:
            return check(text)
        except Invalid as problem:
            raise _fault(where, Fault.MALFORMED, str(problem)) from None


def _fault(where: str, fault: Fault, why: str) -> InvalidRecord:
    return InvalidRecord(f"{where}: {why}", faults=[(where, said_of(where, fault))])


LONGEST_NUMBER = 24
_CHECKS: Mapping[Kind, Callable[[str], str]] = {
    Kind.MOMENT: checked_moment,
    Kind.DURATION: checked_duration,
    Kind.ADDRESS: checked_address,
}
