"""Requests are given to a unit or an officer: for programs, from a case, many from the queue."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, reach
from opendata_hub.domain.requests.assignment import MOST_AT_ONCE, Assignment
from opendata_hub.flows.requests.assign import assign
from opendata_hub.store.requests.assignments import Assigned
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import API, Door, VisitorDep, bearer, needs
from opendata_hub.web.shapes import Day, Problem

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["desk"],
    dependencies=[Depends(bearer)],
    responses={status: {"model": Problem} for status in (401, 403, 404, 409, 422)},
)
page_router = APIRouter(route_class=Door, include_in_schema=False)


class AssignmentIn(BaseModel):
    """Who is to work on these requests, and until when; all of them, or none."""

    model_config = ConfigDict(extra="forbid")

    references: list[str] = Field(min_length=1, max_length=MOST_AT_ONCE)
    unit: str = Field(default="", max_length=100, description="Of the authority's desk.")
    officer: int | None = Field(default=None, description="The account of one of its officers.")
    answer_by: Day | None = Field(default=None, description="The body's own day; never after due.")


class AssignedOut(BaseModel):
    """The requests that were given to other hands."""

    references: list[str]
    unit: str
    officer: int | None
    answer_by: date | None


@router.post("/desk/assignments", status_code=201)
@needs(Deed.HANDLE_REQUEST)
def assign_many(hub: HubDep, visitor: VisitorDep, body: AssignmentIn) -> AssignedOut:
    """Give requests to a unit or an officer of it, at most a hundred at once."""
    wanted = Assignment(body.unit, body.officer, body.answer_by)
    done = assigned(hub, visitor, body.references, wanted)
    return AssignedOut(
        references=[each.reference for each in done],
        unit=body.unit, officer=body.officer, answer_by=body.answer_by,
    )  # fmt: skip


@page_router.post("/{language}/desk/assign")
@needs(Deed.HANDLE_REQUEST)
def assign_from_page(
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    references: Annotated[list[str] | None, Form()] = None,
    unit: Annotated[str, Form()] = "",
    officer: Annotated[str, Form()] = "",
    answer_by: Annotated[str, Form()] = "",
) -> Response:
    """The same from the queue or from a case; back to where it was done, if it is still theirs."""
    wanted = _wanted(unit, officer, answer_by)
    done = assigned(hub, visitor, references or [], wanted)
    within = reach(visitor, Deed.READ_REQUEST)
    is_one = len(done) == 1 and within.covers(Place(done[0].authority, wanted.unit))
    place = f"/{language}/desk/{done[0].reference}" if is_one else f"/{language}/desk"
    return RedirectResponse(place, 303)


def assigned(
    hub: Hub, visitor: Visitor, references: list[str], wanted: Assignment
) -> list[Assigned]:
    """The requests that were given, as they were before."""
    with hub.writing() as session:
        return assign(
            session, references, wanted,
            authority_of=hub.authority, by=visitor,
            today=clock.today(hub.timezone), now=clock.now(),
        )  # fmt: skip


def _wanted(unit: str, officer: str, answer_by: str) -> Assignment:
    try:
        return Assignment(
            unit.strip(),
            int(officer) if officer.strip() else None,
            date.fromisoformat(answer_by) if answer_by.strip() else None,
        )
    except ValueError:
        raise Invalid(
            "officer, answer_by: an account of the list, a day such as 2026-11-30"
        ) from None
