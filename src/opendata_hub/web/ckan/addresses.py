"""``/dataset/NAME`` and ``/organization/NAME``: where CKAN's clients and its readers look."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import STRANGER
from opendata_hub.flows.ckan.show import shown_in
from opendata_hub.web.ckan.call import Call
from opendata_hub.web.ckan.packages import name_of
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import Door, needs
from opendata_hub.web.negotiation import to_language

router = APIRouter(route_class=Door, include_in_schema=False)


@router.get("/dataset", response_class=Response)
@needs(Deed.READ_PUBLISHED)
def datasets(request: Request) -> Response:
    """To the list of datasets."""
    return to_language(request, "datasets")


@router.get("/dataset/{name_or_id}", response_class=Response)
@needs(Deed.READ_PUBLISHED)
def dataset(hub: HubDep, name_or_id: str) -> Response:
    """To the dataset of that name or id, which answers for itself."""
    with hub.reading() as session:
        shown = shown_in(session, hub.frame)
        name = name_of(session, shown, Call(hub, STRANGER, {}), name_or_id)
    return RedirectResponse(f"/datasets/{quote(name, safe='')}", 301)


@router.get("/organization/{name}", response_class=Response)
@needs(Deed.READ_PUBLISHED)
def organization(request: Request, name: str) -> Response:
    """To the page of the authority of that name."""
    return to_language(request, f"publishers/{quote(name, safe='')}")
