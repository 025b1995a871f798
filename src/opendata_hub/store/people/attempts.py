"""Where accounts were opened, and where that failed. Nothing but digests and counts."""

from datetime import datetime

from sqlalchemy import func, or_
from sqlmodel import Session, and_, col, delete, select, update

from opendata_hub.domain.protection.attempts import (
    FORGOTTEN_AFTER,
    STRANGE_SPAN,
    USUAL_FOR,
    Past,
)
from opendata_hub.store.tables import AttemptRow


def past(session: Session, account: str, place: str, now: datetime) -> Past:
    """What has happened at an account, seen from a place; both are digests."""
    strange = session.exec(
        select(func.coalesce(func.sum(AttemptRow.failures), 0))
        .where(AttemptRow.account_sha256 == account)
        .where(col(AttemptRow.failed_at) > now - STRANGE_SPAN)
        .where(
            or_(col(AttemptRow.opened_at).is_(None), col(AttemptRow.opened_at) < now - USUAL_FOR)
        )
    ).one()
    row = session.get(AttemptRow, place)
    if row is None:
        return Past(strange=strange)
    return Past(row.failures, row.failed_at, row.opened_at, strange)


def add_failure(session: Session, account: str, place: str, now: datetime) -> None:
    """Count one failure; those of another day are forgotten first."""
    row = _row(session, account, place)
    is_over = row.failed_at is not None and now - row.failed_at >= FORGOTTEN_AFTER
    row.failures = 1 if is_over else row.failures + 1
    row.failed_at = now
    session.add(row)
    session.flush()


def add_opening(session: Session, account: str, place: str, now: datetime) -> None:
    """Note that the account was opened there: the place is one of its owner's."""
    row = _row(session, account, place)
    row.failures, row.failed_at, row.opened_at = 0, None, now
    session.add(row)
    session.flush()


def clear_failures(session: Session, account: str) -> None:
    """Forget all failures at an account, wherever they were."""
    session.connection().execute(
        update(AttemptRow)
        .where(col(AttemptRow.account_sha256) == account)
        .values(failures=0, failed_at=None)
    )


def forget(session: Session, now: datetime) -> int:
    """Delete what no longer counts; returns how many places."""
    failed_at, opened_at = col(AttemptRow.failed_at), col(AttemptRow.opened_at)
    result = session.connection().execute(
        delete(AttemptRow).where(
            and_(
                or_(failed_at.is_(None), failed_at < now - FORGOTTEN_AFTER),
                or_(opened_at.is_(None), opened_at < now - USUAL_FOR),
            )
        )
    )
    return result.rowcount


def _row(session: Session, account: str, place: str) -> AttemptRow:
    """The row of a place, held until the end of the transaction; a new one where there is none."""
    question = select(AttemptRow).where(AttemptRow.place_sha256 == place).with_for_update()
    if row := session.exec(question).first():
        return row
    return AttemptRow(
        place_sha256=place, account_sha256=account, failures=0, failed_at=None, opened_at=None
    )
