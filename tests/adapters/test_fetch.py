"""The way out leads to the public internet only, and never for longer or for more than allowed."""

import gzip
import socket
import time
from dataclasses import replace

import pytest
from urllib3.util import connection

from loopback import serving, talking
from opendata_hub.adapters.fetch import Fetcher, Limits
from opendata_hub.domain.errors import (
    AddressRefused,
    AnswerBroken,
    AnswerTooLarge,
    AnswerTooLate,
    NotFetched,
    TooManyRedirects,
    Unreachable,
)

pytestmark = pytest.mark.enable_socket


def fetcher(*servers, **limits):
    return Fetcher(Limits(**limits), frozenset(server.port for server in servers))


@pytest.fixture
def web():
    """A small site: a file, redirects, a bomb."""
    pages = {
        "/file": (200, {"Content-Type": "text/csv", "Set-Cookie": "a=b"}, b"a,b\n1,2\n"),
        "/moved": (302, {"Location": "/file", "Set-Cookie": "who=you"}, b"x" * 10_000),
        "/loop": (301, {"Location": "/loop"}, b""),
        "/packed": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"packed")),
        "/bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"\0" * 5_000_000)),
        "/cut": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"packed" * 99)[:-12]),
        "/brotli": (200, {"Content-Encoding": "br"}, b"???"),
        "/short": (200, {"Content-Length": "100"}, b"too short"),
        "/large": (200, {}, b"x" * 2_000_000),
        "/to-metadata": (302, {"Location": "http://169.254.169.254/latest/"}, b""),
        "/to-file": (302, {"Location": "file:///etc/passwd"}, b""),
        "/to-neighbour": (302, {"Location": "http://127.0.0.1:6379/"}, b""),
        "/to-arabic": (302, {"Location": "/ملف".encode().decode("latin-1")}, b""),
        "/%D9%85%D9%84%D9%81": (200, {}, b"arabic"),
    }
    with serving(lambda _, path: pages.get(path, (404, {}, b""))) as server:
        yield server


def test_a_page_is_read_whole(web):
    answer = fetcher(web).get(web.url("/file"), accept="text/csv")
    assert (answer.status, answer.body, answer.hops) == (200, b"a,b\n1,2\n", ())
    assert answer.headers["content-type"] == "text/csv"


def test_what_is_not_there_is_an_answer_too(web):
    assert fetcher(web).get(web.url("/nothing")).status == 404


def test_only_what_must_be_is_sent(web):
    fetcher(web).get(web.url("/moved"))
    _, _, headers = web.asked[-1]
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert headers["User-Agent"].startswith("opendata-hub/")
    assert headers["Host"] == f"127.0.0.1:{web.port}"


def test_a_machine_s_own_keys_and_proxies_are_not_used(web, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    assert fetcher(web).get(web.url("/file")).status == 200
    assert "Authorization" not in web.asked[-1][2]


def test_redirects_are_followed_and_told(web):
    answer = fetcher(web).get(web.url("/moved"))
    assert (answer.url, answer.hops) == (web.url("/file"), (web.url("/moved"),))
    assert "Cookie" not in web.asked[-1][2]


def test_a_redirect_in_arabic_letters_is_followed(web):
    assert fetcher(web).get(web.url("/to-arabic")).body == b"arabic"


@pytest.mark.parametrize("path", ["/to-metadata", "/to-file", "/to-neighbour"])
def test_each_hop_is_checked_as_the_first(web, path):
    with pytest.raises(AddressRefused):
        fetcher(web).get(web.url(path))


def test_redirects_have_an_end(web):
    with pytest.raises(TooManyRedirects):
        fetcher(web, redirects=3).get(web.url("/loop"))
    assert len(web.asked) == 4


def test_a_head_and_a_peek_read_no_body(web):
    assert fetcher(web).head(web.url("/large")).body == b""
    assert fetcher(web, size_bytes=10).peek(web.url("/large")).status == 200
    assert [(method, headers.get("Range")) for method, _, headers in web.asked] == [
        ("HEAD", None), ("GET", "bytes=0-0"),
    ]  # fmt: skip


def test_what_is_packed_is_unpacked(web):
    assert fetcher(web).get(web.url("/packed")).body == b"packed"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/large", AnswerTooLarge),
        ("/bomb", AnswerTooLarge),
        ("/cut", AnswerBroken),
        ("/brotli", AnswerBroken),
        ("/short", AnswerBroken),
    ],
)
def test_what_is_too_large_or_broken_is_refused(web, path, error):
    with pytest.raises(error):
        fetcher(web, size_bytes=1_000_000, silence_seconds=2).get(web.url(path))


def drip(text):
    """Say one byte every tenth of a second."""

    def talk(visitor):
        for byte in text:
            visitor.sendall(bytes([byte]))
            time.sleep(0.1)

    return talk


def hold(visitor):
    """Say nothing until the visitor goes."""
    while visitor.recv(1000):
        pass


