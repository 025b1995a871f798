"""The outbox of mail: written with what it tells of, sent after the commit."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from opendata_hub.domain.people.letter import Letter, LetterKind
from opendata_hub.store.tables import MailRow

CLAIMED_FOR = timedelta(minutes=5)
"""A process that ends while it sends leaves the letter to the next one after that."""


def add(
    session: Session,
    kind: LetterKind,
    *,
    email: str,
    language: str,
    link: int | None = None,
    now: datetime,
) -> None:
    """Write a letter that is sent when this transaction is committed."""
    session.add(
        MailRow(
            kind=kind, email=email, language=language, link_id=link, written_at=now, due_at=now,
            attempts=0, problem="", sent_at=None, failed_at=None,
        )
    )  # fmt: skip
    session.flush()


def claim(session: Session, now: datetime) -> Letter | None:
    """The next letter that is due, which nobody else sends meanwhile; None when there is none."""
    question = (
        select(MailRow)
        .where(col(MailRow.due_at) <= now)
        .order_by(col(MailRow.due_at), col(MailRow.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.exec(question).first()
    if row is None:
        return None
    row.due_at = now + CLAIMED_FOR
    session.flush()
    return Letter(
        row.id, LetterKind(row.kind), row.email, row.language, row.link_id, row.attempts,
        row.written_at,
    )  # fmt: skip


def mark_sent(session: Session, letter_id: int, now: datetime) -> None:
    """Note that a mail server took it."""
    _set(session, letter_id, sent_at=now, due_at=None)


def mark_failed(
    session: Session, letter: Letter, problem: str, *, due_at: datetime | None, now: datetime
) -> None:
    """Note a failure, and when to try again; for good when ``due_at`` is None."""
    failed_at = None if due_at else now
    _set(
        session, letter.id,
        attempts=letter.attempts + 1, problem=problem, due_at=due_at, failed_at=failed_at,
    )  # fmt: skip


def _set(session: Session, letter_id: int, **values: object) -> None:
    session.connection().execute(
        update(MailRow).where(col(MailRow.id) == letter_id).values(**values)
    )
