"""What is asked of every call before anybody looks at its address."""

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from opendata_hub.domain.errors import HubError
from opendata_hub.web import problems
from opendata_hub.web.protection.arrival import (
    Premises,
    arrived,
    require_own_host,
    require_small,
    require_text,
)
from opendata_hub.web.protection.crossing import require_same_site


class Gate:
    """Refuses what is too large, meant for another hub, or sent by another site's page."""

    def __init__(self, app: ASGIApp, *, premises: Premises) -> None:
        self.app = app
        self.premises = premises
        self.origin = premises.origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in, as it came to the outermost proxy of ours."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope = arrived(scope, self.premises)
        headers = Headers(scope=scope)
        try:
            require_small(headers)
            require_own_host(headers.get("host", ""), self.premises)
            require_same_site(scope["method"], headers, self.origin)
            require_text(scope)
        except HubError as problem:
            answer = problems.hub_error(Request(scope), problem)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)
