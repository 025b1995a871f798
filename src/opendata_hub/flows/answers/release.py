"""A file of an answer is released to the requester or to everybody, taken back, or removed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.answers.case_file import (
    CaseFile,
    Pass,
    Release,
    checked_clearances,
    require_day,
    require_own,
)
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.domain.errors import NotReleasable, WrongMoment
from opendata_hub.domain.journal import Kind, text_digest
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.flows.answers.add_file import handled
from opendata_hub.store import journal
from opendata_hub.store.answers import files as case_files


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to have a file, from which day, and what was found in it and may pass, with why."""

    release: Release
    public_from: date | None = None
    clearances: tuple[Clearance, ...] = ()


def release(
    session: Session,
    reference: str,
    file_id: int,
    wanted: Wanted,
    *,
    by: Visitor,
    today: date,
    now: datetime,
) -> CaseFile:
    """Say who may have the file; private takes it back.

    The requester and everybody get it with the answer, not before. Raises WrongMoment for what the
    requester brought, Invalid for a day or a clearance that can't be, and NotReleasable, which
    tells what stands in the way: fail closed.
    """
    case = handled(session, reference, by=by, to_change=True)
    file = case_files.get(session, case.request.reference, file_id, to_change=True)
    require_own(file)
    public_from = require_day(wanted.release, wanted.public_from, today=today)
    clearances = checked_clearances(file, wanted.clearances)
    if wanted.release is not Release.PRIVATE:
        _require_releasable(file, clearances, wanted.release)
    changed = replace(
        file,
        release=wanted.release,
        public_from=public_from,
        cleared=(*file.cleared, *(Pass(each, wanted.release) for each in clearances)),
        released_at=now if wanted.release is not Release.PRIVATE else file.released_at,
    )
    case_files.set_release(session, changed)
    journal.append(
        session, Kind.FILE_RELEASED, file.reference,
        {
            "file": str(file.id), "release": wanted.release.value,
            "public_from": public_from.isoformat() if public_from else "",
            "cleared": ",".join(f"{each.code}/{each.column or ''}" for each in clearances),
            "reasons": ",".join(text_digest(each.reason) for each in clearances),
            "exceptions": ",".join(file.exceptions),
            "name": text_digest(file.name),
        },
        authority=case.request.authority, person=by.person, now=now,
    )  # fmt: skip
    return changed


def remove(session: Session, reference: str, file_id: int, *, by: Visitor, now: datetime) -> None:
    """Take a file out of the case; raises WrongMoment for what is published or was handed over.

    Its bytes stay among the files for whoever has to prove what was there.
    """
    case = handled(session, reference, by=by, to_change=True)
    file = case_files.get(session, case.request.reference, file_id, to_change=True)
    require_own(file)
    if file.release is not Release.PRIVATE or file.dataset:
        raise WrongMoment("This file is released: take it back first")
    if file.was_handed_over(case.request.events):
        raise WrongMoment("This file was handed over with an answer: it stays in the case")
    case_files.remove(session, file, now)
    journal.append(
        session, Kind.FILE_REMOVED, file.reference, {"file": str(file.id)},
        authority=case.request.authority, person=by.person, now=now,
    )  # fmt: skip


def exceptions_of(files: Iterable[CaseFile]) -> tuple[str, ...]:
    """The codes of the law under which parts of what is handed over were blacked out."""
    released = (each for each in files if each.release is not Release.PRIVATE)
    return tuple(sorted({code for each in released for code in each.exceptions}))


def enclosed_in(files: Iterable[CaseFile]) -> str:
    """The names of what is handed over, for a letter: one after the other."""
    return ", ".join(each.name for each in files if each.release is not Release.PRIVATE)


def _require_releasable(file: CaseFile, clearances: tuple[Clearance, ...], to: Release) -> None:
    if told := file.standing_in_the_way(clearances, to):
        raise NotReleasable(
            f"{file.name}: {', '.join(told)}. Redact it, make a clean copy, or say why it may pass",
            told,
        )
