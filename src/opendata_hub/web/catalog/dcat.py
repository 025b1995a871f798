"""The catalogue for machines: DCAT-AP in four syntaxes, files, schemas."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import (
    FileResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.concurrency import run_in_threadpool

from opendata_hub import clock
from opendata_hub.adapters.rdf import SYNTAXES, TURTLE, Syntax
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.catalog.harvest import cursor
from opendata_hub.domain.errors import NotKnown, UnknownDataset
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.flows.catalog.serving import serve
from opendata_hub.flows.catalog.withdraw import require_published
from opendata_hub.store import changes, datasets, submissions
from opendata_hub.web import negotiation
from opendata_hub.web.catalog.documents import Document
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import BY_TAG, BY_TAG_OR_DATE, Answers, Door, gives, needs
from opendata_hub.web.kept import Asked, Kept, KeptPages
from opendata_hub.web.shapes import Problem

Route = TypeVar("Route", bound=Callable[..., Any])
BY_MEDIA_TYPE = {syntax.media_type: syntax for syntax in SYNTAXES.values()}
TO_PAGE = {"S303": "For a reader of pages: where the page is"}
AT_THE_STORE = {"S302": "Where files are taken from the store: the address, good for minutes"}
GONE = {"S410": "It was withdrawn"}

router = APIRouter(
    route_class=Door,
    tags=["catalogue"],
    responses={404: {"model": Problem}, 406: {"model": Problem}},
)


def readable(
    path: str, *media_types: str, kept: Answers, **besides: str
) -> Callable[[Route], Route]:
    """A route for GET, and for HEAD beside it, which FastAPI does not add by itself.

    kept: the answer to who holds it; media_types, besides: as ``gives`` takes them.
    """

    def add(route: Route) -> Route:
        described = gives(*media_types, **besides) | kept
        router.get(path, response_class=Response, responses=described)(route)
        router.head(path, include_in_schema=False)(route)
        return route

    return add


@readable("/catalog", *BY_MEDIA_TYPE, kept=BY_TAG_OR_DATE, **TO_PAGE)
@needs(Deed.READ_PUBLISHED)
async def catalog(request: Request, hub: HubDep) -> Response:
    """The catalogue in the syntax the client prefers; readers of pages are led to the portal."""
    chosen = _negotiated(request)
    if chosen is None:
        return negotiation.to_language(request, "")
    return await _catalog(request, hub, chosen, negotiated=True)


@readable("/catalog.{ending}", *BY_MEDIA_TYPE, kept=BY_TAG_OR_DATE)
@needs(Deed.READ_PUBLISHED)
async def catalog_as(request: Request, hub: HubDep, ending: str) -> Response:
    """The catalogue as ttl, rdf, jsonld or nt."""
    return await _catalog(request, hub, _syntax(ending), negotiated=False)


@readable("/catalog/pages/{place}.{ending}", *BY_MEDIA_TYPE, kept=BY_TAG_OR_DATE)
@needs(Deed.READ_PUBLISHED)
async def catalog_page(request: Request, hub: HubDep, place: str, ending: str) -> Response:
    """A further page of the catalogue; ``place`` is the cursor that the one before it names."""
    return await _catalog(request, hub, _syntax(ending), [("cursor", place)], negotiated=False)


@readable("/datasets/{slug}.{ending}", *BY_MEDIA_TYPE, kept=BY_TAG_OR_DATE, **GONE)
@needs(Deed.READ_PUBLISHED)
def dataset_as(request: Request, hub: HubDep, slug: str, ending: str) -> Response:
    """One dataset's record as ttl, rdf, jsonld or nt."""
    return _dataset(request, hub, slug, _syntax(ending), negotiated=False)


@readable("/datasets/{slug}", *BY_MEDIA_TYPE, kept=BY_TAG_OR_DATE, **TO_PAGE, **GONE)
@needs(Deed.READ_PUBLISHED)
def dataset(request: Request, hub: HubDep, slug: str) -> Response:
    """One dataset's record, or its page for a reader of pages."""
    chosen = _negotiated(request)
    if chosen is None:
        return negotiation.to_language(request, f"datasets/{slug}")
    return _dataset(request, hub, slug, chosen, negotiated=True)


