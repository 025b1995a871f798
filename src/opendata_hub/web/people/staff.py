"""Who works here: invited, given roles, closed, by who may."""

from collections.abc import Mapping
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.address import email_address, person_name
from opendata_hub.domain.errors import (
    Forbidden,
    HubError,
    Invalid,
    Refused,
    UnknownPerson,
    UnknownPublisher,
)
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.giving import GIVEN_BY, may_close, may_give
from opendata_hub.domain.people.roles import WHOLE_HUB, Grant, Role, Visitor
from opendata_hub.domain.people.rule import reach
from opendata_hub.flows.people import manage
from opendata_hub.flows.people.send_link import invite
from opendata_hub.store.people import accounts
from opendata_hub.web import negotiation
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.people.browser import READ, Field, form, send_after, spoken

AccountNumber = Annotated[int, Path(ge=1, le=2_147_483_647)]
router = APIRouter(route_class=Door, include_in_schema=False)
LONGEST_UNIT = 80
Act = TypeVar("Act")


@router.api_route("/people", methods=READ)
@needs(Deed.MANAGE_PEOPLE)
def without_language(request: Request) -> Response:
    """An address without a language leads to the one that has the reader's."""
    return negotiation.to_language(request, "people")


@router.api_route("/{language}/people", methods=READ)
@needs(Deed.MANAGE_PEOPLE)
def list_people(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    visitor: VisitorDep,
    q: Annotated[str, Query(max_length=300)] = "",
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> Response:
    """The accounts within reach, and a form that invites another person."""
    return _list_page(request, hub, language, visitor, q=q, after=after)


@router.post("/{language}/people")
@needs(Deed.MANAGE_PEOPLE)
def send_invitation(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    visitor: VisitorDep,
    email: Field = "",
    name: Field = "",
    role: Field = "",
    authority: Field = "",
    unit: Field = "",
    speaks: Field = "fr",
) -> Response:
    """Write to somebody who is to work here."""
    try:
        address, called = email_address(email), person_name(name)
        given = _grant(hub, role, authority, unit)
        _require_unit(hub, given)
        with hub.writing() as session:
            invite(
                session, address, [given],
                by=visitor, name=called, language=spoken(speaks), hub_key=hub.key,
                now=clock.now(),
            )  # fmt: skip
    except (Forbidden, Invalid, UnknownPublisher) as problem:
        return _list_page(request, hub, language, visitor, problem=problem, email=email, name=name)
    answer = form(request, "account_written.html", language, email=address)
    answer.background = send_after(hub)
    return answer


@router.api_route("/{language}/people/{number}", methods=READ)
@needs(Deed.MANAGE_PEOPLE)
def show_person(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    visitor: VisitorDep,
    number: AccountNumber,
) -> Response:
    """One account and its roles."""
    return _person_page(request, hub, language, visitor, number)


@router.post("/{language}/people/{number}/roles")
@needs(Deed.MANAGE_PEOPLE)
def change_roles(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    visitor: VisitorDep,
    number: AccountNumber,
    act: Field = "",
    role: Field = "",
    authority: Field = "",
    unit: Field = "",
) -> Response:
    """Give a role, or take it away."""
    try:
        named = _grant(hub, role, authority, unit)
        change = _chosen({"give": manage.give, "take": manage.take}, act)
        if act == "give":
            _require_unit(hub, named)
        with hub.writing() as session:
            change(
                session,
                manage.in_reach(session, number, by=visitor),
                named,
                by=visitor,
                now=clock.now(),
            )
    except (Forbidden, Invalid, Refused, UnknownPublisher) as problem:
        return _person_page(request, hub, language, visitor, number, problem=problem)
    return _back(hub, visitor, number, language)


@router.post("/{language}/people/{number}/state")
@needs(Deed.MANAGE_PEOPLE)
def change_state(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    visitor: VisitorDep,
    number: AccountNumber,
    act: Field = "",
) -> Response:
    """Close an account, open it again, or take a lost second factor off."""
    try:
        change = _chosen(
            {"close": manage.close, "reopen": manage.reopen, "unlock": manage.unlock}, act
        )
        with hub.writing() as session:
            account = manage.in_reach(session, number, by=visitor)
            change(session, account, by=visitor, now=clock.now())
    except (Forbidden, Invalid, Refused) as problem:
        return _person_page(request, hub, language, visitor, number, problem=problem)
    return _back(hub, visitor, number, language)


def _list_page(
    request: Request,
    hub: Hub,
    language: str,
    visitor: Visitor,
    *,
    q: str = "",
    after: int = 0,
    problem: HubError | None = None,
    email: str = "",
    name: str = "",
) -> Response:
    reached = reach(visitor, Deed.MANAGE_PEOPLE)
    with hub.reading() as session:
        found = accounts.listed(session, reached, begins=q.strip().casefold(), after=after)
    return form(
        request, "people.html", language,
        status=_status(problem), problem=problem.code if problem else "",
        people=found, q=q, more=found[-1].id if len(found) == accounts.PAGE else None,
        email=email, name=name, **_choices(hub, visitor),
    )  # fmt: skip


def _person_page(
    request: Request,
    hub: Hub,
    language: str,
    visitor: Visitor,
    number: int,
    *,
    problem: HubError | None = None,
) -> Response:
    with hub.reading() as session:
        account = manage.in_reach(session, number, by=visitor)
    return form(
        request, "person.html", language,
        status=_status(problem), problem=problem.code if problem else "", account=account,
        grants=[(each, may_give(visitor, each)) for each in sorted(account.grants, key=str)],
        may_close=may_close(visitor, account), is_self=account.id == visitor.person,
        **_choices(hub, visitor),
    )  # fmt: skip


def _status(problem: HubError | None) -> int:
    if problem is None:
        return 200
    return 403 if isinstance(problem, Forbidden) else 422


def _choices(hub: Hub, visitor: Visitor) -> dict[str, object]:
    """The roles and authorities to choose from: those that the visitor may give somewhere."""
    everywhere = [WHOLE_HUB, *hub.frame.site.publishers]
    may = [
        (role, authority)
        for role in GIVEN_BY
        for authority in everywhere
        if may_give(visitor, Grant(role, authority))
    ]
    return {
        "publishers": hub.frame.site.publishers,
        "roles": sorted({role for role, _ in may}),
        "authorities": [each for each in everywhere if any(each == there for _, there in may)],
    }


def _grant(hub: Hub, role: str, authority: str, unit: str) -> Grant:
    """The role that a form names; raises Invalid, UnknownPublisher."""
    if role not in set(Role):
        raise Invalid("Choose a role")
    if authority:
        hub.frame.site.publisher_named(authority)
    name = " ".join(unit.split())
    if len(name) > LONGEST_UNIT or (name and not (authority and role == Role.OFFICER)):
        raise Invalid("A unit is an officer's, of one authority, in at most 80 characters")
    return Grant(Role(role), authority, name)


def _require_unit(hub: Hub, given: Grant) -> None:
    """Raise Invalid for a unit that the authority has not; one that is gone can be taken away."""
    if given.unit:
        hub.authority(given.authority).require_unit(given.unit)


def _chosen(acts: Mapping[str, Act], act: str) -> Act:
    """What the button that was pressed stands for; raises Invalid."""
    if act in acts:
        return acts[act]
    raise Invalid("Press one of the buttons")


def _back(hub: Hub, visitor: Visitor, number: int, language: str) -> Response:
    """To the account, or to the list when it is out of reach now."""
    with hub.reading() as session:
        try:
            manage.in_reach(session, number, by=visitor)
        except UnknownPerson:
            return RedirectResponse(f"/{language}/people", 303)
    return RedirectResponse(f"/{language}/people/{number}", 303)
