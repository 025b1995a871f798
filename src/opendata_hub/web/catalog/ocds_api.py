"""Purchases in the words of OCDS 1.1, for anybody."""

import hashlib
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from opendata_hub.bootstrap import Hub
from opendata_hub.domain.catalog.ocds.release import Teller
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.catalog.serving import tell_ocds
from opendata_hub.web import negotiation
from opendata_hub.web.catalog.documents import head_only
from opendata_hub.web.catalog.rows_api import blocks, laid_down
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, BY_TAG, Door, needs

MEDIA_TYPE = "application/json"

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["rows"],
    responses={200: {"content": {MEDIA_TYPE: {}}}, **BY_TAG},
)


@router.head("/ocds/releases.json", include_in_schema=False)
@router.get("/ocds/releases.json", response_class=Response)
@needs(Deed.READ_PUBLISHED)
def releases(request: Request, hub: HubDep) -> Response:
    """Every purchase that is published here, as an OCDS 1.1 release package."""
    with hub.reading() as session:
        purchases = tell_ocds.find(session)
    headers = {
        "ETag": _etag(hub, purchases),
        "Cache-Control": "no-cache",
        "Access-Control-Allow-Origin": "*",
        "Content-Disposition": 'inline; filename="releases.json"',
    }
    if negotiation.has_current(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if request.method == "HEAD":
        return head_only(MEDIA_TYPE, headers)
    teller = Teller(hub.frame.site.ocds_prefix, hub.ocds, ZoneInfo(hub.timezone))
    body = laid_down(tell_ocds.package(hub.frame, hub.files, hub.rows, purchases, teller))
    headers["Content-Length"] = str(body.tell())
    return StreamingResponse(blocks(body), media_type=MEDIA_TYPE, headers=headers)


def _etag(hub: Hub, purchases: tell_ocds.Purchases) -> str:
    parts = [hub.frame.state, hub.timezone]
    parts += [f"{each.slug} {each.version}" for each in purchases.datasets]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f'"{digest[:20]}"'
