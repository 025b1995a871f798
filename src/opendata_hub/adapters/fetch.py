"""The one way out to the web: whatever the hub reads elsewhere goes through here.

An address that somebody gave us is somebody else's wish. It is followed only where the public
internet is, hop by hop: scheme, port and every address its name stands for are checked, and the
address that was checked is the one that is connected to. Name resolution itself is bounded by
the resolver of the machine, all that follows by ``Limits``.
"""

import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from ipaddress import IPv6Network
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from AntiSSRF import AntiSSRFError, AntiSSRFPolicy, IPAddressRanges, PolicyConfigOptions
from requests import PreparedRequest, Request, Response
from requests import exceptions as failures
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.exceptions import TimeoutError as Silence

from opendata_hub.domain.errors import (
    AddressRefused,
    AnswerBroken,
    AnswerTooLarge,
    AnswerTooLate,
    TooManyRedirects,
    Unreachable,
)

USER_AGENT = f"opendata-hub/{version('opendata-hub')} (open data catalogue)"
ADDRESS_LENGTH = 2048
BLOCK_BYTES = 65_536
NO_HEADERS: Mapping[str, str] = {}
LABEL_LENGTH = 63
GZIP_BITS = 31
LOOPBACK = "127.0.0.1"
PORTS = {"http": 80, "https": 443}
PRIVATE = (
    "10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7",
)  # fmt: skip
"""Where an institution keeps what is its own (RFC 1918, RFC 4193), and the machine itself."""
_QUAD = re.compile(r"((0|[1-9]\d{0,2})\.){3}(0|[1-9]\d{0,2})")
MOVED = frozenset({301, 302, 303, 307, 308})

