"""What every answer carries, whatever it says."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No page holds code in itself; scripts, styles and pictures come from here, and nowhere else."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
YEAR_SECONDS = 31_536_000


def secure_headers(base_url: str) -> Mapping[str, str]:
    """The headers of every answer of a hub at that address.

    That only TLS is spoken is said where the public address says so. Not of subdomains: a
    commune's other sites are not ours.
    """
    if not base_url.startswith("https://"):
        return HEADERS
    return {**HEADERS, "Strict-Transport-Security": f"max-age={YEAR_SECONDS}"}


class SecureHeaders:
    """Adds the headers that every answer carries."""

    def __init__(self, app: ASGIApp, *, base_url: str) -> None:
        self.app = app
        self.headers = secure_headers(base_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; complete the head of the answer."""
        scope.setdefault("state", {})  # one for all, also where the gate goes on with a copy

        async def complete(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                is_somebodys = scope["state"].get("web_session") is not None
                if is_somebodys or "/requests" in scope["path"]:
                    # What only somebody with a code or a session may see is kept by no cache.
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self.app(scope, receive, complete if scope["type"] == "http" else send)
