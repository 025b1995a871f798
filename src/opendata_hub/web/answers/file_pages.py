"""The files of a case as officers use them: what each hides, copies with less, who may have it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Request, UploadFile
from fastapi.responses import FileResponse, RedirectResponse, Response

from opendata_hub import clock
from opendata_hub.adapters import documents
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.answers.case_file import MAY_BE_CLEARED, Release
from opendata_hub.domain.answers.redaction import Box, Marks, Phrase
from opendata_hub.domain.catalog.document import day_from
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.domain.errors import HubError, Invalid, NotKnown
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, reach
from opendata_hub.flows.answers import read_file
from opendata_hub.flows.answers.release import Wanted, remove
from opendata_hub.flows.catalog.publish import Words
from opendata_hub.flows.requests.act import open_case
from opendata_hub.flows.requests.attach import TAKEN
from opendata_hub.web.answers.files_api import added, cleaned, disclosed, redacted, released
from opendata_hub.web.answers.serving import bytes_of
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)
FileId = Annotated[int, Path(ge=1, le=2_147_483_647)]
Typed = Annotated[str, Form()]
FILES = "/{language}/desk/{reference}/files"
ONE = FILES + "/{file_id}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What was not done, why, and with which file; what was typed is still there."""

    problem: HubError | None = None
    file_id: int | None = None
    phrases: str = ""
    boxes: str = ""


@router.api_route(FILES, methods=READ)
@needs(Deed.READ_REQUEST)
def read_files(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    missing: str = "",
) -> Response:
    """The files of a case, and what can be done with each."""
    return _page(request, hub, visitor, language, reference, Fault(), missing=missing[:600])


@router.api_route(ONE, methods=READ)
@needs(Deed.READ_REQUEST)
def read_bytes(
    hub: HubDep, visitor: VisitorDep, language: PageLanguage, reference: str, file_id: FileId
) -> FileResponse:
    """The bytes of a file of a case."""
    del language
    with hub.reading() as session:
        files = read_file.for_officer(session, reference, by=visitor)
    return bytes_of(hub, read_file.one_of(files, file_id))


@router.post(FILES)
@needs(Deed.HANDLE_REQUEST)
def upload(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    file: Annotated[UploadFile, File()],
) -> Response:
    """Add a file; a fault is told beside the form."""
    try:
        added(hub, visitor, reference, file, language)
    except Invalid as problem:
        return _page(request, hub, visitor, language, reference, Fault(problem))
    return _back(language, reference)


@router.post(ONE + "/clean")
@needs(Deed.HANDLE_REQUEST)
def make_clean_copy(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    file_id: FileId,
) -> Response:
    """A copy that carries nothing beside what it shows."""
    try:
        cleaned(hub, visitor, reference, file_id, language)
    except Invalid as problem:
        return _page(request, hub, visitor, language, reference, Fault(problem, file_id))
    return _back(language, reference)


@router.post(ONE + "/redact")
@needs(Deed.HANDLE_REQUEST)
def make_redacted_copy(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    file_id: FileId,
    exception: Typed = "",
    phrases: Typed = "",
    boxes: Typed = "",
) -> Response:
    """A copy in which words and boxes are blacked out: one of each a line."""
    try:
        _, done = redacted(
            hub, visitor, reference, file_id, _marks(phrases, boxes, exception), language
        )
    except Invalid as problem:
        fault = Fault(problem, file_id, phrases, boxes)
        return _page(request, hub, visitor, language, reference, fault)
    return _back(language, reference, missing=len(done.missing))


@router.post(ONE + "/release")
@needs(Deed.HANDLE_REQUEST)
def set_release(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    file_id: FileId,
    to: Typed = "",
    public_from: Typed = "",
    clear: Annotated[list[str] | None, Form()] = None,
    reason: Typed = "",
) -> Response:
    """Say who may have the file; what was found and is ticked may pass, for the reason given."""
    try:
        clearances = tuple(_clearance(each, reason) for each in clear or [])
        released(
            hub, visitor, reference, file_id,
            Wanted(_release(to), _day(public_from, to), clearances),
        )  # fmt: skip
    except Invalid as problem:
        return _page(request, hub, visitor, language, reference, Fault(problem, file_id))
    return _back(language, reference)


