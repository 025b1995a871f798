"""``/api/3/action/NAME`` and ``/api/action/NAME``: one way in for every action of CKAN's."""

import json
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from opendata_hub import clock
from opendata_hub.domain.errors import HubError
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import STRANGER, Visitor
from opendata_hub.domain.people.rule import require
from opendata_hub.domain.secret import api_key_digest
from opendata_hub.store.engine import DatabaseBusy
from opendata_hub.store.people import tokens
from opendata_hub.web.ckan.actions import ACTIONS, Action
from opendata_hub.web.ckan.call import Call, is_sound
from opendata_hub.web.ckan.envelope import (
    CORS,
    bad_request,
    help_address,
    refused,
    succeeded,
    written,
)
from opendata_hub.web.deps import hub_of, served
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.problems import WRITERS_BUSY
from opendata_hub.web.protection.rates import Meter, traffic_of

MOST_FIELDS, MOST_FILES = 1000, 2
LONGEST_KEY = 200
METHODS = ["GET", "HEAD", "POST", "OPTIONS"]
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class ActionDoor(Door):
    """A door behind which each action asks the rule for itself, and refuses in CKAN's words.

    A browser's session opens nothing here: only a key does, which no page of another site can make
    a browser send. A key that opens nothing is passed over, as CKAN does.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself, which reads the body when it has asked."""

        async def handle(request: Request) -> Response:
            request.state.visitor, request.state.web_session = STRANGER, None
            answer: Response = await self.endpoint(request)
            return answer

        return handle


router = APIRouter(route_class=ActionDoor, include_in_schema=False)


@router.get("/api/3")
@router.get("/api/3/")
@needs(Deed.READ_PUBLISHED)
async def version(request: Request) -> Response:
    """The version of the API."""
    return written(request, {"version": 3})


@router.get("/api/util/status")
@needs(Deed.READ_PUBLISHED)
async def status(request: Request) -> Response:
    """What site this is, where older clients ask for it."""
    hub = await hub_of(request)
    return written(request, ACTIONS["status_show"].act(Call(hub, STRANGER, {})))


@router.api_route("/api/3/action/{name}", methods=METHODS)
@router.api_route("/api/action/{name}", methods=METHODS)
@needs(Deed.READ_PUBLISHED)
async def act(request: Request) -> Response:
    """Do an action."""
    name = str(request.path_params["name"])
    action = ACTIONS.get(name)
    if action is None:
        return bad_request(request, f"Action name not known: {name[:100]}")
    if request.method == "OPTIONS":
        return _allowed()
    help_url = help_address(served(request).frame.base_url, name)
    try:
        _count(request, action)
        if _key(request):
            request.state.visitor = await run_in_threadpool(_visitor, request)
        if action.writes and request.method != "POST":
            why = "JSON Error: Invalid request. Please use POST method for your request"
            return bad_request(request, why)
        require(request.state.visitor, action.deed)
        return await _done(request, action, help_url)
    except (HubError, DatabaseBusy) as problem:
        told = WRITERS_BUSY if isinstance(problem, DatabaseBusy) else problem
        return refused(request, help_url, told)
    except HTTPException as problem:
        if problem.status_code != HTTPStatus.BAD_REQUEST:
            raise
        return bad_request(request, f"JSON Error: {problem.detail}")


def _allowed() -> Response:
    """What a page of another site may ask: it may read."""
    methods = {"Access-Control-Allow-Methods": "GET, OPTIONS", "Allow": ", ".join(METHODS)}
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={**CORS, **methods})


async def _done(request: Request, action: Action, help_url: str) -> Response:
    """Read what is given, act, answer; files are there for as long as that takes."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and kind in FORMS:
        async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
            return await _acted(request, action, help_url, _gathered(form.multi_items()))
    given = _gathered(request.query_params.multi_items())
    if request.method == "POST":
        body = await request.body()
        if body.strip():
            given = _object_in(body)
    return await _acted(request, action, help_url, given)


async def _acted(
    request: Request, action: Action, help_url: str, given: Mapping[str, Any]
) -> Response:
    hub = await hub_of(request)
    files = {key: each for key, each in given.items() if isinstance(each, UploadFile)}
    said = {key: each for key, each in given.items() if key not in files}
    question = f"?{request.url.query}" if request.url.query else ""
    path = f"{request.url.path}{question}"
    call = Call(hub, request.state.visitor, said, files, path)

    def answered() -> Response:
        return succeeded(request, help_url, action.act(call))

    return await run_in_threadpool(answered)


def _gathered(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """Parameters by name; one that stands several times is a list. Raises HTTPException."""
    found: dict[str, Any] = {}
    for key, value in items:
        if key in found:
            before = found[key]
            found[key] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            found[key] = value
    _require_sound(found)
    return found


def _object_in(body: bytes) -> dict[str, Any]:
    """The object in a body of JSON; raises HTTPException, which says why there is none."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, "Error decoding JSON data.") from None
    if not isinstance(said, dict):
        shown = json.dumps(said, ensure_ascii=False)[:100]
        why = f"Request data JSON decoded to {shown} but it needs to be a dictionary."
        raise HTTPException(400, why)
    _require_sound(said)
    return said


def _require_sound(given: Mapping[str, Any]) -> None:
    if not is_sound(given):
        why = "A text has NUL or half of a pair of characters in it, or a number is not finite."
        raise HTTPException(400, why)


def _count(request: Request, action: Action) -> None:
    """Raise TooOften; to read by POST, as ckanapi does, is to read."""
    if request.client is None:
        return
    method = "POST" if action.writes else "GET"
    traffic = traffic_of(action.deed, method, request.url.path)
    if traffic:
        meter: Meter = request.app.state.meter
        meter.count(traffic, request.client.host, clock.ticks())


def _visitor(request: Request) -> Visitor:
    """Who acts: the holder of the key that is shown; a stranger where it opens nothing."""
    hub, digest, now = served(request), api_key_digest(_key(request)), clock.now()
    with hub.reading() as session:
        found = tokens.holder(session, digest, now, guarded=hub.guarded_roles)
    if found is None:
        return STRANGER
    token, visitor = found
    if not token.last_used_at or token.last_used_at.date() < now.date():
        with hub.writing() as session:
            tokens.mark_used(session, digest, now)
    return visitor


def _key(request: Request) -> str:
    """The key as CKAN's clients send it: bare, or as a bearer's, in either header."""
    for header in ("authorization", "x-ckan-api-key"):
        shown = request.headers.get(header, "").strip()
        if shown.lower().startswith("bearer "):
            shown = shown[7:].strip()
        if shown and len(shown) <= LONGEST_KEY:
            return shown
    return ""
