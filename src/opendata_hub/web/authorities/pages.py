"""What belongs to an authority's page beside its words: its logo."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response

from opendata_hub.domain.errors import NotKnown
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.store.people import authorities
from opendata_hub.web import negotiation
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import Door, needs

SHOWN_DIGEST = 12
"""Letters of the digest in the address of a logo: another picture has another address."""
FOR_EVER, FOR_AN_HOUR = "public, max-age=31536000, immutable", "public, max-age=3600"

router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/publishers/{publisher_id}/logo", methods=["GET", "HEAD"])
@needs(Deed.READ_PUBLISHED)
def logo(
    request: Request, hub: HubDep, publisher_id: str, v: Annotated[str, Query()] = ""
) -> Response:
    """The picture of an authority, which was looked through when it was handed in."""
    hub.authority(publisher_id)
    with hub.reading() as session:
        kept = authorities.logo(session, publisher_id)
    if kept is None:
        raise NotKnown(f"{publisher_id} has no logo")
    is_named = len(v) == SHOWN_DIGEST and kept.sha256.startswith(v)
    headers = {
        "ETag": f'"{kept.sha256}"',
        "Cache-Control": FOR_EVER if is_named else FOR_AN_HOUR,
    }
    if negotiation.has_current(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(hub.files.found(kept.sha256), media_type=kept.media_type, headers=headers)
