"""The last run of each job; what keeps a job from being forgotten while nothing runs."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, select

from opendata_hub.domain.operations.job_run import JobRun, Outcome
from opendata_hub.store.tables import JobRunRow


def everyone(session: Session) -> Mapping[str, JobRun]:
    """Every job that was ever planned, by its name."""
    return {row.name: _run(row) for row in session.exec(select(JobRunRow))}


def plan(session: Session, name: str, due_at: datetime) -> None:
    """Note when a job is due that has never run; nothing happens to one that is known."""
    if session.get(JobRunRow, name) is None:
        session.add(JobRunRow(name=name, due_at=due_at))
        session.flush()


def begin(session: Session, name: str, *, now: datetime, due_at: datetime) -> None:
    """Note that a job begins. due_at: when it is due if nobody tells of its end."""
    row = _row(session, name, due_at)
    row.due_at, row.began_at, row.outcome = due_at, now, Outcome.RUNNING
    session.flush()


def end(
    session: Session, name: str, *, problem: str = "", took_ms: int, now: datetime, due_at: datetime
) -> None:
    """Note how a job ended, well where there is no ``problem``, and when it is due again."""
    row = _row(session, name, due_at)
    row.due_at, row.ended_at, row.took_ms, row.problem = due_at, now, took_ms, problem
    row.outcome = Outcome.FAILED if problem else Outcome.DONE
    if not problem:
        row.done_at = now
    session.flush()


def _row(session: Session, name: str, due_at: datetime) -> JobRunRow:
    plan(session, name, due_at)
    return session.get_one(JobRunRow, name, with_for_update=True)


def _run(row: JobRunRow) -> JobRun:
    outcome = Outcome(row.outcome) if row.outcome else None
    return JobRun(
        row.name, row.due_at, row.began_at, row.ended_at, outcome, row.took_ms, row.done_at,
        row.problem,
    )  # fmt: skip
