"""The readings of sources: at most one of each goes on at a time."""

from dataclasses import asdict
from typing import Any

from sqlmodel import Session, col, delete, select

from opendata_hub.domain.harvest.run import Run, RunState
from opendata_hub.store.tables import HarvestRunRow

KEPT_RUNS = 50
"""Runs of a source that are remembered."""


def begin(session: Session, run: Run) -> Run:
    """Keep a new run and give it its number; the oldest of many are forgotten."""
    row = HarvestRunRow(**{**_row(run), "id": None})
    session.add(row)
    session.flush()
    _trim(session, run.source)
    return _run(row)


def save(session: Session, run: Run) -> None:
    """Keep how far a run is.

    One that somebody has asked to stop stays so until it has ended.
    """
    row = session.get_one(HarvestRunRow, run.id, with_for_update=True)
    is_to_stop = row.state == RunState.STOPPING and run.state is RunState.RUNNING
    for name, value in _row(run).items():
        if name != "state" or not is_to_stop:
            setattr(row, name, value)
    session.flush()


def latest(session: Session, source_id: str) -> Run | None:
    """The last run of a source; None where it was never read."""
    row = session.exec(_of(source_id).limit(1)).first()
    return _run(row) if row else None


def listed(session: Session, source_id: str, most: int) -> list[Run]:
    """The last runs of a source, latest first."""
    return [_run(row) for row in session.exec(_of(source_id).limit(most))]


def get(session: Session, number: int) -> Run:
    """The run of that number, which must be there."""
    return _run(session.get_one(HarvestRunRow, number, populate_existing=True))


def _of(source_id: str) -> Any:
    return (
        select(HarvestRunRow)
        .where(HarvestRunRow.source == source_id)
        .order_by(col(HarvestRunRow.id).desc())
    )


def _trim(session: Session, source_id: str) -> None:
    kept = select(HarvestRunRow.id).where(HarvestRunRow.source == source_id)
    oldest = session.exec(
        kept.order_by(col(HarvestRunRow.id).desc()).offset(KEPT_RUNS - 1).limit(1)
    ).first()
    if oldest is not None:
        session.exec(
            delete(HarvestRunRow).where(
                col(HarvestRunRow.source) == source_id, col(HarvestRunRow.id) < oldest
            )
        )


def _row(run: Run) -> dict[str, Any]:
    return {**asdict(run), "state": str(run.state), "counts": dict(run.counts)}


def _run(row: HarvestRunRow) -> Run:
    given = {name: getattr(row, name) for name in Run.__dataclass_fields__}
    return Run(**{**given, "state": RunState(row.state), "counts": dict(row.counts)})
