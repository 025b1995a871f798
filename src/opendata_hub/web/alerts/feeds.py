"""The Atom feeds of one dataset and of one entity; that of a search is with search."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from opendata_hub import clock
from opendata_hub.domain.atom import MEDIA_TYPE
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.portal.entity import EntityKind, Key
from opendata_hub.flows.alerts import follow
from opendata_hub.flows.catalog.serving.serve import State
from opendata_hub.web.catalog.documents import Document
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/{language}/datasets/{slug}/feed.atom", methods=READ)
@needs(Deed.READ_PUBLISHED)
def dataset_feed(request: Request, hub: HubDep, language: PageLanguage, slug: str) -> Response:
    """The versions of a dataset, and its withdrawal."""
    with hub.reading() as session:
        body, state = follow.dataset_feed(session, hub.frame, slug, language=language)
    return _answered(request, language, body, state)


@router.api_route("/{language}/entities/{kind}/{scheme}/{value:path}/feed.atom", methods=READ)
@needs(Deed.READ_PUBLISHED)
def entity_feed(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    kind: EntityKind,
    scheme: str,
    value: str,
) -> Response:
    """The versions of datasets that speak of an entity."""
    with hub.reading() as session:
        body, state = follow.entity_feed(
            session, hub.frame, kind, Key(scheme, value), language=language, now=clock.now()
        )
    return _answered(request, language, body, state)


def _answered(request: Request, language: str, body: str, state: State) -> Response:
    headers = {"Content-Language": language}
    return Document(state, f"atom-{language}", MEDIA_TYPE, headers=headers).answer(request, [body])
