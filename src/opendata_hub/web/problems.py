"""Errors to HTTP: a status and an RFC 9457 problem document, or a page for those who read pages."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from opendata_hub.domain.errors import (
    BadPaging,
    BadQuery,
    BadRowQuery,
    BrokenRequest,
    BucketUnreachable,
    Busy,
    Denied,
    Forbidden,
    FormExpired,
    HeadersTooLarge,
    HubError,
    Invalid,
    InvalidRecord,
    NotFetched,
    NotKnown,
    NotPublishable,
    NotReleasable,
    QueryTooHeavy,
    Refused,
    ResultNotOffered,
    SearchUnavailable,
    SignInNeeded,
    TooLarge,
    TooOften,
    Withdrawn,
    WrongHost,
)
from opendata_hub.domain.people.session import WebSession
from opendata_hub.domain.protection.form_token import FIELD
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.store.engine import DatabaseBusy
from opendata_hub.web import negotiation
from opendata_hub.web.passage.methods import Methods
from opendata_hub.web.passage.trace import HEADER
from opendata_hub.web.people.browser import needs_second_factor
from opendata_hub.web.protection.headers import secure_headers
from opendata_hub.web.rendering import page

MEDIA_TYPE = "application/problem+json"
STATUSES: tuple[tuple[type[HubError], HTTPStatus], ...] = (
    (Denied, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (WrongHost, HTTPStatus.MISDIRECTED_REQUEST),
    (BrokenRequest, HTTPStatus.BAD_REQUEST),
    (HeadersTooLarge, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (TooOften, HTTPStatus.TOO_MANY_REQUESTS),
    (Withdrawn, HTTPStatus.GONE),
    (Busy, HTTPStatus.SERVICE_UNAVAILABLE),
    (BadPaging, HTTPStatus.BAD_REQUEST),
    (Refused, HTTPStatus.CONFLICT),
    (BadRowQuery, HTTPStatus.BAD_REQUEST),
    (QueryTooHeavy, HTTPStatus.SERVICE_UNAVAILABLE),
    (TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (BadQuery, HTTPStatus.BAD_REQUEST),
    (ResultNotOffered, HTTPStatus.NOT_ACCEPTABLE),
    (Invalid, HTTPStatus.UNPROCESSABLE_ENTITY),
    (SearchUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (BucketUnreachable, HTTPStatus.SERVICE_UNAVAILABLE),
    (NotFetched, HTTPStatus.BAD_GATEWAY),
    (HubError, HTTPStatus.INTERNAL_SERVER_ERROR),
)
HTTP_CODES = {
    400: "broken-request",
    404: "not-known",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
}
"""The codes of what HTTP itself refuses, before the hub sees it."""
ANSWER_HEADERS = {
    "sign-in-needed": {"WWW-Authenticate": "Bearer"},
    "token-needed": {"WWW-Authenticate": "Bearer"},
    "busy": {"Retry-After": "30"},
}
"""What some refusals carry besides."""
WRITERS_BUSY = Busy("Others are writing; come back in half a minute")
BROKEN_JSON, INTERNAL_ERROR = "broken-json", "internal-error"
NAMELESS_FILE, NAMELESS = "file-without-name", "send the file as a part with a filename"

SECRET_PATHS = ("/sign-in", "/sign-out", "/account", "/requests/")
"""Doors where passwords, codes and who asks are typed: nothing of it is shown again."""
SECRET_FIELDS = frozenset({"password", "new_password", "code", "tracking_code", FIELD})
MOST_SHOWN_AGAIN = 1000

log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Let the application answer every error by a problem document or a page."""
    app.add_exception_handler(HubError, hub_error)
    app.add_exception_handler(DatabaseBusy, _busy)
    app.add_exception_handler(SignInNeeded, _shut_out)
    app.add_exception_handler(FormExpired, _shut_out)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def status_of(problem: HubError, method: str) -> HTTPStatus:
    """What is not known is a wrong address when it is read or deleted, a wrong value when sent."""
    if isinstance(problem, NotKnown):
        is_address = method in {"GET", "HEAD", "DELETE", "PATCH"}
        return HTTPStatus.NOT_FOUND if is_address else HTTPStatus.UNPROCESSABLE_ENTITY
    return next(status for kind, status in STATUSES if isinstance(problem, kind))


def respond(
    request: Request, status: int, code: str, detail: str, extra: dict[str, Any] | None = None
) -> Response:
    """The answer to an error, for a program or for a reader of a page."""
    if language := _reader_language(request):
        return page(
            request, "error.html", language,
            status=status, code=code, detail=detail, next=_way_back(request),
            is_shut=code == Forbidden.code and _is_half_proved(request),
        )  # fmt: skip
    headers = ANSWER_HEADERS.get(code)
    title = HTTPStatus(status).phrase
    document = {
        "type": f"urn:opendata-hub:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **(extra or {}),
    }
    return JSONResponse(document, status, headers, MEDIA_TYPE)


