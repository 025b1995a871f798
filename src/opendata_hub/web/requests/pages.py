"""The citizens' door for readers: find a request, follow it with its code, count a deadline."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from opendata_hub.domain.errors import HubError, UnknownRequest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.web import negotiation
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.explain import explain
from opendata_hub.web.rendering import page
from opendata_hub.web.requests import calculator
from opendata_hub.web.requests.deadlines_api import declared
from opendata_hub.web.requests.own_acts import status_page

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)

Field = Annotated[str, Form()]


@router.api_route("/requests", methods=READ)
@needs(Deed.FOLLOW_WITH_CODE)
def find_without_language(request: Request) -> Response:
    """An address without a language leads to the one that has the reader's."""
    return negotiation.to_language(request, "requests")


@router.api_route("/requests/{rest}", methods=READ)
@needs(Deed.FOLLOW_WITH_CODE)
def without_language(request: Request, rest: str) -> Response:
    """An address without a language leads to the one that has the reader's."""
    return negotiation.to_language(request, f"requests/{rest}")


@router.api_route("/deadlines", methods=READ)
@needs(Deed.READ_PUBLISHED)
def calculator_without_language(request: Request) -> Response:
    """An address without a language leads to the one that has the reader's."""
    return negotiation.to_language(request, "deadlines")


@router.api_route("/{language}/deadlines", methods=READ)
@needs(Deed.READ_PUBLISHED)
def count_deadline(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    law: Annotated[str, Query()] = "",
    step: Annotated[str, Query()] = "",
    start: Annotated[str, Query(alias="from")] = "",
) -> Response:
    """The calculator: a law, a step, a day; the due day, with every day that was counted."""
    values = {"law": law or hub.frame.site.law, "step": step or "reply", "from": start}
    answer, problem = None, ""
    if start:
        try:
            case = calculator.parsed({**values, "lang": language})
            answer = calculator.calculate(case, declared(hub))
        except HubError as wrong:
            problem = str(wrong)
    chosen = hub.laws.get(values["law"], hub.laws[hub.frame.site.law])
    return page(
        request, "deadlines.html", language,
        status=422 if problem else 200, laws=hub.laws, law=chosen, values=values,
        term=answer.deadline if answer else None, problem=problem,
        sentences=explain(answer.deadline, chosen, language) if answer else (),
    )  # fmt: skip


@router.api_route("/{language}/requests", methods=READ)
@needs(Deed.FOLLOW_WITH_CODE)
def find(
    request: Request, hub: HubDep, language: PageLanguage, reference: Annotated[str, Query()] = ""
) -> Response:
    """Ask for the reference of a request, and lead there."""
    if named := "".join(c for c in reference.upper() if c.isalnum() or c == "-"):
        return RedirectResponse(f"/{language}/requests/{named[:40]}", 303)
    example = f"{hub.frame.site.reference_prefix}-2026-000001"
    return page(request, "request_find.html", language, example=example)


@router.api_route("/{language}/requests/{reference}", methods=READ)
@needs(Deed.FOLLOW_WITH_CODE)
def ask_code(request: Request, language: PageLanguage, reference: str) -> Response:
    """Ask for the tracking code: it travels in a body, never in an address."""
    return page(request, "request_code.html", language, reference=reference, problem="")


@router.post("/{language}/requests/{reference}")
@needs(Deed.FOLLOW_WITH_CODE)
def show(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    reference: str,
    tracking_code: Field = "",
) -> Response:
    """The state of the request, for who holds its code."""
    try:
        return status_page(request, hub, language, reference, tracking_code)
    except UnknownRequest as problem:
        return page(
            request, "request_code.html", language,
            status=404, reference=reference, problem=problem.code,
        )  # fmt: skip
