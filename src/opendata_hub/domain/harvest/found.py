"""What a source was found to hold: a page of it, and each record by itself."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from opendata_hub.domain.catalog.dataset import SLUG_LENGTH
from opendata_hub.domain.catalog.record.classes import Dataset
from opendata_hub.domain.errors import RecordRefused

IDENTIFIER_LENGTH = 1000
_OTHER = re.compile(r"[^a-z0-9]+")
_MARK = 8
_MARKED = re.compile(rf"(?:^|-)[0-9a-f]{{{_MARK}}}$")


@dataclass(frozen=True, slots=True)
class Note:
    """Something said in other words than the source's, or left out: its field and what was given.

    kept: what is said instead; empty where nothing is.
    """

    field: str
    given: str
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A record in our words, with what had to be said in others."""

    record: Dataset
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A record of a source.

    identifier: its name there; empty where it has none. title: for messages.
    digest:     of what came: the same as long as the source says the same.
    tell:       gives it in our words; raises HubError where that can't be.
    given:      what came, for who wants to see why it was refused.
    name:       what an address here is made of; the identifier unless the source has better.
    """

    identifier: str
    title: str
    digest: str
    tell: Callable[[], Told]
    given: Callable[[], bytes]
    name: str = ""
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a source, read just now.

    following: the next page; empty on the last. total: records of all pages, where it is told.
    gone:      identifiers of which the source says that they are no more.
    """

    address: str
    found: tuple[Found, ...]
    following: str = ""
    total: int | None = None
    gone: tuple[str, ...] = ()
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page as it was when last read."""

    address: str
    run: int
    etag: str
    last_modified: str
    sha256: str
    following: str
    total: int | None


@dataclass(frozen=True, slots=True)
class SamePage:
    """A page on which nothing has changed since it was last read."""

    known: KnownPage


def checked_identifier(identifier: str) -> str:
    """The same identifier; raises RecordRefused for none, and for one that nobody could keep."""
    if not identifier.strip():
        raise RecordRefused("The record has no identifier: nobody could find it again")
    if not can_be_kept(identifier):
        raise RecordRefused("The identifier is too long, or can't be printed")
    return identifier


def can_be_kept(identifier: str) -> bool:
    r"""Whether a database may be asked for it: a NUL or half a character is none of its texts.

    >>> can_be_kept("id-1"), can_be_kept("id\x00"), can_be_kept("\ud800")
    (True, False, False)
    """
    return len(identifier) <= IDENTIFIER_LENGTH and identifier.isprintable()


def slug_of(source: str, identifier: str, name: str = "") -> str:
    """The address here of a record elsewhere: always the same, and never one of our own.

    Two hyphens stand behind the source: an address that is chosen here has single ones.

    >>> slug_of("ville", "budget-2026")
    'ville--budget-2026'
    >>> slug_of("ville", "http://ville.example/Budget 2026")
    'ville--budget-2026-328c984f'
    """
    wanted = name or identifier
    last = wanted.rstrip("/#").replace("#", "/").rpartition("/")[2]
    room = SLUG_LENGTH - len(source) - _MARK - 3
    plain = _plain(last)[:room].strip("-")
    # What looks marked is marked as well: else it could be what another one gets by its mark.
    if wanted == identifier == plain and not _MARKED.search(plain):
        return f"{source}--{plain}"
    mark = sha256(identifier.encode()).hexdigest()[:_MARK]
    return f"{source}--{plain}-{mark}" if plain else f"{source}--{mark}"


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return _OTHER.sub("-", letters).strip("-")
