"""The whole catalogue in one file, for few at a time."""

import threading
from collections.abc import Iterator
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from opendata_hub import clock
from opendata_hub.adapters.rdf import SYNTAXES, Syntax
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import Busy, NotKnown
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.catalog.serving import dump as dump_flow
from opendata_hub.flows.catalog.serving import serve
from opendata_hub.web.catalog.documents import BLOCK_BYTES, head_only, is_current, last_modified
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import BY_TAG_OR_DATE, Door, gives, needs
from opendata_hub.web.shapes import Problem

AT_ONCE = 64
"""Dumps that are sent at once; each holds an open file. Who comes beyond is asked to come back."""

router = APIRouter(
    route_class=Door,
    tags=["catalogue"],
    responses={404: {"model": Problem}, 503: {"model": Problem}},
)
_places = threading.BoundedSemaphore(AT_ONCE)
_making = threading.Lock()


class Sending:
    """A file in blocks, and the place among those that are sent at once, given back with it.

    A client may leave before the first block: a generator would never reach its ``finally``.
    """

    def __init__(self, file: Path) -> None:
        if not _places.acquire(blocking=False):
            raise Busy(f"{AT_ONCE} dumps are being sent already; come back in half a minute")
        self._is_open = True
        try:
            self._stream = file.open("rb")
        except OSError:
            self.close()
            raise
        self.size_bytes = file.stat().st_size

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if block := self._stream.read(BLOCK_BYTES):
            return block
        self.close()
        raise StopIteration

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Give the place back, once."""
        if getattr(self, "_is_open", False):
            self._is_open = False
            if stream := getattr(self, "_stream", None):
                stream.close()
            _places.release()


@router.get(
    "/catalog/dump.{ending}.gz",
    response_class=Response,
    responses=gives("application/gzip") | BY_TAG_OR_DATE,
)
@router.head("/catalog/dump.{ending}.gz", include_in_schema=False)
@needs(Deed.READ_PUBLISHED)
def dump(request: Request, hub: HubDep, ending: str) -> Response:
    """The whole catalogue in one file, packed with gzip."""
    if ending not in SYNTAXES:
        raise NotKnown(f"No syntax {ending[:20]!r}; known: {', '.join(SYNTAXES)}")
    with hub.reading() as session:
        state = serve.catalog_state(session, hub.frame, now=clock.now())
    etag = f'"{state.tag}-dump-{ending}"'
    headers = {
        "ETag": etag,
        "Last-Modified": last_modified(state.changed_at),
        "Cache-Control": "no-cache",
        "Access-Control-Allow-Origin": "*",
    }
    if is_current(request, etag, state.changed_at):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return head_only("application/gzip", headers)
    sending, made_of = _made(hub, SYNTAXES[ending])
    headers["ETag"] = f'"{made_of.tag}-dump-{ending}"'
    headers["Content-Length"] = str(sending.size_bytes)
    return StreamingResponse(sending, media_type="application/gzip", headers=headers)


def _made(hub: Hub, syntax: Syntax) -> tuple[Sending, serve.State]:
    """The dump of the catalogue as it is now, and its state; raises Busy while another makes it."""
    folder = hub.settings.home / "dumps"
    with hub.reading() as session:
        state = serve.catalog_state(session, hub.frame, now=clock.now())
        file = dump_flow.ready(folder, syntax, state)
        if file is None:
            if not _making.acquire(blocking=False):
                raise Busy("The dump is just being made; come back in half a minute")
            try:
                file = dump_flow.dump(session, hub.frame, syntax, folder, state)
            finally:
                _making.release()
        return Sending(file), state
