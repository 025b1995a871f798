"""Who is really calling, and by which name: a proxy's word is believed, nobody else's."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from opendata_hub.domain.errors import BrokenRequest, HeadersTooLarge, NotKnown, WrongHost

Network = IPv4Network | IPv6Network
COOKIE_LIMIT_BYTES = 16_384
HEADERS_LIMIT_BYTES = 49_152
HEADERS_LIMIT = 100
"""uvicorn reads 65,536 bytes before it gives up; a proxy in front often takes less."""
CKAN = ("/api/3/action/", "/api/action/")
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class Premises:
    """What is ours: the public address, further names, and the proxies in front."""

    base_url: str
    hosts: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = ()

    @property
    def origin(self) -> str:
        """The public address as browsers write it: in lower case, without the usual port."""
        lowered = self.base_url.lower()
        return lowered.removesuffix(DEFAULT_PORTS[lowered.partition("://")[0]])

    def trusts(self, address: str) -> bool:
        """Whether it is the address of a proxy of ours."""
        return is_in(address, self.proxies)


def is_in(address: str, networks: Iterable[Network]) -> bool:
    """Whether the address is in one of the networks; an IPv4 one written as IPv6 is itself.

    >>> is_in("::ffff:192.0.2.7", [IPv4Network("192.0.2.0/24")]), is_in("somebody", [])
    (True, False)
    """
    try:
        read = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(read, "ipv4_mapped", None)
    return any((mapped or read) in network for network in networks)


def require_small(headers: Headers) -> None:
    """Raise HeadersTooLarge for more cookies or headers than any browser of ours sends."""
    cookies = total = 0
    for name, value in headers.raw:
        total += len(name) + len(value)
        cookies += len(value) if name == b"cookie" else 0
    if cookies > COOKIE_LIMIT_BYTES:
        raise HeadersTooLarge(f"Cookies of more than {COOKIE_LIMIT_BYTES:,} bytes; delete them")
    if total > HEADERS_LIMIT_BYTES or len(headers.raw) > HEADERS_LIMIT:
        raise HeadersTooLarge(
            f"More than {HEADERS_LIMIT} headers, or than {HEADERS_LIMIT_BYTES:,} bytes of them"
        )


def require_text(scope: Scope) -> None:
    """Raise NotKnown for a path with a NUL in it, and BrokenRequest for such a query.

    No name or word of ours holds one, and PostgreSQL takes none. Encoded twice it is text.
    CKAN's actions refuse such a query in words of their own.
    """
    if "\0" in scope["path"]:
        raise NotKnown("Nothing at this address")
    query: bytes = scope["query_string"]
    if scope["path"].startswith(CKAN):
        return
    if b"%00" in query or b"\0" in query:
        raise BrokenRequest("The query of the address holds a NUL")


def arrived(scope: Scope, premises: Premises) -> Scope:
    """The call as it came to the outermost proxy of ours; as it is when no proxy of ours sent it.

    Of several values the one counts that our own proxies have not been told by a stranger: the
    last; in a chain of addresses, the last that is none of our proxies.
    """
    client = scope.get("client")
    if not premises.proxies or client is None or not premises.trusts(client[0]):
        return scope
    headers = Headers(scope=scope)
    chain = [part.strip() for part in ",".join(headers.getlist("x-forwarded-for")).split(",")]
    address = client[0]
    for told in reversed(chain):
        if not _is_address(told):
            break
        address = told
        if not premises.trusts(told):
            break
    changed = {**scope, "client": (address, 0)}
    scheme = _last(headers, "x-forwarded-proto")
    if scheme in DEFAULT_PORTS:
        changed["scheme"] = scheme
    if host := _last(headers, "x-forwarded-host"):
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        changed["headers"] = [(b"host", host.encode("latin-1")), *others]
    return changed


def require_own_host(host: str, premises: Premises) -> None:
    """Raise WrongHost unless the name is the hub's: no page, link or cache is made for another."""
    scheme, _, own = premises.origin.partition("://")
    named = host.lower().removesuffix(DEFAULT_PORTS[scheme])
    if named == own or named in premises.hosts or is_loopback(named):
        return
    raise WrongHost("No hub of that name here; OPENDATA_HUB_ALLOWED_HOSTS may name further ones")


def is_loopback(host: str) -> bool:
    """Whether a host, with or without a port, is the machine itself.

    >>> is_loopback("127.0.0.1:8000"), is_loopback("[::1]"), is_loopback("127.0.0.1.example.org")
    (True, True, False)
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _last(headers: Headers, name: str) -> str:
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip().lower()
