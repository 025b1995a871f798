"""Questions in SPARQL 1.1 over HTTP: GET, and POST as a form or as the query itself."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse
from starlette.exceptions import HTTPException

from opendata_hub.adapters.sparql.endpoint import Result
from opendata_hub.adapters.sparql.worker import GRAPHS, RESULTS
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import BadQuery, NotKnown
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.catalog.serving import query as flow
from opendata_hub.web import negotiation
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.shapes import Problem

BLOCK_BYTES = 262_144
FORM, QUERY = "application/x-www-form-urlencoded", "application/sparql-query"
ASKED = {
    "parameters": [
        {
            "name": "query", "in": "query", "required": True,
            "description": "One query in SPARQL 1.1", "schema": {"type": "string"},
        }
    ]
}  # fmt: skip
POSTED = {
    "requestBody": {
        "required": True,
        "content": {
            QUERY: {"schema": {"type": "string"}},
            FORM: {
                "schema": {
                    "type": "object", "required": ["query"],
                    "properties": {"query": {"type": "string"}},
                }
            },
        },
    }
}  # fmt: skip
"""What the OpenAPI document says is asked: the body is read by hand."""

router = APIRouter(
    route_class=Door,
    tags=["catalogue"],
    responses={
        **{code: {"model": Problem} for code in (400, 404, 406, 422, 503)},
        200: {"content": {media_type: {} for media_type in (*RESULTS, *GRAPHS)}},
    },
)


async def posted(request: Request) -> bytes:
    """The body, which the application has bounded."""
    return await request.body()


@router.get("/sparql", response_class=Response, openapi_extra=ASKED)
@needs(Deed.READ_PUBLISHED)
def ask(request: Request, hub: HubDep) -> Response:
    """Answer ``query``: rows as JSON, XML, CSV or TSV, graphs as Turtle and others, by Accept."""
    return _answer(request, hub, _only(request.url.query))


@router.post(
    "/sparql",
    response_class=Response,
    openapi_extra=POSTED,
    responses={415: {"description": "A body of another media type"}},
)
@needs(Deed.READ_PUBLISHED)
def ask_by_post(request: Request, hub: HubDep, body: Annotated[bytes, Depends(posted)]) -> Response:
    """The same for queries that are too long for an address."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadQuery("The query is not UTF-8") from None
    if kind == FORM:
        return _answer(request, hub, _only(text))
    if kind == QUERY:
        return _answer(request, hub, text)
    raise HTTPException(415, f"Send a query as {QUERY} or {FORM}")


def _only(form: str) -> str:
    """The one query of a form; raises BadQuery for none, several, updates and other graphs."""
    given = parse_qs(form, keep_blank_values=True)
    if "update" in given:
        raise BadQuery("This endpoint is read-only")
    if other := sorted(set(given) & {"default-graph-uri", "named-graph-uri"}):
        raise BadQuery(f"{other[0]}: there is one graph here, the catalogue")
    queries = given.get("query", [])
    if len(queries) != 1:
        raise BadQuery("Give one parameter query, such as ?query=SELECT…")
    return queries[0]


def _answer(request: Request, hub: Hub, query: str) -> Response:
    if not hub.is_sparql_on:
        raise NotKnown("There is no SPARQL endpoint on this hub (OPENDATA_HUB_SPARQL)")
    with hub.reading() as session:
        state = flow.state(session, hub.frame)
    hub.sparql.refresh(state, lambda: _document(hub))
    result = hub.sparql.ask(
        query, results=_best(request, tuple(RESULTS)), graphs=_best(request, tuple(GRAPHS))
    )
    headers = {"Access-Control-Allow-Origin": "*", "Vary": "Accept", "Cache-Control": "no-cache"}
    return StreamingResponse(_blocks(result), media_type=result.media_type, headers=headers)


def _document(hub: Hub) -> Iterator[str]:
    with hub.reading() as session:
        yield from flow.document(session, hub.frame)


def _best(request: Request, offered: tuple[str, ...]) -> str:
    """The best of ``offered`` for the client, or empty: which kind is needed the query decides."""
    try:
        return negotiation.media_type(request, offered)
    except HTTPException:
        return ""


def _blocks(result: Result) -> Iterator[bytes]:
    with result.body as body:
        while block := body.read(BLOCK_BYTES):
            yield block
