"""Whether a call that changes something comes from a page of ours.

Browsers say where a call comes from (Sec-Fetch-Site, Origin, Referer) and let no page forge it.
A program sends none of these, and has no cookies that somebody else could make it send.
Source: https://developer.mozilla.org/docs/Web/Security/Attacks/CSRF, "Fetch metadata".
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from opendata_hub.domain.errors import CrossSite
from opendata_hub.web.protection.arrival import is_loopback

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
OWN_SITES = frozenset({"same-origin", "none"})
"""What a browser says of a page of ours, and of an address that its user typed."""


def require_same_site(method: str, headers: Headers, origin: str) -> None:
    """Raise CrossSite for a call that another site makes somebody's browser send.

    origin: of the public address; the Host that was asked has been found to be ours.
    """
    if method in SAFE_METHODS or _is_program(headers):
        return
    if not _is_own(headers, origin):
        raise CrossSite("This was sent from a page of another site; open it here, and send again")


def _is_program(headers: Headers) -> bool:
    """Whether a key was sent, which a browser never adds by itself, and nothing that it adds."""
    sent = headers.get("authorization", "").lower()
    return sent.startswith("bearer ") and "cookie" not in headers


def _is_own(headers: Headers, public: str) -> bool:
    own = {public, _asked(headers.get("host", ""), public)}
    if site := headers.get("sec-fetch-site"):
        return site in OWN_SITES
    if origin := headers.get("origin"):
        return origin.lower() in own
    if referer := headers.get("referer"):
        return _origin(referer) in own
    return "cookie" not in headers


def _asked(host: str, public: str) -> str:
    """The origin of the address that was asked; another scheme than ours is another origin."""
    scheme = "http" if is_loopback(host) else public.partition("://")[0]
    return f"{scheme}://{host.lower()}"


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
