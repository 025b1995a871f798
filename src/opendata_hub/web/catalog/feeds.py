"""What is followed rather than asked for: the feed of changes, site maps, robots.txt."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import PlainTextResponse, Response

from opendata_hub import clock
from opendata_hub.domain.catalog.harvest import feed, news
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.catalog.serving import follow, serve
from opendata_hub.web.catalog.documents import ASK_AGAIN, FOR_EVER, Document
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.shapes import Problem

LD_JSON, XML = "application/ld+json", "application/xml"
READ = ["GET", "HEAD"]
Page = Annotated[int, Path(ge=0, le=2_147_483_647)]

router = APIRouter(route_class=Door, tags=["catalogue"], responses={404: {"model": Problem}})


@router.api_route("/catalog/feed", methods=READ, include_in_schema=False)
@needs(Deed.READ_PUBLISHED)
def feed_root(request: Request, hub: HubDep) -> Response:
    """The DCAT-AP Feed: an event stream of every change, which leads to its open page."""
    with hub.reading() as session:
        state = serve.catalog_state(session, hub.frame, now=clock.now())
        last = follow.last_page(session)
    return Document(state, "feed", LD_JSON).answer(request, [feed.root(hub.frame, last)])


@router.api_route("/catalog/feed/pages/{number}", methods=READ, include_in_schema=False)
@needs(Deed.READ_PUBLISHED)
def feed_page(request: Request, hub: HubDep, number: Page) -> Response:
    """A page of the feed. One that is closed may be kept for good."""
    with hub.reading() as session:
        state = serve.catalog_state(session, hub.frame, now=clock.now())
        page = follow.feed_page(session, hub.frame, number, state)
        cache = FOR_EVER if page.is_closed else ASK_AGAIN
        document = Document(page.state, "feed", LD_JSON, cache)
        return document.answer(request, page.parts)


@router.api_route("/sitemap.xml", methods=READ, include_in_schema=False)
@needs(Deed.READ_PUBLISHED)
def site_maps(request: Request, hub: HubDep) -> Response:
    """Where the site maps are."""
    with hub.reading() as session:
        state = serve.catalog_state(session, hub.frame, now=clock.now())
        body = news.site_map_index(hub.frame, follow.maps(session))
    return Document(state, "sitemap", XML).answer(request, [body])


@router.api_route("/sitemap-{number}.xml", methods=READ, include_in_schema=False)
@needs(Deed.READ_PUBLISHED)
def site_map(request: Request, hub: HubDep, number: Page) -> Response:
    """A map of at most 50,000 addresses."""
    with hub.reading() as session:
        state = serve.catalog_state(session, hub.frame, now=clock.now())
        parts = news.site_map(hub.frame, follow.map_entries(session, number))
        return Document(state, f"sitemap-{number}", XML).answer(request, parts)


@router.api_route("/robots.txt", methods=READ, include_in_schema=False)
@needs(Deed.READ_PUBLISHED)
def robots(hub: HubDep) -> Response:
    """What robots may read."""
    return PlainTextResponse(news.robots(hub.frame))
