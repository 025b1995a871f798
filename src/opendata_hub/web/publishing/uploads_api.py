"""Large files in pieces: the core of tus 1.0, with creation, expiration, checksum, termination.

Source: https://tus.io/protocols/resumable-upload, version 1.0.0.
"""

import base64
import binascii
import hashlib
import io
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from starlette.datastructures import UploadFile

from opendata_hub import clock
from opendata_hub.adapters.files import StoredFile
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import Invalid, PieceDamaged
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.publishing.upload import LONGEST_NAME, Upload
from opendata_hub.flows.publishing import send_in_pieces
from opendata_hub.web.catalog.datasets_api import REFUSALS, sender_name
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, VisitorDep, needs
from opendata_hub.web.protection.bodies import PIECE_LIMIT_BYTES
from opendata_hub.web.protection.forms import require_token_header

VERSION = "1.0.0"
MEDIA_TYPE = "application/offset+octet-stream"
ONE = "/uploads/{key}"
CHECKSUMS = ("sha1", "sha256")
MOST_BYTES = 2**62
router = APIRouter(prefix=API, route_class=Door, tags=["publishing"], responses=REFUSALS)
Key = Annotated[str, Path(max_length=100)]


def speaks_tus(request: Request) -> None:
    """Raise Invalid for who speaks another version.

    Raise FormExpired for a browser without the token of our forms. No page of another site can
    send such a header unasked.
    """
    if request.headers.get("tus-resumable") != VERSION:
        raise Invalid(f"Tus-Resumable: {VERSION} is spoken here")
    if request.method != "HEAD":
        require_token_header(request)


async def piece_of(request: Request) -> bytes:
    """The bytes that were sent; the gate has counted them."""
    if request.headers.get("content-type", "").lower() != MEDIA_TYPE:
        raise Invalid(f"Content-Type: a piece is sent as {MEDIA_TYPE}")
    return await request.body()


TUS = [Depends(speaks_tus)]


@router.post("/uploads", status_code=201, dependencies=TUS)
@needs(Deed.CHECK_FILE)
def begin(
    hub: HubDep,
    visitor: VisitorDep,
    upload_length: Annotated[int, Header(ge=0, le=MOST_BYTES)],
    upload_metadata: Annotated[str, Header(max_length=2000)] = "",
) -> Response:
    """Announce a file; its address is in ``Location``."""
    with hub.writing() as session:
        upload = send_in_pieces.begin(
            session, file_name=_file_name(upload_metadata), size_bytes=upload_length,
            limit_bytes=hub.settings.upload_limit_bytes, by=visitor, now=clock.now(),
        )  # fmt: skip
    return _told(upload, 201, {"Location": f"{hub.frame.base_url}{API}/uploads/{upload.key}"})


@router.head(ONE, dependencies=TUS)
@needs(Deed.CHECK_FILE)
def how_far(hub: HubDep, visitor: VisitorDep, key: Key) -> Response:
    """How much of it has come, in ``Upload-Offset``."""
    with hub.reading() as session:
        upload = send_in_pieces.found(session, key, by=visitor, now=clock.now())
    return _told(upload, 200, {"Upload-Length": str(upload.size_bytes)})


@router.patch(ONE, status_code=204, dependencies=TUS)
@needs(Deed.CHECK_FILE)
def go_on(
    hub: HubDep,
    visitor: VisitorDep,
    key: Key,
    upload_offset: Annotated[int, Header(ge=0, le=MOST_BYTES)],
    piece: Annotated[bytes, Depends(piece_of)],
    upload_checksum: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """Take a piece at ``Upload-Offset``; it counts when it has come whole."""
    if upload_checksum:
        _require_same(upload_checksum, piece)
    with hub.reading() as session:  # before anything is put
        upload = send_in_pieces.found(session, key, by=visitor, now=clock.now())
    send_in_pieces.require_next(upload, upload_offset, len(piece))
    if piece:
        stored = hub.files.put(io.BytesIO(piece), limit_bytes=PIECE_LIMIT_BYTES)
        upload = _added(hub, visitor, key, stored, upload_offset)
    return _told(upload, 204)


@router.delete(ONE, status_code=204, dependencies=TUS)
@needs(Deed.CHECK_FILE)
def stop(hub: HubDep, visitor: VisitorDep, key: Key) -> Response:
    """Forget a file of which no more will come."""
    with hub.writing() as session:
        send_in_pieces.stop(session, key, by=visitor, now=clock.now())
    return Response(status_code=204, headers={"Tus-Resumable": VERSION})


def _added(hub: Hub, visitor: Visitor, key: str, stored: StoredFile, first_byte: int) -> Upload:
    with hub.writing() as session:
        return send_in_pieces.add_piece(
            session, key, stored, first_byte=first_byte, by=visitor, now=clock.now()
        )


def _told(upload: Upload, status: int, more: Mapping[str, str] | None = None) -> Response:
    headers = {
        "Tus-Resumable": VERSION,
        "Upload-Offset": str(upload.received_bytes),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
        "Cache-Control": "no-store",
    }
    return Response(status_code=status, headers={**headers, **(more or {})})


def _file_name(metadata: str) -> str:
    """What the sender calls the file: ``filename`` and its name in base64."""
    for pair in metadata.split(","):
        name, _, value = pair.strip().partition(" ")
        if name == "filename":
            try:
                told = base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise Invalid("Upload-Metadata: the name of the file is no base64") from None
            return sender_name(UploadFile(io.BytesIO(), filename=told))[-LONGEST_NAME:]
    raise Invalid("Upload-Metadata: say the name of the file as filename")


def _require_same(checksum: str, piece: bytes) -> None:
    kind, _, value = checksum.partition(" ")
    if kind not in CHECKSUMS:
        raise Invalid(f"Upload-Checksum: {' or '.join(CHECKSUMS)}")
    digest = hashlib.new(kind, piece, usedforsecurity=False).digest()
    if base64.b64encode(digest).decode() != value.strip():
        raise PieceDamaged("The piece has changed on its way: send it again")
