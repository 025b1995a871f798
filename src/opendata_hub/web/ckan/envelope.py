"""What an action answers: CKAN's envelope, and our refusals in its words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from opendata_hub.domain.errors import (
    BadRowQuery,
    BadSearch,
    BadSolr,
    BadSql,
    Busy,
    Denied,
    Forbidden,
    HubError,
    Invalid,
    InvalidPackage,
    InvalidRecord,
    NotKnown,
    NotPublishable,
    Refused,
    SlugTaken,
    SlugWithdrawn,
    TooLarge,
    TooOften,
    Withdrawn,
)
from opendata_hub.flows.ckan.show import told
from opendata_hub.web.problems import ANSWER_HEADERS

MEDIA_TYPE = "application/json;charset=utf-8"
AUTHORIZATION, VALIDATION, NOT_FOUND, SEARCH = (
    "Authorization Error", "Validation Error", "Not Found Error", "Search Query Error",
)  # fmt: skip
UNAVAILABLE = "Service Unavailable"
_FIELD = re.compile(r"([a-z][\w.\[\]-]{0,60})(?: \(\w+\))?: (.+)", re.DOTALL)
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.]{0,99}")
CORS = {"Access-Control-Allow-Origin": "*"}


@dataclass(frozen=True, slots=True)
class Ready:
    """A result that is JSON already, in UTF-8."""

    body: bytes


def help_address(base_url: str, action: str) -> str:
    """Where an action is explained."""
    return f"{base_url}/api/3/action/help_show?name={action}"


def succeeded(request: Request, help_url: str, result: Any) -> Response:
    """The answer to an action that was done."""
    if isinstance(result, Ready):
        begun = told({"help": help_url, "success": True})
        return sent(request, b'%b, "result": %b}' % (begun[:-1], result.body))
    return written(request, {"help": help_url, "success": True, "result": result})


def refused(request: Request, help_url: str, problem: HubError) -> Response:
    """The answer to an action that was not."""
    status, error = error_of(problem)
    answer = written(request, {"help": help_url, "error": error, "success": False}, status)
    if isinstance(problem, TooOften):
        answer.headers["Retry-After"] = str(problem.seconds)
    if isinstance(problem, Busy):
        answer.headers.update(ANSWER_HEADERS[Busy.code])
    return answer


def bad_request(request: Request, why: str) -> Response:
    """The bare text that CKAN answers to what it can't read."""
    return written(request, f"Bad request - {why}", HTTPStatus.BAD_REQUEST)


def written(request: Request, said: Any, status: int = HTTPStatus.OK) -> Response:
    """What is said, as JSON."""
    return sent(request, told(said), status)


def sent(request: Request, body: bytes, status: int = HTTPStatus.OK) -> Response:
    """JSON, or a call of the function that a page of another site names (``callback``)."""
    media_type = MEDIA_TYPE
    name = request.query_params.get("callback", "")
    if request.method == "GET" and _CALLBACK.fullmatch(name):
        # The marks that end a line in a script and not in JSON.
        safe = body.replace(b"\xe2\x80\xa8", b"\\u2028").replace(b"\xe2\x80\xa9", b"\\u2029")
        body = b"/**/%b(%b);" % (name.encode("ascii"), safe)
        media_type = "application/javascript;charset=utf-8"
    response = Response(body, status, CORS)
    response.headers["Content-Type"] = media_type
    response.headers["Cache-Control"] = "no-cache"
    return response


TOLD: tuple[tuple[tuple[type[HubError], ...], int, str, str], ...] = (
    ((Denied, Forbidden, Withdrawn), 403, AUTHORIZATION, "Access denied: "),
    ((BadSolr, BadSearch), 400, SEARCH, "Search Query is invalid: "),
    ((TooOften,), 429, UNAVAILABLE, ""),
    ((TooLarge,), 413, VALIDATION, ""),
)
"""Refusals that are told in a message: status, kind, how the message begins."""


def error_of(problem: HubError) -> tuple[int, dict[str, Any]]:
    """Status and error of a refusal, as CKAN tells such a one."""
    if isinstance(problem, NotKnown):
        return 404, _told(NOT_FOUND, "Not found")
    for kinds, status, name, begun in TOLD:
        if isinstance(problem, kinds):
            return status, _told(name, f"{begun}{problem}")
    if isinstance(problem, Invalid | Refused):
        return 409, {**_faults(problem), "__type": VALIDATION}
    return 503, _told(UNAVAILABLE, str(problem))


def _told(kind: str, message: str) -> dict[str, Any]:
    return {"__type": kind, "message": message}


def _faults(problem: HubError) -> Mapping[str, Any]:
    """What is wrong, by the keys to mend."""
    if isinstance(problem, InvalidPackage):
        return problem.faults
    if isinstance(problem, InvalidRecord):
        said: dict[str, list[str]] = {}
        for field, texts in problem.faults:
            said.setdefault(field or "record", []).append(texts["en"])
        return said
    if isinstance(problem, BadRowQuery):
        return {problem.parameter: [str(problem)]}
    for kind, key, text in UNDER:
        if isinstance(problem, kind):
            return {key: [text or str(problem)]}
    found = _FIELD.fullmatch(str(problem))
    return {found[1]: [found[2]]} if found else {"message": [str(problem)]}


UNDER: tuple[tuple[type[HubError], str, str], ...] = (
    (SlugTaken, "name", "That URL is already in use."),
    (SlugWithdrawn, "name", ""),
    (NotPublishable, "upload", ""),
    (BadSql, "query", ""),
)
"""Refusals of one key, and CKAN's words where it has some."""
