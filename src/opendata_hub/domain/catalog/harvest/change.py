"""What happened to a dataset, and what remains of one that was withdrawn."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.texts import Texts

REASON_LENGTH = 500


class ChangeKind(StrEnum):
    """What happened.

    rewritten: the record changed because a declaration did, not the dataset.
    moved:     the record has another address, because the hub has.
    """

    CREATED = "created"
    REPLACED = "replaced"
    REWRITTEN = "rewritten"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Change:
    """One event of the log. number grows with every event and is never given twice.

    record: the dataset's record after it, as a JSON-LD fragment; empty once it was withdrawn.
    iri:    the address of a harvested dataset elsewhere; empty for one of this hub's own.
    """

    number: int
    slug: str
    kind: ChangeKind
    changed_at: datetime
    record: str = ""
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the catalogue. position never changes, so paging by it loses and doubles nothing.

    change: number of the latest change at that place. iri: of a harvested dataset, elsewhere.
    """

    position: int
    slug: str
    change: int
    changed_at: datetime
    is_withdrawn: bool
    iri: str = ""


class Place(NamedTuple):
    """An entry of a page: a tuple, because a page has hundreds and is asked for all day."""

    position: int
    slug: str
    is_withdrawn: bool
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is still said of a withdrawn dataset. version: the last that was published.

    publisher: whose it was; empty where that was not kept. iri: of a harvested one, elsewhere.
    """

    slug: str
    publisher: str
    title: Texts
    reason: str
    version: int
    issued_at: datetime
    withdrawn_at: datetime
    iri: str = ""


def checked_reason(reason: str) -> str:
    """The same reason, trimmed; raises Invalid unless it is one line of plain text."""
    kept = reason.strip()
    if not kept:
        raise Invalid("reason: say why the dataset is withdrawn; readers will see it")
    if len(kept) > REASON_LENGTH or not kept.isprintable():
        raise Invalid(f"reason: one line of at most {REASON_LENGTH} characters")
    return kept
