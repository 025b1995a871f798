"""Files that were handed in, each with its report."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, exists, or_
from sqlmodel import Session, col, select

from opendata_hub.domain.catalog.report import Clearance, Finding, Level, Report
from opendata_hub.domain.errors import UnknownSubmission
from opendata_hub.domain.people.rule import Reach
from opendata_hub.store.tables import (
    CaseFileRow,
    ClearanceRow,
    DatasetRow,
    DatasetVersionRow,
    DocumentRow,
    DraftRow,
    SubmissionRow,
)
from opendata_hub.store.visible import in_reach


@dataclass(frozen=True, slots=True)
class Submission:
    """A file and the report on it, handed in for an authority.

    file_name: the name its sender gave it. is_erased: whether only the report is left, without
    words of the file.
    """

    id: int
    authority: str
    family: str
    file_name: str
    sha256: str
    size_bytes: int
    submitted_at: datetime
    report: Report
    is_erased: bool = False


def add(
    session: Session,
    *,
    authority: str,
    person: int | None,
    family: str,
    file_name: str,
    sha256: str,
    size_bytes: int,
    report: Report,
    now: datetime,
) -> Submission:
    """Keep a report, good or bad, with the file it is about and the account it came from."""
    row = SubmissionRow(
        authority=authority,
        person_id=person,
        family=family,
        file_name=file_name,
        sha256=sha256,
        size_bytes=size_bytes,
        submitted_at=now,
        is_valid=report.is_valid,
        is_readable=report.is_readable,
        is_complete=report.is_complete,
        rows=report.rows,
        total_findings=report.total_findings,
        encoding=report.encoding,
        counts=dict(report.counts),
        slow_because=report.slow_because,
        findings=[asdict(finding) for finding in report.findings],
    )
    session.add(row)
    session.flush()
    return _submission(row)


def get(session: Session, submission_id: int, within: Reach) -> Submission:
    """The submission of that number; raises UnknownSubmission, also where it is out of reach."""
    question = (
        select(SubmissionRow)
        .where(SubmissionRow.id == submission_id)
        .where(in_reach(within, authority=SubmissionRow.authority))
    )
    if row := session.exec(question).first():
        return _submission(row)
    raise UnknownSubmission(f"No report number {submission_id}")


def erase_unused(session: Session, before: datetime, now: datetime, *, most: int) -> int:
    """Erase what files said that came before then and are in no use; returns how many, up to most.

    Digest, size, counts and the places of findings stay; name, messages and what was read in
    documents go. The bytes are dropped with those that no row refers to.
    """
    users = (DatasetRow.submission_id, DraftRow.submission_id)
    is_used = [exists().where(col(user) == col(SubmissionRow.id)) for user in users]
    is_used.append(
        exists().where(
            col(DatasetVersionRow.submission_id) == col(SubmissionRow.id),
            col(DatasetVersionRow.gone) == "",
        )
    )
    is_in_a_case = exists().where(col(CaseFileRow.sha256) == col(SubmissionRow.sha256))
    question = (
        select(SubmissionRow)
        .where(col(SubmissionRow.erased_at).is_(None), col(SubmissionRow.submitted_at) < before)
        .where(~or_(*is_used, is_in_a_case))
        .order_by(col(SubmissionRow.id))
        .limit(most)
        .with_for_update()
    )
    rows = session.exec(question).all()
    for row in rows:
        row.erased_at, row.file_name = now, ""
        row.findings = [{**finding, "message": ""} for finding in row.findings]
    session.flush()
    read = delete(DocumentRow).where(col(DocumentRow.submission_id).in_([row.id for row in rows]))
    session.connection().execute(read)
    return len(rows)


def clear(
    session: Session,
    submission_id: int,
    clearance: Clearance,
    now: datetime,
    *,
    person: int | None,
) -> None:
    """Keep a steward's clearance of a false alarm, with its reason and the steward's account."""
    session.add(
        ClearanceRow(
            submission_id=submission_id,
            code=clearance.code,
            column_name=clearance.column,
            reason=clearance.reason.strip(),
            cleared_at=now,
            person_id=person,
        )
    )
    session.flush()


def clearances(session: Session, submission_id: int) -> list[Clearance]:
    """What was cleared for a submission, oldest first."""
    question = (
        select(ClearanceRow)
        .where(ClearanceRow.submission_id == submission_id)
        .order_by(col(ClearanceRow.id))
    )
    return [
        Clearance(row.code, row.column_name, row.reason, row.cleared_at)
        for row in session.exec(question)
    ]


def _submission(row: SubmissionRow) -> Submission:
    return Submission(
        id=row.id,
        authority=row.authority,
        family=row.family,
        file_name=row.file_name,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        submitted_at=row.submitted_at,
        report=Report(
            rows=row.rows,
            findings=tuple(
                Finding(**{**finding, "level": Level(finding["level"])}) for finding in row.findings
            ),
            total_findings=row.total_findings,
            is_complete=row.is_complete,
            is_readable=row.is_readable,
            encoding=row.encoding,
            counts=row.counts,
            slow_because=row.slow_because,
        ),
        is_erased=row.erased_at is not None,
    )
