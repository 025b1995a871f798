"""The journal: entries are added, one after another; only their words can be erased."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Text, cast, text
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from opendata_hub.domain.journal import FIRST_SEAL, Entry, Kind, sealed
from opendata_hub.domain.people.rule import Reach
from opendata_hub.store.tables import JournalRow, metadata
from opendata_hub.store.visible import in_reach

BATCH = 2000
_JOURNAL = metadata.tables["journal"]
Written = Row[Any]
"""The columns of an entry in the order of Entry's fields; ``said`` as the text that is kept."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries are wanted; empty parts ask for nothing in particular."""

    kind: Kind | None = None
    person: int | None = None
    subject: str = ""


def append(
    session: Session,
    kind: Kind,
    subject: str,
    said: Mapping[str, str],
    *,
    authority: str,
    person: int | None,
    now: datetime,
) -> Entry:
    """Add an entry in the transaction of what it tells; without the one there is not the other."""
    if session.connection().dialect.name == "postgresql":
        # Numbers follow commits: who appends waits for who appended before. SQLite has one writer.
        session.connection().execute(text("LOCK TABLE journal IN EXCLUSIVE MODE"))
    number, before = head(session)
    entry = sealed(
        number + 1, now, kind,
        person=person, authority=authority, subject=subject, said=said, before=before,
    )  # fmt: skip
    session.add(
        JournalRow(
            number=entry.number,
            at=now,
            kind=kind,
            person_id=person,
            authority=authority,
            subject=subject,
            said=dict(said),
            digest=entry.digest,
            seal=entry.seal,
        )
    )
    session.flush()
    return entry


def head(session: Session) -> tuple[int, str]:
    """Number and seal of the last entry; (0, FIRST_SEAL) before the first."""
    last = session.exec(
        select(JournalRow.number, JournalRow.seal).order_by(col(JournalRow.number).desc()).limit(1)
    ).first()
    return last or (0, FIRST_SEAL)


def entry(session: Session, number: int) -> Entry | None:
    """The entry of that number; None when there is none."""
    row = session.get(JournalRow, number)
    return _entry(row) if row else None


def batches(session: Session) -> Iterator[Sequence[Written]]:
    """Every entry from the first on as it is written, some at a time; no more is held in memory."""
    row = _JOURNAL.c
    question = (
        columns(
            row.number, row.at, row.kind, row.person_id, row.authority, row.subject,
            cast(row.said, Text).label("said"), row.digest, row.seal,
        )
        .order_by(row.number)
        .limit(BATCH)
    )  # fmt: skip
    last = 0
    while found := session.connection().execute(question.where(row.number > last)).all():
        last = found[-1].number
        yield found


def read(written: Written) -> Entry:
    """The entry that is written so."""
    said = None if written.said is None else json.loads(written.said)
    # What is no object says nothing; its digest will not be that of nothing.
    is_object = said is None or isinstance(said, dict)
    return Entry(
        written.number, written.at, written.kind, written.person_id, written.authority,
        written.subject, said if is_object else {}, written.digest, written.seal,
    )  # fmt: skip


def latest(
    session: Session, asked: Asked, within: Reach, *, before: int | None, most: int
) -> list[Entry]:
    """The entries in reach that are asked for, latest first, those below number ``before``."""
    question = (
        select(JournalRow)
        .where(in_reach(within, authority=JournalRow.authority))
        .order_by(col(JournalRow.number).desc())
        .limit(most)
    )
    if asked.kind is not None:
        question = question.where(JournalRow.kind == asked.kind)
    if asked.person is not None:
        question = question.where(JournalRow.person_id == asked.person)
    if asked.subject:
        question = question.where(JournalRow.subject == asked.subject)
    if before is not None:
        question = question.where(JournalRow.number < before)
    return [_entry(row) for row in session.exec(question)]


def _entry(row: JournalRow) -> Entry:
    return Entry(
        row.number, row.at, row.kind, row.person_id, row.authority, row.subject, row.said,
        row.digest, row.seal,
    )  # fmt: skip
