"""Values of a record as the texts that CKAN keeps: plain where they are plain, else JSON."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from opendata_hub.domain.catalog.record.classes import TABLE, Thing, rows_of
from opendata_hub.domain.catalog.record.row import Kind, Row
from opendata_hub.domain.errors import Invalid

Known = Callable[[str, str], Thing | None]
"""Name of a list and address of an entry to what stands there; None where the list has none.

``licence`` gives a LicenceDocument, ``country`` a Location, every other list a Concept.
"""
DEEPEST = 8
JSON_BEGINS = frozenset('[{"')
"""A text that begins so is JSON; a plain one that does is written as JSON, too."""
# Made once: json.dumps makes one at each call, which is half of what a value costs.
_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def spelled(row: Row, value: Any, known: Known) -> str:
    """A value of that line of the table as one text; the empty one for no value."""
    if not value and value != 0:
        return ""
    plain = _plain(row, value, known)
    is_plain = isinstance(plain, str) and plain[:1] not in JSON_BEGINS
    return plain if is_plain else written(plain)  # type: ignore[return-value]


def written(plain: object) -> str:
    """JSON that is the same for the same value, in the letters of its language."""
    return _WRITER.encode(plain)


def read(row: Row, text: object, known: Known) -> Any:
    """The value that a text stands for; raises Invalid where it stands for none.

    What others write is taken, too: a single value for a list, values that are no text.
    """
    try:
        return _value(row, _parsed(text), known, 0)
    except (ValueError, TypeError, AttributeError, InvalidOperation):
        raise Invalid(f"{row.path}: not the kind of value that is asked") from None


def _parsed(text: object) -> object:
    if isinstance(text, str) and text[:1] in JSON_BEGINS:
        try:
            return json.loads(text)
        except RecursionError:
            raise ValueError(text[:20]) from None
        except ValueError:
            return text
    return text


def _plain(row: Row, value: Any, known: Known) -> object:
    if row.kind is Kind.TEXTS:
        return dict(value)
    if row.kind is Kind.WORDS:
        return {language: list(words) for language, words in value.items()}
    if row.is_one:
        return _one_plain(row, value, known)
    return [_one_plain(row, each, known) for each in value]


def _one_plain(row: Row, value: Any, known: Known) -> object:
    if row.kind is Kind.NODE:
        return _node_plain(row, value, known)
    return value if row.kind is Kind.COUNT else str(value)


def _node_plain(row: Row, thing: Thing, known: Known) -> object:
    if _entry(row, thing.iri, known) == thing:
        return thing.iri
    said: dict[str, object] = {"iri": thing.iri} if thing.iri else {}
    for name, line in rows_of(type(thing)):
        value = getattr(thing, name)
        if value or value == 0:
            said[name] = _plain(line, value, known)
    return said


def _entry(row: Row, iri: str, known: Known) -> Thing:
    """What an address alone stands for: an entry of the line's list, or a thing without more."""
    found = known(row.vocabulary, iri) if row.vocabulary else None
    return found or TABLE[row.node](iri=iri)


def _value(row: Row, plain: Any, known: Known, depth: int) -> Any:
    if depth > DEEPEST:
        raise ValueError("too deep")
    if row.kind is Kind.TEXTS:
        return {str(language): _text(text) for language, text in plain.items()}
    if row.kind is Kind.WORDS:
        return {str(k): tuple(_text(word) for word in words) for k, words in plain.items()}
    if row.is_one:
        one = plain[0] if isinstance(plain, list) and plain else plain
        return _one(row, one, known, depth)
    many = plain if isinstance(plain, list) else [plain]
    return tuple(_one(row, each, known, depth) for each in many)


def _one(row: Row, plain: Any, known: Known, depth: int) -> Any:
    if row.kind is Kind.NODE:
        return _node(row, plain, known, depth)
    if row.kind is Kind.COUNT:
        return _count(plain)
    if row.kind is Kind.DECIMAL:
        number = Decimal(str(plain))
        if not number.is_finite():
            raise ValueError(plain)
        return number
    return _text(plain)


def _count(plain: object) -> int:
    """A number of bytes; ``"1024"`` and ``1024.0`` are written by others."""
    number = Decimal(str(plain))
    if not number.is_finite() or number < 0 or number.adjusted() > LONGEST_COUNT:
        raise ValueError(plain)
    return int(number)


def _node(row: Row, plain: object, known: Known, depth: int) -> Thing:
    if isinstance(plain, str):
        return _entry(row, plain, known)
    if not isinstance(plain, Mapping):
        raise TypeError(type(plain))
    kind = TABLE[row.node]
    fields = {
        name: _value(line, plain[name], known, depth + 1)
        for name, line in rows_of(kind)
        if name in plain
    }
    return kind(iri=_text(plain.get("iri", "")), **fields)


def _text(plain: object) -> str:
    if isinstance(plain, bool) or not isinstance(plain, str | int | float):
        raise TypeError(type(plain))
    return str(plain)


LONGEST_COUNT = 18
