"""The requester acts on their own request with its code: from its page, or by a program."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import HubError, Invalid, TrackingCodeNeeded, UnknownRequest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.requests.acts import Act
from opendata_hub.flows.answers import read_file
from opendata_hub.flows.requests import follow
from opendata_hub.flows.requests.act import REASONS_LENGTH
from opendata_hub.flows.requests.announce import current
from opendata_hub.flows.requests.own_act import act_on_own, possible_for_requester
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import API, Door, needs
from opendata_hub.web.people.browser import send_after, send_then
from opendata_hub.web.rendering import page
from opendata_hub.web.requests.requests_api import followed_with, today_under
from opendata_hub.web.shapes import InfoRequestOut, Problem

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["requests"],
    responses={status: {"model": Problem} for status in (401, 404, 409, 422)},
)
page_router = APIRouter(route_class=Door, include_in_schema=False)
Typed = Annotated[str, Form()]


class OwnActIn(BaseModel):
    """What the requester does. after: how many events they had read."""

    model_config = ConfigDict(extra="forbid")

    act: Act = Field(description="complain_to_head, withdraw or clarify.")
    words: str = Field(default="", max_length=REASONS_LENGTH)
    after: int = Field(ge=1)


@router.post("/requests/{reference}/own-acts", status_code=201)
@needs(Deed.FOLLOW_WITH_CODE)
def act_with_code(
    hub: HubDep,
    reference: str,
    body: OwnActIn,
    tasks: BackgroundTasks,
    x_tracking_code: Annotated[str, Header(description="The code of the receipt.")] = "",
) -> InfoRequestOut:
    """Complain to the head of the body, withdraw, or explain what was not clear."""
    if not x_tracking_code.strip():
        raise TrackingCodeNeeded("Send the tracking code of the receipt: X-Tracking-Code: …")
    _done(hub, reference, x_tracking_code, body)
    send_then(tasks, hub)
    followed = followed_with(hub, reference, x_tracking_code)
    return InfoRequestOut.of_request(followed, followed.request.question.language)


@page_router.post("/{language}/requests/{reference}/acts")
@needs(Deed.FOLLOW_WITH_CODE)
def act_from_page(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    reference: str,
    tracking_code: Typed = "",
    act: Typed = "",
    words: Typed = "",
    after: Typed = "",
) -> Response:
    """The same from the page of the request, which is shown again with what came of it."""
    try:
        _done(hub, reference, tracking_code, _said(act, words, after))
    except UnknownRequest as problem:
        return page(
            request, "request_code.html", language,
            status=404, reference=reference, problem=problem.code,
        )  # fmt: skip
    except HubError as problem:
        return status_page(
            request, hub, language, reference, tracking_code, problem=problem, words=words
        )
    answer = status_page(request, hub, language, reference, tracking_code, did=act)
    answer.background = send_after(hub)
    return answer


def status_page(
    request: Request,
    hub: Hub,
    language: str,
    reference: str,
    code: str,
    *,
    did: str = "",
    problem: HubError | None = None,
    words: str = "",
) -> Response:
    """The page of a request for who holds its code; raises UnknownRequest."""
    followed = followed_with(hub, reference, code)
    law = hub.law_named(followed.request.law)
    with hub.reading() as session:
        files = read_file.for_requester(session, reference, code)
        calendar = current(session, hub.calendar_of(law), authority=followed.request.authority)
    possible = possible_for_requester(followed.request, law, calendar, today=today_under(hub, law))
    return page(
        request, "request_status.html", language, status=409 if problem else 200,
        files=files, law=law, followed=followed, pdf=law.name in hub.letters, tracking_code=code,
        possible=possible, grounds={each.code: each.text for each in law.every_ground},
        did=did, problem=problem, words=words,
    )  # fmt: skip


def _done(hub: Hub, reference: str, code: str, body: OwnActIn) -> None:
    with hub.writing() as session:
        request = follow.find(session, reference, code)
        law = hub.law_named(request.law)
        act_on_own(
            session, request, body.act,
            after=body.after, words=body.words, law=law,
            calendar=current(session, hub.calendar_of(law), authority=request.authority),
            today=today_under(hub, law), now=clock.now(),
        )  # fmt: skip


def _said(act: str, words: str, after: str) -> OwnActIn:
    try:
        return OwnActIn.model_validate(
            {"act": act, "words": words.replace("\r\n", "\n"), "after": after}
        )
    except ValueError:
        raise Invalid(
            "act, words: choose what to do, and say it in at most 20,000 characters"
        ) from None
