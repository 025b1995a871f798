"""Mail servers on loopback: one that takes mail, and one that keeps a mailbox."""

import email
import email.policy
import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

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


USER, PASSWORD = "desk", "a word of nobody"


class Box:
    """A mailbox on a real IMAP server (pymap), and how mail comes into it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"imap://{USER}:{quote(PASSWORD)}@127.0.0.1:{port}/INBOX"

    @contextmanager
    def logged_in(self) -> Iterator[imaplib.IMAP4]:
        imap = imaplib.IMAP4("127.0.0.1", self.port)
        imap.login(USER, PASSWORD)
        imap.select("INBOX")
        yield imap
        imap.logout()

    def deliver(self, content, at=None, flags=None) -> None:
        """Let a mail come in, at that instant."""
        raw = content if isinstance(content, bytes) else content.as_bytes(policy=email.policy.SMTP)
        when = at and f'"{at:%d-%b-%Y %H:%M:%S} +0000"'
        with self.logged_in() as imap:
            assert imap.append("INBOX", flags, when, raw)[0] == "OK"

    def seen(self) -> list[bytes]:
        with self.logged_in() as imap:
            return imap.uid("SEARCH", "SEEN")[1][0].split()


@contextmanager
def imap_server() -> Iterator[Box]:
    """An IMAP server in a process of its own; its mail is gone with it."""
    port = free_port()
    program = Path(sys.executable).with_name("pymap")
    words = ["--no-tls", "--host", "127.0.0.1", "--port", str(port), "dict"]
    words += ["--demo-user", USER, "--demo-password", PASSWORD]
    child = subprocess.Popen(
        [program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield Box(port)
    finally:
        child.terminate()
        child.wait()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the IMAP server does not come up")
