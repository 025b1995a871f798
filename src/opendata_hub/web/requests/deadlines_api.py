"""The legal clock for programs: count a term, announce a day, keep the due days in a calendar."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from opendata_hub import clock
from opendata_hub.adapters import ics
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import Place, reach, require
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.flows.requests.announce import announce, current
from opendata_hub.store import calendars
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, VisitorDep, bearer, gives, needs
from opendata_hub.web.requests import calculator
from opendata_hub.web.shapes import AnnouncementIn, AnnouncementOut, DeadlineOut, Problem

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["deadlines"],
    responses={422: {"model": Problem}},
)
officers_router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["deadlines"],
    dependencies=[Depends(bearer)],
    responses={status: {"model": Problem} for status in (401, 422)},
)


@router.get("/deadlines", responses={404: {"model": Problem}})
@needs(Deed.READ_PUBLISHED)
def count_deadline(
    hub: HubDep,
    start: Annotated[str, Query(alias="from", description="Day zero, or an instant.")],
    law: Annotated[str | None, Query(description="For example ma/31-13; with step.")] = None,
    step: Annotated[str | None, Query(description="For example reply.")] = None,
    unit: Annotated[str | None, Query(description="Or a rule: working_days, months …")] = None,
    length: Annotated[int | None, Query(description="How many units.")] = None,
    weekend: Annotated[str | None, Query(description="sat,sun or fri,sat.")] = None,
    day_zero: Annotated[str | None, Query(description="excluded or included.")] = None,
    end: Annotated[str | None, Query(description="none, forward or backward.")] = None,
    lang: Annotated[str, Query(description="ar, fr or en.")] = "fr",
) -> DeadlineOut:
    """Count a step of a law, or a rule of one's own, by the calendar as it is known now."""
    given = {
        "from": start, "law": law, "step": step, "unit": unit, "length": length,
        "weekend": weekend.split(",") if weekend else None, "day_zero": day_zero, "end": end,
        "lang": lang,
    }  # fmt: skip
    case = calculator.parsed({key: value for key, value in given.items() if value is not None})
    answer = calculator.calculate(case, declared(hub))
    return DeadlineOut.of(answer.deadline, answer.law.name if answer.law else None, lang)


@officers_router.post("/calendars/{jurisdiction}/days", status_code=201)
@needs(Deed.ANNOUNCE_DAY)
def announce_day(
    hub: HubDep, visitor: VisitorDep, jurisdiction: str, body: AnnouncementIn
) -> AnnouncementOut:
    """Announce a day off: open requests are counted anew, and a notice is written for each.

    For one authority where it is named, by who is of it; for all of the jurisdiction by who holds
    a role everywhere.
    """
    require(visitor, Deed.ANNOUNCE_DAY, Place(body.authority))
    calendar = hub.calendar_named(jurisdiction)
    if body.authority:
        hub.require_calendar(hub.authority(body.authority), jurisdiction)
    today = clock.today(calendar.timezone)
    with hub.writing() as session:
        recounted = announce(
            session,
            body.value(known_on=today),
            calendar=calendar,
            laws=hub.laws_of(jurisdiction),
            by=visitor.person,
            today=today,
            now=clock.now(),
            authority=body.authority,
        )
    return AnnouncementOut(recounted=recounted)


@officers_router.get("/requests.ics", response_class=Response, responses=gives("text/calendar"))
@needs(Deed.READ_REQUEST)
def open_due_days(hub: HubDep, visitor: VisitorDep) -> Response:
    """The due days of all open requests as iCalendar, by reference; nobody is named."""
    with hub.reading() as session:
        days = [
            ics.Day(
                uid=f"{request.reference}-due@{hub.frame.site.publisher}",
                day=request.due_on,
                title=request.reference,
                details=request.law,
            )
            for batch in calendars.open_requests(
                session, list(hub.laws), reach(visitor, Deed.READ_REQUEST)
            )
            for request in batch
        ]
    return Response(ics.calendar(days, now=clock.now()), media_type=ics.MEDIA_TYPE)


def declared(hub: Hub) -> calculator.Declared:
    """The hub's laws and its calendars, with all that was announced."""

    def calendar(jurisdiction: str) -> Calendar:
        with hub.reading() as session:
            return current(session, hub.calendar_named(jurisdiction))

    return calculator.Declared(law=hub.law_named, calendar=calendar)
