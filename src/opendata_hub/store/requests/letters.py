"""Letters that were written to a requester or an officer; the PDF of each lies among the files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.requests.acts import Act
from opendata_hub.store.tables import EventRow, InfoRequestRow, LetterRow


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A letter as it was kept. sha256: of its PDF, lower-case hex; event: the number of it."""

    id: int
    reference: str
    event: int | None
    name: str
    language: str
    sha256: str
    size_bytes: int
    written_at: datetime
    person: int | None


def add(
    session: Session,
    reference: str,
    *,
    acts: Sequence[Act],
    name: str,
    language: str,
    sha256: str,
    size_bytes: int,
    person: int | None,
    now: datetime,
) -> KeptLetter:
    """Keep that a letter was written on the last event with one of these acts, if it has any."""
    request_id = session.exec(
        select(InfoRequestRow.id).where(InfoRequestRow.reference == reference)
    ).first()
    if request_id is None:
        raise UnknownRequest("No request with this reference")
    event_id = session.exec(
        select(EventRow.id)
        .where(EventRow.info_request_id == request_id)
        .where(col(EventRow.act).in_(list(acts)))
        .order_by(col(EventRow.id).desc())
    ).first()
    row = LetterRow(
        info_request_id=request_id,
        event_id=event_id,
        name=name,
        language=language,
        sha256=sha256,
        size_bytes=size_bytes,
        written_at=now,
        person_id=person,
    )
    session.add(row)
    session.flush()
    return _kept(row, reference)


def of_request(session: Session, reference: str) -> list[KeptLetter]:
    """The letters of a request, oldest first."""
    question = (
        select(LetterRow)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(LetterRow.info_request_id))
        .where(InfoRequestRow.reference == reference)
        .order_by(col(LetterRow.id))
    )
    return [_kept(row, reference) for row in session.exec(question)]


def _kept(row: LetterRow, reference: str) -> KeptLetter:
    return KeptLetter(
        row.id, reference, row.event_id, row.name, row.language, row.sha256, row.size_bytes,
        row.written_at, row.person_id,
    )  # fmt: skip
