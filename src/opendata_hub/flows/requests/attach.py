"""A file comes with a request, or is added to its answer: kept, read, and remembered.

Two steps, so that a large file is read while nobody waits for a transaction: ``examine``, then
``attach`` in the transaction of what it belongs to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import BinaryIO

from sqlmodel import Session

from opendata_hub.adapters import documents, office
from opendata_hub.adapters.files import FileStore, StoredFile
from opendata_hub.adapters.tabular import formats
from opendata_hub.adapters.tabular.personal import personal_data
from opendata_hub.domain.answers.case_file import (
    MOST_FROM_REQUESTER,
    MOST_OF_A_CASE,
    CaseFile,
    Origin,
    safe_name,
)
from opendata_hub.domain.catalog import document
from opendata_hub.domain.catalog.document import Refusal
from opendata_hub.domain.catalog.report import Finding
from opendata_hub.domain.errors import Invalid, NotADocument
from opendata_hub.domain.journal import Kind, text_digest
from opendata_hub.domain.requests.info_request import InfoRequest
from opendata_hub.store import journal
from opendata_hub.store.answers import files as case_files

LIMIT_BYTES = 26_214_400
"""Of one file that comes with a request: what most mail servers still take (25 MB)."""
TABLES: Mapping[str, tuple[str, str]] = {**formats.TEXTS, **formats.OFFICE}
TAKEN: Mapping[str, tuple[str, str]] = {**document.FORMATS, **TABLES}
"""Ending of a file's name to its format and media type: what is read, and can be answered for."""


@dataclass(frozen=True, slots=True)
class ExaminedFile:
    """A file that is kept and read, and not yet remembered. name: fit to be shown."""

    name: str
    media_type: str
    stored: StoredFile
    findings: tuple[Finding, ...]


def examine(
    files: FileStore,
    stream: BinaryIO,
    *,
    file_name: str,
    limit_bytes: int = LIMIT_BYTES,
    language: str = "fr",
) -> ExaminedFile:
    """Keep the bytes and read them for what they carry; needs no session.

    Raises TooLarge past ``limit_bytes``, NotADocument for what is not taken, is not what its name
    says, is encrypted, broken or made to do harm, and NotATable for a table that can't be read.
    """
    name = safe_name(file_name)
    ending = PurePath(name).suffix.lower()
    if ending not in TAKEN:
        raise NotADocument(
            Refusal.UNKNOWN, f"{ending or 'no ending'}: taken are {', '.join(sorted(TAKEN))}"
        )
    stored = files.put(stream, limit_bytes=limit_bytes)
    if stored.size_bytes == 0:
        raise NotADocument(Refusal.BROKEN, "The file is empty")
    _, media_type = TAKEN[ending]
    return ExaminedFile(name, media_type, stored, read(stored.path, name, language))


def read(file: Path, name: str, language: str) -> tuple[Finding, ...]:
    """What was found in the file; raises NotADocument and NotATable."""
    if documents.is_document(name):
        return tuple(document.findings(documents.read(file, file_name=name), language))
    found = personal_data(file, name, language=language)
    if office.may_carry(name):
        return (*found, *office.findings(file, file_name=name, language=language))
    return found


def attach(
    session: Session,
    request: InfoRequest,
    examined: ExaminedFile,
    *,
    origin: Origin,
    person: int | None,
    now: datetime,
    made_from: CaseFile | None = None,
    exceptions: tuple[str, ...] = (),
) -> CaseFile:
    """Remember the file as one of the request, in the transaction of the caller.

    Who may do it is the caller's question: a requester with their request, an officer with a case.
    Raises Invalid when there are too many.
    """
    there = case_files.of_request(session, request.reference)
    most = MOST_FROM_REQUESTER if origin is Origin.REQUESTER else MOST_OF_A_CASE
    if sum(each.origin is origin for each in there) >= most:
        raise Invalid(f"files: at most {most} of them")
    kept = case_files.add(
        session,
        request.reference,
        origin=origin,
        name=examined.name,
        media_type=examined.media_type,
        sha256=examined.stored.sha256,
        size_bytes=examined.stored.size_bytes,
        findings=examined.findings,
        person=person,
        now=now,
        made_from=made_from.id if made_from else None,
        exceptions=exceptions,
    )
    said = {
        "file": str(kept.id), "sha256": kept.sha256, "origin": origin.value,
        "exceptions": ",".join(exceptions),
    }  # fmt: skip
    if origin is Origin.AUTHORITY:  # the requester's is erased with them, and could be guessed
        said["name"] = text_digest(kept.name)
    if made_from:
        said["made_from"] = str(made_from.id)
    journal.append(
        session, Kind.FILE_ADDED, request.reference, said,
        authority=request.authority, person=person, now=now,
    )  # fmt: skip
    return kept
