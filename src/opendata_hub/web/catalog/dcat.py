"""The catalogue for machines: DCAT-AP in four syntaxes, files, schemas."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime
from tempfile import SpooledTemporaryFile
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import (
    FileResponse,
    JSONResponse,
    Response,
    StreamingResponse,
)

from opendata_hub import clock
from opendata_hub.adapters.rdf import SYNTAXES, TURTLE, Syntax
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import NotKnown, UnknownDataset
from opendata_hub.flows.catalog import serve
from opendata_hub.store import datasets, submissions
from opendata_hub.web import negotiation
from opendata_hub.web.deps import HubDep
from opendata_hub.web.shapes import Problem

Route = TypeVar("Route", bound=Callable[..., Any])
BLOCK_BYTES, SPOOLED_BYTES = 262_144, 4_194_304
BY_MEDIA_TYPE = {syntax.media_type: syntax for syntax in SYNTAXES.values()}

router = APIRouter(tags=["catalogue"], responses={404: {"model": Problem}, 406: {"model": Problem}})


def readable(path: str) -> Callable[[Route], Route]:
    """A route for GET, and for HEAD beside it, which FastAPI does not add by itself."""

    def add(route: Route) -> Route:
        router.get(path, response_class=Response)(route)
        router.head(path, include_in_schema=False)(route)
        return route

    return add


@readable("/catalog")
def catalog(request: Request, hub: HubDep) -> Response:
    """The catalogue in the syntax the client prefers; readers of pages are led to the portal."""
    chosen = _negotiated(request)
    if chosen is None:
        return negotiation.to_language(request, "")
    return _catalog(request, hub, chosen, negotiated=True)


@readable("/catalog.{ending}")
def catalog_as(request: Request, hub: HubDep, ending: str) -> Response:
    """The catalogue as ttl, rdf, jsonld or nt."""
    return _catalog(request, hub, _syntax(ending), negotiated=False)


@readable("/datasets/{slug}.{ending}")
def dataset_as(request: Request, hub: HubDep, slug: str, ending: str) -> Response:
    """One dataset's record as ttl, rdf, jsonld or nt."""
    return _dataset(request, hub, slug, _syntax(ending), negotiated=False)


@readable("/datasets/{slug}")
def dataset(request: Request, hub: HubDep, slug: str) -> Response:
    """One dataset's record, or its page for a reader of pages."""
    chosen = _negotiated(request)
    if chosen is None:
        return negotiation.to_language(request, f"datasets/{slug}")
    return _dataset(request, hub, slug, chosen, negotiated=True)


@readable("/datasets/{slug}/files/{file_name}")
def dataset_file(request: Request, hub: HubDep, slug: str, file_name: str) -> Response:
    """The bytes of the dataset's file, as they were published."""
    with hub.reading() as session:
        found = datasets.get(session, slug)
        submission = submissions.get(session, found.submission_id)
    file = found.distribution
    if file_name != file.file_name:
        raise UnknownDataset(f"{slug} has no file {file_name[:100]!r}")
    etag = f'"{file.sha256}"'
    if negotiation.has_current(request, etag):
        return Response(status_code=304, headers={"ETag": etag})
    charset = (submission.report.encoding or "utf-8").removesuffix("-sig")
    return FileResponse(
        hub.files.path(file.sha256),
        media_type=f"{file.media_type}; charset={charset.replace('cp', 'windows-')}",
        filename=file.file_name,
        headers={"ETag": etag},
    )


@readable("/publishers/{publisher_id}")
def publisher(request: Request, hub: HubDep, publisher_id: str) -> Response:
    """A publisher's record, or its page for a reader of pages."""
    chosen = _negotiated(request)
    if chosen is None:
        return negotiation.to_language(request, f"publishers/{publisher_id}")
    body = serve.publisher(hub.frame, publisher_id, chosen)
    return Response(body, media_type=chosen.media_type, headers={"Vary": "Accept"})


@readable("/families/{name}/schema.json")
def family_schema(hub: HubDep, name: str) -> JSONResponse:
    """The Table Schema that a family's files are checked against."""
    return JSONResponse(dict(hub.family(name).schema))


def _negotiated(request: Request) -> Syntax | None:
    """The syntax of the Accept header; None for those who would rather read a page."""
    offered = [
        TURTLE.media_type,
        *(t for t in BY_MEDIA_TYPE if t != TURTLE.media_type),
        "text/html",
    ]
    return BY_MEDIA_TYPE.get(negotiation.media_type(request, offered))


def _syntax(ending: str) -> Syntax:
    if ending in SYNTAXES:
        return SYNTAXES[ending]
    raise NotKnown(f"No syntax {ending[:20]!r}; known: {', '.join(SYNTAXES)}")


def _catalog(request: Request, hub: Hub, syntax: Syntax, *, negotiated: bool) -> Response:
    with hub.reading() as session:
        state = serve.catalog_state(session, hub.frame, now=clock.now())
        parts = serve.catalog(session, hub.frame, syntax, changed_at=state.changed_at)
        return _document(request, state, parts, syntax, negotiated=negotiated)


def _dataset(
    request: Request, hub: Hub, slug: str, syntax: Syntax, *, negotiated: bool
) -> Response:
    with hub.reading() as session:
        state = serve.dataset_state(session, hub.frame, slug)
        parts = serve.dataset(session, slug, syntax)
        return _document(request, state, parts, syntax, negotiated=negotiated)


def _document(
    request: Request,
    state: serve.State,
    parts: Iterable[str],
    syntax: Syntax,
    *,
    negotiated: bool,
) -> Response:
    """A document with validators. Tag and bytes come from one state of the store.

    The bytes are laid down before the first is sent: a client that stalls or leaves holds a file,
    never a connection to the database.
    """
    etag = f'"{state.tag}-{syntax.name}"'
    headers = {
        "ETag": etag,
        "Last-Modified": _http_date(state.changed_at),
        "Cache-Control": "no-cache",
        "Access-Control-Allow-Origin": "*",
    }
    if negotiated:
        headers["Vary"] = "Accept"
    if negotiation.has_current(request, etag):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return Response(media_type=syntax.media_type, headers=headers)
    body = _laid_down(parts)
    headers["Content-Length"] = str(body.tell())
    return StreamingResponse(_blocks(body), media_type=syntax.media_type, headers=headers)


def _laid_down(parts: Iterable[str]) -> SpooledTemporaryFile[bytes]:
    """The document in memory while it is small, else in a file that nobody sees."""
    body: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=SPOOLED_BYTES)  # noqa: SIM115
    for part in parts:
        body.write(part.encode())
    return body


def _blocks(body: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with body:
        body.seek(0)
        while block := body.read(BLOCK_BYTES):
            yield block


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
