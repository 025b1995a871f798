"""Counts every answer: by the template of its address, its status, and how long it took."""

import logging
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from opendata_hub import clock
from opendata_hub.adapters.metrics import figures

log = logging.getLogger(__name__)
ROUTE = "route_template"
"""Under which a door leaves its template in the state of a call."""
STATIC, UNKNOWN = "/static", "unknown"


class Tally:
    """Stands before everything else, so that what is refused is counted as well."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; count the answer when its last byte is given or it broke off."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})  # one for all, also where the gate goes on with a copy
        status, began = int(HTTPStatus.INTERNAL_SERVER_ERROR), clock.ticks()

        async def noted(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            method, route, seconds = scope["method"], _route(scope), clock.ticks() - began
            figures.answered(method, route, status, seconds)
            fields = {
                "method": method, "route": route, "status": status, "ms": round(seconds * 1000),
            }  # fmt: skip
            log.info("answered", extra={"fields": fields})


def _route(scope: Scope) -> str:
    """The template of the address; one word for all addresses that lead nowhere."""
    template: str | None = scope["state"].get(ROUTE)
    if template is None:
        return STATIC if scope["path"].startswith(f"{STATIC}/") else UNKNOWN
    return template
