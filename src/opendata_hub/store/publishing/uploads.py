"""Files that come in pieces: where each piece lies among the stored files."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func
from sqlmodel import Session, col, select

from opendata_hub.domain.errors import UnknownUpload
from opendata_hub.domain.publishing.upload import WAITED_FOR, Upload
from opendata_hub.store.tables import DraftRow, UploadPieceRow, UploadRow


def add(
    session: Session, *, key: str, person: int, file_name: str, size_bytes: int, now: datetime
) -> Upload:
    """Begin a file."""
    row = UploadRow(
        key=key, person_id=person, file_name=file_name, size_bytes=size_bytes,
        received_bytes=0, draft_id=None, touched_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _upload(row)


def get(
    session: Session, key: str, person: int, now: datetime, *, to_change: bool = False
) -> Upload:
    """The file of that key; raises UnknownUpload, also where another has begun it, or it is late.

    A used one is there as long as its draft has it: not when the draft is gone, whose number may
    be another's by now, nor when it has another file.
    to_change: nobody else changes it meanwhile.
    """
    question = select(UploadRow).where(
        UploadRow.key == key,
        UploadRow.person_id == person,
        col(UploadRow.touched_at) > now - WAITED_FOR,
        col(UploadRow.is_dropped).is_(False),
        col(UploadRow.draft_id).is_(None) | _its_draft_has_it(),
    )
    if to_change:
        question = question.with_for_update()  # on SQLite whoever writes is alone anyway
    if row := session.exec(question).first():
        return _upload(row)
    raise UnknownUpload("No such file is being sent, or not any more: begin anew")


def unfinished(session: Session, person: int, now: datetime) -> list[Upload]:
    """What that person has begun to send, and has not used; what waits longest comes first."""
    question = (
        select(UploadRow)
        .where(
            UploadRow.person_id == person,
            col(UploadRow.submission_id).is_(None),
            col(UploadRow.draft_id).is_(None),
            col(UploadRow.is_dropped).is_(False),
            col(UploadRow.touched_at) > now - WAITED_FOR,
        )
        .order_by(col(UploadRow.touched_at), col(UploadRow.id))
    )
    return [_upload(row) for row in session.exec(question)]


def dropped_bytes(session: Session, person: int, now: datetime) -> int:
    """How much has come of what that person has dropped since, in bytes."""
    question = select(func.coalesce(func.sum(UploadRow.received_bytes), 0)).where(
        UploadRow.person_id == person,
        col(UploadRow.is_dropped).is_(True),
        col(UploadRow.touched_at) > now - WAITED_FOR,
    )
    return int(session.exec(question).one())


def add_piece(
    session: Session, upload: Upload, sha256: str, size_bytes: int, now: datetime
) -> Upload:
    """Put a stored piece at the end of what has come."""
    row = session.get_one(UploadRow, upload.id)
    piece = UploadPieceRow(
        upload_id=row.id, first_byte=row.received_bytes, sha256=sha256, size_bytes=size_bytes
    )
    row.received_bytes, row.touched_at = row.received_bytes + size_bytes, now
    session.add_all([piece, row])
    session.flush()
    return _upload(row)


def pieces(session: Session, upload: Upload) -> Sequence[str]:
    """The digests of its pieces, in their order."""
    question = (
        select(UploadPieceRow.sha256)
        .where(UploadPieceRow.upload_id == upload.id)
        .order_by(col(UploadPieceRow.first_byte))
    )
    return list(session.exec(question))


def use(session: Session, upload: Upload, draft: int | None, submission: int) -> None:
    """Note as what it was checked, and for which draft, if any; its pieces are needed no more."""
    row = session.get_one(UploadRow, upload.id)
    row.draft_id, row.submission_id = draft, submission
    session.add(row)
    _drop_pieces(session, [upload.id])


def drop(session: Session, upload: Upload) -> None:
    """No more of it comes; its pieces are swept from the stored files a day later.

    Until then it counts as ``dropped_bytes``; where nothing has come, it is forgotten at once.
    """
    if not upload.received_bytes:
        return _remove(session, [upload.id])
    row = session.get_one(UploadRow, upload.id)
    row.is_dropped = True
    session.add(row)
    return _drop_pieces(session, [upload.id])


def forget(session: Session, now: datetime) -> int:
    """Forget those that are waited for no longer; says how many."""
    question = select(UploadRow.id).where(col(UploadRow.touched_at) <= now - WAITED_FOR)
    late = list(session.exec(question))
    _remove(session, late)
    return len(late)


def _its_draft_has_it() -> ColumnElement[bool]:
    return exists().where(
        col(DraftRow.id) == UploadRow.draft_id,
        col(DraftRow.submission_id) == UploadRow.submission_id,
    )


def _remove(session: Session, numbers: Sequence[int]) -> None:
    _drop_pieces(session, numbers)
    session.connection().execute(delete(UploadRow).where(col(UploadRow.id).in_(numbers)))


def _drop_pieces(session: Session, numbers: Sequence[int]) -> None:
    session.flush()
    of_these = col(UploadPieceRow.upload_id).in_(numbers)
    session.connection().execute(delete(UploadPieceRow).where(of_these))


def _upload(row: UploadRow) -> Upload:
    return Upload(
        id=row.id, key=row.key, person=row.person_id, file_name=row.file_name,
        size_bytes=row.size_bytes, received_bytes=row.received_bytes,
        touched_at=row.touched_at, draft=row.draft_id, submission=row.submission_id,
    )  # fmt: skip