@router.post(ONE + "/remove")
@needs(Deed.HANDLE_REQUEST)
def take_out(
    hub: HubDep, visitor: VisitorDep, language: PageLanguage, reference: str, file_id: FileId
) -> Response:
    """Take a private file out of the case."""
    with hub.writing() as session:
        remove(session, reference, file_id, by=visitor, now=clock.now())
    return _back(language, reference)


@router.post(ONE + "/publish")
@needs(Deed.PUBLISH)
def publish_file(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    file_id: FileId,
    family: Typed = "",
    title_fr: Typed = "",
    title_ar: Typed = "",
    day: Typed = "",
) -> Response:
    """Publish a public file as a dataset, and go there."""
    titles = {code: said.strip() for code, said in (("fr", title_fr), ("ar", title_ar))}
    words = Words("", {code: said for code, said in titles.items() if said}, {}, day=day_from(day))
    try:
        dataset = disclosed(hub, visitor, reference, file_id, family, words, language)
    except (Invalid, NotKnown) as problem:
        return _page(request, hub, visitor, language, reference, Fault(problem, file_id))
    return RedirectResponse(f"/{language}/datasets/{dataset.slug}", 303)


def _page(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    reference: str,
    fault: Fault,
    *,
    missing: str = "",
) -> Response:
    with hub.reading() as session:
        case = open_case(session, reference, by=visitor)
        files = read_file.for_officer(session, reference, by=visitor)
    law = hub.law_named(case.request.law)
    place = Place(case.request.authority, case.unit)
    families = hub.authority(case.request.authority).families
    answer = page(
        request, "desk_files.html", language,
        status=422 if fault.problem else 200, case=case, files=files, fault=fault,
        handles=reach(visitor, Deed.HANDLE_REQUEST).covers(place),
        publishes=reach(visitor, Deed.PUBLISH).covers(Place(case.request.authority)),
        taken=", ".join(TAKEN), exceptions=(*law.exceptions, *law.refusal_grounds),
        may_be_redacted=documents.may_be_redacted, may_be_cleared=MAY_BE_CLEARED,
        families=[f for f in hub.frame.families.values() if not families or f.name in families],
        missing=missing, releases=Release, today=clock.today(hub.timezone),
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _back(language: str, reference: str, *, missing: int = 0) -> Response:
    told = f"?missing={missing}" if missing else ""
    return RedirectResponse(f"/{language}/desk/{reference}/files{told}", 303)


def _marks(phrases: str, boxes: str, exception: str) -> Marks:
    """Words, one a line; boxes as page and four percentages: ``1: 10 20 50 25``."""
    return Marks(
        tuple(_box(line, exception) for line in boxes.splitlines() if line.strip()),
        tuple(Phrase(line, exception) for line in phrases.splitlines() if line.strip()),
    )


def _box(line: str, exception: str) -> Box:
    number, _, sides = line.partition(":")
    try:
        left, top, right, bottom = (float(each.replace(",", ".")) / 100 for each in sides.split())
        return Box(int(number), left, top, right, bottom, exception)
    except ValueError:
        raise Invalid(
            f"boxes: {line[:40]!r}: write page: left top right bottom, in percent (1: 10 20 50 25)"
        ) from None


def _clearance(place: str, reason: str) -> Clearance:
    code, _, column = place.partition("/")
    return Clearance(code, column or None, reason.strip())


def _release(to: str) -> Release:
    try:
        return Release(to)
    except ValueError:
        raise Invalid("release: choose who may have the file") from None


def _day(text: str, to: str) -> date | None:
    if not text or to != Release.PUBLIC:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"public_from: {text[:20]!r} is no day; write it as 2026-10-05") from None
