"""Letters at the doors: the receipt for who holds the code, previews for officers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Header, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from opendata_hub import clock
from opendata_hub.adapters.typeset.letters import MEDIA_TYPE
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import Invalid, TrackingCodeNeeded, UnknownRequest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.requests.info_request import InfoRequest
from opendata_hub.domain.requests.letter import Particulars, Sender
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.flows.requests import follow
from opendata_hub.flows.requests.announce import current
from opendata_hub.flows.requests.write_letter import Office, Wanted, find, preview, receipt
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, bearer, needs
from opendata_hub.web.rendering import page
from opendata_hub.web.requests.requests_api import today_under
from opendata_hub.web.shapes import Problem

PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {}}, "description": "PDF/A-2a and PDF/UA-1."}
}
router = APIRouter(
    route_class=Door,
    tags=["requests"],
    responses={status: {"model": Problem} for status in (401, 404, 422)},
)
officers_router = APIRouter(
    route_class=Door,
    tags=["requests"],
    dependencies=[Depends(bearer)],
    responses={status: {"model": Problem} for status in (401, 403, 404, 409, 413, 422)},
)
page_router = APIRouter(route_class=Door, include_in_schema=False)


class LetterIn(BaseModel):
    """Which letter to show, and what its writer says in it; codes are those of the law."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(description="For example refusal; docs/letters.md lists them.")
    language: str = Field(description="ar, fr or en.")
    officer: str = Field(default="", max_length=200, description="Who signs.")
    ground: str = ""
    exceptions: list[str] = Field(default=[], max_length=50)
    reasons: str = ""
    enclosed: str = Field(default="", description="What is handed over, and how.")
    where: str = Field(default="", description="Reference and place of what is published.")
    body: str = Field(default="", description="Who else may hold the information.")
    question: str = Field(default="", description="What is not clear in the request.")
    outcome: str = Field(default="", description="What was decided on a complaint.")

    def value(self) -> Wanted:
        """As the flow's value, not yet checked."""
        said = Particulars(
            ground=self.ground,
            exceptions=tuple(self.exceptions),
            reasons=self.reasons,
            enclosed=self.enclosed,
            where=self.where,
            body=self.body,
            question=self.question,
            outcome=self.outcome,
        )
        return Wanted(self.name, self.language, said)


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


@officers_router.post(
    "/requests/{reference}/letters/preview", response_class=Response, responses=PDF
)
@needs(Deed.HANDLE_REQUEST)
def preview_letter(hub: HubDep, visitor: VisitorDep, reference: str, body: LetterIn) -> Response:
    """A letter as it would go out today; nothing is kept, and who asked is not read."""
    with hub.reading() as session:
        asked = find(session, reference, by=visitor)
        office = office_for(hub, session, asked, officer=body.officer)
    today = today_under(hub, office.law)
    pdf = preview(asked, office, body.value(), today=today, now=clock.now())
    return _pdf(pdf, f"{asked.reference}-{body.name}-{body.language}")


def office_for(hub: Hub, session: Session, request: InfoRequest, *, officer: str = "") -> Office:
    """What the authority of the request writes with; raises UnknownLetter without any letters."""
    law, publisher = hub.law_named(request.law), hub.frame.site.publishers[request.authority]
    return Office(
        letters=hub.letters_under(law),
        law=law,
        calendar=current(session, hub.calendar_of(law), authority=request.authority),
        sender=Sender(publisher.name, officer, (publisher.email, publisher.homepage)),
        follow_at=f"{hub.frame.base_url}/{{language}}/requests",
        logo=hub.logo,
    )


def _receipt(hub: Hub, reference: str, code: str, language: str) -> Response:
    with hub.reading() as session:
        asked = follow.find(session, reference, code)
        office = office_for(hub, session, asked)
    chosen = language or asked.question.language
    today = today_under(hub, office.law)
    pdf = receipt(asked, office, language=chosen, tracking_code=code, today=today)
    return _pdf(pdf, f"{asked.reference}-receipt-{chosen}")


def _pdf(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)
