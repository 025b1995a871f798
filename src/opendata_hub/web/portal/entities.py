"""One supplier, association, project or commitment for readers, and the list that finds them."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from opendata_hub.domain.alerts.alert import entity_words
from opendata_hub.domain.alerts.news import entity_path
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.portal.entity import EntityKind, Key
from opendata_hub.flows.portal.show_entity import show_entity
from opendata_hub.store.portal import entities
from opendata_hub.web.catalog.pages import columns_of
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
LISTED = 50
router = APIRouter(route_class=Door, include_in_schema=False)


def address_of(language: str, kind: EntityKind, key: Key) -> str:
    """Where the page of an entity is."""
    return f"/{language}/{entity_path(kind, key)}"


@router.api_route("/{language}/entities", methods=READ)
@needs(Deed.READ_PUBLISHED)
def entities_page(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    q: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[EntityKind | Literal[""], Query()] = "",
) -> Response:
    """Those that are spoken of most, or those that are looked for."""
    with hub.reading() as session:
        found = entities.listed(session, words=q, kind=kind or None, most=LISTED + 1)
    return page(
        request,
        "entities.html",
        language,
        found=found[:LISTED],
        has_more=len(found) > LISTED,
        words=q,
        kind=kind,
        kinds=list(EntityKind),
        address_of=address_of,
    )


@router.api_route("/{language}/entities/{kind}/{scheme}/{value:path}", methods=READ)
@needs(Deed.READ_PUBLISHED, shown_for=60)
def entity_page(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    kind: EntityKind,
    scheme: str,
    value: str,
) -> Response:
    """All that is published of one entity, dataset by dataset."""
    entity = show_entity(hub.house, kind, Key(scheme, value))
    families = hub.frame.families
    return page(
        request,
        "entity.html",
        language,
        entity=entity,
        families=families,
        fields={
            part.dataset.slug: columns_of(families[part.dataset.family]) for part in entity.parts
        },
        codes=hub.frame.codes,
        asked=urlencode,
        about=entity_words(kind, Key(scheme, value)),
        feed=f"{address_of(language, kind, Key(scheme, value))}/feed.atom",
    )
