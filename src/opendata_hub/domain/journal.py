"""The journal: what was done here, by whom, in an order that nobody can change unseen.

Each entry is sealed with the seal of the entry before it. To alter, drop, add or move one, all
that follow would have to be sealed anew; who noted a later seal elsewhere then sees it. A seal
covers the digest of what an entry says, not its words: words can be erased where the law wants
it, and the journal tells that they were.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

FIRST_SEAL = "0" * 64
"""What stands before the first entry."""

quoted = json.encoder.encode_basestring
"""A text as JSON writes it, with every letter that may stand as it is."""
# Made once: json.dumps makes one at each call, which is half of what a digest costs.
_SORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class Kind(StrEnum):
    """What an entry tells of."""

    REQUEST_EVENT = "request-event"
    IDENTITY_READ = "identity-read"
    MAIL_ADDRESSED = "mail-addressed"
    IDENTITY_ERASED = "identity-erased"
    IDENTITY_EXPORTED = "identity-exported"
    LETTER_WRITTEN = "letter-written"
    REQUEST_ASSIGNED = "request-assigned"
    FILE_ADDED = "file-added"
    FILE_RELEASED = "file-released"
    FILE_REMOVED = "file-removed"
    MAIL_SETTLED = "mail-settled"
    MAIL_RECEIVED = "mail-received"
    MAIL_DISMISSED = "mail-dismissed"
    LETTER_DELIVERED = "letter-delivered"
    SUBJECT_SAID = "subject-said"
    DATASET_PUBLISHED = "dataset-published"
    DATASET_WITHDRAWN = "dataset-withdrawn"
    VERSION_HIDDEN = "version-hidden"
    ALARM_CLEARED = "alarm-cleared"
    DAY_ANNOUNCED = "day-announced"
    ACCOUNT_MADE = "account-made"
    ACCOUNT_CLOSED = "account-closed"
    ACCOUNT_REOPENED = "account-reopened"
    ACCOUNT_UNLOCKED = "account-unlocked"
    ROLE_GIVEN = "role-given"
    ROLE_TAKEN = "role-taken"
    AUTHORITY_CREATED = "authority-created"
    AUTHORITY_CHANGED = "authority-changed"
    DRAFT_GIVEN_UP = "draft-given-up"
    SOURCE_ADDED = "source-added"
    SOURCE_CHANGED = "source-changed"
    SOURCE_REMOVED = "source-removed"
    TARGET_ADDED = "target-added"
    TARGET_CHANGED = "target-changed"
    TARGET_REMOVED = "target-removed"
    TOKEN_MADE = "token-made"  # noqa: S105  (no secret)
    TOKEN_REVOKED = "token-revoked"  # noqa: S105  (no secret)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done.

    number:   from 1, without gaps. person: the account that did it; None for a stranger, and for
              a command on the hub's machine. authority: whose business it was; empty for the hub's.
    kind:     one of Kind, unless somebody has tampered with it.
    subject:  what it was done to: a reference, an address, a name; never a person's.
    said:     further particulars; None once they were erased. digest: of them.
    """

    number: int
    at: datetime
    kind: str
    person: int | None
    authority: str
    subject: str
    said: Mapping[str, str] | None
    digest: str
    seal: str


class FaultKind(StrEnum):
    """How a journal was tampered with."""

    MISSING = "missing"
    ALTERED = "altered"
    SEAL_BROKEN = "seal-broken"
    EVENT_ALTERED = "event-altered"
    EVENT_MISSING = "event-missing"
    EVENT_ADDED = "event-added"
    HEAD_DIFFERS = "head-differs"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, at which entry: the first one is where it begins."""

    kind: FaultKind
    number: int
    detail: str = ""


def text_digest(text: str) -> str:
    """SHA-256 of a text that may name somebody, in lower-case hex: the journal holds no more."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(said: Mapping[str, str]) -> str:
    """SHA-256 of particulars, whatever their order, in lower-case hex.

    >>> digest_of({"a": "1", "b": "2"}) == digest_of({"b": "2", "a": "1"})
    True
    """
    return text_digest(_SORTED.encode(said))


def sealed(
    number: int,
    at: datetime,
    kind: Kind,
    *,
    person: int | None,
    authority: str,
    subject: str,
    said: Mapping[str, str],
    before: str,
) -> Entry:
    """The entry, with the seal that joins it to the one ``before``."""
    digest = digest_of(said)
    seal = _seal(number, at, kind, person, authority, subject, digest, before)
    return Entry(number, at, kind, person, authority, subject, said, digest, seal)


def faults(
    entries: Iterable[Entry], *, after: tuple[int, str] = (0, FIRST_SEAL)
) -> Iterator[Fault]:
    """What is wrong with entries, in the order of their numbers.

    after: number and seal of the entry before the first of them.
    """
    last, before = after
    for entry in entries:
        if entry.number != last + 1:
            yield Fault(FaultKind.MISSING, last + 1, f"the next entry is {entry.number}")
        if entry.said is not None and digest_of(entry.said) != entry.digest:
            yield Fault(FaultKind.ALTERED, entry.number)
        seal = _seal(
            entry.number, entry.at, entry.kind, entry.person, entry.authority, entry.subject,
            entry.digest, before,
        )  # fmt: skip
        if seal != entry.seal:
            yield Fault(FaultKind.SEAL_BROKEN, entry.number)
        last, before = entry.number, entry.seal


def seal_of(
    number: int, at: str, kind: str, person: int | None, authority: str, subject: str,
    digest: str, before: str,
) -> str:  # fmt: skip
    """The seal of an entry after the seal ``before``. at: in UTC, as ``datetime.isoformat``."""
    # What the encoder would write of these parts as a list, at a fifth of its cost.
    sealed_parts = (
        f'["{before}",{number},"{at}",{quoted(kind)},'
        f"{'null' if person is None else person},{quoted(authority)},{quoted(subject)},"
        f'"{digest}"]'
    )
    return text_digest(sealed_parts)


def _seal(
    number: int, at: datetime, kind: str, person: int | None, authority: str, subject: str,
    digest: str, before: str,
) -> str:  # fmt: skip
    written = at.astimezone(UTC).isoformat()
    return seal_of(number, written, kind, person, authority, subject, digest, before)
