"""A record that came from CKAN as what a steward says of a dataset (``record/described.py``)."""

from collections.abc import Callable
from typing import Any

from opendata_hub.domain.catalog.record.classes import Dataset, Thing, rows_of
from opendata_hub.domain.catalog.record.described import MADE_HERE
from opendata_hub.domain.catalog.record.row import Kind, Row
from opendata_hub.domain.ckan.mapping import EMPTY
from opendata_hub.domain.ckan.spelled import Known, spelled

CodeOf = Callable[[str, str], str | None]
"""Name of a list and address of an entry to its code; None where the list has none."""


def given_of(said: Dataset, code_of: CodeOf, known: Known, *, usual: Dataset) -> dict[str, Any]:
    """The fields that say something else than what the hub says by itself (``usual``)."""
    return {
        name: plain
        for name, row in rows_of(Dataset)
        if name not in MADE_HERE
        and (value := getattr(said, name)) not in EMPTY
        and spelled(row, value, known) != spelled(row, getattr(usual, name), known)
        and (plain := _plain(row, value, code_of)) not in EMPTY
    }


def _plain(row: Row, value: Any, code_of: CodeOf) -> Any:
    if row.kind is Kind.TEXTS:
        return dict(value)
    if row.kind is Kind.WORDS:
        return {language: list(words) for language, words in value.items()}
    if row.is_one:
        return _one(row, value, code_of)
    return [_one(row, each, code_of) for each in value]


def _one(row: Row, value: Any, code_of: CodeOf) -> Any:
    if row.kind is Kind.NODE:
        return _node(row, value, code_of)
    return value if row.kind is Kind.COUNT else str(value)


def _node(row: Row, thing: Thing, code_of: CodeOf) -> Any:
    """A code of the line's list; else the thing itself, or its address where a code is wanted."""
    if row.vocabulary:
        code = code_of(row.vocabulary, thing.iri)
        if code or row.node != "Location":
            return code or thing.iri
    said: dict[str, Any] = {"iri": thing.iri} if thing.iri else {}
    for name, line in rows_of(type(thing)):
        value = getattr(thing, name)
        if value not in EMPTY:
            said[name] = _plain(line, value, code_of)
    return said
