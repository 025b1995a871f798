"""A served hub on loopback, met with bytes that no browser sends."""

import json
import socket
import threading

import pytest
import uvicorn

from opendata_hub.web.app import create_app
from opendata_hub.web.protection import server

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def port(hub, monkeypatch):
    """Where the hub listens, as ``serve`` starts it."""
    started = threading.Event()
    running: list[uvicorn.Server] = []

    def run(app, **options):
        listening = uvicorn.Server(uvicorn.Config(app, lifespan="off", **options))
        listening.install_signal_handlers = lambda: None
        running.append(listening)
        started.set()
        listening.run()

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    monkeypatch.setattr(uvicorn, "run", run)
    options = {"host": "127.0.0.1", "port": number}
    thread = threading.Thread(target=server.run, args=(create_app(hub),), kwargs=options)
    thread.start()
    started.wait(10)
    while not running[0].started:
        assert thread.is_alive()
    yield number
    running[0].should_exit = True
    thread.join(10)


def answer_to(port, *parts):
    """Status and document of the answer to raw bytes, however long they are."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        for part in parts:
            line.sendall(part)
        said = b""
        while block := line.recv(65_536):
            said += block
    head, _, body = said.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


START = b"GET /api/v1/none HTTP/1.1\r\nConnection: close\r\n"


def test_the_server_answers_who_calls_it_by_its_name(port):
    asked = START + b"Host: 127.0.0.1\r\n\r\n"
    assert answer_to(port, asked)[0] == 404


@pytest.mark.parametrize("size_bytes", [20_000, 100_000, 10_000_000])
def test_megabytes_of_cookies_are_refused_by_name(port, size_bytes, caplog):
    cookies = (b"x" * 1000 for _ in range(size_bytes // 1000))
    sent = (START, b"Host: 127.0.0.1\r\nCookie: odh=SECRET", *cookies, b"\r\n\r\n")
    status, document = answer_to(port, *sent)
    assert (status, document["code"]) == (431, "headers-too-large")
    assert not any(record.exc_info or "SECRET" in record.getMessage() for record in caplog.records)


def test_thousands_of_headers_are_refused_by_name(port):
    headers = b"".join(b"X-%d: x\r\n" % number for number in range(1000))
    status, document = answer_to(port, START, b"Host: 127.0.0.1\r\n", headers, b"\r\n")
    assert (status, document["code"]) == (431, "headers-too-large")


@pytest.mark.parametrize(
    "sent",
    [
        b"no HTTP at all\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_by_name(port, sent):
    status, document = answer_to(port, sent)
    assert (status, document["code"]) == (400, "broken-request")


def test_a_forged_proxy_on_loopback_is_not_believed(port):
    """uvicorn itself would believe whoever calls from 127.0.0.1."""
    asked = START + b"Host: 127.0.0.1\r\nX-Forwarded-Host: evil.example\r\n\r\n"
    assert answer_to(port, asked)[0] == 404
