"""Work that waits, written in the transaction it follows from: what is rolled back leaves none.

On SQLite it waits in a table, and whoever takes it has it for a while: a process that is killed
loses it to another. On PostgreSQL it is handed to ``adapters.queue`` in the same transaction.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from typing import Protocol

from sqlalchemy import case, delete, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import SelectOfScalar

from opendata_hub.domain.errors import UnknownWork
from opendata_hub.domain.operations.task import (
    MOST_ATTEMPTS,
    Backlog,
    GivenUp,
    Lane,
    Task,
    Work,
    again_after,
)
from opendata_hub.store.tables import JobRow

ENDED_WITH_IT = "ended with its process"
KNOWN = frozenset(task.value for task in Task)
ASKED_FOR = "asked for"


class Queue(Protocol):
    """Where work waits."""

    def put(self, session: Session, work: Work, *, now: datetime) -> None:
        """Let work be done when the transaction of the session is committed."""

    def waiting(self, session: Session) -> set[str]:
        """The keys of what waits, and has not begun."""

    def committed(self) -> None:
        """Wake who works in this process: something was committed."""

    def backlog(self, session: Session, now: datetime) -> Backlog:
        """What waits."""

    def given_up(self, session: Session) -> list[GivenUp]:
        """What nobody tries any more, oldest first."""

    def try_again(self, session: Session, number: int, now: datetime) -> Work:
        """Let something that was given up be tried again; raises UnknownWork."""


def enqueue(session: Session, task: Task, *, now: datetime, **args: str) -> None:
    """Let a task be done once this transaction is committed; asked for twice, it is done once."""
    work = Work(task, args)
    asked: set[str] = session.info.setdefault(ASKED_FOR, set())
    if work.key not in asked:
        asked.add(work.key)
        queue_of(session).put(session, work, now=now)


def enqueue_missing(session: Session, works: Iterable[Work], *, now: datetime) -> int:
    """Enqueue what does not wait already; returns how much. What was committed is seen by both."""
    waiting = queue_of(session).waiting(session)
    missing = [work for work in works if work.key not in waiting]
    for work in missing:
        enqueue(session, work.task, now=now, **work.args)
    return len(missing)


def queue_of(session: Session) -> Queue:
    """The queue of the store; like its vault it comes with the connection."""
    queue: Queue | None = session.connection().get_execution_options().get("queue")
    return queue or OWN


@dataclass(frozen=True, slots=True)
class Taken:
    """Work that somebody does now. attempt: which one, from 1. holder: whose it is."""

    number: int
    work: Work
    attempt: int
    holder: str


class TableQueue:
    """A queue that is a table of the store."""

    def __init__(self) -> None:
        self.woken = Event()

    def put(self, session: Session, work: Work, *, now: datetime) -> None:
        """Write it down."""
        session.add(
            JobRow(
                task=work.task, args=dict(work.args), key=work.key, lane=work.lane, lock=work.lock,
                written_at=now, due_at=now, attempts=0,
            )
        )  # fmt: skip
        session.flush()

    def waiting(self, session: Session) -> set[str]:
        """The keys of what waits, and has not begun."""
        question = select(JobRow.key).where(
            col(JobRow.held_until).is_(None), col(JobRow.given_up_at).is_(None)
        )
        return set(session.exec(question))

    def committed(self) -> None:
        """Wake the threads that wait in this process; those elsewhere look by themselves."""
        self.woken.set()

    def backlog(self, session: Session, now: datetime) -> Backlog:
        """What is due and not done, by queue."""
        not_begun = case((col(JobRow.held_until).is_(None), JobRow.due_at))
        question = (
            select(JobRow.lane, func.count(), func.min(not_begun))
            .where(col(JobRow.given_up_at).is_(None), JobRow.due_at <= now)
            .group_by(JobRow.lane)
        )
        rows = session.exec(question).all()
        lost = select(func.count()).where(col(JobRow.given_up_at).is_not(None))
        return Backlog(
            {Lane(lane): count for lane, count, _ in rows},
            {Lane(lane): since for lane, _, since in rows if since},
            session.exec(lost).one(),
        )

    def given_up(self, session: Session) -> list[GivenUp]:
        """What nobody tries any more, oldest first."""
        question = (
            select(JobRow).where(col(JobRow.given_up_at).is_not(None)).order_by(col(JobRow.id))
        )
        return [
            GivenUp(row.id, row.task, row.args, row.attempts, row.problem)
            for row in session.exec(question)
        ]

    def try_again(self, session: Session, number: int, now: datetime) -> Work:
        """Let it wait again, as if it had never been tried; raises UnknownWork."""
        row = session.get(JobRow, number)
        if row is None or row.given_up_at is None:
            raise UnknownWork(f"No work number {number} was given up")
        work = _work(row)
        row.due_at, row.attempts, row.given_up_at, row.problem = now, 0, None, ""
        session.flush()
        return work


OWN = TableQueue()
"""Of a store that was opened without one, as tests and migrations do."""


def is_waiting(session: Session, lanes: Collection[Lane], now: datetime) -> bool:
    """Whether there is something to take; whoever writes is not held up by the question."""
    return session.exec(_next(lanes, now)).first() is not None


def take(
    session: Session, lanes: Collection[Lane], *, holder: str, now: datetime, lease: timedelta
) -> Taken | None:
    """The next work of these queues, nobody else's until ``lease`` is over; None if there is none.

    The same work that waits as well, or was given up, is done with it: that was committed before
    this begins. A task that this version does not know fails, and is left to one that does.
    """
    while (row := session.exec(_next(lanes, now)).first()) is not None:
        if row.attempts >= MOST_ATTEMPTS:
            _give_up(row, ENDED_WITH_IT, now)  # each time: it may be what ended them
        elif row.task not in KNOWN:
            row.attempts += 1
            _put_off(row, row.attempts, UnknownWork.code, now)
        else:
            break
        session.flush()
    else:
        return None
    row.attempts, row.held_until, row.holder = row.attempts + 1, now + lease, holder
    session.flush()
    session.connection().execute(
        delete(JobRow)
        .where(col(JobRow.key) == row.key, col(JobRow.id) != row.id)
        .where(col(JobRow.held_until).is_(None))
    )
    return Taken(row.id, _work(row), row.attempts, holder)


def hold(session: Session, holder: str, numbers: Collection[int], until: datetime) -> None:
    """Keep what somebody does now for a further while; what else they took runs out."""
    session.connection().execute(
        update(JobRow)
        .where(col(JobRow.id).in_(list(numbers)), col(JobRow.holder) == holder)
        .values(held_until=until)
    )


def end(session: Session, taken: Taken) -> None:
    """It is done: nothing is kept of it. Nothing happens where somebody else has it now."""
    session.connection().execute(
        delete(JobRow)
        .where(col(JobRow.id) == taken.number)
        .where(col(JobRow.holder) == taken.holder)
    )


def fail(session: Session, taken: Taken, problem: str, now: datetime) -> None:
    """Let it be tried again after a while, or give it up."""
    row = session.get(JobRow, taken.number)
    if row is None or row.holder != taken.holder:
        return
    _put_off(row, taken.attempt, problem, now)
    session.flush()


def _next(lanes: Collection[Lane], now: datetime) -> SelectOfScalar[JobRow]:
    other = aliased(JobRow)
    is_locked = exists().where(
        col(other.lock) == JobRow.lock, col(other.lock) != "", col(other.held_until) > now
    )
    return (
        select(JobRow)
        .where(col(JobRow.lane).in_(list(lanes)), JobRow.due_at <= now)
        .where(col(JobRow.given_up_at).is_(None), ~is_locked)
        .where(or_(col(JobRow.held_until).is_(None), col(JobRow.held_until) <= now))
        .order_by(col(JobRow.due_at), col(JobRow.id))
        .limit(1)
    )


def _put_off(row: JobRow, attempt: int, problem: str, now: datetime) -> None:
    row.held_until, row.holder, row.problem = None, "", problem
    if (wait := again_after(attempt)) is not None:
        row.due_at = now + wait
    else:
        _give_up(row, problem, now)


def _give_up(row: JobRow, problem: str, now: datetime) -> None:
    row.given_up_at, row.problem, row.held_until, row.holder = now, problem, None, ""


def _work(row: JobRow) -> Work:
    if row.task not in KNOWN:
        raise UnknownWork(f"No task {row.task!r} in this version")
    return Work(Task(row.task), row.args)
