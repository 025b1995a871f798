"""Servers on loopback that answer as a test wants, and remember what was asked."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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
