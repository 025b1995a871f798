"""The counter: an officer enters a request on paper, and prints its receipt at once."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.authority import Authority
from opendata_hub.domain.errors import HubError, Invalid
from opendata_hub.domain.filing.details import Access, Source
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, reach, require
from opendata_hub.domain.requests.info_request import (
    Channel,
    checked_question,
    checked_requester,
    require_not_future,
)
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.filing.doing import Asked, filed, of_form
from opendata_hub.web.filing.form import Typed, TypedDep, examined
from opendata_hub.web.filing.form_pages import NOTHING, READ, code_of
from opendata_hub.web.people.browser import lead
from opendata_hub.web.rendering import page
from opendata_hub.web.requests.requests_api import law_for, today_under

router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/{language}/counter/{authority}", methods=READ)
@needs(Deed.HANDLE_REQUEST)
def enter(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage, authority: str
) -> Response:
    """The form of the counter of a body."""
    asked = hub.authority(authority)
    require(visitor, Deed.HANDLE_REQUEST, _place(visitor, asked, NOTHING))
    asked.require_active()
    return _paper_page(request, hub, language, asked, NOTHING)


@router.post("/{language}/counter/{authority}")
@needs(Deed.HANDLE_REQUEST)
def keep(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    authority: str,
    typed: TypedDep,
) -> Response:
    """File what came on paper, with its day of receipt; lead to the receipt, to be printed."""
    asked = hub.authority(authority)
    law, now = law_for(hub, asked, None), clock.now()
    today = today_under(hub, law)
    try:
        require(visitor, Deed.HANDLE_REQUEST, _place(visitor, asked, typed))
        received_on = _received_on(typed, today)
        question = checked_question(typed.question(typed["language"] or language))
        wanted = Asked(
            authority=asked,
            law=law,
            question=question,
            requester=checked_requester(typed.requester(), law),
            channel=Channel.PAPER,
            received_on=received_on,
            unit=_place(visitor, asked, typed).unit,
            by=visitor.person,
            files=tuple(examined(hub.files, typed, language)),
        )
        done = filed(hub, wanted, of_form(hub, wanted), today=today, now=now)
    except Invalid as problem:
        return _paper_page(request, hub, language, asked, typed, problem)
    return lead(hub, f"/{question.language}/receipts/{done.receipt}")


def _place(visitor: Visitor, asked: Authority, typed: Typed) -> Place:
    """Where it is filed: an officer of one unit files there, whatever is chosen."""
    own = [
        unit
        for authority, unit in sorted(reach(visitor, Deed.HANDLE_REQUEST).units)
        if authority == asked.id
    ]
    whole = reach(visitor, Deed.HANDLE_REQUEST).covers(Place(asked.id))
    chosen = typed["unit"]
    return Place(asked.id, chosen if whole or chosen in own or not own else own[0])


def _received_on(typed: Typed, today: date) -> date:
    try:
        received_on = date.fromisoformat(typed["received_on"])
    except ValueError:
        raise Invalid("received_on: the day on which it came, such as 2026-11-02") from None
    require_not_future(received_on, today=today)
    return received_on


def _paper_page(
    request: Request,
    hub: Hub,
    language: str,
    asked: Authority,
    typed: Typed,
    problem: HubError | None = None,
) -> Response:
    law = law_for(hub, asked, None)
    today = today_under(hub, law)
    answer = page(
        request, "counter.html", language,
        status=422 if problem else 200, authority=asked, law=law,
        values={"received_on": today.isoformat(), "language": language, **typed.values},
        chosen=typed.sources, sources=list(Source), accesses=list(Access), today=today,
        problem=str(problem or ""), had_files=bool(typed.files), opened="",
        code=code_of(problem), action=request.url.path,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer
