"""The outbox of mail: written with what it tells of, handed over after the commit.

A mail is claimed, then marked as being handed over, then as sent; each is committed before the
next. What ends between the last two stays in doubt: it is shown, and never sent again by itself.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select, update

from opendata_hub.domain.correspondence.mail import CLAIMED_FOR, MailState, Rank, Stamps
from opendata_hub.domain.correspondence.replies import ReplyKind
from opendata_hub.domain.errors import UnknownMail, WrongMoment
from opendata_hub.domain.operations.task import Task
from opendata_hub.store.queue.waiting import enqueue
from opendata_hub.store.tables import MailRow

TOKEN_BYTES = 12
AT_ONCE = 1_000
"""Numbers in a question: a database takes so many."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that somebody has claimed.

    email:     to whom; empty where it goes to who filed ``reference``, read when it is sent.
    attempts:  how often it failed. lease: until when nobody else takes it.
    token:     what its Message-ID begins with. said: what its words are made of.
    """

    id: int
    kind: str
    email: str
    language: str
    link: int | None
    attempts: int
    written_at: datetime
    lease: datetime
    token: str
    reference: str
    letter: int | None
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noted:
    """A mail as those who look after the outbox see it; nobody is named in it."""

    id: int
    kind: str
    reference: str
    letter: int | None
    language: str
    written_at: datetime
    stamps: Stamps
    attempts: int
    problem: str
    due_at: datetime | None


def add(
    session: Session,
    kind: str,
    *,
    email: str = "",
    language: str,
    link: int | None = None,
    reference: str = "",
    letter: int | None = None,
    said: Mapping[str, str] | None = None,
    rank: Rank = Rank.AT_ONCE,
    now: datetime,
) -> int:
    """Write a mail that is sent when this transaction is committed; returns its number.

    reference: of the request it is about; without an ``email`` it goes to who filed that.
    """
    row = MailRow(
        kind=kind, email=email, language=language, link_id=link, written_at=now, due_at=now,
        attempts=0, problem="", sent_at=None, failed_at=None, token=secrets.token_hex(TOKEN_BYTES),
        reference=reference, letter_id=letter, said=dict(said or {}),
        rank=rank,
    )  # fmt: skip
    session.add(row)
    session.flush()
    enqueue(session, Task.SEND_LETTERS, now=now)
    return row.id


def claim(
    session: Session, now: datetime, *, ranks: Sequence[Rank] = tuple(Rank)
) -> Waiting | None:
    """The next mail that is due, which nobody else sends meanwhile; None when there is none.

    ranks: only of these; of each what is due longest, and none while the one before has any.
    """
    # A question for each: an index leads to its first mail, however many wait.
    found = (_claimed(session, now, each) for each in sorted(ranks))
    return next((each for each in found if each), None)


def _claimed(session: Session, now: datetime, rank: Rank) -> Waiting | None:
    question = (
        select(MailRow)
        .where(col(MailRow.due_at) <= now, MailRow.rank == rank)
        .order_by(col(MailRow.due_at), col(MailRow.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = session.exec(question).first()
    if row is None:
        return None
    row.due_at = now + CLAIMED_FOR
    session.flush()
    return Waiting(
        row.id, row.kind, row.email, row.language, row.link_id, row.attempts, row.written_at,
        row.due_at, row.token, row.reference, row.letter_id, row.said,
    )  # fmt: skip


def is_due(session: Session, now: datetime) -> bool:
    """Whether there is a mail to be sent now."""
    question = select(MailRow.id).where(col(MailRow.due_at) <= now).limit(1)
    return session.exec(question).first() is not None


def begin_handing_over(session: Session, mail: Waiting, now: datetime) -> bool:
    """Note that the mail is about to be given to a server; False when it is no longer ours."""
    result = session.connection().execute(
        update(MailRow)
        .where(col(MailRow.id) == mail.id)
        .where(col(MailRow.due_at) == mail.lease)
        .values(handing_over_at=now, due_at=None)
    )
    return result.rowcount == 1


def mark_sent(session: Session, mail_id: int, now: datetime) -> None:
    """Note that a mail server took it."""
    _set(session, mail_id, sent_at=now, due_at=None, handing_over_at=None, problem="")


def mark_failed(
    session: Session, mail: Waiting, problem: str, *, due_at: datetime | None, now: datetime
) -> None:
    """Note that it was not taken, and when to try again; for good when ``due_at`` is None.

    Nothing of a mail that was dropped meanwhile.
    """
    is_wanted = or_(col(MailRow.due_at).is_not(None), col(MailRow.handing_over_at).is_not(None))
    session.connection().execute(
        update(MailRow)
        .where(col(MailRow.id) == mail.id, is_wanted)
        .values(
            attempts=mail.attempts + 1, problem=problem, due_at=due_at,
            failed_at=None if due_at else now, handing_over_at=None,
        )
    )  # fmt: skip


def drop(session: Session, references: Sequence[str]) -> None:
    """Send none of the mails that wait under these references, and forget what they tell.

    The rows stay, so that nothing else gets their numbers while somebody has claimed one.
    """
    session.connection().execute(
        update(MailRow)
        .where(col(MailRow.reference).in_(references), col(MailRow.due_at).is_not(None))
        .values(due_at=None, problem="not wanted any more", said={})
    )


def mark_doubtful(session: Session, mail_id: int, problem: str) -> None:
    """Note why nobody knows whether the server has it; it stays as being handed over."""
    _set(session, mail_id, problem=problem)


def mark_bounced(session: Session, token: str, problem: str, now: datetime) -> Noted | None:
    """Note that the mail of that token came back; None where it is none of ours, or is noted."""
    row = session.exec(
        select(MailRow).where(MailRow.token == token, col(MailRow.bounced_at).is_(None))
    ).first()
    if row is None:
        return None
    row.bounced_at, row.problem, row.due_at = now, problem, None
    session.flush()
    return _noted(row)


def by_token(session: Session, token: str) -> Noted | None:
    """The mail whose Message-ID begins with that; None where it is none of ours."""
    row = session.exec(select(MailRow).where(MailRow.token == token)).first()
    return _noted(row) if row else None


def get(session: Session, mail_id: int) -> Noted:
    """The mail of that number; raises UnknownMail."""
    return _noted(_row(session, mail_id))


def send_again(session: Session, mail_id: int, now: datetime) -> Noted:
    """Let a mail that failed, bounced or is in doubt be sent once more; raises WrongMoment."""
    row = _to_settle(session, mail_id, now)
    row.due_at, row.attempts, row.problem = now, 0, ""
    row.handing_over_at = row.failed_at = row.bounced_at = row.sent_at = None
    session.flush()
    enqueue(session, Task.SEND_LETTERS, now=now)
    return _noted(row)


def settle_as_sent(session: Session, mail_id: int, now: datetime) -> Noted:
    """Take a mail in doubt as sent, because somebody knows that it was; raises WrongMoment."""
    row = _to_settle(session, mail_id, now)
    if row.handing_over_at is None:
        raise WrongMoment(f"Mail {mail_id} is not in doubt: nobody can say that it was sent")
    row.sent_at, row.handing_over_at = row.handing_over_at, None
    session.flush()
    return _noted(row)


def of_request(session: Session, reference: str) -> list[Noted]:
    """The mails about a request, oldest first."""
    question = select(MailRow).where(MailRow.reference == reference).order_by(col(MailRow.id))
    return list(map(_noted, session.exec(question)))


def tokens_to_requesters(session: Session, references: Sequence[str]) -> set[str]:
    """The tokens of the mails that went to who filed these requests."""
    question = select(MailRow.token).where(
        col(MailRow.reference).in_(references), MailRow.email == ""
    )
    return set(session.exec(question))


def tokens_of_replies(session: Session, numbers: Collection[int]) -> set[str]:
    """The tokens of the mails that answered mails of these numbers."""
    mail = col(MailRow.said)["mail"].as_string()
    asked = [str(each) for each in numbers]
    replies = select(MailRow.token).where(col(MailRow.kind).in_(list(ReplyKind)))
    return {
        token
        for some in (asked[at : at + AT_ONCE] for at in range(0, len(asked), AT_ONCE))
        for token in session.exec(replies.where(mail.in_(some)))
    }


def last_written(session: Session, kind: str, reference: str) -> datetime | None:
    """When the last mail of that kind about a request was written; None when there is none."""
    question = (
        select(MailRow.written_at)
        .where(MailRow.reference == reference, MailRow.kind == kind)
        .order_by(col(MailRow.id).desc())
        .limit(1)
    )
    return session.exec(question).first()


def to_settle(session: Session, now: datetime, *, most: int) -> list[Noted]:
    """The mails that failed, bounced, or have been in doubt for a while, oldest first."""
    question = select(MailRow).where(_wants_somebody(now)).order_by(col(MailRow.id)).limit(most)
    return list(map(_noted, session.exec(question)))


def waiting(session: Session, *, most: int) -> list[Noted]:
    """The mails that wait, in the order of when they are tried."""
    question = (
        select(MailRow)
        .where(col(MailRow.due_at).is_not(None))
        .order_by(col(MailRow.due_at), col(MailRow.id))
        .limit(most)
    )
    return list(map(_noted, session.exec(question)))


def _wants_somebody(now: datetime) -> ColumnElement[bool]:
    is_in_doubt = and_(
        col(MailRow.handing_over_at) <= now - CLAIMED_FOR, col(MailRow.sent_at).is_(None)
    )
    return or_(
        is_in_doubt, col(MailRow.failed_at).is_not(None), col(MailRow.bounced_at).is_not(None)
    )


def _to_settle(session: Session, mail_id: int, now: datetime) -> MailRow:
    row = _row(session, mail_id)
    state = _noted(row).stamps.state(now)
    if state in {MailState.WAITING, MailState.HANDING_OVER, MailState.SENT}:
        raise WrongMoment(f"Mail {mail_id} is {state}: there is nothing to settle")
    return row


def _row(session: Session, mail_id: int) -> MailRow:
    row = session.get(MailRow, mail_id, with_for_update=True)
    if row is None:
        raise UnknownMail(f"No mail number {mail_id}")
    return row


def _noted(row: MailRow) -> Noted:
    return Noted(
        row.id, row.kind, row.reference, row.letter_id, row.language, row.written_at,
        Stamps(row.handing_over_at, row.sent_at, row.failed_at, row.bounced_at),
        row.attempts, row.problem, row.due_at,
    )  # fmt: skip


def _set(session: Session, mail_id: int, **values: object) -> None:
    session.connection().execute(update(MailRow).where(col(MailRow.id) == mail_id).values(**values))
