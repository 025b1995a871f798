"""Somebody's own requests on pages: the list of an account, each of them, and what to do."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import HubError, Refused, UnknownRequest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.protection.pace import Traffic
from opendata_hub.domain.requests.acts import Act, possible_acts
from opendata_hub.flows.identities import own as flow
from opendata_hub.flows.identities.hand_out import hand_out
from opendata_hub.flows.identities.own import ON_A_PAGE
from opendata_hub.flows.requests import follow
from opendata_hub.flows.requests.announce import current
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.identities.pages import as_file
from opendata_hub.web.people.browser import lead
from opendata_hub.web.rendering import page
from opendata_hub.web.requests.requests_api import today_under

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)
Typed = Annotated[str, Form()]


@router.api_route("/{language}/account/requests", methods=READ)
@needs(Deed.FOLLOW_OWN_REQUEST)
def show_all(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    after: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """The requests of the account, and the form that ties another to it."""
    return _list_page(request, hub, visitor, language, after=after)


@router.post("/{language}/account/requests")
@needs(Deed.FOLLOW_OWN_REQUEST, counted=Traffic.FOLLOW)
def claim(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: Typed = "",
    tracking_code: Typed = "",
) -> Response:
    """Tie a request to the account of who holds its code."""
    try:
        with hub.writing() as session:
            found = flow.claim(session, reference, tracking_code, by=visitor)
    except UnknownRequest as problem:
        return _list_page(request, hub, visitor, language, problem=problem, reference=reference)
    return RedirectResponse(f"/{language}/account/requests/{found.reference}", 303)


@router.api_route("/{language}/account/requests/{reference}", methods=READ)
@needs(Deed.FOLLOW_OWN_REQUEST)
def show(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage, reference: str
) -> Response:
    """One of them, without its code."""
    return _own_page(request, hub, visitor, language, reference)


@router.post("/{language}/account/requests/{reference}/withdraw")
@needs(Deed.FOLLOW_OWN_REQUEST)
def withdraw(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage, reference: str
) -> Response:
    """Withdraw one of them; told as what it is where it is too late."""
    try:
        with hub.writing() as session:
            case = flow.find(session, reference, by=visitor, to_change=True)
            law = hub.law_named(case.request.law)
            calendar = current(session, hub.calendar_of(law), authority=case.request.authority)
            flow.withdraw(
                session, case,
                law=law, calendar=calendar, by=visitor, today=today_under(hub, law),
                now=clock.now(),
            )  # fmt: skip
    except Refused as problem:
        return _own_page(request, hub, visitor, language, reference, problem)
    return lead(hub, f"/{language}/account/requests/{case.request.reference}")


@router.post("/{language}/account/requests/{reference}/data")
@needs(Deed.FOLLOW_OWN_REQUEST)
def own_data(hub: HubDep, visitor: VisitorDep, language: PageLanguage, reference: str) -> Response:
    """All that is kept of them with one of their requests, as a file."""
    with hub.writing() as session:
        case = flow.find(session, reference, by=visitor)
        found = hand_out(session, case.request, by=visitor.person, now=clock.now())
    answer = as_file(found)
    answer.headers["Content-Language"] = language
    return answer


def _list_page(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    *,
    after: str = "",
    problem: HubError | None = None,
    reference: str = "",
) -> Response:
    with hub.reading() as session:
        found = flow.listed(session, by=visitor, after=after)
    answer = page(
        request, "own_requests.html", language,
        status=404 if problem else 200, lines=found[:ON_A_PAGE], reference=reference,
        problem=problem.code if problem else "", names=hub.frame.site.publishers,
        following=found[ON_A_PAGE - 1].reference if len(found) > ON_A_PAGE else "",
    )  # fmt: skip
    return _kept_by_nobody(answer)


def _own_page(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    reference: str,
    problem: HubError | None = None,
) -> Response:
    with hub.reading() as session:
        case = flow.find(session, reference, by=visitor)
        law = hub.law_named(case.request.law)
        calendar = current(session, hub.calendar_of(law), authority=case.request.authority)
    followed = follow.count(case.request, law, calendar, today=today_under(hub, law))
    answer = page(
        request, "own_request.html", language,
        status=409 if problem else 200, followed=followed, law=law,
        may_withdraw=Act.WITHDRAW in possible_acts(followed.state, law.acts),
        problem=problem.code if problem else "",
    )  # fmt: skip
    return _kept_by_nobody(answer)


def _kept_by_nobody(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
