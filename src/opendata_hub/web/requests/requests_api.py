"""The citizens' door for programs: file a request, follow it with its code."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from opendata_hub import clock
from opendata_hub.adapters import ics
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.errors import Invalid, TrackingCodeNeeded, UnknownLaw
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.domain.requests.info_request import Channel, require_not_future
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.flows.requests import follow
from opendata_hub.flows.requests.announce import current
from opendata_hub.flows.requests.file import file
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.shapes import InfoRequestIn, InfoRequestOut, Problem, ReceiptOut

router = APIRouter(
    route_class=Door,
    tags=["requests"],
    responses={status: {"model": Problem} for status in (400, 401, 404, 413, 422)},
)


@router.post("/requests", status_code=201)
@needs(Deed.FILE_REQUEST)
def file_request(hub: HubDep, visitor: VisitorDep, body: InfoRequestIn) -> ReceiptOut:
    """File a request; the answer holds its due day, counted, and the code to follow it."""
    authority = hub.authority(body.authority)
    law = law_for(hub, authority, body.law)
    now, today = clock.now(), today_under(hub, law)
    received_on = _received_on(body, today)
    channel = body.channel or (Channel.PAPER if body.received_on else Channel.API)
    is_entered = body.received_on is not None or channel is not Channel.API
    if is_entered:
        require(visitor, Deed.HANDLE_REQUEST, Place(authority.id, body.unit))
    with hub.writing() as session:
        calendar = current(session, hub.calendar_of(law), authority=authority.id)
        receipt = file(
            session,
            body.question(),
            body.requester.value(),
            authority=authority,
            law=law,
            calendar=calendar,
            received_on=received_on,
            today=today,
            now=now,
            channel=channel,
            owner=None if is_entered else visitor.person,
            by=visitor.person,
            unit=body.unit,
            hub_key=hub.key,
        )
    followed = follow.count(receipt.request, law, calendar, today=today)
    shown = InfoRequestOut.of_request(followed, body.language)
    return ReceiptOut(**shown.model_dump(), tracking_code=receipt.tracking_code)


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


@router.get("/requests/{reference}/deadlines.ics", response_class=Response)
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


def _received_on(body: InfoRequestIn, today: date) -> date:
    """Today, unless a day is named: that of a paper request; raises Invalid, FutureReceipt."""
    if body.received_on is None:
        return today
    try:
        received_on = date.fromisoformat(body.received_on)
    except ValueError:
        raise Invalid("received_on: not a day such as 2026-11-02") from None
    require_not_future(received_on, today=today)
    return received_on
