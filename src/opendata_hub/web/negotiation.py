"""What a client asks for in its headers: a syntax, a language, only news."""

from collections.abc import Sequence

import mimeparse
from fastapi import Request
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from opendata_hub.domain.texts import LANGUAGES

DEFAULT_LANGUAGE = "fr"


def media_type(request: Request, offered: Sequence[str]) -> str:
    """The best of ``offered`` for the Accept header; the first one wins a tie.

    Raises 406 when the client takes none of them.
    """
    accepted = ",".join(request.headers.getlist("accept")).lower() or "*/*"
    try:
        # The library prefers the last of equals.
        best = mimeparse.best_match(list(reversed(offered)), accepted)
    except mimeparse.MimeTypeParseException:
        best = ""
    if best:
        return str(best)
    raise HTTPException(406, f"This address gives {', '.join(offered)}", {"Vary": "Accept"})


def language(request: Request) -> str:
    """The interface language for the Accept-Language header; French when it names none of ours."""
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, parameter = (piece.strip() for piece in part.partition(";"))
        quality = parameter.removeprefix("q=").strip()
        try:
            wanted.append((float(quality or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    ranked = sorted((w for w in wanted if w[0] > 0), key=lambda w: -w[0])
    return next((code for _, code in ranked if code in LANGUAGES), DEFAULT_LANGUAGE)


def to_language(request: Request, path: str) -> RedirectResponse:
    """Lead to the page at ``path`` in the reader's language."""
    headers = {"Vary": "Accept, Accept-Language"}
    return RedirectResponse(f"/{language(request)}/{path}", 303, headers)


def has_current(request: Request, etag: str) -> bool:
    """Whether the client already holds this very representation (RFC 9110, If-None-Match)."""
    tags = [
        tag.strip().removeprefix("W/")
        for tag in ",".join(request.headers.getlist("if-none-match")).split(",")
    ]
    return "*" in tags or etag in tags


def takes_gzip(request: Request) -> bool:
    """Whether the answer may be packed with gzip (RFC 9110, Accept-Encoding)."""
    qualities: dict[str, float] = {}
    for part in ",".join(request.headers.getlist("accept-encoding")).lower().split(","):
        coding, _, parameter = (piece.strip() for piece in part.partition(";"))
        try:
            qualities[coding] = float(parameter.removeprefix("q=").strip() or 1)
        except ValueError:
            continue
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0
