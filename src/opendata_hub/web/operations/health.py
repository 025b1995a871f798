"""Whether the process lives, whether it can take calls, and its figures."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from opendata_hub import clock
from opendata_hub.adapters.metrics import figures
from opendata_hub.domain.errors import Forbidden
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.operations.readiness import ready_parts
from opendata_hub.store.operations.standing import standing
from opendata_hub.web.deps import HubDep, served
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.protection.arrival import is_in

READ = ["GET", "HEAD"]
NEVER_KEPT = {"Cache-Control": "no-store"}
RELAYED = ("forwarded", "via", "x-forwarded-for")
"""What a proxy adds. One that nobody told us of would make every visitor the machine itself."""

router = APIRouter(route_class=Door, include_in_schema=False)


@router.api_route("/healthz", methods=READ)
@needs(Deed.READ_PUBLISHED)
async def alive() -> Response:
    """That the process lives; nothing is asked for it."""
    return PlainTextResponse("alive\n", headers=NEVER_KEPT)


@router.api_route("/readyz", methods=READ)
@needs(Deed.READ_PUBLISHED)
def ready(request: Request) -> Response:
    """Whether every part does its work: 200, or 503 with those that do not."""
    hub = served(request)
    parts = ready_parts(hub.reading, hub.files)
    is_ready = all(parts.values())
    said = {name: "ok" if does_work else "failed" for name, does_work in parts.items()}
    return JSONResponse(
        {"ready": is_ready, "parts": said}, 200 if is_ready else 503, headers=NEVER_KEPT
    )


@router.api_route("/metrics", methods=READ)
@needs(Deed.READ_PUBLISHED)
def metrics(request: Request, hub: HubDep) -> Response:
    """The figures of this process and of the hub, for Prometheus."""
    _require_reader(request)
    now = clock.now()
    with hub.reading() as session:
        found = standing(session, today=clock.today(hub.timezone), now=now)
    told = figures.told(found, version=request.app.version, now=now)
    return Response(told, media_type=figures.CONTENT_TYPE, headers=NEVER_KEPT)


def _require_reader(request: Request) -> None:
    """Raise Forbidden unless who asks is one of those that were named, and asks directly."""
    address = request.client.host if request.client else ""
    is_relayed = any(name in request.headers for name in RELAYED)
    if is_relayed or not is_in(address, served(request).settings.metrics_readers):
        raise Forbidden("Figures are given to OPENDATA_HUB_METRICS_NETWORKS only, past any proxy")
