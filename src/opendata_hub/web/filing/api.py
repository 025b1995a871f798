"""Filing by a program: a request as JSON, with files or without, once."""

import secrets
from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, File, Form, Header, Response, UploadFile
from pydantic import ValidationError

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.domain.requests.info_request import (
    Channel,
    checked_question,
    require_not_future,
)
from opendata_hub.flows.requests.attach import ExaminedFile, examine
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, VisitorDep, needs
from opendata_hub.web.filing import doing
from opendata_hub.web.filing.doing import Asked
from opendata_hub.web.people.browser import send_then
from opendata_hub.web.requests.requests_api import followed_with, law_for, today_under
from opendata_hub.web.shapes import InfoRequestIn, InfoRequestOut, Problem, ReceiptOut

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["requests"],
    responses={status: {"model": Problem} for status in (400, 401, 409, 413, 422)},
)
WORD_LENGTH = 200
IdempotencyKey = Annotated[
    str,
    Header(
        description="A word of yours for this request: sent again within a day, it is filed once.",
        max_length=WORD_LENGTH,
    ),
]


@router.post("/requests", status_code=201)
@needs(Deed.FILE_REQUEST)
def file_request(
    hub: HubDep,
    visitor: VisitorDep,
    body: InfoRequestIn,
    response: Response,
    tasks: BackgroundTasks,
    idempotency_key: IdempotencyKey = "",
) -> ReceiptOut:
    """File a request; the answer holds its due day, counted, and the code to follow it.

    200 instead of 201: it had been filed under the same ``Idempotency-Key``.
    """
    return _filed(hub, visitor, body, (), response, tasks, idempotency_key)


@router.post("/requests/with-files", status_code=201)
@needs(Deed.FILE_REQUEST)
def file_request_with_files(
    hub: HubDep,
    visitor: VisitorDep,
    request: Annotated[str, Form(min_length=1, description="The same body as JSON.")],
    files: Annotated[
        list[UploadFile], File(min_length=1, description="At most 10, of 25 MB each.")
    ],
    response: Response,
    tasks: BackgroundTasks,
    idempotency_key: IdempotencyKey = "",
) -> ReceiptOut:
    """The same with files, as ``multipart/form-data``."""
    try:
        body = InfoRequestIn.model_validate_json(request)
    except ValidationError as problem:
        faults = problem.errors(include_input=False, include_url=False)
        told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in faults)
        raise Invalid(f"request: {told}") from None
    checked_question(body.question())
    kept = tuple(
        examine(hub.files, each.file, file_name=each.filename or "", language=body.language)
        for each in files
    )
    return _filed(hub, visitor, body, kept, response, tasks, idempotency_key)


def _filed(
    hub: Hub,
    visitor: Visitor,
    body: InfoRequestIn,
    files: Sequence[ExaminedFile],
    response: Response,
    tasks: BackgroundTasks,
    word: str,
) -> ReceiptOut:
    authority = hub.authority(body.authority)
    law = law_for(hub, authority, body.law)
    now, today = clock.now(), today_under(hub, law)
    received_on = _received_on(body, today)
    channel = body.channel or (Channel.PAPER if body.received_on else Channel.API)
    is_entered = body.received_on is not None or channel is not Channel.API
    if is_entered:
        require(visitor, Deed.HANDLE_REQUEST, Place(authority.id, body.unit))
    asked = Asked(
        authority=authority,
        law=law,
        question=body.question(),
        requester=body.requester.value(),
        channel=channel,
        received_on=received_on,
        unit=body.unit,
        owner=None if is_entered else visitor.person,
        by=visitor.person,
        files=files,
    )
    once = doing.of_program(hub, asked, word or secrets.token_urlsafe(16))
    done = doing.filed(hub, asked, once, today=today, now=now)
    if not done.is_new:
        response.status_code = HTTPStatus.OK
    send_then(tasks, hub)
    followed = followed_with(hub, done.reference, done.tracking_code)
    shown = InfoRequestOut.of_request(followed, body.language)
    return ReceiptOut(**shown.model_dump(), tracking_code=done.tracking_code)


def _received_on(body: InfoRequestIn, today: date) -> date:
    """Today, unless a day is named: that of a paper request; raises Invalid, FutureReceipt."""
    if body.received_on is None:
        return today
    try:
        received_on = date.fromisoformat(body.received_on)
    except ValueError:
        raise Invalid("received_on: not a day such as 2026-11-02") from None
    require_not_future(received_on, today=today)
    return received_on
