"""The stewards' door for tables to fill in: workbooks and CSV files, in three languages."""

import hashlib

from fastapi import APIRouter, Request
from fastapi.responses import Response

from opendata_hub.adapters.template import FORMATS
from opendata_hub.bootstrap import catalog_folders
from opendata_hub.domain.errors import NotKnown
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.catalog.offer import offer
from opendata_hub.web import negotiation
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import BY_TAG, Answers, Door, needs
from opendata_hub.web.shapes import Problem

router = APIRouter(route_class=Door, tags=["catalogue"], responses={404: {"model": Problem}})

CONTENT: Answers = {
    200: {
        "description": "The file, to be saved.",
        "content": {each.media_type.partition(";")[0]: {} for each in FORMATS.values()},
    },
    **BY_TAG,
}


@router.head("/families/{name}/template.{ending}", include_in_schema=False)
@router.get("/families/{name}/template.{ending}", status_code=303, response_class=Response)
@needs(Deed.READ_PUBLISHED)
def template_in_readers_language(request: Request, hub: HubDep, name: str, ending: str) -> Response:
    """Lead to the template in the language of Accept-Language."""
    path = f"families/{hub.table(name).name}/template.{_known(ending)}"
    return negotiation.to_language(request, path)


@router.head("/{language}/families/{name}/template.{ending}", include_in_schema=False)
@router.get(
    "/{language}/families/{name}/template.{ending}", response_class=Response, responses=CONTENT
)
@needs(Deed.READ_PUBLISHED)
def template_file(
    request: Request, hub: HubDep, language: PageLanguage, name: str, ending: str
) -> Response:
    """A family's table to fill in, as xlsx or csv: header, an example row, instructions."""
    offered = offer(
        catalog_folders(hub.settings),
        hub.table(name),
        language=language,
        ending=_known(ending),
    )
    headers = {
        "ETag": f'"{hashlib.sha256(offered.content).hexdigest()}"',
        "Cache-Control": "no-cache",
        "Content-Language": language,
    }
    if negotiation.has_current(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{offered.file_name}"'
    return Response(offered.content, media_type=offered.media_type, headers=headers)


def _known(ending: str) -> str:
    if ending in FORMATS:
        return ending
    raise NotKnown(f"No template {ending[:20]!r}; known: {', '.join(FORMATS)}")
