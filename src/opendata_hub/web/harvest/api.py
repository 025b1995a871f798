"""Catalogues elsewhere, for programs of those who answer for them here."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from opendata_hub import clock
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.harvest import declare
from opendata_hub.store.harvest import quarantine, runs
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, VisitorDep, bearer, needs
from opendata_hub.web.harvest.shapes import (
    ApartOut,
    QuarantineOut,
    RemovedOut,
    RunListOut,
    RunOut,
    SourceChangeIn,
    SourceIn,
    SourceListOut,
    SourceOut,
    StoppingOut,
)
from opendata_hub.web.shapes import Problem

MOST_APART = 100
MOST_RUNS = 50

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["harvest"],
    dependencies=[Depends(bearer)],
    responses={status: {"model": Problem} for status in (401, 403, 404, 409, 422)},
)


@router.get("/sources")
@needs(Deed.HARVEST)
def list_sources(hub: HubDep, visitor: VisitorDep) -> SourceListOut:
    """The sources: how each stands, and how its last run went."""
    with hub.reading() as session:
        found = declare.listed(session, by=visitor)
    return SourceListOut(results=[SourceOut.of(each) for each in found])


@router.post("/sources", status_code=201)
@needs(Deed.HARVEST)
def add_source(hub: HubDep, visitor: VisitorDep, body: SourceIn) -> SourceOut:
    """Harvest a source from now on; a worker reads it at once."""
    now = clock.now()
    with hub.writing() as session:
        added = declare.add(session, hub.frame, body.value(now), by=visitor, now=now)
        return SourceOut.of(declare.show(session, added))


@router.get("/sources/{source}")
@needs(Deed.HARVEST)
def read_source(hub: HubDep, visitor: VisitorDep, source: str) -> SourceOut:
    """One source."""
    with hub.reading() as session:
        return SourceOut.of(declare.show(session, declare.get(session, source, by=visitor)))


@router.patch("/sources/{source}")
@needs(Deed.HARVEST)
def change_source(hub: HubDep, visitor: VisitorDep, source: str, body: SourceChangeIn) -> SourceOut:
    """Change how a source is read."""
    with hub.writing() as session:
        changed = declare.change(session, source, body.changes(), by=visitor, now=clock.now())
        return SourceOut.of(declare.show(session, changed))


@router.delete("/sources/{source}")
@needs(Deed.HARVEST)
def remove_source(hub: HubDep, visitor: VisitorDep, source: str) -> RemovedOut:
    """Let go of a source and of all that was harvested from it."""
    with hub.writing() as session:
        gone = declare.remove(session, hub.frame, source, by=visitor, now=clock.now())
    hub.index_changes()
    return RemovedOut(gone=gone)


@router.post("/sources/{source}/runs", status_code=202)
@needs(Deed.HARVEST)
def ask_for_run(hub: HubDep, visitor: VisitorDep, source: str) -> SourceOut:
    """Have the source read at once."""
    with hub.writing() as session:
        asked = declare.ask_to_read(session, source, by=visitor, now=clock.now())
        return SourceOut.of(declare.show(session, asked))


@router.get("/sources/{source}/runs")
@needs(Deed.HARVEST)
def list_runs(
    hub: HubDep,
    visitor: VisitorDep,
    source: str,
    limit: Annotated[int, Query(ge=1, le=MOST_RUNS)] = 10,
) -> RunListOut:
    """The last runs of a source, the latest first."""
    with hub.reading() as session:
        known = declare.get(session, source, by=visitor)
        found = runs.listed(session, known.id, limit)
    return RunListOut(results=[RunOut.of(each) for each in found])


@router.delete("/sources/{source}/runs/current")
@needs(Deed.HARVEST)
def stop_run(hub: HubDep, visitor: VisitorDep, source: str) -> StoppingOut:
    """Let the reading that goes on end behind its page; the next one goes on from there."""
    with hub.writing() as session:
        return StoppingOut(stopping=declare.ask_to_stop(session, source, by=visitor))


@router.get("/sources/{source}/quarantine")
@needs(Deed.HARVEST)
def list_apart(
    hub: HubDep,
    visitor: VisitorDep,
    source: str,
    after: Annotated[str, Query(description="The last identifier of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_APART)] = 20,
) -> QuarantineOut:
    """What could not be taken, and why; by identifier, page by page."""
    with hub.reading() as session:
        known = declare.get(session, source, by=visitor)
        found = quarantine.listed(session, known.id, after=after, most=limit + 1)
        total = quarantine.count(session, known.id)
    return QuarantineOut(
        total=total,
        results=[ApartOut.of(each) for each in found[:limit]],
        following=found[limit - 1].identifier if len(found) > limit else None,
    )
