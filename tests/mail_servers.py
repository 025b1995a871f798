"""Mail servers on loopback: one that takes mail, and one that keeps a mailbox."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


class Inbox:
    """Takes what comes, and keeps it in the order in which it came."""

    def __init__(self) -> None:
        self.taken = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@contextmanager
def smtp_server(inbox, port: int = 0) -> Iterator[str]:
    """A mail server on loopback; gives its address as a setting."""
    port = port or free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
