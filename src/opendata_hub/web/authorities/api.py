"""Authorities for programs: who publishes and answers here; an administrator adds one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.flows.authorities.create import create
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, VisitorDep, bearer, needs
from opendata_hub.web.shapes import AuthorityIn, AuthorityListOut, AuthorityOut, Problem

MOST = 1_000

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["authorities"],
    responses={404: {"model": Problem}},
)
administrators_router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["authorities"],
    dependencies=[Depends(bearer)],
    responses={status: {"model": Problem} for status in (401, 403, 409, 422)},
)


@router.get("/authorities")
@needs(Deed.READ_PUBLISHED)
def list_authorities(
    hub: HubDep,
    parent: Annotated[str, Query(description="Those that belong to this one.")] = "",
    after: Annotated[str, Query(description="The last id of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> AuthorityListOut:
    """The authorities by id, page by page; closed ones are among them, and say so."""
    everyone = hub.frame.site.publishers
    found = sorted(name for name, each in everyone.items() if not parent or each.parent == parent)
    ahead = [name for name in found if name > after]
    return AuthorityListOut(
        total=len(found),
        results=[_shown(hub, name) for name in ahead[:limit]],
        following=ahead[limit - 1] if len(ahead) > limit else None,
    )


@router.get("/authorities/{authority}")
@needs(Deed.READ_PUBLISHED)
def read_authority(hub: HubDep, authority: str) -> AuthorityOut:
    """One authority."""
    return _shown(hub, hub.authority(authority).id)


@administrators_router.post("/authorities", status_code=201)
@needs(Deed.MANAGE_AUTHORITY)
def add_authority(hub: HubDep, visitor: VisitorDep, body: AuthorityIn) -> AuthorityOut:
    """Add an authority; every door knows it at the next request."""
    _add(hub, visitor, body)
    return _shown(hub.current(), body.id)


def _add(hub: Hub, visitor: Visitor, body: AuthorityIn) -> None:
    wanted = body.value(law=hub.frame.site.law)
    with hub.writing() as session:
        faults = create(session, hub.frame, hub.request_laws, [wanted], by=visitor, now=clock.now())
    if faults:
        raise faults[0].problem


def _shown(hub: Hub, name: str) -> AuthorityOut:
    return AuthorityOut.of(hub.frame.site.publishers[name], hub.frame.base_url)
