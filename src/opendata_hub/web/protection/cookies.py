"""The cookie of a session: its name, its flags, and what somebody sends of it."""

from typing import Literal, TypedDict

from starlette.requests import HTTPConnection

OVER_TLS, PLAIN = "__Host-odh", "odh"


class CookieFlags(TypedDict):
    """How a cookie is set; the arguments of Starlette's ``set_cookie``."""

    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


def session_cookie(base_url: str) -> str:
    """The name of the cookie; a browser takes ``__Host-`` over TLS only, and from this host."""
    return OVER_TLS if _is_tls(base_url) else PLAIN


def cookie_flags(base_url: str) -> CookieFlags:
    """The flags of every cookie of ours: read by no script, sent by no form of another site.

    Secure follows the public address: a proxy may well speak plainly with us.
    """
    return {"path": "/", "secure": _is_tls(base_url), "httponly": True, "samesite": "lax"}


def session_key(request: HTTPConnection, base_url: str) -> str:
    """What the cookie of the session holds, whether it opens anything or not; empty without one."""
    return request.cookies.get(session_cookie(base_url), "")


def _is_tls(base_url: str) -> bool:
    return base_url.startswith("https://")
