"""Who an account is at providers of identities elsewhere."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.store.tables import IdentityRow


def person_of(session: Session, issuer: str, subject: str) -> int | None:
    """The account of somebody whom a provider knows; None when there is no link."""
    row = session.get(IdentityRow, (issuer, subject))
    return row.person_id if row else None


def link(session: Session, issuer: str, subject: str, person: int, now: datetime) -> None:
    """Note that an account is somebody whom a provider knows."""
    session.add(IdentityRow(issuer=issuer, subject=subject, person_id=person, linked_at=now))
    session.flush()
