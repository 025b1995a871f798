"""Who asked, for programs: handed out to themselves, erased by officers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from opendata_hub.domain.errors import TrackingCodeNeeded
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.identities.erase import REASON_LENGTH
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, VisitorDep, bearer, gives, needs
from opendata_hub.web.identities.pages import as_file, erase_wanted, own_data
from opendata_hub.web.shapes import Problem

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["requests"],
    responses={status: {"model": Problem} for status in (401, 404)},
)
officers_router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["desk"],
    dependencies=[Depends(bearer)],
    responses={status: {"model": Problem} for status in (401, 403, 404, 409, 422)},
)


class ErasureIn(BaseModel):
    """Why who asked is erased; kept as a digest, and shown to nobody."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: str = Field(max_length=REASON_LENGTH)


@router.get(
    "/requests/{reference}/data",
    response_class=Response,
    responses=gives("application/json"),
)
@needs(Deed.FOLLOW_WITH_CODE)
def own(
    hub: HubDep,
    visitor: VisitorDep,
    reference: str,
    x_tracking_code: Annotated[str, Header(description="The code of the receipt.")] = "",
) -> Response:
    """All that is kept of who filed the request, for who holds its code."""
    if not x_tracking_code.strip():
        raise TrackingCodeNeeded("Send the tracking code of the receipt: X-Tracking-Code: …")
    return as_file(own_data(hub, visitor, reference, x_tracking_code))


@officers_router.post("/requests/{reference}/erasure", status_code=204)
@needs(Deed.ERASE_IDENTITY)
def erase(hub: HubDep, visitor: VisitorDep, reference: str, body: ErasureIn) -> Response:
    """Erase who asked, as they want it; what was asked and answered stays."""
    erase_wanted(hub, visitor, reference, body.reason)
    return Response(status_code=204)
