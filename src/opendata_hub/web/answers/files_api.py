"""Files of a case for programs of those who handle it: add, copy with less in it, release."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Query, Response, UploadFile
from fastapi.responses import FileResponse

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.answers import redaction
from opendata_hub.domain.answers.case_file import CaseFile, Release
from opendata_hub.domain.answers.redaction import Marks, Redacted
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.document import day_from
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.texts import LANGUAGES, from_pairs
from opendata_hub.flows.answers import add_file, read_file
from opendata_hub.flows.answers.add_file import handled, source
from opendata_hub.flows.answers.disclose import disclosable, disclose
from opendata_hub.flows.answers.release import Wanted, release, remove
from opendata_hub.flows.catalog import submit
from opendata_hub.flows.catalog.compare import published_tables
from opendata_hub.flows.catalog.publish import Words
from opendata_hub.flows.catalog.serving import rows as rows_flow
from opendata_hub.flows.requests.attach import examine
from opendata_hub.web.answers.serving import bytes_of
from opendata_hub.web.answers.shapes import CaseFileOut, MarksIn, RedactedOut, ReleaseIn
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, VisitorDep, bearer, gives, needs
from opendata_hub.web.requests.requests_api import today_under
from opendata_hub.web.shapes import DatasetOut, Problem

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["desk"],
    dependencies=[Depends(bearer)],
    responses={status: {"model": Problem} for status in (401, 403, 404, 409, 413, 422)},
)
FileId = Annotated[int, Path(ge=1, le=2_147_483_647)]
InLanguage = Annotated[str, Query(description="Of what is said of the findings: ar, fr or en.")]
FILES = "/desk/requests/{reference}/files"
ONE = FILES + "/{file_id}"


@router.get(FILES)
@needs(Deed.READ_REQUEST)
def read_files(hub: HubDep, visitor: VisitorDep, reference: str) -> list[CaseFileOut]:
    """The files of a case, oldest first."""
    with hub.reading() as session:
        return [
            CaseFileOut.of(each) for each in read_file.for_officer(session, reference, by=visitor)
        ]


@router.get(ONE, response_class=FileResponse, responses=gives("*/*"))
@needs(Deed.READ_REQUEST)
def read_bytes(hub: HubDep, visitor: VisitorDep, reference: str, file_id: FileId) -> FileResponse:
    """The bytes of a file of a case."""
    with hub.reading() as session:
        files = read_file.for_officer(session, reference, by=visitor)
    return bytes_of(hub, read_file.one_of(files, file_id))


@router.post(FILES, status_code=201)
@needs(Deed.HANDLE_REQUEST)
def upload(
    hub: HubDep,
    visitor: VisitorDep,
    reference: str,
    file: Annotated[UploadFile, File(description="A document or a table.")],
    language: InLanguage = "fr",
) -> CaseFileOut:
    """Add a file to a case; it is private until it is released."""
    return CaseFileOut.of(added(hub, visitor, reference, file, language))


@router.post(ONE + "/clean", status_code=201)
@needs(Deed.HANDLE_REQUEST)
def make_clean_copy(
    hub: HubDep, visitor: VisitorDep, reference: str, file_id: FileId, language: InLanguage = "fr"
) -> CaseFileOut:
    """A copy that shows the same and carries nothing else."""
    return CaseFileOut.of(cleaned(hub, visitor, reference, file_id, language))


@router.post(ONE + "/redactions", status_code=201)
@needs(Deed.HANDLE_REQUEST)
def make_redacted_copy(
    hub: HubDep,
    visitor: VisitorDep,
    reference: str,
    file_id: FileId,
    body: MarksIn,
    language: InLanguage = "fr",
) -> RedactedOut:
    """A copy as PDF in which words and boxes are blacked out, gone from the file."""
    return RedactedOut.of(*redacted(hub, visitor, reference, file_id, body.value(), language))


@router.put(ONE + "/release")
@needs(Deed.HANDLE_REQUEST)
def set_release(
    hub: HubDep, visitor: VisitorDep, reference: str, file_id: FileId, body: ReleaseIn
) -> CaseFileOut:
    """Say who may have the file; ``private`` takes it back."""
    return CaseFileOut.of(released(hub, visitor, reference, file_id, body.value()))


@router.delete(ONE, status_code=204)
@needs(Deed.HANDLE_REQUEST)
def take_out(hub: HubDep, visitor: VisitorDep, reference: str, file_id: FileId) -> Response:
    """Take a file out of the case; what was released is taken back first."""
    with hub.writing() as session:
        remove(session, reference, file_id, by=visitor, now=clock.now())
    return Response(status_code=204)


@router.post(ONE + "/dataset", status_code=201)
@needs(Deed.PUBLISH)
def publish_file(
    hub: HubDep,
    visitor: VisitorDep,
    reference: str,
    file_id: FileId,
    family: Annotated[
        str, Form(min_length=1, description="Family of tables or kind of documents.")
    ],
    title: Annotated[list[str], Form(min_length=1, description="fr=… ; once for each language.")],
    description: Annotated[list[str] | None, Form(description="fr=… ; as for the title.")] = None,
    slug: Annotated[str, Form(description="The address; made from the title if empty.")] = "",
    day: Annotated[str, Form(description="Of a document: 2026-10-05.")] = "",
    language: InLanguage = "fr",
) -> DatasetOut:
    """Publish a public file of an answer as a dataset; its record says what it answered."""
    words = Words("", from_pairs(title), from_pairs(description or []), slug, day=day_from(day))
    dataset = disclosed(hub, visitor, reference, file_id, family, words, language)
    return DatasetOut.of(dataset, hub.frame.base_url)


def added(hub: Hub, visitor: Visitor, reference: str, file: UploadFile, language: str) -> CaseFile:
    """The file, kept with the case."""
    _require_language(language)
    with hub.reading() as session:
        handled(session, reference, by=visitor)
    examined = examine(
        hub.files, file.file, file_name=file.filename or "",
        limit_bytes=hub.settings.upload_limit_bytes, language=language,
    )  # fmt: skip
    with hub.writing() as session:
        return add_file.add_file(session, reference, examined, by=visitor, now=clock.now())


def cleaned(hub: Hub, visitor: Visitor, reference: str, file_id: int, language: str) -> CaseFile:
    """A clean copy of the file, kept with the case."""
    _require_language(language)
    with hub.reading() as session:
        _, file = source(session, reference, file_id, by=visitor)
    examined = add_file.clean_copy(hub.files, file, language=language)
    with hub.writing() as session:
        return add_file.add_file(
            session, reference, examined,
            by=visitor, now=clock.now(), made_from=file, exceptions=file.exceptions,
        )  # fmt: skip


def redacted(
    hub: Hub, visitor: Visitor, reference: str, file_id: int, marks: Marks, language: str
) -> tuple[CaseFile, Redacted]:
    """A copy in which what is marked is gone, kept with the case, and what was done."""
    _require_language(language)
    with hub.reading() as session:
        case, file = source(session, reference, file_id, by=visitor)
    law = hub.law_named(case.request.law)
    codes = {each.code for each in (*law.exceptions, *law.refusal_grounds)}
    checked = redaction.checked(marks, codes)
    examined, done = add_file.redacted_copy(hub.files, file, checked, language=language)
    found = {box.exception for box in done.boxes}
    with hub.writing() as session:
        kept = add_file.add_file(
            session, reference, examined,
            by=visitor, now=clock.now(), made_from=file,
            exceptions=tuple(sorted(found | set(file.exceptions))),
        )  # fmt: skip
    return kept, done


def released(hub: Hub, visitor: Visitor, reference: str, file_id: int, wanted: Wanted) -> CaseFile:
    """The file with who may have it now."""
    with hub.writing() as session:
        case = handled(session, reference, by=visitor, to_change=True)
        today = today_under(hub, hub.law_named(case.request.law))
        return release(
            session, reference, file_id, wanted, by=visitor, today=today, now=clock.now()
        )


def disclosed(
    hub: Hub,
    visitor: Visitor,
    reference: str,
    file_id: int,
    family_name: str,
    words: Words,
    language: str,
) -> Dataset:
    """The dataset that the file has become; the check itself holds no session open."""
    _require_language(language)
    with hub.reading() as session:
        case, file = disclosable(
            session, reference, file_id, by=visitor, today=clock.today(hub.timezone)
        )
        authority = case.request.authority
        family = hub.family(family_name)
        hub.authority(authority).require_publishes(family.name)
        tables = published_tables(
            session, hub.files, hub.frame.families, family, publisher=authority
        )
    today = today_under(hub, hub.law_named(case.request.law))
    with hub.files.path(file.sha256).open("rb") as stream:
        examined = submit.examine(
            hub.files, stream, family,
            file_name=file.name, limit_bytes=file.size_bytes, today=today, language=language,
            tables=tables,
        )  # fmt: skip
    with hub.writing() as session:
        submission = submit.submit(
            session, examined, family, authority=authority, by=visitor, now=clock.now()
        )
    told = Words(
        authority, words.title, words.description, words.slug,
        clearances=file.cleared_for(Release.PUBLIC), day=words.day,
    )  # fmt: skip
    with hub.writing() as session:
        dataset = disclose(
            session, hub.frame, submission, told,
            reference=reference, file_id=file_id, by=visitor, today=today, now=clock.now(),
        )  # fmt: skip
    hub.index_changes()
    rows_flow.prepare(hub.frame, hub.files, hub.rows, dataset)
    return dataset


def _require_language(language: str) -> None:
    if language not in LANGUAGES:
        raise Invalid(f"language: {language[:20]!r} is not one of {', '.join(LANGUAGES)}")
