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
from opendata_hub.domain.people.session import WebSession
from opendata_hub.domain.protection.pace import Traffic
from opendata_hub.domain.secret import api_key_digest, session_key_digest
from opendata_hub.store.people import sessions, tokens
from opendata_hub.web.deps import served
from opendata_hub.web.passage.shown import ShownPages, is_from_stranger
from opendata_hub.web.passage.tally import ROUTE
from opendata_hub.web.protection.cookies import shown_key
from opendata_hub.web.protection.forms import MOST_FIELDS, require_form_token
from opendata_hub.web.protection.rates import Meter, traffic_of

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
DEED, TRAFFIC, FIELDS, SHOWN_FOR = "__deed__", "__traffic__", "__fields__", "__shown_for__"
API = "/api/v1"
"""Under which the routers of the API stand."""
bearer = HTTPBearer(auto_error=False, description="`opendata-hub token create NAME` makes one.")


def needs(
    deed: Deed,
    *,
    counted: Traffic | None = None,
    most_fields: int = MOST_FIELDS,
    shown_for: float = 0,
) -> Callable[[Endpoint], Endpoint]:
    """Declare what an endpoint lets do; stands below the decorator of its route.

    counted: as what its calls are counted, where deed and method do not say it.
    most_fields: of the form that a browser with a session may send.
    shown_for: seconds for which the page of one stranger may be shown to the next, while nothing
    is committed. Raises ValueError for any deed but to read what is published.
    """
    if shown_for and deed is not Deed.READ_PUBLISHED:
        raise ValueError(f"{deed} shows what is not for everybody")

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, DEED, deed)
        setattr(endpoint, TRAFFIC, counted)
        setattr(endpoint, FIELDS, most_fields)
        setattr(endpoint, SHOWN_FOR, shown_for)
        return endpoint

    return declare


Answers = dict[int | str, dict[str, Any]]
"""Statuses and what the OpenAPI document says of them."""
_TAG = {"ETag": {"description": "Of just these bytes.", "schema": {"type": "string"}}}
_DATE = {"Last-Modified": {"description": "Of what it tells.", "schema": {"type": "string"}}}
BY_TAG: Answers = {
    304: {"description": "The client holds just this (If-None-Match)", "headers": _TAG}
}
"""The answer to who holds it already; what it says of headers holds for the whole answer too."""
BY_TAG_OR_DATE: Answers = {
    304: {
        "description": "The client holds just this (If-None-Match, or If-Modified-Since)",
        "headers": {**_TAG, **_DATE},
    }
}


def gives(*media_types: str, **besides: str) -> Answers:
    """What the OpenAPI document says of a route whose answer is no JSON of a declared shape.

    besides: other statuses, as ``S303="To the page"``.
    """
    answers: Answers = {int(status[1:]): {"description": said} for status, said in besides.items()}
    return {200: {"content": {each: {} for each in media_types}}, **answers}


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
        counted: Traffic | None = getattr(self.endpoint, TRAFFIC)
        most_fields: int = getattr(self.endpoint, FIELDS)
        shown_for: float = getattr(self.endpoint, SHOWN_FOR)

        async def ask_first(request: Request) -> Response:
            setattr(request.state, ROUTE, self.path)
            _count(request, deed, counted)
            request.state.visitor, request.state.web_session = STRANGER, None
            if key := _shown(request):
                await run_in_threadpool(key, request)
            require(request.state.visitor, deed)
            await require_form_token(request, most_fields)
            if not shown_for or not is_from_stranger(request):
                return await handle(request)
            shown: ShownPages = request.app.state.shown_pages
            stamp = shown.stamp()
            if page := shown.find(stamp, request, seconds=shown_for):
                return page
            return shown.keep(stamp, request, await handle(request))

        return ask_first


def _count(request: Request, deed: Deed, counted: Traffic | None) -> None:
    """Raise TooOften for who comes too often; what the hub asks of itself is not counted."""
    if request.client is None:
        return
    traffic = counted or traffic_of(deed, request.method, request.url.path)
    if traffic:
        meter: Meter = request.app.state.meter
        meter.count(traffic, request.client.host, clock.ticks())


async def visitor_of(request: Request) -> Visitor:
    """Who stands at the door; a Door has asked."""
    visitor: Visitor = request.state.visitor
    return visitor


def web_session_of(request: Request) -> WebSession | None:
    """The session of the browser; None for a stranger, and for a program with its key."""
    found: WebSession | None = request.state.web_session
    return found


VisitorDep = Annotated[Visitor, Depends(visitor_of)]
WebSessionDep = Annotated[WebSession | None, Depends(web_session_of)]


def _shown(request: Request) -> Callable[[Request], None] | None:
    """Who looks at what is shown at the door: a program's key, or a browser's cookie."""
    if _token(request):
        return _ask_token
    return _ask_session if shown_key(request) else None


def _token(request: Request) -> str:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else ""


def _ask_token(request: Request) -> None:
    """Note who holds the token; raises TokenNeeded when it opens nothing now."""
    hub, digest, now = served(request), api_key_digest(_token(request)), clock.now()
    with hub.reading() as session:
        found = tokens.holder(session, digest, now, guarded=hub.guarded_roles)
    if found is None:
        raise TokenNeeded("This API token is not known here, has expired, or was revoked")
    token, request.state.visitor = found
    # A stranger never waits for a writer, and nobody makes us write at every call.
    if not token.last_used_at or token.last_used_at.date() < now.date():
        with hub.writing() as session:
            tokens.mark_used(session, digest, now)


def _ask_session(request: Request) -> None:
    """Note whose session it is; a cookie that opens nothing now is a stranger's."""
    hub, now = served(request), clock.now()
    digest = session_key_digest(shown_key(request))
    with hub.reading() as session:
        found = sessions.holder(session, digest, now, guarded=hub.guarded_roles)
    if found is None:
        return
    request.state.web_session, request.state.visitor = found
    if found[0].is_due_to_be_seen(now):
        with hub.writing() as session:
            sessions.mark_seen(session, found[0].id, now)
