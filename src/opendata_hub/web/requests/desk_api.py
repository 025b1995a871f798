"""The desk for programs: queues by last day, a case as officers read it, acts on it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlmodel import Session

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.filing.details import Details, Source
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import reach
from opendata_hub.domain.requests.acts import Act, State, possible_acts
from opendata_hub.domain.requests.desk import Line, Nearness, nearness
from opendata_hub.domain.requests.info_request import Channel
from opendata_hub.domain.requests.timeline import state_of
from opendata_hub.flows.answers.already_published import place_of
from opendata_hub.flows.requests import act as flow
from opendata_hub.flows.requests.act import Doing
from opendata_hub.flows.requests.announce import current
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.cases import Case, Queue
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, VisitorDep, bearer, needs
from opendata_hub.web.requests.requests_api import today_under
from opendata_hub.web.shapes import Day, Problem

ON_A_PAGE, MOST = 50, 500
router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["desk"],
    dependencies=[Depends(bearer)],
    responses={status: {"model": Problem} for status in (401, 403, 404, 409, 422)},
)


class LineOut(BaseModel):
    """A request in a queue. Nobody is named in it."""

    reference: str
    authority: str
    unit: str
    subject: str
    language: str
    urgent: bool
    state: State
    received_on: date
    due_on: date
    safe_on: date
    officer: int | None = Field(description="The account of who works on it.")
    answer_by: date | None = Field(description="The day the body has set for it.")
    nearness: Nearness = Field(description="How near the last day is, today.")

    @classmethod
    def of(cls, line: Line, today: date) -> "LineOut":
        """From a line of a queue."""
        return cls(
            reference=line.reference, authority=line.authority, unit=line.unit,
            subject=line.subject, language=line.language, urgent=line.is_urgent, state=line.state,
            received_on=line.received_on, due_on=line.due_on, safe_on=line.safe_on,
            officer=line.officer, answer_by=line.answer_by, nearness=line.nearness(today),
        )  # fmt: skip


class QueueOut(BaseModel):
    """Requests, the earliest last day first; ``next`` is the ``after`` of the following page."""

    requests: list[LineOut]
    next: str | None


class EventOut(BaseModel):
    """One thing that happened: on which day it counts, and when it was written down."""

    act: Act
    happened_on: date
    recorded_at: AwareDatetime
    ground: str
    reasons: str


class DetailsOut(BaseModel):
    """What the model form asks besides; empty where it was left open."""

    urgency: str
    access: str
    sources: list[Source]
    period_from: date | None
    period_to: date | None

    @classmethod
    def of(cls, details: Details) -> "DetailsOut":
        """From the domain's value."""
        return cls(
            urgency=details.urgency, access=details.access or "", sources=list(details.sources),
            period_from=details.period_from, period_to=details.period_to,
        )  # fmt: skip


class CaseOut(BaseModel):
    """A request as those who handle it read it; who asked is read apart, and leaves an entry.

    possible: what can be done now. ``events`` has as many as an act must name in ``after``.
    """

    reference: str
    authority: str
    unit: str
    law: str
    channel: Channel = Field(description="The way it came in.")
    subject: str
    text: str
    language: str
    urgent: bool
    details: DetailsOut
    state: State
    due_on: date
    safe_on: date
    nearness: Nearness
    events: list[EventOut]
    possible: list[Act]


class ActIn(BaseModel):
    """What is to be done. after: how many events you had read; with more nothing is done."""

    act: Act
    happened_on: date
    after: int = Field(ge=1)
    ground: str = Field(default="", max_length=100)
    reasons: str = Field(default="", max_length=flow.REASONS_LENGTH)
    dataset: str = Field(
        default="",
        max_length=200,
        description="For already_published: where it is; title and address go into the reasons.",
    )


