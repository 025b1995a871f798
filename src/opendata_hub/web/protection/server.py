"""The server in front of the application, when no other is chosen."""

import asyncio
import gc
import json
import sys
from http import HTTPStatus

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

LINGER_SECONDS = 2.0
ROUNDS = 10_000, 10, 10
"""New objects after which the youngest are looked through for garbage; rounds to the elder ones."""
CODES = {HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "headers-too-large"}


class Protocol(H11Protocol):
    """Refuses what is no HTTP by a problem document.

    uvicorn answers 400 in plain text and closes at once; whoever is still sending ten megabytes
    of cookies would see a broken connection in place of the reason.
    """

    is_refused = False

    def data_received(self, data: bytes) -> None:
        """What comes after a refusal is not even looked at."""
        if not self.is_refused:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Say why, and let the other side read it."""
        problem = sys.exception()
        hint = problem.error_status_hint if isinstance(problem, h11.ProtocolError) else 400
        status = HTTPStatus(hint)
        code = CODES.get(status, "broken-request")
        body = json.dumps(
            {
                "type": f"urn:opendata-hub:problem:{code}",
                "title": status.phrase,
                "status": status,
                "detail": msg,
                "code": code,
            }
        ).encode()
        head = [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
            ("Connection", "close"),
        ]
        self.is_refused = True
        for event in (
            h11.Response(status_code=status, headers=head, reason=status.phrase),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self.transport.close)


def run(app: ASGIApp, *, host: str, port: int) -> None:
    """Serve until told to stop.

    No access log: addresses may hold what only a requester should know. What proxies tell is read
    by the application, from those it is told to trust. What was read at the start lives as long as
    the process: the collector of garbage, which would stop all answers for a third of a second to
    look through it, is told to leave it alone, and with it the one in a hundred that is garbage.
    """
    gc.freeze()
    gc.set_threshold(*ROUNDS)
    uvicorn.run(
        app, host=host, port=port, http=Protocol, access_log=False, log_config=None,
        proxy_headers=False, server_header=False,
    )  # fmt: skip
