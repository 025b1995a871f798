"""The cookie of a session: its name, its flags, and what somebody sends of it."""

from typing import Literal, TypedDict

from fastapi import Request, Response

from opendata_hub.web.deps import served

SECURE_COOKIE, PLAIN_COOKIE = "__Host-odh", "odh"


class CookieFlags(TypedDict):
    """How a cookie is set; the arguments of Starlette's ``set_cookie``."""

    path: str
    secure: bool
    httponly: bool
    samesite: Literal["lax"]


def cookie_flags(request: Request) -> CookieFlags:
    """The flags of every cookie of ours: read by no script, sent by no form of another site."""
    return {"path": "/", "secure": _is_secure(request), "httponly": True, "samesite": "lax"}


def cookie_name(request: Request) -> str:
    """What the cookie of a session is called; behind TLS no neighbour can set it."""
    return SECURE_COOKIE if _is_secure(request) else PLAIN_COOKIE


def thread_cookie(request: Request) -> str:
    """What the cookie is called that lasts from going to the provider until coming back."""
    return f"{cookie_name(request)}-thread"


def give_key(request: Request, answer: Response, key: str) -> None:
    """Let the browser hold the key of its session until it is closed."""
    answer.set_cookie(cookie_name(request), key, **cookie_flags(request))


def take_key(request: Request, answer: Response) -> None:
    """Let the browser forget the key of its session."""
    answer.delete_cookie(cookie_name(request), **cookie_flags(request))


def shown_key(request: Request) -> str:
    """The key of a session that the browser holds; empty when there is none."""
    return request.cookies.get(cookie_name(request), "")


def _is_secure(request: Request) -> bool:
    # The operator's word: what a proxy says of the connection may be anybody's.
    return served(request).frame.base_url.startswith("https://")