@readable("/datasets/{slug}/files/{file_name}", "*/*", kept=BY_TAG, **AT_THE_STORE, **GONE)
@needs(Deed.READ_PUBLISHED)
def dataset_file(request: Request, hub: HubDep, slug: str, file_name: str) -> Response:
    """The bytes of the dataset's file, as they were published."""
    with hub.reading() as session:
        require_published(session, slug)
        found = datasets.get(session, slug)
        submission = submissions.get(session, found.submission_id, EVERYWHERE)
    file = found.distribution
    if file_name != file.file_name:
        raise UnknownDataset(f"{slug} has no file {file_name[:100]!r}")
    etag = f'"{file.sha256}"'
    if negotiation.has_current(request, etag):
        return Response(status_code=304, headers={"ETag": etag})
    charset = (submission.report.encoding or "utf-8").removesuffix("-sig").replace("cp", "windows-")
    is_table = found.family in hub.frame.tables
    media_type = f"{file.media_type}; charset={charset}" if is_table else file.media_type
    if request.method == "GET":  # what is signed for GET opens to nothing else
        address = hub.files.signed_address(
            file.sha256, file_name=file.file_name, media_type=media_type, now=clock.now()
        )
        if address:
            return RedirectResponse(address, 302, headers={"Cache-Control": "no-store"})
    return FileResponse(
        hub.files.found(file.sha256),
        media_type=media_type,
        filename=file.file_name,
        headers={"ETag": etag},
    )


@readable("/publishers/{publisher_id}", *BY_MEDIA_TYPE, kept={}, **TO_PAGE)
@needs(Deed.READ_PUBLISHED)
def publisher(request: Request, hub: HubDep, publisher_id: str) -> Response:
    """A publisher's record, or its page for a reader of pages."""
    chosen = _negotiated(request)
    if chosen is None:
        return negotiation.to_language(request, f"publishers/{publisher_id}")
    body = serve.publisher(hub.frame, publisher_id, chosen)
    return Response(body, media_type=chosen.media_type, headers={"Vary": "Accept"})


@readable("/families/{name}/schema.json", "application/json", kept={})
@needs(Deed.READ_PUBLISHED)
def family_schema(hub: HubDep, name: str) -> JSONResponse:
    """The Table Schema that a family's files are checked against."""
    return JSONResponse(dict(hub.table(name).schema))


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


async def _catalog(
    request: Request,
    hub: Hub,
    syntax: Syntax,
    given: Sequence[tuple[str, str]] = (),
    *,
    negotiated: bool,
) -> Response:
    """A page that is kept is given from here; only for another is a thread begun.

    given: what the path says of the page, beside the query.
    """
    kept: KeptPages = request.app.state.kept_pages
    path, query = request.scope["path"], request.scope["query_string"]
    address = Asked(path, query, syntax.name, negotiation.takes_gzip(request))
    state = kept.current()
    if state and (page := kept.find(state, address)):
        return _page(state, syntax, page.headers).again(request, page.body)
    parameters = [*given, *request.query_params.multi_items()]
    return await run_in_threadpool(
        _read_page, request, hub, syntax, address, parameters, negotiated=negotiated
    )


def _read_page(
    request: Request,
    hub: Hub,
    syntax: Syntax,
    address: Asked,
    parameters: Sequence[tuple[str, str]],
    *,
    negotiated: bool,
) -> Response:
    kept: KeptPages = request.app.state.kept_pages
    stamp, first = kept.stamp(), "/catalog" if negotiated else f"/catalog.{syntax.name}"
    with hub.reading() as session:
        state = serve.catalog_state(session, hub.frame, now=clock.now())
        kept.saw(stamp, state)
        if page := kept.find(state, address):
            return _page(state, syntax, page.headers).again(request, page.body)
        asked = cursor.asked(parameters, changes.catalog_key(session))
        found = serve.catalog_page(session, hub.frame, syntax, asked, path=first, state=state)
        headers = {"Vary": "Accept"} if negotiated else {}
        if found.following:
            headers["Link"] = f'<{hub.frame.base_url}{found.following}>; rel="next"'
        answer = _page(state, syntax, headers).answer(request, found.parts)
    if not isinstance(answer, StreamingResponse) and answer.body:
        kept.keep(state, address, Kept(headers, bytes(answer.body)))
    return answer


def _page(state: serve.State, syntax: Syntax, headers: dict[str, str]) -> Document:
    return Document(state, syntax.name, syntax.media_type, headers=headers)


def _dataset(
    request: Request, hub: Hub, slug: str, syntax: Syntax, *, negotiated: bool
) -> Response:
    headers = {"Vary": "Accept"} if negotiated else {}
    with hub.reading() as session:
        if left := changes.tombstone(session, slug):
            headers["Access-Control-Allow-Origin"] = "*"
            body = serve.tombstone(hub.frame, left, syntax)
            return Response(body, 410, headers, syntax.media_type)
        state = serve.dataset_state(session, hub.frame, slug)
        document = Document(state, syntax.name, syntax.media_type, headers=headers)
        return document.answer(request, serve.dataset(session, hub.frame, slug, syntax))