def _reader_language(request: Request) -> str | None:
    """The language of a page to answer with; None for a program."""
    first = request.url.path.split("/")[1]
    if first in LANGUAGES:
        return first
    reads_pages = "text/html" in request.headers.get("accept", "") and first != "api"
    return negotiation.language(request) if reads_pages else None


def _way_back(request: Request) -> str:
    """Where to go on after signing in: what was to be read; nothing is sent twice."""
    if request.method != "GET":
        return ""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _is_half_proved(request: Request) -> bool:
    """Whether a second factor would open roles that are shut."""
    session: WebSession | None = getattr(request.state, "web_session", None)
    if session is None:
        return False
    return needs_second_factor(request.app.state.hub, session.person, session.proof)


def hub_error(request: Request, problem: Exception) -> Response:
    """The answer to an error of ours; raises every other again."""
    if not isinstance(problem, HubError):
        raise problem
    status = status_of(problem, request.method)
    answer = respond(request, status, problem.code, str(problem), _extra(problem))
    if isinstance(problem, TooOften):
        answer.headers["Retry-After"] = str(problem.seconds)
    return answer


async def _shut_out(request: Request, problem: Exception) -> Response:
    """The answer to a form of somebody whose session is over: with all that was typed in it.

    What a form says is held by the page that comes back, not by the hub: it is sent again after
    signing in. Other sites can't make a browser send one (``crossing``), so nothing foreign is
    offered to be sent again.
    """
    if not isinstance(problem, HubError):
        raise problem
    language, typed = _reader_language(request), await _typed(request)
    if language is None or not typed:
        return await run_in_threadpool(hub_error, request, problem)
    answer = page(
        request, "send_again.html", language,
        status=status_of(problem, request.method), typed=typed, code=problem.code,
        address=request.url.path,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _typed(request: Request) -> list[tuple[str, str]]:
    """The fields of a form that may be shown again; files, and what is secret, are not."""
    kind = request.headers.get("content-type", "").lower()
    if request.method != "POST" or not kind.startswith("application/x-www-form-urlencoded"):
        return []
    if any(part in request.url.path for part in SECRET_PATHS):
        return []
    form = await request.form(max_fields=MOST_SHOWN_AGAIN)
    return [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name not in SECRET_FIELDS
    ]


def _extra(problem: HubError) -> dict[str, Any]:
    """What the document of an error says beside, for programs."""
    match problem:
        case NotPublishable():
            return {"submission": problem.submission_id}
        case NotReleasable():
            return {"findings": list(problem.findings)}
        case InvalidRecord():
            faults = [{"field": f, "reason": dict(said)} for f, said in problem.faults]
            return {"errors": faults}
        case BadRowQuery():
            return {"parameter": problem.parameter}
    return {}


def _faults(told: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """By field, the first reason why it is refused.

    A parameter of an address is one word: what follows it says only which of several forms it
    could have had was tried.
    """
    found: dict[str, str] = {}
    for error in told:
        place, *path = error["loc"]
        field = ".".join(map(str, path if place == "body" else path[:1])) or "body"
        # Starlette reads a part without a name as text.
        is_nameless = "Expected UploadFile" in error["msg"]
        found.setdefault(field, NAMELESS if is_nameless else error["msg"])
    return found


def _validation_error(request: Request, problem: Exception) -> Response:
    """Name the fields and the reasons, never the values: they may be somebody's address."""
    if not isinstance(problem, RequestValidationError):
        raise problem
    told = problem.errors()
    if any(error["type"] == "json_invalid" for error in told):
        return respond(request, 400, BROKEN_JSON, "The body is not JSON")
    errors = [{"field": field, "reason": said} for field, said in _faults(told).items()]
    if {error["reason"] for error in errors} == {NAMELESS}:
        return respond(request, 422, NAMELESS_FILE, f"{errors[0]['field']}: {NAMELESS}")
    detail = "; ".join(f"{error['field']}: {error['reason']}" for error in errors[:10])
    return respond(request, 422, Invalid.code, detail, {"errors": errors})


def _http_error(request: Request, problem: Exception) -> Response:
    if not isinstance(problem, HTTPException):
        raise problem
    code = HTTP_CODES.get(problem.status_code, "refused")
    answer = respond(request, problem.status_code, code, str(problem.detail))
    answer.headers.update(problem.headers or {})
    if problem.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        methods: Methods = request.app.state.methods
        answer.headers["Allow"] = methods.at(request.url.path)
    return answer


def _busy(request: Request, _: Exception) -> Response:
    return hub_error(request, WRITERS_BUSY)


def _unexpected(request: Request, problem: Exception) -> Response:
    # Starlette answers this one outside our own middleware.
    number = request.state.request_id
    log.error("unexpected error", exc_info=problem, extra={"fields": {"request": number}})
    answer = respond(request, 500, INTERNAL_ERROR, "Something broke on our side; it has been noted")
    answer.headers.update(secure_headers(request.app.state.hub.frame.base_url))
    answer.headers[HEADER] = number
    return answer
