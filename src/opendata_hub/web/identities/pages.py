"""Who asked, on pages: read by officers, handed out to themselves, erased."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import HubError, IdentityErased, UnknownRequest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import reach
from opendata_hub.flows.identities import erase as erasing
from opendata_hub.flows.identities.hand_out import OwnData, hand_out
from opendata_hub.flows.requests import follow
from opendata_hub.flows.requests.read_identity import read_identity
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.rendering import page

router = APIRouter(route_class=Door, include_in_schema=False)
Typed = Annotated[str, Form()]


@router.post("/{language}/desk/{reference}/requester")
@needs(Deed.READ_IDENTITY)
def read(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage, reference: str
) -> Response:
    """Who asked. It is a form that is sent: nobody reads it by the way, and it is written down."""
    return _identity_page(request, hub, visitor, language, reference)


@router.post("/{language}/desk/{reference}/erase")
@needs(Deed.ERASE_IDENTITY)
def erase(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    reason: Typed = "",
) -> Response:
    """Erase who asked, as they want it; on a fault show the form again."""
    try:
        erase_wanted(hub, visitor, reference, reason)
    except HubError as problem:
        if isinstance(problem, UnknownRequest):
            raise
        return _identity_page(request, hub, visitor, language, reference, problem, reason)
    return RedirectResponse(f"/{language}/desk/{reference}", 303)


@router.post("/{language}/requests/{reference}/data")
@needs(Deed.FOLLOW_WITH_CODE)
def own(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    tracking_code: Typed = "",
    form: Typed = "",
) -> Response:
    """What is kept of who holds the code: as a page, or as a file for their programs."""
    try:
        found = own_data(hub, visitor, reference, tracking_code)
    except UnknownRequest as problem:
        return page(
            request, "request_code.html", language,
            status=404, reference=reference, problem=problem.code,
        )  # fmt: skip
    if form == "json":
        return as_file(found)
    answer = page(
        request, "request_data.html", language,
        own=found, tracking_code=tracking_code,
        authority=hub.frame.site.publishers[found.request.authority],
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def erase_wanted(hub: Hub, visitor: Visitor, reference: str, reason: str) -> None:
    """Erase who filed a request; raises what ``flows.identities.erase`` does."""
    with hub.writing() as session:
        done = erasing.erase(session, reference, reason, by=visitor, now=clock.now())
    hub.forget_files(done.files, mails=done.mails)


def own_data(hub: Hub, visitor: Visitor, reference: str, code: str) -> OwnData:
    """What is kept of who holds the code; raises UnknownRequest."""
    with hub.writing() as session:
        found = follow.find(session, reference, code)
        return hand_out(session, found, by=visitor.person, now=clock.now())


def as_file(found: OwnData) -> Response:
    """The same as a file of JSON that no cache keeps."""
    name = f"{found.request.reference}-data.json"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store",
    }  # fmt: skip
    return JSONResponse(dict(found.told()), headers=headers)


def _identity_page(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    reference: str,
    problem: HubError | None = None,
    reason: str = "",
) -> Response:
    person = None
    try:
        with hub.writing() as session:
            person = read_identity(session, reference, by=visitor, now=clock.now())
    except IdentityErased:
        pass
    answer = page(
        request, "identity.html", language,
        status=409 if problem else 200, reference=reference.strip().upper(), person=person,
        problem=problem, reason=reason, may_erase=bool(reach(visitor, Deed.ERASE_IDENTITY)),
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer
