"""What differs between two versions of a dataset: a page for readers, files for programs."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from opendata_hub import clock
from opendata_hub.adapters.rows.compare import csv_lines
from opendata_hub.adapters.rows.store import declared, digest_of
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.record.labels import LABELS
from opendata_hub.domain.errors import (
    BucketUnreachable,
    FileDamaged,
    NoRows,
    NotKnown,
    QueryTooHeavy,
)
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import Place, reach
from opendata_hub.domain.publishing.version import Gone, RowChange, Version
from opendata_hub.flows.portal import compare_versions as flow
from opendata_hub.flows.portal.compare_versions import Difference, Pair, Tables
from opendata_hub.flows.portal.hide_version import hide_version
from opendata_hub.store import datasets
from opendata_hub.web.catalog.documents import head_only
from opendata_hub.web.catalog.pages import columns_of
from opendata_hub.web.catalog.rows_api import blocks, laid_down
from opendata_hub.web.deps import HubDep, Number, PageLanguage
from opendata_hub.web.doors import API, Door, VisitorDep, needs
from opendata_hub.web.rendering import page
from opendata_hub.web.shapes import Problem

READ = ["GET", "HEAD"]
LISTS = {
    "access_rights": "access-right", "frequency": "frequency", "language": "language",
    "licence": "licence", "spatial": "country", "theme": "data-theme",
}  # fmt: skip
"""The lists that say what the codes of a field stand for."""
router = APIRouter(route_class=Door, include_in_schema=False)
api_router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["rows"],
    responses={
        200: {"content": {"text/csv": {}, "application/json": {}}},
        **{status: {"model": Problem} for status in (400, 404, 410, 503)},
    },
)
Chosen = Annotated[
    int, Query(ge=0, le=2_147_483_647, description="Number of a version; 0: chosen by the hub.")
]


class Ending(StrEnum):
    """The formats of changes."""

    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class _Found:
    dataset: Dataset
    versions: list[Version]
    pair: Pair | None


@router.api_route("/{language}/datasets/{slug}/versions", methods=READ)
@needs(Deed.READ_PUBLISHED)
def versions_page(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    slug: str,
    before: Chosen = 0,
    after: Chosen = 0,
) -> Response:
    """The versions of a dataset, and what differs between two of them."""
    found = _found(hub, slug, before, after)
    difference = _difference(hub, found.pair) if found.pair else None
    if found.pair:
        _require_left(hub, found.pair)
    family = hub.frame.families[found.dataset.family]
    return page(
        request,
        "versions.html",
        language,
        dataset=found.dataset,
        versions=found.versions,
        pair=found.pair,
        difference=difference,
        is_table=family.name in hub.frame.tables,
        kinds=list(RowChange),
        comparable=[each for each in found.versions if each.gone is Gone.NOT],
        may_hide=reach(visitor, Deed.WITHDRAW).covers(Place(found.dataset.publisher)),
        fields=columns_of(family),
        labels=LABELS,
        lists={name: hub.frame.vocabularies[each] for name, each in LISTS.items()},
        codes=hub.frame.codes,
    )


@router.post("/{language}/datasets/{slug}/versions/{number}/hide")
@needs(Deed.WITHDRAW)
def hide(
    hub: HubDep, visitor: VisitorDep, language: PageLanguage, slug: str, number: Number
) -> Response:
    """Show an earlier version no more; what was made of its rows is gone at once."""
    with hub.writing() as session:
        hidden = hide_version(session, slug, number, by=visitor, now=clock.now())
    if hidden:
        _drop(hub, hidden)
    return RedirectResponse(f"/{language}/datasets/{slug}/versions", 303)


@api_router.get("/datasets/{slug}/changes.{ending}", response_class=Response)
@needs(Deed.READ_PUBLISHED)
def changes(
    hub: HubDep, slug: str, ending: Ending, before: Chosen = 0, after: Chosen = 0
) -> Response:
    """Every row that differs between two versions, the latest two unless they are named."""
    pair, both = _tables(hub, slug, before, after)
    chosen = _WRITTEN[ending]
    name = f"{slug}-{pair.before.number}-{pair.after.number}.{ending}"
    # Laid down first: a client that stalls holds a file, none of the places for questions.
    body = laid_down(chosen.write(pair, flow.every_change(hub.rows, pair, both)))
    try:
        _require_left(hub, pair)
    except NotKnown:
        body.close()
        raise
    headers = {
        "Content-Disposition": f'{chosen.disposition}; filename="{name}"',
        "Content-Length": str(body.tell()),
        **_COMMON,
    }
    return StreamingResponse(blocks(body), media_type=chosen.media_type, headers=headers)


@api_router.head("/datasets/{slug}/changes.{ending}", include_in_schema=False)
@needs(Deed.READ_PUBLISHED)
def changes_head(
    hub: HubDep, slug: str, ending: Ending, before: Chosen = 0, after: Chosen = 0
) -> Response:
    """Whether there is something to compare; nothing is worked out for it."""
    _tables(hub, slug, before, after)
    return head_only(_WRITTEN[ending].media_type, dict(_COMMON))


_COMMON = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}


def _found(hub: Hub, slug: str, before: int, after: int) -> _Found:
    with hub.reading() as session:
        listed = flow.listed(session, slug)
        dataset = datasets.get(session, slug)
    return _Found(dataset, listed, flow.chosen(hub.frame, listed, before, after))


def _tables(hub: Hub, slug: str, before: int, after: int) -> tuple[Pair, Tables]:
    pair = _found(hub, slug, before, after).pair
    both = flow.tables(hub.frame, hub.files, pair) if pair else None
    if pair is None or both is None:
        raise NotKnown(f"{slug[:100]} has no two versions of a table to compare")
    return pair, both


def _difference(hub: Hub, pair: Pair) -> Difference:
    """What differs; without rows where these can't be compared."""
    with suppress(NoRows, QueryTooHeavy, FileDamaged, BucketUnreachable):
        return flow.compare(hub.rows, pair, flow.tables(hub.frame, hub.files, pair))
    return flow.compare(hub.rows, pair, None)


def _require_left(hub: Hub, pair: Pair) -> None:
    """Drop what was worked out of a version that was hidden meanwhile; raises NotKnown then.

    Asked behind the comparison: what is hidden later drops it itself.
    """
    with hub.reading() as session:
        gone = flow.gone_since(session, pair)
    for each in gone:
        _drop(hub, each)
    if gone:
        raise NotKnown(f"Version {gone[0].number} can't be compared any more")


def _drop(hub: Hub, version: Version) -> None:
    if family := hub.frame.tables.get(version.family):
        hub.rows.drop(digest_of(version.sha256, version.file_name, declared(family.schema)))


def _json(pair: Pair, lines: Iterator[str]) -> Iterator[str]:
    head = {
        "dataset": pair.after.slug,
        "before": pair.before.number,
        "after": pair.after.number,
        "key": list(pair.key),
    }
    yield json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "rows": ['
    between = "\n"
    for line in lines:
        yield between + line
        between = ",\n"
    yield "\n]}\n"


def _csv(_pair: Pair, lines: Iterator[str]) -> Iterator[str]:
    return csv_lines(lines)


@dataclass(frozen=True, slots=True)
class _Written:
    media_type: str
    disposition: str
    write: Callable[[Pair, Iterator[str]], Iterator[str]]


_WRITTEN: Mapping[Ending, _Written] = {
    Ending.CSV: _Written("text/csv", "attachment", _csv),
    Ending.JSON: _Written("application/json", "inline", _json),
}
