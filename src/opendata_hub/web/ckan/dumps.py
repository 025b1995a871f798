"""``/datastore/dump/ID``: all rows of a table as a file, where CKAN has it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from opendata_hub.adapters.rows.ask import asking
from opendata_hub.domain.catalog.rows.column import ROW_NUMBER
from opendata_hub.domain.catalog.rows.query import LARGEST_COUNT, RowQuery
from opendata_hub.domain.errors import NotKnown
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import STRANGER
from opendata_hub.web.catalog.rows_api import blocks, laid_down
from opendata_hub.web.ckan.call import Call
from opendata_hub.web.ckan.datastore import dumped, table_of
from opendata_hub.web.ckan.envelope import CORS
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import Door, needs

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/json",
}

router = APIRouter(route_class=Door, include_in_schema=False)


@router.get("/datastore/dump/{resource_id}", response_class=Response)
@needs(Deed.READ_PUBLISHED)
def dump(request: Request, hub: HubDep, resource_id: str) -> Response:
    """The rows as csv (unless said), tsv or json; ``limit`` and ``offset`` cut a piece out."""
    call = Call(hub, STRANGER, dict(request.query_params))
    form = call.text("format", "csv")
    if form not in MEDIA_TYPES:
        raise NotKnown(f"No format {form[:20]!r}; known: {', '.join(MEDIA_TYPES)}")
    limit = call.count("limit", LARGEST_COUNT, most=LARGEST_COUNT)
    offset = call.count("offset", 0, most=LARGEST_COUNT)
    _, file = table_of(call, resource_id)
    with asking(file) as rows:
        columns = tuple(each for each in rows.columns if each.name != ROW_NUMBER)
        query = RowQuery(columns, limit=limit, offset=offset)
        body = laid_down(dumped(rows, query, form))
    name = f'attachment; filename="{resource_id}.{form}"'
    headers = {**CORS, "Content-Disposition": name, "Cache-Control": "no-cache"}
    return StreamingResponse(blocks(body), media_type=MEDIA_TYPES[form], headers=headers)
