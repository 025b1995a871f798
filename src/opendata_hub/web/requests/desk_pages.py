"""The desk as officers use it: the queue, a case, and what can be done now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field, ValidationError
from sqlmodel import Session

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.errors import HubError, Invalid
from opendata_hub.domain.people.account import Account
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, Reach, reach
from opendata_hub.domain.requests.acts import Act, State, possible_acts
from opendata_hub.domain.requests.desk import Line, Nearness, days_of, nearness
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.timeline import state_of
from opendata_hub.domain.texts import Texts
from opendata_hub.flows.filing.suggest import Looking, Suggestion, published_already, words_of
from opendata_hub.flows.requests import act as flow
from opendata_hub.flows.requests import follow
from opendata_hub.flows.requests.announce import current
from opendata_hub.flows.requests.assign import officers
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.people import accounts
from opendata_hub.store.requests import assignments, cases
from opendata_hub.store.requests.cases import Case, Queue
from opendata_hub.web.correspondence.shown import correspondence_of
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.rendering import page
from opendata_hub.web.requests.desk_api import ON_A_PAGE, ActIn, done, place_after
from opendata_hub.web.requests.requests_api import today_under

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)

Typed = Annotated[str, Form()]


class Wanted(BaseModel):
    """Which requests a queue is to show."""

    show: str = Field(default="open", pattern="^(open|late|due-today|due-soon|later|closed)$")
    authority: str = Field(default="", max_length=100)
    unit: str = Field(default="", max_length=100)
    state: State | Literal[""] = ""
    hands: str = Field(default="", pattern="^(|mine|nobody|[1-9][0-9]{0,8})$")
    after: str = Field(default="", max_length=100)

    def queue(self, today: date, me: int | None) -> Queue:
        """The same as the store is asked for it; me: whose own requests are meant."""
        is_near = self.show not in {"open", "closed"}
        first, end = days_of(Nearness(self.show), today) if is_near else (None, None)
        return Queue(
            is_open=self.show != "closed",
            authority=self.authority,
            unit=self.unit or None,
            due_from=first,
            due_before=end,
            after=place_after(self.after),
            state=self.state or None,
            officer=(me or 0) if self.hands == "mine" else self.colleague,
            is_unassigned=self.hands == "nobody",
        )

    @property
    def colleague(self) -> int | None:
        """The account of the one whose requests are asked for by number."""
        return int(self.hands) if self.hands.isdecimal() else None

    def address(self, **other: str) -> str:
        """The question of an address that asks for this, or for something else in it."""
        asked = self.model_dump(mode="json", exclude={"after"}) | other
        return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an act was not done, and what had been typed."""

    problem: HubError | None = None
    act: str = ""
    day: str = ""
    ground: str = ""
    reasons: str = ""


@router.api_route("/{language}/desk", methods=READ)
@needs(Deed.READ_REQUEST)
def read_queue(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    wanted: Annotated[Wanted, Query()],
) -> Response:
    """The requests in reach, the earliest last day first."""
    today = today_under(hub, hub.laws[hub.frame.site.law])
    asked, within = wanted.queue(today, visitor.person), reach(visitor, Deed.READ_REQUEST)
    bodies = _bodies(hub, within)
    with hub.reading() as session:
        found = cases.queue(session, asked, within, most=ON_A_PAGE + 1)
        tally = cases.tally(session, asked, within, today=today)
        working = {each.officer for each in found if each.officer}
        desk = _desk(hub, session, visitor, found, wanted)
        people = accounts.names(session, working)
    shown = found[:ON_A_PAGE]
    answer = page(
        request, "desk.html", language,
        lines=[(each, each.nearness(today)) for each in shown], wanted=wanted, nearness=Nearness,
        following=f"{shown[-1].due_on}.{shown[-1].reference}" if len(found) > ON_A_PAGE else "",
        tally=tally, today=today, states=[each for each in State if each is not State.NEW],
        bodies=bodies, people=people, colleagues=_colleagues(desk, people), desk=desk,
    )  # fmt: skip
    return _kept_by_nobody(answer)


@dataclass(frozen=True, slots=True)
class Desk:
    """Among whom requests of one body can be given: its units, and who handles requests there."""

    authority: Authority
    officers: Sequence[Account]


def _desk(
    hub: Hub, session: Session, visitor: Visitor, lines: Sequence[Line], wanted: Wanted
) -> Desk | None:
    """The desk of the body whose requests are shown; None where they are of several, or over."""
    shown = {line.authority for line in lines}
    if len(shown) != 1 or wanted.show == "closed":
        return None
    (authority,) = shown
    within = reach(visitor, Deed.HANDLE_REQUEST)
    if not any(within.covers(Place(line.authority, line.unit)) for line in lines):
        return None
    return Desk(hub.authority(authority), officers(session, authority, wanted.unit))


