"""Somebody names a source, changes it, asks for it to be read or stopped, or lets go of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import Forbidden, HarvestRunning
from opendata_hub.domain.harvest.run import Run, RunState
from opendata_hub.domain.harvest.source import Source, checked_source
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.operations.task import Task, Work
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, reach, require
from opendata_hub.store import datasets, journal
from opendata_hub.store.harvest import quarantine, records, runs, sources
from opendata_hub.store.queue.waiting import enqueue_missing

REMOVED = "The source is not harvested any more"


@dataclass(frozen=True, slots=True)
class Shown:
    """A source, its last run, how many records stand in the catalogue and how many apart."""

    source: Source
    last: Run | None
    kept: int
    apart: int


def add(session: Session, frame: Frame, source: Source, *, by: Visitor, now: datetime) -> Source:
    """Harvest a source from now on; raises Invalid, UnknownPublisher, SourceTaken, Forbidden.

    Only who runs the hub may say that one is in a private network.
    """
    require(by, Deed.HARVEST, Place(source.authority))
    _require_public(source, by)
    frame.site.publisher_named(source.authority)
    checked = checked_source(source)
    sources.add(session, checked)
    _ask(session, checked, now)
    _note(session, Kind.SOURCE_ADDED, checked, by, now)
    return checked


def change(
    session: Session, source_id: str, changes: Mapping[str, Any], *, by: Visitor, now: datetime
) -> Source:
    """Change how a source is read; raises UnknownSource, Invalid, Forbidden."""
    source = get(session, source_id, by=by)
    changed = checked_source(replace(source, **changes))
    _require_public(changed, by)
    sources.save(session, changed)
    _ask(session, changed, now)
    _note(session, Kind.SOURCE_CHANGED, changed, by, now)
    return changed


def get(session: Session, source_id: str, *, by: Visitor) -> Source:
    """A source in reach of who asks; raises UnknownSource, Forbidden."""
    require(by, Deed.HARVEST)
    return sources.get(session, source_id, reach(by, Deed.HARVEST))


def show(session: Session, source: Source) -> Shown:
    """A source and how it stands."""
    return Shown(
        source,
        runs.latest(session, source.id),
        records.count(session, source.id),
        quarantine.count(session, source.id),
    )


def listed(session: Session, *, by: Visitor) -> list[Shown]:
    """The sources in reach of who asks."""
    require(by, Deed.HARVEST)
    return [show(session, each) for each in sources.listed(session, reach(by, Deed.HARVEST))]


def ask_to_read(session: Session, source_id: str, *, by: Visitor, now: datetime) -> Source:
    """Let the source be read as soon as this transaction is committed.

    Raises UnknownSource, and HarvestRunning while it is read: the end of that reading says when the
    next is due.
    """
    source = get(session, source_id, by=by)
    _refuse_while_read(session, source, now)
    asked = replace(source, due_at=now, is_active=True)
    sources.save(session, asked)
    _ask(session, asked, now)
    return asked


def ask_to_stop(session: Session, source_id: str, *, by: Visitor) -> bool:
    """Let the reading that goes on end behind its page; whether there is one."""
    run = runs.latest(session, get(session, source_id, by=by).id)
    if run is None or run.state is not RunState.RUNNING:
        return False
    runs.save(session, replace(run, state=RunState.STOPPING))
    return True


def remove(session: Session, frame: Frame, source_id: str, *, by: Visitor, now: datetime) -> int:
    """Let go of a source and of all that was harvested from it; returns how many records.

    Each leaves a tombstone. Raises UnknownSource, and HarvestRunning while it is read.
    """
    source = get(session, source_id, by=by)
    datasets.lock(session)
    _refuse_while_read(session, source, now)
    gone = records.not_met(session, source_id, run=-1)
    records.bury(session, gone, reason=REMOVED, now=now, base_url=frame.base_url)
    records.forget(session, source_id)
    sources.remove(session, source_id)
    _note(session, Kind.SOURCE_REMOVED, source, by, now)
    return len(gone)


def _refuse_while_read(session: Session, source: Source, now: datetime) -> None:
    run = runs.latest(session, source.id)
    if run and run.state is RunState.RUNNING and not run.is_interrupted(now):
        raise HarvestRunning(f"{source.id} is being read: stop that first")


def _ask(session: Session, source: Source, now: datetime) -> None:
    """Let a worker read a source that is due, rather than wait for the next look at them all."""
    if source.is_active and source.due_at <= now:
        work = Work(Task.READ_SOURCE, {"source": source.id})
        enqueue_missing(session, [work], now=now)


def _require_public(source: Source, by: Visitor) -> None:
    if source.is_private and not reach(by, Deed.HARVEST).everywhere:
        raise Forbidden("Only who runs the hub may read a source in a private network")


def _note(session: Session, kind: Kind, source: Source, by: Visitor, now: datetime) -> None:
    journal.append(
        session, kind, source.id, {"kind": str(source.kind), "url": source.url},
        authority=source.authority, person=by.person, now=now,
    )  # fmt: skip
