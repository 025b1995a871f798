"""Every route says what it lets do; who may not do it is told so before the body is read."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool

from opendata_hub import clock
from opendata_hub.domain.errors import TokenNeeded
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import STRANGER, Visitor
from opendata_hub.domain.people.rule import require
from opendata_hub.domain.secret import api_key_digest
from opendata_hub.store.people import tokens

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
DEED = "__deed__"
bearer = HTTPBearer(auto_error=False, description="`opendata-hub token create NAME` makes one.")


def needs(deed: Deed) -> Callable[[Endpoint], Endpoint]:
    """Declare what an endpoint lets do; stands below the decorator of its route."""

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, DEED, deed)
        return endpoint

    return declare


class Door(APIRoute):
    """A route that asks the rule before it reads a byte of the body.

    FastAPI reads a form before it asks any dependency: a stranger could make us take 200 MB.
    Raises TypeError where an endpoint declares nothing, before the application can start.
    """

    @property
    def deed(self) -> Deed:
        """What the endpoint lets do."""
        deed: Deed | None = getattr(self.endpoint, DEED, None)
        if deed is None:
            raise TypeError(f"{self.path}: the endpoint does not say what it needs")
        return deed

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler behind the question who asks."""
        handle, deed = super().get_route_handler(), self.deed

        async def ask_first(request: Request) -> Response:
            visitor = STRANGER
            if _shows_something(request):
                visitor = await run_in_threadpool(_visitor, request)
            require(visitor, deed)
            request.state.visitor = visitor
            return await handle(request)

        return ask_first


async def visitor_of(request: Request) -> Visitor:
    """Who stands at the door; a Door has asked."""
    visitor: Visitor = request.state.visitor
    return visitor


VisitorDep = Annotated[Visitor, Depends(visitor_of)]


def _shows_something(request: Request) -> bool:
    return _key(request) != ""


def _key(request: Request) -> str:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def _visitor(request: Request) -> Visitor:
    """Who holds the key; raises TokenNeeded when it opens nothing now."""
    hub, digest, now = request.app.state.hub, api_key_digest(_key(request)), clock.now()
    with hub.reading() as session:
        found = tokens.holder(session, digest, now)
    if found is None:
        raise TokenNeeded("This API token is not known here, has expired, or was revoked")
    token, visitor = found
    # A stranger never waits for a writer, and nobody makes us write at every call.
    if not token.last_used_at or token.last_used_at.date() < now.date():
        with hub.writing() as session:
            tokens.mark_used(session, digest, now)
    return visitor
