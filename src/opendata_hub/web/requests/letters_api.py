"""Letters at the doors: the receipt for who holds the code, previews for officers."""

from typing import Annotated

from fastapi import APIRouter, Form, Header, Query, Request
from fastapi.responses import Response

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import Invalid, TrackingCodeNeeded, UnknownRequest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.flows.requests import follow
from opendata_hub.flows.requests.write_letter import receipt
from opendata_hub.web.correspondence.letters_api import PDF, pdf_answer
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import API, Door, needs
from opendata_hub.web.rendering import page
from opendata_hub.web.requests.requests_api import today_under
from opendata_hub.web.shapes import Problem

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["requests"],
    responses={status: {"model": Problem} for status in (401, 404, 422)},
)
page_router = APIRouter(route_class=Door, include_in_schema=False)


@router.get("/requests/{reference}/receipt.pdf", response_class=Response, responses=PDF)
@needs(Deed.FOLLOW_WITH_CODE)
def request_receipt(
    hub: HubDep,
    reference: str,
    x_tracking_code: Annotated[str, Header(description="The code of the receipt.")] = "",
    language: Annotated[str, Query(description="The request's own if empty.")] = "",
) -> Response:
    """The receipt of a request as PDF, for who holds its code. Nobody is named in it."""
    if language and language not in LANGUAGES:
        raise Invalid(f"language: {language[:20]!r} is not one of {', '.join(LANGUAGES)}")
    if not x_tracking_code.strip():
        raise TrackingCodeNeeded("Send the tracking code of the receipt: X-Tracking-Code: …")
    return _receipt(hub, reference, x_tracking_code, language)


@page_router.post("/{language}/requests/{reference}/receipt")
@needs(Deed.FOLLOW_WITH_CODE)
def receipt_of_page(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    reference: str,
    tracking_code: Annotated[str, Form()] = "",
) -> Response:
    """The same from a page: the code travels in a body, never in an address."""
    try:
        return _receipt(hub, reference, tracking_code, language)
    except UnknownRequest as problem:
        return page(
            request, "request_code.html", language,
            status=404, reference=reference, problem=problem.code,
        )  # fmt: skip


def _receipt(hub: Hub, reference: str, code: str, language: str) -> Response:
    with hub.reading() as session:
        asked = follow.find(session, reference, code)
        office = hub.office(session, asked)
    chosen = language or asked.question.language
    today = today_under(hub, office.law)
    pdf = receipt(asked, office, language=chosen, tracking_code=code, today=today)
    return pdf_answer(pdf, f"{asked.reference}-receipt-{chosen}")
