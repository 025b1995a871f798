"""The calendar of an officer: its address, made, shown once and stopped; and what it gives."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from opendata_hub import clock
from opendata_hub.adapters import ics
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.flows.correspondence import calendar_feed as flow
from opendata_hub.store.correspondence import feeds
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/desk-calendar/{key}.ics", methods=READ)
@needs(Deed.FOLLOW_WITH_CODE)
def read_calendar(hub: HubDep, key: str) -> Response:
    """The last days of who holds the key, by reference; nobody is named, nor what was asked."""
    with hub.reading() as session:
        lines = flow.lines_of(session, key)
    days = [
        ics.Day(
            uid=f"{each.reference}-due@{hub.frame.site.publisher}",
            day=each.due_on,
            title=each.reference,
            details=f"{hub.frame.base_url}/fr/desk/{each.reference}",
        )
        for each in lines
    ]
    headers = {"Cache-Control": "no-store"}
    content = ics.calendar(days, now=clock.now())
    return Response(content, media_type=ics.MEDIA_TYPE, headers=headers)


@router.api_route("/{language}/desk-calendar", methods=READ)
@needs(Deed.READ_REQUEST)
def read_page(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage
) -> Response:
    """Whether there is an address; which one, only who made it knows."""
    return _page(request, hub, visitor, language, "")


@router.post("/{language}/desk-calendar")
@needs(Deed.READ_REQUEST)
def change(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    do: Annotated[str, Form()] = "",
) -> Response:
    """Make another address, shown this once, or stop the one there is."""
    key = ""
    with hub.writing() as session:
        if do == "make":
            key = flow.make(session, by=visitor, now=clock.now())
        else:
            flow.stop(session, by=visitor)
    return _page(request, hub, visitor, language, key)


def _page(request: Request, hub: Hub, visitor: Visitor, language: str, key: str) -> Response:
    with hub.reading() as session:
        made_at = feeds.made_at(session, visitor.person) if visitor.person else None
    answer = page(
        request, "desk_calendar.html", language,
        made_at=made_at,
        address=f"{hub.frame.base_url}/desk-calendar/{key}.ics" if key else "",
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer
