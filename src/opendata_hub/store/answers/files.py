"""Files of cases: added, released, removed; their bytes lie among the files."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlmodel import Session, col, select

from opendata_hub.domain.answers.case_file import CaseFile, Origin, Pass, Release
from opendata_hub.domain.catalog.report import Clearance, Finding, Level
from opendata_hub.domain.errors import UnknownFile, UnknownRequest
from opendata_hub.store.requests.cases import events_of
from opendata_hub.store.tables import (
    AuthorityLogoRow,
    CaseFileRow,
    IncomingFileRow,
    InfoRequestRow,
    LetterRow,
    SubmissionRow,
)

AT_ONCE = 1_000
"""Digests in a question: a database takes so many."""


def add(
    session: Session,
    reference: str,
    *,
    origin: Origin,
    name: str,
    media_type: str,
    sha256: str,
    size_bytes: int,
    findings: Sequence[Finding],
    person: int | None,
    now: datetime,
    made_from: int | None = None,
    exceptions: Sequence[str] = (),
) -> CaseFile:
    """Keep that the request has this file; raises UnknownRequest."""
    row = CaseFileRow(
        info_request_id=_request_id(session, reference),
        origin=origin,
        name=name,
        media_type=media_type,
        sha256=sha256,
        size_bytes=size_bytes,
        added_at=now,
        person_id=person,
        findings=[asdict(each) for each in findings],
        cleared=[],
        release=Release.PRIVATE,
        public_from=None,
        made_from=made_from,
        exceptions=list(exceptions),
        removed_at=None,
    )
    session.add(row)
    session.flush()
    return _file(row, reference)


def of_request(session: Session, reference: str) -> list[CaseFile]:
    """The files of a request that were not removed, oldest first."""
    question = (
        select(CaseFileRow)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(CaseFileRow.info_request_id))
        .where(InfoRequestRow.reference == reference, col(CaseFileRow.removed_at).is_(None))
        .order_by(col(CaseFileRow.id))
    )
    return [_file(row, reference) for row in session.exec(question)]


def get(session: Session, reference: str, file_id: int, *, to_change: bool = False) -> CaseFile:
    """That file of that request; raises UnknownFile.

    to_change: nobody else changes it until the end of the transaction.
    """
    return _file(_row(session, reference, file_id, to_change=to_change), reference)


def set_release(session: Session, file: CaseFile) -> None:
    """Keep who may have the file, what was cleared in it, and its place in the catalogue."""
    row = _row(session, file.reference, file.id)
    row.release, row.public_from = file.release, file.public_from
    row.cleared = [
        {**asdict(each.clearance), "cleared_at": None, "to": each.to} for each in file.cleared
    ]
    row.released_at = file.released_at
    row.dataset = file.dataset
    session.add(row)
    session.flush()


def remove(session: Session, file: CaseFile, now: datetime) -> None:
    """Nobody is shown the file any more."""
    row = _row(session, file.reference, file.id)
    row.removed_at, row.release, row.public_from = now, Release.PRIVATE, None
    session.add(row)
    session.flush()


def forget_names(session: Session, reference: str, origins: Collection[Origin]) -> set[str]:
    """Forget all but the bare existence of a request's files from there.

    Gives the digests of the bytes that nothing else here refers to, for the file store to drop.
    """
    rows = session.exec(
        select(CaseFileRow)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(CaseFileRow.info_request_id))
        .where(InfoRequestRow.reference == reference)
        .where(col(CaseFileRow.origin).in_(list(origins)), CaseFileRow.sha256 != "")
    ).all()
    digests = {row.sha256 for row in rows}
    for row in rows:
        row.name, row.sha256, row.findings, row.cleared = "", "", [], []
        row.removed_at = row.removed_at or row.added_at
        row.release, row.public_from = Release.PRIVATE, None
        session.add(row)
    session.flush()
    return digests - in_use(session, digests)


def in_use(session: Session, digests: Collection[str]) -> set[str]:
    """Those of these digests that a file, a letter, a dataset or a mail still refers to."""
    asked = list(digests)
    return {
        digest
        for row in (CaseFileRow, LetterRow, SubmissionRow, IncomingFileRow, AuthorityLogoRow)
        for some in (asked[at : at + AT_ONCE] for at in range(0, len(asked), AT_ONCE))
        for digest in session.exec(select(row.sha256).where(col(row.sha256).in_(some)))
    }


def public(session: Session, references: Sequence[str], today: date) -> list[CaseFile]:
    """The files that everybody may have by now, of many requests at once: two questions."""
    question = (
        select(CaseFileRow, InfoRequestRow.reference)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(CaseFileRow.info_request_id))
        .where(col(InfoRequestRow.reference).in_(references))
        .where(CaseFileRow.release == Release.PUBLIC, col(CaseFileRow.removed_at).is_(None))
        .where(col(CaseFileRow.public_from) <= today)
        .order_by(col(CaseFileRow.id))
    )
    found = session.exec(question).all()
    events = events_of(session, sorted({row.info_request_id for row, _ in found}))
    files = [(_file(row, reference), events[row.info_request_id]) for row, reference in found]
    return [file for file, told in files if file.is_for_everybody(told, today)]


def _row(session: Session, reference: str, file_id: int, *, to_change: bool = False) -> CaseFileRow:
    question = (
        select(CaseFileRow)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(CaseFileRow.info_request_id))
        .where(InfoRequestRow.reference == reference, CaseFileRow.id == file_id)
        .where(col(CaseFileRow.removed_at).is_(None))
    )
    if to_change:
        question = question.with_for_update(of=CaseFileRow)
    if row := session.exec(question).first():
        return row
    raise UnknownFile("No such file of this request")


def _request_id(session: Session, reference: str) -> int:
    found = session.exec(
        select(InfoRequestRow.id).where(InfoRequestRow.reference == reference)
    ).first()
    if found is None:
        raise UnknownRequest("No request with this reference")
    return found


def _file(row: CaseFileRow, reference: str) -> CaseFile:
    return CaseFile(
        id=row.id,
        reference=reference,
        origin=Origin(row.origin),
        name=row.name,
        media_type=row.media_type,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        added_at=row.added_at,
        person=row.person_id,
        findings=tuple(Finding(**{**each, "level": Level(each["level"])}) for each in row.findings),
        cleared=tuple(
            Pass(Clearance(each["code"], each["column"], each["reason"]), Release(each["to"]))
            for each in row.cleared
        ),
        release=Release(row.release),
        public_from=row.public_from,
        made_from=row.made_from,
        exceptions=tuple(row.exceptions),
        dataset=row.dataset,
        released_at=row.released_at,
    )