def _colleagues(desk: Desk | None, shown: Mapping[int, str]) -> Mapping[int, str]:
    """Whose requests can be asked for, by name: who works on one that is shown, or could."""
    known = {each.id: each.name for each in desk.officers} if desk else {}
    return dict(sorted({**known, **shown}.items(), key=lambda each: each[1].casefold()))


def _bodies(hub: Hub, within: Reach) -> list[Authority]:
    """The bodies whose requests are in reach; there is nothing to choose where there is one."""
    known = hub.frame.site.publishers.values()
    units = {body for body, _ in within.units}
    found = [
        each
        for each in known
        if within.everywhere or each.id in within.authorities or each.id in units
    ]
    return found if len(found) > 1 else []


@router.api_route("/{language}/desk/{reference}", methods=READ)
@needs(Deed.READ_REQUEST)
def read_case(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage, reference: str
) -> Response:
    """A request with all that happened to it, and what can be done now."""
    with hub.reading() as session:
        case = flow.open_case(session, reference, by=visitor)
    return _case_page(request, hub, visitor, language, case, Fault())


@router.post("/{language}/desk/{reference}")
@needs(Deed.HANDLE_REQUEST)
def do(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    act: Typed = "",
    day: Typed = "",
    after: Typed = "",
    ground: Typed = "",
    reasons: Typed = "",
    dataset: Typed = "",
) -> Response:
    """Do what the form says; on a fault show the case again with all that was typed."""
    try:
        done(hub, visitor, reference, _said(act, day, after, ground, reasons, dataset))
    except HubError as problem:
        with hub.reading() as session:
            case = flow.open_case(session, reference, by=visitor)
        fault = Fault(problem, act, day, ground, reasons)
        return _case_page(request, hub, visitor, language, case, fault)
    return RedirectResponse(f"/{language}/desk/{reference}", 303)


def _said(act: str, day: str, after: str, ground: str, reasons: str, dataset: str) -> ActIn:
    """What a form says; raises Invalid naming the field that can't be read."""
    given = {
        "act": act, "happened_on": day, "after": after, "ground": ground,
        "reasons": reasons.replace("\r\n", "\n"), "dataset": dataset,
    }  # fmt: skip
    try:
        return ActIn.model_validate(given)
    except ValidationError as problem:
        first = problem.errors()[0]
        raise Invalid(f"{first['loc'][0]}: {first['msg']}") from None


def _case_page(
    request: Request, hub: Hub, visitor: Visitor, language: str, case: Case, fault: Fault
) -> Response:
    law, today = hub.law_named(case.request.law), today_under(hub, hub.law_named(case.request.law))
    with hub.reading() as session:
        calendar = current(session, hub.calendar_of(law), authority=case.request.authority)
        correspondence = correspondence_of(hub, session, case, by=visitor)
        assigned = assignments.of(session, case.request.reference).now
        able = officers(session, case.request.authority, case.unit)
        people = accounts.names(session, {assigned.officer} if assigned.officer else set())
        files = len(case_files.of_request(session, case.request.reference))
        published = _published(hub, session, case) if case.is_open else []
    handles = reach(visitor, Deed.HANDLE_REQUEST)
    decides = reach(visitor, Deed.DECIDE_COMPLAINT)
    place = Place(case.request.authority, case.unit)
    possible = [
        act
        for act in possible_acts(state_of(case.request.events), law.acts)
        if (decides if act is Act.HEAD_DECIDES else handles).covers(place)
    ]
    answer = page(
        request, "desk_case.html", language,
        status=409 if fault.problem else 200, case=case, law=law, possible=possible, fault=fault,
        followed=follow.count(case.request, law, calendar, today=today), today=today,
        near=nearness(case.due_on, is_open=case.is_open, today=today), nearness=Nearness,
        correspondence=correspondence, grounds=_grounds(law), earliest=_last_day(case),
        assigned=assigned, people=people, files=files, published=published,
        handles=handles.covers(place), desk=Desk(hub.authority(case.request.authority), able),
    )  # fmt: skip
    return _kept_by_nobody(answer)


def _published(hub: Hub, session: Session, case: Case) -> list[Suggestion]:
    """What is in the catalogue and may be what is asked for."""
    asked = case.request.question
    looking = Looking(words_of(asked.subject, asked.text), case.request.authority)
    return published_already(session, hub.frame, hub.search, looking)


def _grounds(law: Law) -> list[tuple[str, Texts]]:
    """The grounds a law knows, for whatever act they are, by code."""
    known = {each.code: each for each in law.every_ground}
    return [(code, each.text) for code, each in known.items()]


def _last_day(case: Case) -> date:
    return case.request.events[-1].happened_on


def _kept_by_nobody(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
