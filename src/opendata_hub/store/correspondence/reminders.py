"""Which reminders and digests were written: each once."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, select

from opendata_hub.store.tables import DigestRow, ReminderRow

Reminded = tuple[str, date, int]
"""A request, the last day it was reminded of, and at which distance."""


def written(session: Session, references: Sequence[str]) -> frozenset[Reminded]:
    """The reminders of these requests that were written before."""
    rows = session.exec(select(ReminderRow).where(col(ReminderRow.reference).in_(references)))
    return frozenset((row.reference, row.due_on, row.distance) for row in rows)


def add(session: Session, reminded: Reminded, now: datetime) -> None:
    """Note a reminder, in the transaction that writes its mail."""
    reference, due_on, distance = reminded
    session.add(ReminderRow(reference=reference, due_on=due_on, distance=distance, written_at=now))
    session.flush()


def has_digest(session: Session, person: int, day: date) -> bool:
    """Whether somebody's digest of that day was written."""
    return session.get(DigestRow, (person, day)) is not None


def add_digest(session: Session, person: int, day: date) -> None:
    """Note somebody's digest of a day, in the transaction that writes its mail."""
    session.add(DigestRow(person_id=person, day=day))
    session.flush()
