"""Officers say which words of a subject the public reads."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.register.news import WITHHELD
from opendata_hub.flows.register.say_subject import read_subject, say_subject
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/{language}/desk/{reference}/subject", methods=READ)
@needs(Deed.HANDLE_REQUEST)
def read(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage, reference: str
) -> Response:
    """The requester's words, what the public reads, and a form to say it otherwise."""
    with hub.reading() as session:
        subject = read_subject(session, reference, by=visitor)
    return page(
        request, "register_subject.html", language,
        reference=reference.upper(), subject=subject, typed=subject.wording, problem=None,
        withheld=WITHHELD,
    )  # fmt: skip


@router.post("/{language}/desk/{reference}/subject")
@needs(Deed.HANDLE_REQUEST)
def say(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    shown: Annotated[str, Form(pattern="^(rule|wording|withheld)$")],
    wording: Annotated[str, Form()] = "",
) -> Response:
    """Keep what the form says; words that must not be shown are told, and still there."""
    try:
        with hub.writing() as session:
            say_subject(
                session, reference, wording=wording if shown == "wording" else None,
                is_withheld=shown == "withheld", by=visitor, now=clock.now(),
            )  # fmt: skip
    except Invalid as problem:
        with hub.reading() as session:
            subject = read_subject(session, reference, by=visitor)
        return page(
            request, "register_subject.html", language, status=422,
            reference=reference.upper(), subject=subject, typed=wording, problem=problem,
            withheld=WITHHELD,
        )  # fmt: skip
    return RedirectResponse(f"/{language}/desk/{reference}/subject", 303)
