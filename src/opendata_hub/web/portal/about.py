"""What readers and developers are told of the portal itself."""

from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import Response

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.store import datasets
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
NO_TABLE = "ADDRESS-OF-A-DATASET"
"""Stands in the commands of a hub that has no table yet."""
router = APIRouter(route_class=Door, include_in_schema=False)


class About(StrEnum):
    """What is told."""

    PRIVACY = "privacy"
    ACCESSIBILITY = "accessibility"
    TERMS = "terms"
    DEVELOPERS = "developers"


@router.api_route("/{language}/about/{what}", methods=READ)
@needs(Deed.READ_PUBLISHED)
def about_page(request: Request, hub: HubDep, language: PageLanguage, what: About) -> Response:
    """Privacy notice, accessibility statement, terms of reuse, or the page for developers."""
    frame = hub.frame
    return page(
        request,
        f"about_{what}.html",
        language,
        body=frame.site.publisher_named(frame.site.publisher),
        licence=frame.term("licence", frame.site.licence),
        base_url=frame.base_url,
        has_sparql=hub.is_sparql_on,
        slug=_table_of(hub) if what is About.DEVELOPERS else "",
    )


def _table_of(hub: Hub) -> str:
    """The address of a table that is published here, for the commands."""
    with hub.reading() as session:
        latest = datasets.latest(session, most=20)
        return next((each.slug for each in latest if each.family in hub.frame.tables), NO_TABLE)
