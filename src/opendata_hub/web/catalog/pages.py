"""The catalogue for readers: a dataset, a publisher."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.harvest.news import schema_org
from opendata_hub.domain.catalog.record.mqa import Quality
from opendata_hub.domain.errors import (
    BucketUnreachable,
    FileDamaged,
    NoRows,
    QueryTooHeavy,
    UnknownDataset,
)
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.domain.portal.chart import holders
from opendata_hub.flows.catalog.check_links import looked_at
from opendata_hub.flows.catalog.serving import rows as shown_rows
from opendata_hub.flows.catalog.serving import show
from opendata_hub.store import changes, datasets, documents, submissions
from opendata_hub.store.harvest import records
from opendata_hub.store.people import authorities
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.harvest.pages import harvested_page
from opendata_hub.web.rendering import page

SHOWN = 60
"""Datasets on a page, the latest first; search has them all."""

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/{language}/datasets/{slug}", methods=READ)
@needs(Deed.READ_PUBLISHED, shown_for=60)
def dataset_page(request: Request, hub: HubDep, language: PageLanguage, slug: str) -> Response:
    """A dataset: words, file, columns, check, legal basis."""
    with hub.reading() as session:
        dataset = datasets.find(session, slug)
        if dataset is None:
            return _no_longer_or_elsewhere(request, hub, session, slug, language)
        document = documents.find(session, dataset.submission_id)
        report = submissions.get(session, dataset.submission_id, EVERYWHERE).report
        links = looked_at(session, hub.frame, dataset)
    preview = None
    # A table that can't be shown row by row still has its page.
    with suppress(NoRows, QueryTooHeavy, FileDamaged, BucketUnreachable):
        asked = shown_rows.asked(hub.frame, hub.files, dataset)
        preview = show.preview(hub.frame, hub.rows, asked)
        with hub.reading() as session:
            preview = show.named(session, hub.frame.families[dataset.family], preview)
    return page(
        request,
        "dataset.html",
        language,
        dataset=dataset,
        preview=preview,
        codes=hub.frame.codes,
        fields=columns_of(hub.frame.families[dataset.family]),
        holders=holders,
        charts={chart.id: chart for chart in hub.frame.families[dataset.family].charts},
        report=report,
        document=document,
        quality=Quality(dataset.met),
        family=hub.frame.families[dataset.family],
        publisher=hub.frame.site.publishers[dataset.publisher],
        licence=hub.frame.licence_of(dataset),
        frequency=hub.frame.frequency_of(dataset).label,
        links=links,
        base_url=hub.frame.base_url,
        schema_org=schema_org(hub.frame, dataset, language),
    )


def _no_longer_or_elsewhere(
    request: Request, hub: Hub, session: Session, slug: str, language: str
) -> Response:
    """The page of what was harvested, or is withdrawn; raises UnknownDataset."""
    if left := changes.tombstone(session, slug):
        return page(request, "withdrawn.html", language, status=410, left=left)
    if kept := records.find(session, slug):
        return harvested_page(request, hub, session, kept, language)
    raise UnknownDataset(f"No dataset {slug[:100]!r} is published here")


@router.api_route("/{language}/publishers/{publisher_id}", methods=READ)
@needs(Deed.READ_PUBLISHED, shown_for=60)
def publisher_page(
    request: Request, hub: HubDep, language: PageLanguage, publisher_id: str
) -> Response:
    """A public body: what it publishes, its desk, the bodies that belong to it."""
    publisher = hub.authority(publisher_id)
    with hub.reading() as session:
        listed = list(datasets.latest(session, publisher=publisher_id, most=SHOWN))
        logo = authorities.logo(session, publisher_id)
    members = hub.frame.site.members_of(publisher_id)
    return page(
        request,
        "publisher.html",
        language,
        publisher=publisher,
        logo=logo,
        territory=hub.frame.territory(publisher),
        parent=hub.frame.site.publishers.get(publisher.parent),
        members=members[:SHOWN],
        more_members=len(members) - SHOWN,
        datasets=listed,
        families=hub.frame.families,
    )


def columns_of(family: Family) -> Mapping[str, Mapping[str, Any]]:
    """The fields of a family's tables by name, in their order."""
    fields = cast("Sequence[Mapping[str, Any]]", family.schema["fields"])
    return {field["name"]: field for field in fields}