@router.get("/desk/requests")
@needs(Deed.READ_REQUEST)
def read_queue(
    hub: HubDep,
    visitor: VisitorDep,
    *,
    closed: Annotated[bool, Query(description="Those that wait for nothing more.")] = False,
    authority: Annotated[str, Query(max_length=100)] = "",
    unit: Annotated[str | None, Query(max_length=100)] = None,
    due_before: Annotated[Day | None, Query()] = None,
    due_from: Annotated[Day | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    officer: Annotated[int | None, Query(description="The account of who works on it.")] = None,
    unassigned: Annotated[bool, Query(description="On which nobody works.")] = False,
    after: Annotated[str, Query(description="What `next` said.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = ON_A_PAGE,
) -> QueueOut:
    """Requests in reach, the earliest last day first."""
    asked = Queue(
        not closed, authority, unit, due_before, place_after(after), due_from, state, officer,
        unassigned,
    )  # fmt: skip
    today = clock.today(hub.timezone)
    with hub.reading() as session:
        found = cases.queue(session, asked, reach(visitor, Deed.READ_REQUEST), most=limit + 1)
    shown = found[:limit]
    following = f"{shown[-1].due_on.isoformat()}.{shown[-1].reference}" if shown else None
    return QueueOut(
        requests=[LineOut.of(each, today) for each in shown],
        next=following if len(found) > limit else None,
    )


@router.get("/desk/requests/{reference}")
@needs(Deed.READ_REQUEST)
def read_case(hub: HubDep, visitor: VisitorDep, reference: str) -> CaseOut:
    """A request with all that happened to it. Nobody is named in it."""
    with hub.reading() as session:
        case = flow.open_case(session, reference, by=visitor)
    return _shown(hub, case)


@router.post("/desk/requests/{reference}/events", status_code=201)
@needs(Deed.HANDLE_REQUEST)
def do(hub: HubDep, visitor: VisitorDep, reference: str, body: ActIn) -> CaseOut:
    """Do something to a request, if the law allows it now; 409 where somebody was faster."""
    return _shown(hub, done(hub, visitor, reference, body))


def done(hub: Hub, visitor: Visitor, reference: str, body: ActIn) -> Case:
    """The case after the act; raises what ``flows.requests.act`` does."""
    with hub.writing() as session:
        # Locked before the calendar is read: a day that is announced meanwhile is counted.
        case = flow.open_case(session, reference, by=visitor, to_change=True)
        law = hub.law_named(case.request.law)
        reasons = "\n".join(filter(None, (body.reasons, _published(hub, session, case, body))))
        return flow.act(
            session,
            case,
            Doing(body.act, body.happened_on, body.after, body.ground, reasons),
            law=law,
            calendar=current(session, hub.calendar_of(law), authority=case.request.authority),
            by=visitor,
            today=today_under(hub, law),
            now=clock.now(),
        )


def _published(hub: Hub, session: Session, case: Case, body: ActIn) -> str:
    """Title and address of the dataset that is said to hold what was asked for, if one is."""
    if not body.dataset:
        return ""
    if body.act is not Act.ALREADY_PUBLISHED:
        raise Invalid(f"dataset: goes with {Act.ALREADY_PUBLISHED} only")
    return place_of(session, hub.frame, body.dataset, case.request.question.language)


def place_after(after: str) -> tuple[date, str] | None:
    """The line of a queue that a page follows; raises Invalid for what no page has said."""
    day, _, reference = after.partition(".")
    if not after:
        return None
    try:
        return date.fromisoformat(day), reference
    except ValueError:
        raise Invalid("after: not what `next` said") from None


def _shown(hub: Hub, case: Case) -> CaseOut:
    request, law = case.request, hub.law_named(case.request.law)
    state, question = state_of(request.events), case.request.question
    return CaseOut(
        reference=request.reference, authority=request.authority, unit=case.unit, law=law.name,
        channel=request.channel, subject=question.subject, text=question.text,
        language=question.language, urgent=question.is_urgent,
        details=DetailsOut.of(question.details),
        state=state, due_on=case.due_on, safe_on=case.safe_on,
        nearness=nearness(case.due_on, is_open=case.is_open, today=today_under(hub, law)),
        events=[
            EventOut(
                act=each.act, happened_on=each.happened_on, recorded_at=each.recorded_at,
                ground=each.ground, reasons=each.reasons,
            )
            for each in request.events
        ],
        possible=possible_acts(state, law.acts),
    )  # fmt: skip
