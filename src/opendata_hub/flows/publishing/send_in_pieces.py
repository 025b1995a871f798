"""A large file comes in pieces: it goes on where it stopped, after a lost line or a restart."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore, StoredFile
from opendata_hub.domain.errors import (
    Forbidden,
    TooLarge,
    TooManyUploads,
    UnknownUpload,
    UploadUnfinished,
    WrongOffset,
)
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import require
from opendata_hub.domain.publishing.upload import MOST_OPEN, MOST_TIMES, Upload
from opendata_hub.domain.secret import new_salt
from opendata_hub.store.publishing import uploads


def begin(
    session: Session,
    *,
    file_name: str,
    size_bytes: int,
    limit_bytes: int,
    by: Visitor,
    now: datetime,
) -> Upload:
    """Announce a file; nothing of it is kept yet.

    Of too many that the person has begun, those that wait longest are dropped. Raises TooLarge for
    one past ``limit_bytes``, TooManyUploads where too much has come of dropped ones within a day,
    and Forbidden for a key that is nobody's.
    """
    require(by, Deed.CHECK_FILE)
    person = _person(by)
    if size_bytes > limit_bytes:
        raise TooLarge(f"The file is larger than {limit_bytes:,} bytes")
    _make_room(session, person, MOST_TIMES * limit_bytes - size_bytes, now)
    return uploads.add(
        session, key=new_salt(), person=person, file_name=file_name, size_bytes=size_bytes, now=now
    )


def found(
    session: Session, key: str, *, by: Visitor, now: datetime, to_change: bool = False
) -> Upload:
    """The file that this person sends under the key; raises UnknownUpload for everybody else.

    Raises it as well for a used one whose draft is gone, or has another file by now.
    """
    require(by, Deed.CHECK_FILE)
    return uploads.get(session, key, _person(by), now, to_change=to_change)


def require_next(upload: Upload, first_byte: int, size_bytes: int) -> None:
    """Raise WrongOffset unless a piece follows what has come; TooLarge past what was announced."""
    if first_byte != upload.received_bytes:
        raise WrongOffset(f"The next byte is number {upload.received_bytes:,}, counted from 0")
    if first_byte + size_bytes > upload.size_bytes:
        raise TooLarge(f"The file was announced with {upload.size_bytes:,} bytes")


def add_piece(
    session: Session, key: str, piece: StoredFile, *, first_byte: int, by: Visitor, now: datetime
) -> Upload:
    """Put a stored piece at its place; raises as ``require_next`` does, and UnknownUpload.

    Of two that come for one place, one is taken.
    """
    upload = found(session, key, by=by, now=now, to_change=True)
    require_next(upload, first_byte, piece.size_bytes)
    return uploads.add_piece(session, upload, piece.sha256, piece.size_bytes, now)


def stop(session: Session, key: str, *, by: Visitor, now: datetime) -> None:
    """Drop a file of which no more will come; raises UnknownUpload."""
    uploads.drop(session, found(session, key, by=by, now=now, to_change=True))


def read(session: Session, files: FileStore, upload: Upload) -> BinaryIO:
    """The whole file, read piece by piece; raises UploadUnfinished where some is missing.

    Raises UnknownUpload where it was used already: its pieces are gone.
    """
    if upload.submission is not None:
        raise UnknownUpload("The file was taken already: send it anew")
    if not upload.is_whole:
        raise UploadUnfinished(
            f"{upload.received_bytes:,} of {upload.size_bytes:,} bytes have come so far"
        )
    return io.BufferedReader(_Joined(files, uploads.pieces(session, upload)))


def use(session: Session, upload: Upload, draft: int | None, submission: int) -> None:
    """Note as what the file was checked, and for which draft: sent again, it leads there.

    draft: None for a program, which goes on with the report alone.
    """
    uploads.use(session, upload, draft, submission)


def _make_room(session: Session, person: int, most_bytes: int, now: datetime) -> None:
    """Drop what waits longest until there is room beside it; raises TooManyUploads."""
    waiting = uploads.unfinished(session, person, now)
    lying = uploads.dropped_bytes(session, person, now)
    while len(waiting) >= MOST_OPEN or lying + sum(u.size_bytes for u in waiting) > most_bytes:
        if not waiting:
            raise TooManyUploads("Too much was sent within a day and not used: wait for a day")
        oldest, *waiting = waiting
        uploads.drop(session, oldest)
        lying += oldest.received_bytes


def _person(by: Visitor) -> int:
    if by.person is None:
        raise Forbidden("A file in pieces is sent by somebody with an account")
    return by.person


class _Joined(io.RawIOBase):
    """Stored files one after the other, one open at a time."""

    def __init__(self, files: FileStore, digests: Sequence[str]) -> None:
        self._files, self._left = files, iter(digests)
        self._open: BinaryIO = io.BytesIO()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not (block := self._open.read(len(buffer))):
            self._open.close()
            digest = next(self._left, None)
            if digest is None:
                self._open = io.BytesIO()
                return 0
            self._open = self._files.found(digest).open("rb")
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._open.close()
        super().close()
