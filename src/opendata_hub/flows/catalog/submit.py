"""A steward hands in a file: keep it, check it, remember the report, good or bad."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from sqlmodel import Session

from opendata_hub.adapters import documents, office
from opendata_hub.adapters.files import FileStore, StoredFile
from opendata_hub.adapters.metrics import figures
from opendata_hub.domain.catalog.document import Document, Refusal, findings, refused
from opendata_hub.domain.catalog.family import Family, Holds
from opendata_hub.domain.catalog.report import Report, unreadable
from opendata_hub.domain.catalog.rules.kind import Tables
from opendata_hub.domain.errors import NotADocument
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.store import documents as read_documents
from opendata_hub.store import submissions
from opendata_hub.store.submissions import Submission


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that is kept and checked, and not yet remembered. file_name is its sender's.

    document: what was read in it; None for a table, and for what could not be read.
    """

    file_name: str
    stored: StoredFile
    report: Report
    document: Document | None = None


def examine(
    files: FileStore,
    stream: BinaryIO,
    family: Family,
    *,
    file_name: str,
    limit_bytes: int,
    today: date,
    language: str = "fr",
    tables: Tables | None = None,
) -> Examined:
    """Keep the bytes, then check them; needs no session, for a large file takes its time.

    today:  the day in the authority's time zone, for rules that speak of it.
    tables: what the publisher has published already, for rules that compare with it.
    Raises TooLarge past ``limit_bytes``. A file with faults is no error: its report says so.
    """
    stored = files.put(stream, limit_bytes=limit_bytes)
    with figures.checking(family.name):
        if family.holds is Holds.DOCUMENT:
            return _read(stored, file_name, language)
        report = _checked(stored, family, file_name, language, today, tables)
        return Examined(file_name, stored, report)


def _checked(
    stored: StoredFile,
    family: Family,
    file_name: str,
    language: str,
    today: date,
    tables: Tables | None,
) -> Report:
    """The report on a table, and on what an office file carries beside it."""
    from opendata_hub.adapters.tabular import checking, readings

    report = checking.check(
        stored.path,
        family.schema,
        file_name=file_name,
        how=checking.How(by_name=True, language=language),
        also=[
            readings.by_rules(family.rules, today, tables),
            readings.for_personal_data,
            readings.for_small_counts(family.schema),
        ],
    )
    if not report.is_readable or not office.may_carry(file_name):
        return report
    carried = office.findings(stored.path, file_name=file_name, language=language)
    return report.joined_by(carried)


def _read(stored: StoredFile, file_name: str, language: str) -> Examined:
    """A document with what it carries; one that is not read has that as its only finding."""
    try:
        reading = documents.read(stored.path, file_name=file_name)
    except NotADocument as problem:
        finding = refused(Refusal(problem.finding), language)
        return Examined(file_name, stored, unreadable(finding.code, finding.message))
    found = tuple(findings(reading, language))
    counts = Counter(each.code for each in found)
    report = Report(rows=0, findings=found, total_findings=len(found), counts=counts)
    return Examined(file_name, stored, report, reading.document)


def submit(
    session: Session,
    examined: Examined,
    family: Family,
    *,
    authority: str,
    by: Visitor,
    now: datetime,
) -> Submission:
    """Remember the report on an examined file, and what was read in a document.

    authority: the body in whose name it was handed in. Raises Forbidden to who may not have
    files checked for that body.
    """
    require(by, Deed.CHECK_FILE, Place(authority))
    submission = submissions.add(
        session,
        authority=authority,
        person=by.person,
        family=family.name,
        file_name=examined.file_name,
        sha256=examined.stored.sha256,
        size_bytes=examined.stored.size_bytes,
        report=examined.report,
        now=now,
    )
    if examined.document:
        read_documents.add(session, submission.id, examined.document)
    return submission
