"""The number of a call: in every line that is logged while it is answered, and in the answer.

It is made here, never taken over: what a caller sends is no number but words.
"""

import secrets
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = "X-Request-ID"
DIGITS = 16
_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The number of the call that is being answered here; empty where none is."""
    return _current.get()


class Trace:
    """Stands before everything else, so that what is refused has a number as well."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; write the number into the head of the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        number = secrets.token_hex(DIGITS // 2)
        scope.setdefault("state", {})["request_id"] = number

        async def numbered(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = number
            await send(message)

        before = _current.set(number)
        try:
            await self.app(scope, receive, numbered)
        finally:
            _current.reset(before)
