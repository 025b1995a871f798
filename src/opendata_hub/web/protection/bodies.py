"""How much a body may hold."""

import re
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

UPLOAD_PATHS = frozenset(
    {
        "/api/v1/datasets",
        "/api/v1/submissions",
        "/api/v1/repairs",
        "/api/v1/repairs/copy",
        *(
            f"/api/{version}action/{action}"
            for version in ("3/", "")
            for action in ("resource_create", "resource_update", "resource_patch")
        ),
    }
)

UPLOAD_PATTERNS = (
    re.compile(r"/[a-z]{2}/old-registers"),
    re.compile(r"/api/v1/desk/requests/[^/]+/files"),
    re.compile(r"/(?:ar|fr|en)/desk/[^/]+/files"),
    re.compile(r"/(?:ar|fr|en)/my-data(?:/\d+/file)?"),
)
"""Doors of officers and stewards that take a file; what it belongs to stands in the address."""


PIECE_LIMIT_BYTES = 1_048_576
"""Of a piece of a file; it is held in memory."""
_PIECE = re.compile(r"/api/v1/uploads/[^/]+")


def is_upload(path: str) -> bool:
    """Whether a large file may come in at that door."""
    return path in UPLOAD_PATHS or any(each.fullmatch(path) for each in UPLOAD_PATTERNS)


FILING_LIMIT_BYTES = 60_000_000
"""Of a request with its files: two of the largest that are taken, or ten smaller ones."""


def takes_files(path: str) -> bool:
    """Whether requests are filed there: strangers may add files to them, as the law's form does."""
    is_form = path.endswith(("/requests/new", "/requests/before")) or "/counter/" in path
    return is_form or path == "/api/v1/requests/with-files"


class BodyLimit:
    """Refuses a body that is announced, or turns out, to be larger than its door takes.

    FastAPI's own limit answers in plain text; ours answers as every other error does.
    """

    def __init__(self, app: ASGIApp, *, limit_bytes: int, upload_limit_bytes: int) -> None:
        self.app = app
        self.limit_bytes = limit_bytes
        self.upload_limit_bytes = upload_limit_bytes

    def _limit_at(self, path: str) -> int:
        if is_upload(path):
            return self.upload_limit_bytes
        if _PIECE.fullmatch(path):
            return PIECE_LIMIT_BYTES
        return FILING_LIMIT_BYTES if takes_files(path) else self.limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; count what comes in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit_at(scope["path"])
        announced = Headers(scope=scope).get("content-length", "")
        is_too_large = announced.isdecimal() and int(announced) > limit
        received, has_answered = 0, False

        async def noted(message: MutableMapping[str, Any]) -> None:
            nonlocal has_answered
            has_answered = True
            await send(message)

        async def counted() -> MutableMapping[str, Any]:
            nonlocal received
            message = {} if is_too_large and not has_answered else await receive()
            received += len(message.get("body", b""))
            if (is_too_large or received > limit) and not has_answered:
                raise HTTPException(413, f"The body is larger than {limit:,} bytes")
            return message

        await self.app(scope, counted, noted)
