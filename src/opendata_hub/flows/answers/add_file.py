"""An officer adds a file to a case, or a copy of one with less in it."""

import tempfile
from datetime import datetime
from pathlib import Path, PurePath

from sqlmodel import Session

from opendata_hub.adapters import documents, office
from opendata_hub.adapters.files import FileStore
from opendata_hub.domain.answers.case_file import CaseFile, Origin, require_own
from opendata_hub.domain.answers.redaction import Marks, Redacted
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.flows.requests.act import open_case
from opendata_hub.flows.requests.attach import ExaminedFile, attach, examine
from opendata_hub.store.answers import files as case_files
from opendata_hub.store.requests.cases import Case

MOST_BYTES = 268_435_456
"""Of a copy: pages that became pictures take more room than their text did."""


def handled(session: Session, reference: str, *, by: Visitor, to_change: bool = False) -> Case:
    """A case that the visitor handles; raises Forbidden, and UnknownRequest out of reach."""
    case = open_case(session, reference, by=by, to_change=to_change)
    require(by, Deed.HANDLE_REQUEST, Place(case.request.authority, case.unit))
    return case


def source(session: Session, reference: str, file_id: int, *, by: Visitor) -> tuple[Case, CaseFile]:
    """The case and one of its files, to make a copy of.

    Raises UnknownFile, and WrongMoment for what the requester brought: a copy could be released.
    """
    case = handled(session, reference, by=by)
    file = case_files.get(session, case.request.reference, file_id)
    require_own(file)
    return case, file


def clean_copy(files: FileStore, file: CaseFile, *, language: str) -> ExaminedFile:
    """A copy that shows the same and carries nothing else; needs no session.

    Raises NotADocument, BrokenOffice and UnsafeOffice, and Invalid for a file that carries nothing
    beside what it shows.
    """
    with tempfile.TemporaryDirectory(prefix="clean-") as folder:
        target = Path(folder) / f"clean{PurePath(file.name).suffix}"
        if documents.is_document(file.name):
            documents.write_clean(files.path(file.sha256), target, file_name=file.name)
        elif office.is_office(file.name):
            from opendata_hub.adapters.office import copies

            rows = copies.visible_table(files.path(file.sha256), file_name=file.name)
            target = target.with_suffix(".xlsx")
            copies.write_workbook(rows, target)
        else:
            raise Invalid(f"{file.name}: such a file carries nothing beside what it shows")
        return _examined(files, target, _renamed(file.name, "clean", target.suffix), language)


def redacted_copy(
    files: FileStore, file: CaseFile, marks: Marks, *, language: str
) -> tuple[ExaminedFile, Redacted]:
    """A copy as PDF in which what is marked is gone, and what was done; needs no session.

    marks: as ``domain.answers.redaction.checked`` gives them. Raises NotADocument and NotRedacted.
    """
    with tempfile.TemporaryDirectory(prefix="redacted-") as folder:
        target = Path(folder) / "redacted.pdf"
        done = documents.write_redacted(files.path(file.sha256), target, marks, file_name=file.name)
        name = _renamed(file.name, "redacted", ".pdf")
        return _examined(files, target, name, language), done


def add_file(
    session: Session,
    reference: str,
    examined: ExaminedFile,
    *,
    by: Visitor,
    now: datetime,
    made_from: CaseFile | None = None,
    exceptions: tuple[str, ...] = (),
) -> CaseFile:
    """Add an examined file to the case; it is private until it is released.

    made_from, exceptions: of a copy: the file it was made from, and the codes of the law under
    which parts of it were blacked out.
    """
    case = handled(session, reference, by=by, to_change=True)
    return attach(
        session, case.request, examined,
        origin=Origin.AUTHORITY, person=by.person, now=now, made_from=made_from,
        exceptions=exceptions,
    )  # fmt: skip


def _examined(files: FileStore, copy: Path, name: str, language: str) -> ExaminedFile:
    with copy.open("rb") as stream:
        return examine(files, stream, file_name=name, limit_bytes=MOST_BYTES, language=language)


def _renamed(name: str, word: str, ending: str) -> str:
    return f"{PurePath(name).stem}.{word}{ending}"
