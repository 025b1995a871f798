"""Documents for machines: validators, compression, who may read them, how long they are kept."""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from tempfile import SpooledTemporaryFile

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from opendata_hub import clock
from opendata_hub.flows.catalog.serving.serve import State
from opendata_hub.web import negotiation

BLOCK_BYTES, SPOOLED_BYTES = 262_144, 4_194_304
GZIP_LEVEL = 1
"""The fastest: whoever asks is waiting. Dumps are packed harder, once."""
ASK_AGAIN = "no-cache"
FOR_EVER = "public, max-age=604800, immutable"


@dataclass(frozen=True, slots=True)
class Document:
    """How a document is given: what it is, what it depends on, how long it may be kept."""

    state: State
    variant: str
    media_type: str
    cache: str = ASK_AGAIN
    headers: dict[str, str] = field(default_factory=dict)

    def answer(self, request: Request, parts: Iterable[str | bytes]) -> Response:
        """The document, or word that the client has it already.

        The bytes are laid down before the first is sent: a client that stalls or leaves holds a
        file, never a connection to the database. Tag and bytes must come from one session.
        """
        is_packed = negotiation.takes_gzip(request)
        headers, without_body = self._begun(request, is_packed=is_packed)
        if without_body:
            return without_body
        body = _laid_down(parts, is_packed=is_packed)
        size = body.tell()
        headers["Content-Length"] = str(size)
        if size <= SPOOLED_BYTES:
            return Response(b"".join(blocks(body)), media_type=self.media_type, headers=headers)
        return StreamingResponse(blocks(body), media_type=self.media_type, headers=headers)

    def again(self, request: Request, body: bytes) -> Response:
        """The same with the bytes that ``answer`` gave to one who takes what this client takes."""
        headers, without_body = self._begun(request, is_packed=negotiation.takes_gzip(request))
        return without_body or Response(body, media_type=self.media_type, headers=headers)

    def _begun(
        self, request: Request, *, is_packed: bool
    ) -> tuple[dict[str, str], Response | None]:
        """The head of the answer, and the whole answer where no body follows."""
        etag = f'"{self.state.tag}-{self.variant}{"-gz" if is_packed else ""}"'
        headers = self._headers(etag)
        if is_current(request, etag, self.state.changed_at):
            return headers, Response(status_code=304, headers=headers)
        if is_packed:
            headers["Content-Encoding"] = "gzip"
        if request.method == "HEAD":
            return headers, head_only(self.media_type, headers)
        return headers, None

    def _headers(self, etag: str) -> dict[str, str]:
        vary = [v for v in (self.headers.get("Vary"), "Accept-Encoding") if v]
        return {
            "ETag": etag,
            "Last-Modified": last_modified(self.state.changed_at),
            "Cache-Control": self.cache,
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
            **self.headers,
            "Vary": ", ".join(vary),
        }


def head_only(media_type: str, headers: dict[str, str]) -> Response:
    """The answer to HEAD where the body is not made: it says no length rather than a wrong one.

    Source: RFC 9110, 8.6: a length in such an answer is that of what GET would give, or left out.
    """
    answer = Response(media_type=media_type, headers=headers)
    del answer.headers["content-length"]
    return answer


def is_current(request: Request, etag: str, changed_at: datetime) -> bool:
    """Whether the client holds just this (RFC 9110, 13.2.2): tags count, dates where none came."""
    if "if-none-match" in request.headers:
        return negotiation.has_current(request, etag)
    try:
        known = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    # A date without a zone is no HTTP date; and what changed in a second may change in it again.
    return known.tzinfo is not None and changed_at <= known and changed_at < clock.now()


def last_modified(changed_at: datetime) -> str:
    """The date to give: never of this second, which is not over, nor of one to come."""
    given = min(changed_at, clock.now() - timedelta(seconds=1))
    return format_datetime(given, usegmt=True)


def blocks(body: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    """What was laid down, in pieces of a size that a slow client may hold."""
    with body:
        body.seek(0)
        while block := body.read(BLOCK_BYTES):
            yield block


def _laid_down(parts: Iterable[str | bytes], *, is_packed: bool) -> SpooledTemporaryFile[bytes]:
    """The document in memory while it is small, else in a file that nobody sees."""
    body: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=SPOOLED_BYTES)  # noqa: SIM115
    try:
        _write(parts, body, is_packed=is_packed)
    except BaseException:
        body.close()
        raise
    return body


def _write(
    parts: Iterable[str | bytes], body: SpooledTemporaryFile[bytes], *, is_packed: bool
) -> None:
    if not is_packed:
        for part in parts:
            body.write(part.encode() if isinstance(part, str) else part)
        return
    # No file name and no time in its head: the same document is always the same bytes.
    with gzip.GzipFile("", "wb", GZIP_LEVEL, fileobj=body, mtime=0) as packed:
        for part in parts:
            packed.write(part.encode() if isinstance(part, str) else part)
