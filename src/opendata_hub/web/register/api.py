"""The register and its statistics for programs."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.register.standing import Outcome
from opendata_hub.domain.requests.acts import State
from opendata_hub.flows.register.read_entry import find
from opendata_hub.store.register import rows
from opendata_hub.store.register.rows import Chosen
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, gives, needs
from opendata_hub.web.register import files
from opendata_hub.web.register.asked import (
    AskedFigures,
    AskedFiguresQuery,
    AskedPageQuery,
    AskedQuery,
)
from opendata_hub.web.shapes import Problem

ON_A_PAGE, MOST = 100, 1000
BLOCK = 200
"""Lines that are sent together."""
Language = Annotated[str, Query(pattern="^(ar|fr|en)$", description="Of names and formulas.")]
router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["register"],
    responses={status: {"model": Problem} for status in (400, 404, 422)},
)


class EntryOut(BaseModel):
    """What the register tells of a request. Nobody is named in it; an empty subject is withheld."""

    reference: str
    authority: str
    channel: str
    language: str
    is_urgent: bool
    subject: str
    state: State
    received_on: date
    due_on: date
    extended_on: date | None
    extension_ground: str
    answered_on: date | None
    settled_on: date | None
    outcome: Outcome
    ground: str
    net_days: int | None
    complained_on: date | None
    head_decided_on: date | None
    commission_on: date | None
    commission_decided_on: date | None
    commission_ground: str
    sued_on: date | None
    first_due_on: date | None = Field(
        description="The last day when the first answer came, if it was reopened since."
    )
    reopened_on: date | None


class RegisterOut(BaseModel):
    """Entries, the latest receipt first; ``next`` is the ``after`` of the following page."""

    cut_off: date
    requests: list[EntryOut]
    next: str | None


@router.get("/register")
@needs(Deed.READ_PUBLISHED)
def read_register(
    hub: HubDep, asked: AskedPageQuery, limit: Annotated[int, Query(ge=1, le=MOST)] = ON_A_PAGE
) -> RegisterOut:
    """Entries of the public register, the latest receipt first."""
    chosen = asked.chosen(hub)
    with hub.reading() as session:
        found = rows.page(session, chosen, after=asked.place(), most=limit + 1)
    shown = found[:limit]
    last = f"{shown[-1].received_on.isoformat()}.{shown[-1].reference}" if shown else None
    return RegisterOut(
        cut_off=chosen.until,
        requests=[EntryOut(**asdict(each)) for each in shown],
        next=last if len(found) > limit else None,
    )


@router.get("/register.csv", response_class=Response, responses=gives("text/csv"))
@needs(Deed.READ_PUBLISHED)
def register_csv(hub: HubDep, asked: AskedQuery) -> Response:
    """All chosen entries as CSV."""
    chosen = asked.chosen(hub)
    return _sent(_lines_of(hub, chosen, as_csv=True), "text/csv; charset=utf-8", "register.csv")


@router.get("/register.json", response_class=Response, responses=gives("application/json"))
@needs(Deed.READ_PUBLISHED)
def register_json(hub: HubDep, asked: AskedQuery) -> Response:
    """All chosen entries as one JSON document."""
    chosen = asked.chosen(hub)
    return _sent(_lines_of(hub, chosen, as_csv=False), "application/json", "register.json")


@router.get("/register/{reference}")
@needs(Deed.READ_PUBLISHED)
def read_entry(hub: HubDep, reference: str) -> EntryOut:
    """One entry of the public register."""
    with hub.reading() as session:
        entry, _ = find(session, reference)
    return EntryOut(**asdict(entry))


@router.get("/statistics", response_class=Response, responses=gives("application/json"))
@needs(Deed.READ_PUBLISHED)
def statistics(hub: HubDep, asked: AskedFiguresQuery, lang: Language = "fr") -> Response:
    """Every figure: numerator, denominator, formula, cut-off day and the address of its rows."""
    until, figures = _figures(hub, asked, lang)
    body = {"cut_off": until.isoformat(), "by": asked.by, "figures": list(figures)}
    return Response(json.dumps(body, ensure_ascii=False), media_type="application/json")


@router.get("/statistics.csv", response_class=Response, responses=gives("text/csv"))
@needs(Deed.READ_PUBLISHED)
def statistics_csv(hub: HubDep, asked: AskedFiguresQuery, lang: Language = "fr") -> Response:
    """The same figures as CSV."""
    _, figures = _figures(hub, asked, lang)
    lines = [files.BOM + files.csv_line(files.FIGURE_COLUMNS)]
    lines += [files.csv_line(each[name] for name in files.FIGURE_COLUMNS) for each in figures]
    return _sent(lines, "text/csv; charset=utf-8", "statistics.csv")


def _figures(
    hub: Hub, asked: AskedFigures, language: str
) -> tuple[date, Iterable[dict[str, object]]]:
    chosen = asked.chosen(hub)
    with hub.reading() as session:
        groups = rows.groups(session, chosen, asked.by or None)
    base_url = hub.frame.base_url
    return chosen.until, files.figures_of(
        groups, asked, chosen.until, language=language, base_url=base_url
    )


def _lines_of(hub: Hub, chosen: Chosen, *, as_csv: bool) -> Iterator[str]:
    entries = rows.every(hub.reading, chosen)
    if as_csv:
        yield from files.csv_of(entries, hub.frame.base_url)
    else:
        yield from files.json_of(entries, chosen.until)


def _sent(lines: Iterable[str], media_type: str, file_name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return StreamingResponse(_blocks(lines), media_type=media_type, headers=headers)


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) >= BLOCK:
            yield "".join(block)
            block.clear()
    yield "".join(block)
