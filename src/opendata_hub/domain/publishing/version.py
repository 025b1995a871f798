"""Versions of a published dataset, and what differs between two of them.

A version that is gone has left nothing to compare: only that there was one, and when.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.family import Family

KEPT = 12
"""Versions of a dataset that can be compared, the latest ones: each keeps its file."""
FIRST = 20
"""Rows of each kind of change that are shown; files hold all of them."""


NUMBER = re.compile(r"-?[0-9]+\.[0-9]+")
"""A number that could be written shorter; 10 ends with a zero that counts."""


class Gone(StrEnum):
    """Why nothing is left of a version; NOT for one that can be compared.

    hidden: its publisher wants it shown no more. withdrawn: the dataset was. old: KEPT came later.
    """

    NOT = ""
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Version:
    """One version as it was published.

    said:    title, description, keywords and what the steward described. columns: type by name, as
             the family declared them then; empty where that is not known. sha256, size_bytes and
             rows are of its file.
    """

    slug: str
    number: int
    published_at: datetime
    family: str
    said: Mapping[str, Any]
    columns: Mapping[str, str]
    file_name: str
    sha256: str
    size_bytes: int
    rows: int
    gone: Gone = Gone.NOT


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of the record that differs. language: of a text; None: the field was not there."""

    name: str
    language: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column that came, went or has another type: empty where it was not there."""

    name: str
    before: str
    after: str


class RowChange(StrEnum):
    """What became of a row."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row before and after, by column; None on the side where it is not. cells: what differs."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowChanges:
    """How many rows changed in each way, and the first of them."""

    counts: Mapping[RowChange, int]
    first: Mapping[RowChange, tuple[ChangedRow, ...]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.counts.values())


def said_of(dataset: Dataset) -> dict[str, Any]:
    """What is kept of a dataset's record with each of its versions."""
    return {
        "title": dict(dataset.title),
        "description": dict(dataset.description),
        "keyword": {language: list(words) for language, words in dataset.keywords.items()},
        **dataset.described,
    }


def columns_of(family: Family) -> dict[str, str]:
    """Type by name of a family's columns, in their order."""
    fields: Sequence[Mapping[str, Any]] = family.schema.get("fields", ())  # type: ignore[assignment]
    return {each["name"]: str(each.get("type", "string")) for each in fields}


def key_of(family: Family) -> tuple[str, ...]:
    """The columns that tell rows of a family apart; empty where only the whole row does."""
    key = family.schema.get("primaryKey", ())
    return (key,) if isinstance(key, str) else tuple(key)  # type: ignore[arg-type]


def changed_fields(before: Version, after: Version) -> list[FieldChange]:
    """What differs in the record, in the order of its fields; each language by itself."""
    found = []
    for name in dict.fromkeys((*before.said, *after.said)):
        here, there = before.said.get(name), after.said.get(name)
        for language, old, new in _pairs(here, there):
            if old != new:
                found.append(FieldChange(name, language, old, new))
    for name, old, new in (
        ("format", before.file_name.rpartition(".")[2], after.file_name.rpartition(".")[2]),
        ("byte_size", before.size_bytes, after.size_bytes),
        ("checksum", before.sha256, after.sha256),
    ):
        if old != new:
            found.append(FieldChange(name, "", old, new))
    return found


def changed_columns(before: Version, after: Version) -> list[ColumnChange]:
    """The columns that came, went or have another type; none where one side is not known."""
    if not before.columns or not after.columns:
        return []
    names = dict.fromkeys((*before.columns, *after.columns))
    both = (ColumnChange(n, before.columns.get(n, ""), after.columns.get(n, "")) for n in names)
    return [each for each in both if each.before != each.after]


def changed_cells(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of both in which a row differs; 10.5 and 10.50 are one number."""
    shared = (name for name in after if name in before)
    return tuple(name for name in shared if not _is_same(before[name], after[name]))


def _is_same(before: Any, after: Any) -> bool:
    """Whether two cells say the same: as they are, or as numbers where one of them is one."""
    is_number = isinstance(before, Decimal) or isinstance(after, Decimal)
    return bool(before == after or (is_number and _plain(before) == _plain(after)))


def _plain(value: Any) -> Any:
    """A number as it is written shortest, also one that was read as text."""
    text = format(value, "f") if isinstance(value, Decimal) else value
    if isinstance(text, str) and NUMBER.fullmatch(text):
        return text.rstrip("0").rstrip(".")
    return text


def _pairs(before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """A field by language where it is a text of several; else as a whole, without a language."""
    if all(isinstance(each, Mapping) or each is None for each in (before, after)):
        here, there = before or {}, after or {}
        for language in dict.fromkeys((*here, *there)):
            yield language, here.get(language), there.get(language)
    else:
        yield "", before, after
