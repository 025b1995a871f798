"""Servers on loopback that answer as a test wants, and remember what was asked."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2

Said = tuple[int, Mapping[str, str], bytes]


@dataclass
class Server:
    """Where it listens, and what was asked of it: method, path, headers."""

    port: int
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def lines(self) -> list[str]:
        return [f"{method} {path}" for method, path, _ in self.asked]


@contextmanager
def serving(answer: Callable[[str, str], Said]) -> Iterator[Server]:
    """A web server whose ``answer`` is given method and path."""
    known: list[Server] = []

    class Door(BaseHTTPRequestHandler):
        def _answer(self):
            known[0].asked.append((self.command, self.path, dict(self.headers)))
            status, headers, body = answer(self.command, self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = _answer  # noqa: N815  (the library's names)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        known.append(Server(server.server_address[1]))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield known[0]
        server.shutdown()
        thread.join()


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[Server]:
    """A port whose first visitor is talked to byte by byte."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def visit():
            try:
                visitor, _ = listener.accept()
                with visitor:
                    talk(visitor)
            except OSError:
                return

        thread = threading.Thread(target=visit, daemon=True)
        thread.start()
        yield Server(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def free_port() -> int:
    """A port on which nobody listens at this moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving_hub(home: Path, *, port: int = 0, **settings: str) -> Iterator[str]:
    """The address of a hub that is served from that home by a process of its own."""
    port = port or free_port()
    own = {f"OPENDATA_HUB_{name.upper()}": value for name, value in settings.items()}
    environment = {**os.environ, **own, "OPENDATA_HUB_HOME": str(home)}
    command = [sys.executable, "-m", "opendata_hub", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment) as server:
        try:
            yield _ready(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()
            server.wait(timeout=20)


def _ready(address: str, server: subprocess.Popen[bytes]) -> str:
    for _ in range(150):
        try:
            if httpx2.get(f"{address}/catalog.ttl").status_code == 200:
                return address
        except httpx2.TransportError:
            assert server.poll() is None, "the server has ended"
            time.sleep(0.1)
    raise AssertionError("the server did not answer within 15 seconds")
