"""The rows of published tables: filtered, sorted, paged, in four formats, for anybody."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from opendata_hub.adapters.rows.ask import Rows, asking, csv_header, csv_line, given, json_line
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.catalog.rows.column import ROW_NUMBER, Column, ColumnKind
from opendata_hub.domain.catalog.rows.query import (
    Condition,
    Operator,
    RowQuery,
    Sizes,
    query_from,
)
from opendata_hub.domain.errors import NotKnown, UnknownRow
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.catalog.serving import rows as flow
from opendata_hub.flows.catalog.serving.rows import Asked
from opendata_hub.web import negotiation
from opendata_hub.web.catalog.documents import head_only
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, BY_TAG, Door, needs
from opendata_hub.web.shapes import Problem

Route = TypeVar("Route", bound=Callable[..., Any])
Lines = Iterator[str]
BLOCK_BYTES, SPOOLED_BYTES = 262_144, 4_194_304
PAGE = Sizes(usual=100, most=10_000)
"""JSON is read as a whole by most programs; the other formats are read row by row."""
WHOLE = Sizes(usual=None, most=None)


@dataclass(frozen=True, slots=True)
class Page:
    """An answer on its way.

    total:     how many rows answer the question on all pages; None where all are given.
    following: the address of the next page; None on the last one, or where all rows are given.
    """

    base_url: str
    wanted: Asked
    query: RowQuery
    total: int | None
    following: str | None


@dataclass(frozen=True, slots=True)
class Format:
    """How rows are given. write: the pieces of the document; None: DuckDB writes the file."""

    media_type: str
    sizes: Sizes
    disposition: str
    write: Callable[[Rows, Page], Lines] | None


def _json(rows: Rows, page: Page) -> Lines:
    dataset, base = page.wanted.dataset, page.base_url
    head = {
        "dataset": dataset.slug,
        "version": dataset.version,
        "total": page.total,
        "offset": page.query.offset,
        "next": page.following,
        "file": f"{base}/datasets/{dataset.slug}/files/{dataset.distribution.file_name}",
        "schema": f"{base}/families/{dataset.family}/schema.json",
    }
    yield json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "rows": ['
    before = "\n"
    for line in rows.lines(page.query, json_line):
        yield before + line
        before = ",\n"
    yield "\n]}\n"


def _ndjson(rows: Rows, page: Page) -> Lines:
    return (f"{line}\n" for line in rows.lines(page.query, json_line))


def _csv(rows: Rows, page: Page) -> Lines:
    lines = rows.lines(page.query, csv_line)
    return (f"{line}\r\n" for line in chain([csv_header(given(page.query))], lines))


FORMATS: Mapping[str, Format] = {
    "json": Format("application/json", PAGE, "inline", _json),
    "ndjson": Format("application/x-ndjson", WHOLE, "attachment", _ndjson),
    "csv": Format("text/csv", WHOLE, "attachment", _csv),
    "parquet": Format("application/vnd.apache.parquet", WHOLE, "attachment", None),
}
"""By the ending of the address."""
_BY_MEDIA_TYPE = {each.media_type: ending for ending, each in FORMATS.items()}
_DESCRIBED: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "query", "description": said, "schema": {"type": kind}}
        for name, kind, said in (
            ("select", "string", "Columns to give, between commas."),
            ("sort", "string", "Columns to sort by, between commas; -column: downwards."),
            ("limit", "integer", "How many rows; JSON: 100 unless said, at most 10,000."),
            ("offset", "integer", "How many rows to pass over."),
            ("cursor", "string", "What `next` says."),
        )
    ]
    + [
        {
            "name": "filters", "in": "query", "style": "form", "explode": True,
            "description": "column=value, or column.ne .lt .lte .gt .gte .in .contains .empty",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    ]
}  # fmt: skip

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["rows"],
    responses={
        200: {"content": {each.media_type: {} for each in FORMATS.values()}},
        **BY_TAG,
        **{status: {"model": Problem} for status in (400, 404, 406, 503)},
    },
)


def readable(path: str, described: dict[str, Any] | None = None) -> Callable[[Route], Route]:
    """A route for GET, and for HEAD beside it, which FastAPI does not add by itself."""

    def add(route: Route) -> Route:
        router.get(path, response_class=Response, openapi_extra=described)(route)
        router.head(path, include_in_schema=False)(route)
        return route

    return add


@readable("/datasets/{slug}/rows", _DESCRIBED)
@needs(Deed.READ_PUBLISHED)
def rows(request: Request, hub: HubDep, slug: str) -> Response:
    """Rows in the format the client prefers."""
    ending = _BY_MEDIA_TYPE[negotiation.media_type(request, list(_BY_MEDIA_TYPE))]
    return _answer(request, hub, slug, ending, negotiated=True)


@readable("/datasets/{slug}/rows.{ending}", _DESCRIBED)
@needs(Deed.READ_PUBLISHED)
def rows_as(request: Request, hub: HubDep, slug: str, ending: str) -> Response:
    """Rows as json, ndjson, csv or parquet."""
    if ending not in FORMATS:
        raise NotKnown(f"No format {ending[:20]!r}; known: {', '.join(FORMATS)}")
    return _answer(request, hub, slug, ending, negotiated=False)


@readable("/datasets/{slug}/rows/{number}")
@needs(Deed.READ_PUBLISHED)
def row(
    request: Request, hub: HubDep, slug: str, number: Annotated[int, InPath(ge=1, le=10**9)]
) -> Response:
    """One row by its number in the published file: the header is above it."""
    wanted, file = _ready(hub, slug)
    headers = {"ETag": _etag(hub, wanted, f"row {number}"), **_COMMON}
    if negotiation.has_current(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    with asking(file) as found:
        query = _row_query(found.columns, number)
        line = next(found.lines(query, json_line), None)
    if line is None:
        raise UnknownRow(f"{slug} has no row {number}")
    said = {"dataset": slug, "version": wanted.dataset.version}
    body = json.dumps(said).removesuffix("}") + f', "row": {line}}}\n'
    return Response(body, media_type="application/json", headers=headers)


_COMMON = {"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"}


def _row_query(columns: Sequence[Column], number: int) -> RowQuery:
    numbered = Condition(Column(ROW_NUMBER, ColumnKind.WHOLE), Operator.EQ, (number,))
    return RowQuery(tuple(c for c in columns if c.name != ROW_NUMBER), (numbered,), limit=1)


def _ready(hub: Hub, slug: str) -> tuple[Asked, Path]:
    with hub.reading() as session:
        wanted = flow.find(session, hub.frame, hub.files, slug)
    return wanted, flow.ready(hub.rows, wanted)


def _answer(request: Request, hub: Hub, slug: str, ending: str, *, negotiated: bool) -> Response:
    """The rows that are asked for, with validators.

    The bytes are laid down before the first is sent: a client that stalls holds a file, never one
    of the places for questions; and a question that is too heavy is answered by its status.
    """
    chosen, (wanted, file) = FORMATS[ending], _ready(hub, slug)
    with ExitStack() as cleared:
        folder = Path(cleared.enter_context(TemporaryDirectory(prefix="opendata-hub-")))
        target = folder / f"{slug}.{ending}"
        with asking(file, target=target) as found:
            page = _page(request, hub, found, wanted, chosen)
            headers = _headers(hub, page, f"{ending}?{request.scope['query_string']!r}")
            headers["Content-Disposition"] = f'{chosen.disposition}; filename="{target.name}"'
            if negotiated:
                headers["Vary"] = "Accept"
            if negotiation.has_current(request, headers["ETag"]):
                return Response(status_code=304, headers=headers)
            if request.method == "HEAD":
                return head_only(chosen.media_type, headers)
            if chosen.write:
                body = laid_down(chosen.write(found, page))
                headers["Content-Length"] = str(body.tell())
                return StreamingResponse(
                    blocks(body), media_type=chosen.media_type, headers=headers
                )
            found.write_parquet(page.query, target)
        return FileResponse(
            target,
            media_type=chosen.media_type,
            headers=headers,
            background=BackgroundTask(cleared.pop_all().close),
        )


def _page(request: Request, hub: Hub, rows: Rows, wanted: Asked, chosen: Format) -> Page:
    query = query_from(
        request.query_params.multi_items(),
        rows.columns,
        version=wanted.version,
        sizes=chosen.sizes,
    )
    if query.limit is None:
        return Page(hub.frame.base_url, wanted, query, None, None)
    total, end = rows.total(query), query.offset + query.limit
    following = _address(request, hub, query.cursor(end, wanted.version)) if end < total else None
    return Page(hub.frame.base_url, wanted, query, total, following)


def _address(request: Request, hub: Hub, cursor: str) -> str:
    """The same question, asked from where the cursor is."""
    asked = request.query_params.multi_items()
    kept = [(name, text) for name, text in asked if name not in {"offset", "cursor"}]
    return f"{hub.frame.base_url}{request.url.path}?{urlencode([*kept, ('cursor', cursor)])}"


def _headers(hub: Hub, page: Page, variant: str) -> dict[str, str]:
    headers = {
        "ETag": _etag(hub, page.wanted, variant),
        "Access-Control-Expose-Headers": "ETag, Link",
        **_COMMON,
    }
    if page.following:
        headers["Link"] = f'<{page.following}>; rel="next"'
    return headers


def _etag(hub: Hub, wanted: Asked, variant: str) -> str:
    """A tag of all that the bytes of an answer depend on."""
    parts = (wanted.version, str(wanted.dataset.version), hub.frame.base_url, variant)
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f'"{digest[:20]}"'


def laid_down(parts: Lines) -> SpooledTemporaryFile[bytes]:
    """The document in memory while it is small, else in a file that nobody sees."""
    body: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=SPOOLED_BYTES)  # noqa: SIM115
    for part in parts:
        body.write(part.encode())
    return body


def blocks(body: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    """What was laid down, in pieces of a size that a slow client may hold."""
    with body:
        body.seek(0)
        while block := body.read(BLOCK_BYTES):
            yield block