# IANA gives out global unicast addresses from 2000::/3 only. The lists of the library name what
# is reserved in there; outside of it only IPv4 in IPv6 clothes is left, which it undresses.
_NOT_GIVEN_OUT = (
    *IPv6Network("::/3").address_exclude(IPv6Network("::ffff:0:0/96")),
    IPv6Network("4000::/2"),
    IPv6Network("8000::/1"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may cost.

    seconds: all hops and bytes together; silence_seconds: between two bytes, or to connect.
    """

    seconds: float = 30
    silence_seconds: float = 10
    size_bytes: int = 20_000_000
    redirects: int = 5
    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered, whatever its status.

    url:     where the last redirect led; ``hops`` are the addresses before it.
    headers: names in lower case.
    body:    unpacked; empty where only the head was asked for.
    """

    url: str
    hops: tuple[str, ...]
    status: int
    headers: Mapping[str, str]
    body: bytes = b""


class _Session(Protocol):
    """What is used of the library's session: its guarded ways of sending."""

    adapters: Mapping[str, HTTPAdapter]

    def get_adapter(self, url: str) -> HTTPAdapter: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Reads addresses elsewhere, one connection each; keeps no cookie.

    loopback_ports: where tests listen on this very machine; nothing but a test gives any.
    is_private_read: whether private networks are read as well, at any port: only for addresses
    that the administrator has set, never for those of records.
    """

    limits: Limits = field(default_factory=Limits)
    loopback_ports: frozenset[int] = frozenset()
    is_private_read: bool = False

    def head(self, url: str) -> Answer:
        """The head of the answer to HEAD; raises NotFetched where there is none."""
        return self._follow("HEAD", url, {}, reads_body=False)

    def peek(self, url: str) -> Answer:
        """The head of the answer to GET, asking for one byte; raises NotFetched."""
        return self._follow("GET", url, {"Range": "bytes=0-0"}, reads_body=False)

    def get(
        self, url: str, *, accept: str = "*/*", headers: Mapping[str, str] = NO_HEADERS
    ) -> Answer:
        """The whole answer to GET; raises NotFetched, as when it is larger than the limit.

        headers: further ones, which are sent on wherever the address leads: no secrets.
        """
        return self._follow("GET", url, {"Accept": accept, **headers}, reads_body=True)

    def post(self, url: str, form: Mapping[str, str], *, headers: Mapping[str, str]) -> Answer:
        """The whole answer to a form, which is sent on nowhere else; raises NotFetched."""
        with _deadline(self.limits.seconds) as watch:
            request = self._request("POST", url, headers, form)
            with self._sent(request, watch) as response:
                body = _body(response, self.limits.size_bytes)
                watch.check()
                return Answer(url, (), response.status_code, _head(response), body)

    def send(self, method: str, url: str, body: bytes, *, headers: Mapping[str, str]) -> Answer:
        """The whole answer to a body, which is sent on nowhere else; raises NotFetched."""
        with _deadline(self.limits.seconds) as watch:
            request = self._request(method, url, headers, body)
            with self._sent(request, watch) as response:
                answered = _body(response, self.limits.size_bytes)
                watch.check()
                return Answer(url, (), response.status_code, _head(response), answered)

    def _follow(
        self, method: str, url: str, headers: Mapping[str, str], *, reads_body: bool
    ) -> Answer:
        """Go from hop to hop, each guarded as the first, all within one span of time."""
        hops: list[str] = []
        with _deadline(self.limits.seconds) as watch:
            while True:
                watch.check()
                request = self._request(method, url, headers)
                with self._sent(request, watch) as response:
                    target = response.headers.get("location", "")
                    if response.status_code not in MOVED or not target:
                        body = _body(response, self.limits.size_bytes) if reads_body else b""
                        watch.check()
                        return Answer(url, tuple(hops), response.status_code, _head(response), body)
                hops.append(url)
                if len(hops) > self.limits.redirects:
                    raise TooManyRedirects(f"{_short(hops[0])} leads on more than {len(hops) - 1}×")
                url = _joined(url, target)

    def _request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | bytes | None = None,
    ) -> PreparedRequest:
        """What will be sent, after a look at the address as it will be sent."""
        _require_plain(url)
        own = {
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        try:
            request = Request(method, url, headers={**own, **headers}, data=form).prepare()
            parts = urlsplit(request.url or "")
            port = parts.port or PORTS.get(parts.scheme, 0)
        except (failures.RequestException, HTTPError, ValueError) as problem:
            raise AddressRefused(f"{_short(url)} is no address that can be read") from problem
        if parts.scheme not in PORTS:
            raise AddressRefused(f"{_short(url)}: only http and https are read")
        allowed = self.loopback_ports if parts.hostname == LOOPBACK else self.limits.ports
        if port not in (allowed or self.limits.ports) and not self.is_private_read:
            raise AddressRefused(f"{_short(url)}: port {port} is not read")
        _require_name(url, parts.hostname or "")
        return request

    @contextmanager
    def _sent(self, request: PreparedRequest, watch: "_Watch") -> Iterator[Response]:
        """Send one request by a session of its own; every failure is told in our words."""
        url = request.url or ""
        session: _Session = _policy(
            (LOOPBACK,) if self.loopback_ports else (), self.is_private_read
        ).get_antissrf_session()
        for adapter in session.adapters.values():
            adapter.poolmanager.pool_classes_by_scheme = watch.pools
        try:
            # Not by the session's own send: it reads the body of a redirect without any limit.
            with (
                closing(session),
                session.get_adapter(url).send(
                    request, stream=True, timeout=self.limits.silence_seconds
                ) as response,
            ):
                yield response
        except AntiSSRFError as problem:
            raise AddressRefused(f"{_short(url)} is not on the public internet") from problem
        except (failures.RequestException, HTTPError, OSError, UnicodeError) as problem:
            watch.check()
            raise _in_our_words(url, problem) from problem


class _Watch:
    """Ends connections when time is over, whatever they wait for.

    A time limit of a socket begins anew at each byte: one byte a second lasts for ever.
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self.seconds = seconds
        self.pools = _watched_pools(self.add)
        self._sockets: list[socket.socket] = []

    def add(self, connected: socket.socket) -> None:
        """Keep a second handle: TLS takes the first one away."""
        self._sockets.append(connected.dup())
        if self.is_over:
            self.end()

    def end(self) -> None:
        """Wake whoever waits for one of the connections."""
        self.is_over = True
        for each in self._sockets:
            with suppress(OSError):  # the other side may have gone meanwhile
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the second handles go."""
        for each in self._sockets:
            each.close()

    def check(self) -> None:
        """Raise AnswerTooLate when time is over: what was read is then not the whole."""
        if self.is_over:
            raise AnswerTooLate(f"No whole answer within {self.seconds:g} seconds")


@contextmanager
def _deadline(seconds: float) -> Iterator[_Watch]:
    watch = _Watch(seconds)
    timer = threading.Timer(seconds, watch.end)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()
        timer.join()
        watch.close()


def _watched_pools(note: Callable[[socket.socket], None]) -> dict[str, type[HTTPConnectionPool]]:
    """urllib3's pools, whose connections tell ``note`` their socket before a byte is exchanged."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            connected = super()._new_conn()
            note(connected)
            return connected

        def putheader(self, header: Any, *values: Any) -> None:
            super().putheader(header, *_with_port(header, values, self.port, PORTS["http"]))

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            connected = super()._new_conn()
            note(connected)
            return connected

        def putheader(self, header: Any, *values: Any) -> None:
            super().putheader(header, *_with_port(header, values, self.port, PORTS["https"]))

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _with_port(
    name: str | bytes, values: tuple[Any, ...], port: int | None, usual: int
) -> tuple[Any, ...]:
    """The values of a header; the library forgets the port in Host."""
    if name == "Host" and port != usual:
        return (f"{values[0]}:{port}",)
    return values


@cache
def _policy(allowed: tuple[str, ...], is_private_read: bool) -> AntiSSRFPolicy:
    policy = AntiSSRFPolicy(PolicyConfigOptions.NONE)
    policy.add_denied_addresses([*IPAddressRanges.recommended_latest, *map(str, _NOT_GIVEN_OUT)])
    policy.allow_plain_text_http = True
    if added := [*allowed, *(PRIVATE if is_private_read else ())]:
        policy.add_allowed_addresses(added)
    return policy


def _require_plain(url: str) -> None:
    """Raise AddressRefused for what two parsers might read in two ways, and for credentials."""
    if len(url) > ADDRESS_LENGTH:
        raise AddressRefused(f"{_short(url)}: more than {ADDRESS_LENGTH} characters")
    if any(c.isspace() or not c.isprintable() or c == "\\" for c in url):
        raise AddressRefused(f"{_short(url)} holds a space, a control character or a backslash")
    authority = url.partition("//")[2].split("/")[0].split("?")[0].split("#")[0]
    if "@" in authority:
        raise AddressRefused("An address with a user name or password is not read")
    if "%" in authority:
        raise AddressRefused(f"{_short(url)}: a host is written without %")


def _require_name(url: str, host: str) -> None:
    """Raise AddressRefused unless it can be a name, or an address in its usual form.

    A resolver may read a name that ends in a number as an IPv4 address written in another way.
    """
    labels = host.removesuffix(".").split(".")
    if not all(0 < len(label) <= LABEL_LENGTH for label in labels):
        raise AddressRefused(f"{_short(url)}: that is no name of a host")
    is_number = labels[-1].isdecimal() or labels[-1].startswith("0x")
    if is_number and not _QUAD.fullmatch(host):
        raise AddressRefused(f"{_short(url)}: a number is no name of a host")


def _joined(url: str, target: str) -> str:
    try:
        # A header is Latin-1 on the wire; what servers put there is UTF-8.
        return urljoin(url, target.encode("latin-1").decode("utf-8"))
    except ValueError as problem:
        raise AnswerBroken(f"{_short(url)} leads to no address") from problem


def _body(response: Response, limit_bytes: int) -> bytes:
    """The bytes, unpacked; raises AnswerTooLarge as soon as there are too many."""
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in {"identity", "", "gzip", "x-gzip"}:
        raise AnswerBroken(f"An answer packed by {packed[:20]!r} can't be read")
    unpack = zlib.decompressobj(GZIP_BITS) if packed.endswith("gzip") else None
    body = bytearray()
    while block := response.raw.read(BLOCK_BYTES, decode_content=False):
        # One byte more than allowed is enough to know.
        room = limit_bytes - len(body) + 1
        body += _unpacked(unpack, block, room) if unpack else block
        if len(body) > limit_bytes:
            raise AnswerTooLarge(f"The answer is larger than {limit_bytes:,} bytes")
    if unpack and not unpack.eof:
        raise AnswerBroken("The answer ends in the middle of what was packed")
    return bytes(body)


def _unpacked(unpack: "zlib._Decompress", block: bytes, room: int) -> bytes:
    try:
        return unpack.decompress(block, room)
    except zlib.error as problem:
        raise AnswerBroken("The answer can't be unpacked") from problem


def _head(response: Response) -> Mapping[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _in_our_words(
    url: str, problem: Exception
) -> AnswerTooLate | AnswerBroken | Unreachable | AddressRefused:
    if isinstance(problem, failures.Timeout | TimeoutError | Silence):
        return AnswerTooLate(f"{_short(url)} was silent for too long")
    if isinstance(problem, UnicodeError | failures.InvalidURL):
        return AddressRefused(f"{_short(url)} is no address that can be read")
    if isinstance(problem, failures.SSLError):
        return Unreachable(f"{_short(url)}: its certificate can't be trusted")
    if isinstance(problem, HTTPError) or isinstance(next(iter(problem.args), None), ProtocolError):
        return AnswerBroken(f"{_short(url)}: what it answers is not HTTP, or ends too early")
    return Unreachable(f"{_short(url)}: no such host, or no connection")


def _short(url: str) -> str:
    """An address fit for a message: without control characters, not too long."""
    return "".join(c if c.isprintable() else "�" for c in url[:120])
