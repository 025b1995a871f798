"""A family's table before it is filled in: columns, an example row, and how to fill it in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from opendata_hub.domain.catalog.family import Family, LegalBasis
from opendata_hub.domain.catalog.template_words import said
from opendata_hub.domain.confidence import Confidence
from opendata_hub.domain.texts import Texts, in_language

Value = str | int | Decimal | date
"""What one cell holds; a cell that holds nothing is None."""

_ARABIC = re.compile("[\u0620-\u064a]")
_TRUE, _FALSE = ("true", "True", "TRUE", "1"), ("false", "False", "FALSE", "0")


class Kind(StrEnum):
    """How a spreadsheet keeps the cells of a column.

    Only what comes back from a spreadsheet as it was meant is anything else than text: a
    program that may guess turns a code into a number and a month into a day.
    """

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table, in the reader's language.

    form:             what may stand in it, in words.
    choices:          the only values it takes; none when it takes more than a list can tell.
    minimum, maximum: bounds of the value; of a text, of the number of its characters.
    example:          a value as the family declares it, else the one of the example row.
    """

    name: str
    title: str
    meaning: str
    form: str
    kind: Kind
    is_required: bool
    choices: tuple[str, ...]
    minimum: int | Decimal | date | None
    maximum: int | Decimal | date | None
    example: str


@dataclass(frozen=True, slots=True)
class Section:
    """Instructions under one heading, a line each."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A family's table in one language, ready to be written as a file.

    example: the cells of the example row, one for each column.
    """

    family: str
    language: str
    title: str
    description: str
    columns: tuple[Column, ...]
    example: tuple[Value | None, ...]
    sections: tuple[Section, ...]


def template(family: Family, example: Mapping[str, str], *, language: str) -> Template:
    """The family's table in ``language``, with ``example`` as its one row (field name to text)."""
    fields = _fields(family.schema)
    row = [_answer(field, example.get(field["name"], ""), language) for field in fields]
    columns = tuple(_column(field, text, language) for field, text in zip(fields, row, strict=True))
    return Template(
        family=family.name,
        language=language,
        title=family.title[language],
        description=family.description[language],
        columns=columns,
        example=tuple(_value(text, column.kind) for text, column in zip(row, columns, strict=True)),
        sections=_sections(family, columns, language),
    )


def as_text(value: Value | None) -> str:
    """The value of a cell as a CSV file says it.

    >>> as_text(date(2026, 2, 5)), as_text(Decimal("12.50")), as_text(None)
    ('2026-02-05', '12.50', '')
    """
    return "" if value is None else str(value)


def _fields(schema: Mapping[str, object]) -> Sequence[Mapping[str, Any]]:
    fields: Any = schema["fields"]
    return tuple(fields)


def _column(field: Mapping[str, Any], example: str, language: str) -> Column:
    kind, limits = _kind(field), field.get("constraints", {})
    lower, upper = ("minLength", "maxLength") if kind is Kind.TEXT else ("minimum", "maximum")
    bound_kind = Kind.INTEGER if kind is Kind.TEXT else kind
    minimum = _bound(limits.get(lower), bound_kind)
    maximum = _bound(limits.get(upper), bound_kind)
    choices = _choices(field, language)
    return Column(
        name=field["name"],
        title=_in(field["titles"], language),
        meaning=_in(field.get("descriptions", {}), language),
        form=_form("choice" if choices else kind, minimum, maximum, language),
        kind=kind,
        is_required=bool(limits.get("required")),
        choices=choices,
        minimum=minimum,
        maximum=maximum,
        example=_answer(field, str(field.get("example", "")), language) or example,
    )


def _kind(field: Mapping[str, Any]) -> Kind:
    """Text for whatever a spreadsheet would give back in another form than the schema asks for."""
    kind, form = field["type"], field.get("format", "default")
    is_plain = field.get("bareNumber", True) and field.get("decimalChar", ".") == "."
    if kind == "date" and form in {"default", "any"}:
        return Kind.DATE
    if kind in {"integer", "year"} and is_plain:
        return Kind.INTEGER
    if kind == "number" and is_plain:
        return Kind.NUMBER
    return Kind.TEXT


def _choices(field: Mapping[str, Any], language: str) -> tuple[str, ...]:
    if field["type"] == "boolean":
        return _answers(field, language)
    return tuple(str(value) for value in field.get("constraints", {}).get("enum", ()))


def _answers(field: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Yes and no: the first of each, for an Arabic table the first in Arabic letters."""
    yes = field.get("trueValues", _TRUE)
    no = field.get("falseValues", _FALSE)
    arabic = [next((v for v in each if _ARABIC.search(v)), None) for each in (yes, no)]
    if language == "ar" and arabic[0] and arabic[1]:
        return arabic[0], arabic[1]
    return yes[0], no[0]


def _answer(field: Mapping[str, Any], text: str, language: str) -> str:
    """A yes or a no as the list to choose from has it; any other text as it is."""
    if field["type"] != "boolean" or not text:
        return text
    yes, no = _answers(field, language)
    return yes if text in field.get("trueValues", _TRUE) else no


def _value(text: str, kind: Kind) -> Value | None:
    """The text as the kind of cell it belongs in; left as it is where it is none."""
    if not text:
        return None
    return text if (value := _bound(text, kind)) is None else value


def _bound(given: object, kind: Kind) -> int | Decimal | date | None:
    """A number or day as a schema writes it (text or JSON number); None for anything else."""
    try:
        if kind is Kind.INTEGER:
            return int(str(given))
        if kind is Kind.NUMBER:
            number = Decimal(str(given))
            return number if number.is_finite() else None
        if kind is Kind.DATE:
            return date.fromisoformat(str(given))
    except (ValueError, InvalidOperation):
        return None
    return None


def _form(
    kind: str,
    minimum: int | Decimal | date | None,
    maximum: int | Decimal | date | None,
    language: str,
) -> str:
    """What may stand in a column: the kind of value, then its bounds."""
    shortest, longest = ("shortest", "longest") if kind == Kind.TEXT else ("minimum", "maximum")
    parts = [said(kind, language)]
    if minimum is not None:
        parts.append(said(shortest, language, bound=minimum))
    if maximum is not None:
        parts.append(said(longest, language, bound=maximum))
    return said("joint", language).join(parts)


def _sections(family: Family, columns: Sequence[Column], language: str) -> tuple[Section, ...]:
    """The instructions: law, filling in, handing in, what must stay out, what is checked."""
    key = family.schema.get("primaryKey") or ()
    named = {key} if isinstance(key, str) else {*key} if isinstance(key, list) else set()
    titles = said("comma", language).join(c.title for c in columns if c.name in named)
    steps = [said(f"fill-{n}", language) for n in range(1, 6)]
    if titles:
        steps.append(said("fill-key", language, columns=titles))
    sections = (
        Section(
            said("legal-basis", language),
            tuple(_legal_line(basis, language) for basis in family.legal_basis),
        ),
        Section(said("fill", language), tuple(steps)),
        Section(said("hand-in", language), (said("save", language), said("give", language))),
        Section(said("keep-out", language), (family.personal_data[language],)),
        Section(
            said("row-rules", language),
            tuple(rule.message[language] for rule in family.rules),
        ),
    )
    return tuple(section for section in sections if section.lines)


def _legal_line(basis: LegalBasis, language: str) -> str:
    line = f"{basis.text[language]} ({basis.article})"
    if basis.confidence is Confidence.VERIFIED:
        return line
    return f"{line} — {said('not-confirmed', language)}"


def _in(texts: Texts, language: str) -> str:
    return in_language(texts, language)[0]
