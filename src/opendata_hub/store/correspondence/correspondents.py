"""How those who filed requests are written to; who they are is kept elsewhere, and sealed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from opendata_hub.store.engine import vault_of
from opendata_hub.store.tables import CorrespondentRow, InfoRequestRow, RequesterRow


def add(session: Session, reference: str, *, code_salt: str) -> None:
    """Note what the tracking code of a new request is derived from; empty for nothing."""
    session.add(CorrespondentRow(reference=reference, code_salt=code_salt, declined_at=None))
    session.flush()


def code_salt(session: Session, reference: str, *, to_change: bool = False) -> str:
    """What the tracking code of a request is derived from; empty where it can't be told again.

    to_change: nobody else takes it so until the end of the transaction.
    """
    row = session.get(CorrespondentRow, reference, with_for_update=to_change)
    return row.code_salt if row else ""


def has_email(session: Session, reference: str) -> bool:
    """Whether who filed the request gave an e-mail address; which one is not read."""
    mark = session.exec(
        select(RequesterRow.email_mark)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(RequesterRow.info_request_id))
        .where(InfoRequestRow.reference == reference)
    ).first()
    return bool(mark)


def is_of(session: Session, reference: str, email: str) -> bool:
    """Whether who filed the request gave that address, by whichever key it was marked."""
    question = (
        select(RequesterRow.info_request_id)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(RequesterRow.info_request_id))
        .where(InfoRequestRow.reference == reference)
        .where(col(RequesterRow.email_mark).in_(vault_of(session).marks(email.casefold())))
    )
    return session.exec(question).first() is not None


def language_of(session: Session, reference: str) -> str:
    """The language of a request whose requester gave an address; empty for any other."""
    found = session.exec(_with_address().where(InfoRequestRow.reference == reference)).first()
    return found[1] if found else ""


def who_want_notices(session: Session, references: Sequence[str]) -> Mapping[str, str]:
    """Those of these requests whose requesters want notices, with their languages."""
    declined = select(CorrespondentRow.reference).where(
        col(CorrespondentRow.reference).in_(references),
        col(CorrespondentRow.declined_at).is_not(None),
    )
    question = _with_address().where(
        col(InfoRequestRow.reference).in_(references),
        col(InfoRequestRow.reference).not_in(declined),
    )
    return dict(session.exec(question).all())


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


def _with_address() -> Select[str, str]:
    return (
        select(InfoRequestRow.reference, InfoRequestRow.language)
        .join(RequesterRow, col(RequesterRow.info_request_id) == col(InfoRequestRow.id))
        .where(RequesterRow.email_mark != "")
    )
