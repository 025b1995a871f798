"""What waits, and what is late: counted by the database, over indexes."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from opendata_hub.domain.correspondence.mail import CLAIMED_FOR
from opendata_hub.domain.operations.standing import Queue, Standing, Waiting
from opendata_hub.store.operations import job_runs
from opendata_hub.store.queue.waiting import queue_of
from opendata_hub.store.tables import (
    HarvestRunRow,
    HarvestSourceRow,
    InfoRequestRow,
    MailRow,
    OutboxRow,
)


def standing(session: Session, *, today: date, now: datetime) -> Standing:
    """How the hub stands; ``today`` is the day in the time zone of its authority."""
    open_requests = col(InfoRequestRow.is_open)
    return Standing(
        queues={
            Queue.MAIL: _waiting(session, col(MailRow.due_at), col(MailRow.due_at) <= now),
            Queue.NOTICES: _waiting(
                session, col(OutboxRow.written_at), col(OutboxRow.sent_at).is_(None)
            ),
            Queue.HARVEST: _waiting(
                session, col(HarvestSourceRow.due_at),
                col(HarvestSourceRow.is_active), col(HarvestSourceRow.due_at) <= now,
            ),
        },
        mails_failed=_count(session, col(MailRow.failed_at).is_not(None)),
        mails_in_doubt=_count(session, col(MailRow.handing_over_at) < now - CLAIMED_FOR),
        open_requests=_count(session, open_requests),
        overdue=_count(session, open_requests, col(InfoRequestRow.due_on) < today),
        sources=_sources(session),
        jobs=job_runs.everyone(session),
        work=queue_of(session).backlog(session, now),
    )  # fmt: skip


def _waiting(session: Session, since: Any, *which: Any) -> Waiting:
    depth, oldest = session.exec(select(func.count(), func.min(since)).where(*which)).one()
    return Waiting(depth, oldest)


def _count(session: Session, *which: Any) -> int:
    return session.exec(select(func.count()).where(*which)).one()


def _sources(session: Session) -> dict[str, int]:
    """Active sources by the state of their last run; those never read are not among them."""
    last = (
        select(func.max(HarvestRunRow.id))
        .join(HarvestSourceRow, col(HarvestSourceRow.id) == col(HarvestRunRow.source))
        .where(col(HarvestSourceRow.is_active))
        .group_by(col(HarvestRunRow.source))
    )
    question = (
        select(HarvestRunRow.state, func.count())
        .where(col(HarvestRunRow.id).in_(last))
        .group_by(HarvestRunRow.state)
    )
    return dict(session.exec(question).all())
