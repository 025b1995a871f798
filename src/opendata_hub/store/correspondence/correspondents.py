"""How those who filed requests are written to; who they are is kept elsewhere, and sealed."""

from datetime import datetime

from sqlmodel import Session, col, select

from opendata_hub.store.tables import CorrespondentRow, InfoRequestRow, RequesterRow


def add(session: Session, reference: str, *, code_salt: str) -> None:
    """Note what the tracking code of a new request is derived from; empty for nothing."""
    session.add(CorrespondentRow(reference=reference, code_salt=code_salt, declined_at=None))
    session.flush()


def code_salt(session: Session, reference: str) -> str:
    """What the tracking code of a request is derived from; empty where it can't be told again."""
    row = session.get(CorrespondentRow, reference)
    return row.code_salt if row else ""


def has_email(session: Session, reference: str) -> bool:
    """Whether who filed the request gave an e-mail address; which one is not read."""
    mark = session.exec(
        select(RequesterRow.email_mark)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(RequesterRow.info_request_id))
        .where(InfoRequestRow.reference == reference)
    ).first()
    return bool(mark)


def has_declined(session: Session, reference: str) -> bool:
    """Whether who filed the request wants no notices."""
    row = session.get(CorrespondentRow, reference)
    return row is not None and row.declined_at is not None


def decline(session: Session, reference: str, at: datetime | None) -> None:
    """Note since when no notices are wanted; None: they are wanted again."""
    row = session.get(CorrespondentRow, reference)
    if row is None:
        row = CorrespondentRow(reference=reference, code_salt="", declined_at=None)
        session.add(row)
    row.declined_at = at
    session.flush()
