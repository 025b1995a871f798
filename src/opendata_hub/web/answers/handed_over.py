"""Files of an answer for who asked, and those that are public for everybody."""

from typing import Annotated

from fastapi import APIRouter, Form, Header, Path, Request
from fastapi.responses import FileResponse, Response

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.answers.case_file import CaseFile
from opendata_hub.domain.errors import TrackingCodeNeeded, UnknownRequest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.flows.answers import read_file
from opendata_hub.web.answers.serving import bytes_of
from opendata_hub.web.answers.shapes import HandedOverOut
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import API, Door, gives, needs
from opendata_hub.web.rendering import page
from opendata_hub.web.shapes import Problem

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["requests"],
    responses={status: {"model": Problem} for status in (401, 404, 422)},
)
page_router = APIRouter(route_class=Door, include_in_schema=False)
FileId = Annotated[int, Path(ge=1, le=2_147_483_647)]
Code = Annotated[str, Header(description="The code of the receipt.")]


@router.get("/requests/{reference}/files")
@needs(Deed.FOLLOW_WITH_CODE)
def read_files(hub: HubDep, reference: str, x_tracking_code: Code = "") -> list[HandedOverOut]:
    """What came with a request and what was handed over, for who holds its code."""
    base = f"{hub.frame.base_url}/api/v1/requests/{reference}/files"
    return [
        HandedOverOut.of(each, f"{base}/{each.id}")
        for each in _theirs(hub, reference, x_tracking_code)
    ]


@router.get(
    "/requests/{reference}/files/{file_id}",
    response_class=FileResponse,
    responses=gives("*/*"),
)
@needs(Deed.FOLLOW_WITH_CODE)
def read_bytes(
    hub: HubDep, reference: str, file_id: FileId, x_tracking_code: Code = ""
) -> FileResponse:
    """The bytes of one of them."""
    return bytes_of(hub, read_file.one_of(_theirs(hub, reference, x_tracking_code), file_id))


@page_router.post("/{language}/requests/{reference}/files/{file_id}")
@needs(Deed.FOLLOW_WITH_CODE)
def read_from_page(
    request: Request,
    hub: HubDep,
    language: PageLanguage,
    reference: str,
    file_id: FileId,
    tracking_code: Annotated[str, Form()] = "",
) -> Response:
    """The same from a page: the code travels in a body, never in an address."""
    try:
        with hub.reading() as session:
            files = read_file.for_requester(session, reference, tracking_code)
    except UnknownRequest as problem:
        return page(
            request, "request_code.html", language,
            status=404, reference=reference, problem=problem.code,
        )  # fmt: skip
    return bytes_of(hub, read_file.one_of(files, file_id))


@router.get("/answers/{reference}/files")
@needs(Deed.READ_PUBLISHED)
def read_public_files(hub: HubDep, reference: str) -> list[HandedOverOut]:
    """What is public of the answer to a request; empty where nothing is."""
    base = f"{hub.frame.base_url}/answers/{reference}"
    return [HandedOverOut.of(each, f"{base}/{each.id}") for each in _public(hub, reference)]


@page_router.api_route("/answers/{reference}/{file_id}", methods=["GET", "HEAD"])
@needs(Deed.READ_PUBLISHED)
def read_public_bytes(hub: HubDep, reference: str, file_id: FileId) -> FileResponse:
    """The bytes of a public file of an answer."""
    return bytes_of(hub, read_file.one_of(_public(hub, reference), file_id), is_public=True)


def _theirs(hub: Hub, reference: str, code: str) -> list[CaseFile]:
    if not code.strip():
        raise TrackingCodeNeeded("Send the tracking code of the receipt: X-Tracking-Code: …")
    with hub.reading() as session:
        return read_file.for_requester(session, reference, code)


def _public(hub: Hub, reference: str) -> list[CaseFile]:
    with hub.reading() as session:
        return read_file.for_everybody(session, reference, today=clock.today(hub.timezone))