@pytest.mark.parametrize(
    ("talk", "scheme"),
    [
        (drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200), "http"),
        (drip(b"HTTP/1.1 200 OK\r\n\r\n" + b"y" * 200), "http"),
        (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b"y" * 200), "http"),
        (hold, "http"),
        (hold, "https"),
    ],
)
def test_time_is_over_for_the_whole_and_not_for_each_byte(talk, scheme):
    with talking(talk) as server:
        began = time.monotonic()
        with pytest.raises(AnswerTooLate):
            fetcher(server, seconds=0.6, silence_seconds=5).get(
                server.url().replace("http", scheme)
            )
        assert time.monotonic() - began < 2


def test_silence_has_an_end_of_its_own():
    with talking(hold) as server, pytest.raises(AnswerTooLate):
        fetcher(server, seconds=20, silence_seconds=0.2).get(server.url())


def test_what_is_not_http_is_told():
    with (
        talking(lambda visitor: visitor.sendall(b"SSH-2.0-fiction\r\n")) as server,
        pytest.raises(AnswerBroken),
    ):
        fetcher(server).get(server.url())


def test_a_closed_port_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable):
        Fetcher(loopback_ports=frozenset({port})).get(f"http://127.0.0.1:{port}/")


PRIVATE = (
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",  # noqa: S104
    "100.64.0.1", "100.100.100.200", "169.254.169.254", "168.63.129.16", "192.0.0.192",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "[::1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:0:127.0.0.1]",
    "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[fe80::1]", "[fec0::1]", "[fc00::1]",
    "[fd00:ec2::254]", "[ff02::1]", "[100::1]", "[2001:db8::1]", "[4000::1]", "[8000::1]",
)  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_no_private_or_reserved_network_is_called(host, monkeypatch):
    monkeypatch.setattr(connection, "create_connection", pytest.fail)
    with pytest.raises(AddressRefused):
        Fetcher().get(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://127.1/",
        "http://0177.0.0.1/", "http://127.0.0.1./", "http://1.1.1.1.1/",
    ],
)  # fmt: skip
def test_a_number_is_no_host(url, monkeypatch):
    monkeypatch.setattr(connection, "create_connection", pytest.fail)
    with pytest.raises(AddressRefused):
        Fetcher().get(url)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://data.example/", "file:///etc/passwd", "gopher://data.example/", "data.example", "",
        "http://", "http:///x", "http://data.example:22/", "http://data.example:6379/",
        "http://data.example:99999/", "http://data.example:x/",
        "http://me:secret@data.example/", "http://me@data.example/", "http://@data.example/",
        "http://data.example\\@127.0.0.1/", "http://data.example /", "http://data.example/\r\nX: y",
        "http://[fe80::1%25eth0]/", "http://127.0.0.1%2f.data.example/", "http://[::1/",
        "http://" + "a" * 64 + ".example/", "http://data.example/" + "a" * 3000,
        "http://\u2028/", "http://。/",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", pytest.fail)
    with pytest.raises(AddressRefused):
        Fetcher().get(url)


def test_a_password_is_never_repeated():
    with pytest.raises(AddressRefused) as refused:
        Fetcher().get("http://me:secret@data.example/")
    assert "secret" not in str(refused.value)


def resolved(*addresses):
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in addresses]


def test_the_address_that_was_checked_is_the_one_that_is_connected(monkeypatch):
    """A name that stands for a public address when it is checked, and for loopback afterwards."""
    answers = iter([resolved("93.184.215.14"), resolved("127.0.0.1")])
    called = []

    def connect(address, *_, **__):
        called.append(address)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: next(answers))
    monkeypatch.setattr(connection, "create_connection", connect)
    with pytest.raises(Unreachable):
        Fetcher().get("http://rebinding.example/")
    assert called == [("93.184.215.14", 80)]


def test_one_private_address_of_a_name_is_enough_to_refuse_it(monkeypatch):
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: resolved("93.184.215.14", "10.0.0.1")
    )
    monkeypatch.setattr(connection, "create_connection", pytest.fail)
    with pytest.raises(AddressRefused):
        Fetcher().get("http://twofold.example/")


def test_a_name_that_nobody_has_is_unreachable(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable):
        Fetcher().get("http://nobody.example/")


def test_loopback_is_open_to_tests_only(web):
    with pytest.raises(AddressRefused):
        Fetcher(Limits(ports=frozenset({web.port}))).get(web.url("/file"))
    elsewhere = replace(fetcher(web), loopback_ports=frozenset({web.port + 1}))
    with pytest.raises(NotFetched):
        elsewhere.get(web.url("/file"))
    assert web.asked == []


def test_an_address_of_the_administrators_may_be_private_but_never_the_clouds_own(web):
    private = Fetcher(Limits(), is_private_read=True)
    assert private.get(web.url("/file")).status == 200
    for elsewhere in ("http://169.254.169.254/latest/", "http://[fe80::1]/", "http://0.0.0.0/"):
        with pytest.raises(AddressRefused):
            private.get(elsewhere)
    with pytest.raises(AddressRefused):
        Fetcher(Limits()).get(web.url("/file"))


def test_a_form_is_sent_once_and_never_on_to_another_address(web):
    private = Fetcher(Limits(), is_private_read=True)
    answer = private.post(web.url("/moved"), {"secret": "x"}, headers={"Accept": "text/plain"})
    assert (answer.status, answer.hops) == (302, ())
    assert web.lines == ["POST /moved"]
