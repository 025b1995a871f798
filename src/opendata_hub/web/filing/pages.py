"""The citizens' form: ask, and keep the receipt."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import Invalid, LinkOver, LooksAutomatic, TooQuick
from opendata_hub.domain.filing.opened import RUSH, require_person
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.requests.info_request import (
    Channel,
    checked_question,
    checked_requester,
)
from opendata_hub.flows.filing import once
from opendata_hub.web import negotiation
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.filing.before import before_page, count_filed
from opendata_hub.web.filing.doing import Asked, filed, of_form
from opendata_hub.web.filing.form import BadFile, Typed, TypedDep, examined
from opendata_hub.web.filing.form_pages import NOTHING, READ, AskedDep, form_page
from opendata_hub.web.people.browser import lead
from opendata_hub.web.rendering import page
from opendata_hub.web.requests.requests_api import followed_with, law_for, today_under

router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/authorities/{authority}/requests/new", methods=READ)
@needs(Deed.FILE_REQUEST)
def ask_without_language(request: Request, authority: str) -> Response:
    """An address without a language leads to the one that has the reader's."""
    return negotiation.to_language(request, f"authorities/{authority}/requests/new")


@router.api_route("/{language}/requests/new", methods=READ)
@router.api_route("/{language}/authorities/{authority}/requests/new", methods=READ)
@needs(Deed.FILE_REQUEST)
def ask(request: Request, hub: HubDep, language: PageLanguage, asked: AskedDep) -> Response:
    """The form of the authority's law; the hub's own body where none is named."""
    asked.require_active()
    return form_page(request, hub, language, asked, NOTHING)


@router.post("/{language}/requests/new")
@router.post("/{language}/authorities/{authority}/requests/new")
@needs(Deed.FILE_REQUEST)
def send(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    asked: AskedDep,
    typed: TypedDep,
) -> Response:
    """File what the form says, and lead to its receipt; on a fault show it with all that was typed.

    Sent twice, by a second click or a reload, it is filed once.
    """
    law, now = law_for(hub, asked, None), clock.now()
    today = today_under(hub, law)
    try:
        require_typed_by_a_person(hub, visitor, typed)
        question = checked_question(typed.question(language))
        requester = checked_requester(typed.requester(), law)
        wanted = Asked(
            authority=asked,
            law=law,
            question=question,
            requester=requester,
            channel=Channel.WEB,
            received_on=today,
            unit=typed["unit"],
            owner=visitor.person,
            by=visitor.person,
            files=tuple(examined(hub.files, typed, language)),
        )
        done = filed(hub, wanted, of_form(hub, wanted), today=today, now=now)
    except (BadFile, LooksAutomatic, TooQuick) as problem:  # they are mended where it is sent from
        return before_page(request, hub, language, asked, typed, problem=problem)
    except Invalid as problem:
        return form_page(request, hub, language, asked, typed, problem=problem)
    if done.is_new and typed["shown"]:
        count_filed(hub, asked.id, today)
    return lead(hub, f"/{language}/receipts/{done.receipt}")


@router.api_route("/{language}/receipts/{token}", methods=READ)
@needs(Deed.FOLLOW_WITH_CODE)
def show_receipt(request: Request, hub: HubDep, language: PageLanguage, token: str) -> Response:
    """The receipt with its tracking code, for half an hour: it may be loaded again, and printed."""
    try:
        with hub.reading() as session:
            done = once.shown(session, token, key=hub.key, now=clock.now())
    except LinkOver:
        answer: Response = page(request, "request_receipt_over.html", language, status=404)
    else:
        followed = followed_with(hub, done.reference, done.tracking_code)
        law = hub.law_named(followed.request.law)
        answer = page(
            request, "request_receipt.html", language,
            authority=hub.frame.site.publishers[followed.request.authority], law=law,
            filed=followed.request, tracking_code=done.tracking_code,
            term=followed.first.deadline, pdf=law.name in hub.letters,
        )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def require_typed_by_a_person(hub: Hub, visitor: Visitor, typed: Typed) -> None:
    """Raise LooksAutomatic or TooQuick to who does not fill a form as people do.

    Whoever has signed in has confirmed an address, and waits for nothing.
    """
    if visitor.person is not None:
        return
    now = clock.now()
    with hub.reading() as session:
        is_rush = once.count_lately(session, now) >= RUSH
    require_person(hub.key, opened=typed["opened"], trap=typed["website"], now=now, is_rush=is_rush)
