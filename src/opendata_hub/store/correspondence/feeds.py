"""Calendars that officers subscribe to: one each, opened by an address that only they know."""

from datetime import datetime

from sqlmodel import Session, col, select

from opendata_hub.store.tables import CalendarFeedRow, PersonRow


def put(session: Session, person: int, sha256: str, now: datetime) -> None:
    """Keep the digest of somebody's address; the one before opens nothing any more."""
    row = session.get(CalendarFeedRow, person)
    if row is None:
        row = CalendarFeedRow(person_id=person, sha256=sha256, made_at=now)
    row.sha256, row.made_at = sha256, now
    session.add(row)
    session.flush()


def drop(session: Session, person: int) -> None:
    """Forget somebody's address, if there is one."""
    if row := session.get(CalendarFeedRow, person):
        session.delete(row)
        session.flush()


def made_at(session: Session, person: int) -> datetime | None:
    """When somebody's address was made; None where there is none."""
    row = session.get(CalendarFeedRow, person)
    return row.made_at if row else None


def person_of(session: Session, sha256: str) -> int | None:
    """Whose address it is, while their account is open; None where it is nobody's."""
    return session.exec(
        select(CalendarFeedRow.person_id)
        .join(PersonRow, col(PersonRow.id) == col(CalendarFeedRow.person_id))
        .where(CalendarFeedRow.sha256 == sha256, col(PersonRow.disabled_at).is_(None))
    ).first()
