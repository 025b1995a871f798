"""The citizens' door for programs: file a request, follow it with its code."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from opendata_hub import clock
from opendata_hub.adapters import ics
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.errors import Invalid, TrackingCodeNeeded, UnknownLaw
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.flows.requests import follow
from opendata_hub.flows.requests.announce import current
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, gives, needs
from opendata_hub.web.shapes import InfoRequestOut, Problem

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["requests"],
    responses={status: {"model": Problem} for status in (400, 401, 404, 413, 422)},
)


@router.get("/requests/{reference}")
@needs(Deed.FOLLOW_WITH_CODE)
def read_request(
    hub: HubDep,
    reference: str,
    x_tracking_code: Annotated[str, Header(description="The code of the receipt.")] = "",
    tracking_code: Annotated[str, Query(description="The same, where no header can be sent.")] = "",
    language: Annotated[str, Query(description="Of texts; the request's own if empty.")] = "",
) -> InfoRequestOut:
    """The state of a request, for who holds its code. Nobody is named in it."""
    if language and language not in LANGUAGES:
        raise Invalid(f"language: {language[:20]!r} is not one of {', '.join(LANGUAGES)}")
    code = x_tracking_code or tracking_code
    if not code.strip():
        raise TrackingCodeNeeded("Send the tracking code of the receipt: X-Tracking-Code: …")
    followed = followed_with(hub, reference, code)
    return InfoRequestOut.of_request(followed, language or followed.request.question.language)


@router.get(
    "/requests/{reference}/deadlines.ics",
    response_class=Response,
    responses=gives("text/calendar"),
)
@needs(Deed.FOLLOW_WITH_CODE)
def request_calendar(
    hub: HubDep,
    reference: str,
    x_tracking_code: Annotated[str, Header(description="The code of the receipt.")] = "",
    tracking_code: Annotated[str, Query(description="The same, where no header can be sent.")] = "",
) -> Response:
    """The due days of a request as iCalendar, for who holds its code."""
    code = x_tracking_code or tracking_code
    if not code.strip():
        raise TrackingCodeNeeded("Send the tracking code of the receipt: X-Tracking-Code: …")
    followed = followed_with(hub, reference, code)
    language = followed.request.question.language
    days = [
        ics.Day(
            uid=f"{reference}-{name}@{hub.frame.site.publisher}",
            day=each.deadline.due,
            title=f"{reference}: {each.step.title[language]}",
            details=each.step.note[language],
        )
        for name, each in followed.clocks.items()
        if each.kept_on is None and not each.is_standing
    ]
    return Response(ics.calendar(days, now=clock.now()), media_type=ics.MEDIA_TYPE)


def followed_with(hub: Hub, reference: str, code: str) -> follow.Followed:
    """The request for who holds its code, counted by the calendar as it is known now."""
    with hub.reading() as session:
        request = follow.find(session, reference, code)
        law = hub.law_named(request.law)
        calendar = current(session, hub.calendar_of(law), authority=request.authority)
    return follow.count(request, law, calendar, today=today_under(hub, law))


def today_under(hub: Hub, law: Law) -> date:
    """The day it is in the time zone of the law's jurisdiction."""
    return clock.today(hub.calendar_of(law).timezone)


def law_for(hub: Hub, authority: Authority, name: str | None) -> Law:
    """The law a request is filed under: the authority's own unless another is named.

    Raises UnknownLaw, also for a pack of terms under which nothing is requested.
    """
    law = hub.law_named(name or authority.law)
    if not law.takes_requests:
        raise UnknownLaw(f"{law.name} is no law to ask for information under")
    return law
