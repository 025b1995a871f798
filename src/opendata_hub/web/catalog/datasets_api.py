"""The stewards' door for programs: check a file, publish it, read its report."""

from dataclasses import dataclass
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Depends, File, Form, Path, Query, UploadFile
from sqlmodel import Session
from starlette.datastructures import UploadFile as SentFile

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.catalog.document import day_from
from opendata_hub.domain.catalog.record.described import given_from
from opendata_hub.domain.catalog.report import clearances_from
from opendata_hub.domain.errors import Invalid, UnknownUpload
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, reach, require
from opendata_hub.domain.texts import LANGUAGES, from_pairs
from opendata_hub.flows.catalog import submit as submit_flow
from opendata_hub.flows.catalog.check_links import of_dataset
from opendata_hub.flows.catalog.compare import published_tables
from opendata_hub.flows.catalog.publish import Words, publish
from opendata_hub.flows.catalog.serving import rows as rows_flow
from opendata_hub.flows.catalog.withdraw import require_published, withdraw
from opendata_hub.flows.publishing import send_in_pieces
from opendata_hub.store import datasets, documents, submissions
from opendata_hub.store.submissions import Submission
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, VisitorDep, bearer, needs
from opendata_hub.web.shapes import DatasetOut, LinkOut, Problem, SubmissionOut, WithdrawnOut

REFUSALS: dict[int | str, dict[str, object]] = {
    status: {"model": Problem} for status in (401, 404, 409, 410, 413, 422)
}

router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["publishing"],
    dependencies=[Depends(bearer)],
    responses=REFUSALS,
)

TableFile = Annotated[UploadFile, File(description="A table or a document.")]
SentOrNot = Annotated[UploadFile | None, File(description="A table or a document.")]
UploadKey = Annotated[
    str,
    Form(
        max_length=100,
        description="In place of the file: the key of one that came in pieces (/api/v1/uploads).",
    ),
]
FamilyName = Annotated[str, Form(min_length=1, description="For example association-subsidies.")]
MessageLanguage = Annotated[str, Form(description="Of the messages: ar, fr or en.")]


@router.post("/submissions", status_code=201)
@needs(Deed.CHECK_FILE)
def submit(
    hub: HubDep,
    visitor: VisitorDep,
    family: FamilyName,
    file: SentOrNot = None,
    upload: UploadKey = "",
    publisher: Annotated[str, Form(description="In whose name; the hub's own body if empty.")] = "",
    language: MessageLanguage = "fr",
) -> SubmissionOut:
    """Check a file. The report is kept and answered, whether it is good or bad."""
    authority = publisher or hub.frame.site.publisher
    sent = _Sent(file, upload, family, authority, language)
    return SubmissionOut.of_submission(_submitted(hub, visitor, sent))


@router.get("/submissions/{number}")
@needs(Deed.READ_SUBMISSION)
def submission(
    hub: HubDep, visitor: VisitorDep, number: Annotated[int, Path(ge=1, le=2_147_483_647)]
) -> SubmissionOut:
    """A report as it is kept, for those of the body it was handed in for."""
    within = reach(visitor, Deed.READ_SUBMISSION)
    with hub.reading() as session:
        return SubmissionOut.of_submission(
            submissions.get(session, number, within), submissions.clearances(session, number)
        )


@router.post("/datasets", status_code=201)
@needs(Deed.PUBLISH)
def publish_dataset(
    hub: HubDep,
    visitor: VisitorDep,
    family: FamilyName,
    publisher: Annotated[str, Form(min_length=1, description="Id of a publisher of this hub.")],
    title: Annotated[list[str], Form(min_length=1, description="fr=… ; once for each language.")],
    file: SentOrNot = None,
    upload: UploadKey = "",
    description: Annotated[list[str] | None, Form(description="fr=… ; as for the title.")] = None,
    slug: Annotated[str, Form(description="The address; made from the title if empty.")] = "",
    replace: Annotated[bool, Form(description="Replace the dataset at that address.")] = False,
    clear: Annotated[list[str] | None, Form(description="personal-phone/column=reason")] = None,
    described: Annotated[str, Form(description="Further fields of the record, as JSON.")] = "",
    day: Annotated[str, Form(description="Of a document: 2026-10-05.")] = "",
    again: Annotated[bool, Form(description="Bring back what was withdrawn there.")] = False,
    language: MessageLanguage = "fr",
) -> DatasetOut:
    """Check a file and, when it is sound, publish it. A refused file stays with its report."""
    words = Words(
        publisher, from_pairs(title), from_pairs(description or []), slug, replace,
        clearances_from(clear or []), given_from(described) if described else None,
        day_from(day), again,
    )  # fmt: skip
    require(visitor, Deed.PUBLISH, Place(publisher))
    hub.authority(publisher).require_publishes(family)  # before a large file is looked at
    submission = _submitted(hub, visitor, _Sent(file, upload, family, publisher, language))
    with hub.writing() as session:
        dataset = publish(session, hub.frame, submission, words, by=visitor, now=clock.now())
        document = documents.find(session, submission.id)
    hub.index_changes()
    rows_flow.prepare(hub.frame, hub.files, hub.rows, dataset)
    return DatasetOut.of(dataset, hub.frame.base_url, document)


@router.delete("/datasets/{slug}")
@needs(Deed.WITHDRAW)
def withdraw_dataset(
    hub: HubDep,
    visitor: VisitorDep,
    slug: str,
    reason: Annotated[str, Query(description="Readers will see it.")],
) -> WithdrawnOut:
    """Withdraw a dataset and leave a tombstone. Publishing there ``again`` undoes it."""
    with hub.writing() as session:
        left = withdraw(session, hub.frame, slug, reason=reason, by=visitor, now=clock.now())
    hub.index_changes()
    return WithdrawnOut.of(left, hub.frame.base_url)


public_router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["catalogue"],
    responses={404: {"model": Problem}, 410: {"model": Problem}},
)


@public_router.get("/datasets/{slug}")
@needs(Deed.READ_PUBLISHED)
def read_dataset(hub: HubDep, slug: str) -> DatasetOut:
    """What is published at that address, in short; the full record is at ``url``."""
    with hub.reading() as session:
        require_published(session, slug)
        found = datasets.get(session, slug)
        document = documents.find(session, found.submission_id)
        links = [LinkOut.of(each) for each in of_dataset(session, hub.frame, found)]
    return DatasetOut.of(found, hub.frame.base_url, document).model_copy(update={"links": links})


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a program hands in: a file, or the key of one that has come in pieces."""

    file: SentFile | None
    key: str
    family: str
    publisher: str
    language: str


def _submitted(hub: Hub, visitor: Visitor, sent: _Sent) -> Submission:
    """Keep, check, remember it; a key that was used for the same leads to the same report.

    Raises UnknownUpload, UploadUnfinished where pieces are missing, and Invalid for both or none.
    """
    if bool(sent.key) == (sent.file is not None):
        raise Invalid("file, upload: send a file, or the key of one that has come in pieces")
    if sent.file is not None:
        return submitted(hub, visitor, sent.file, sent.family, sent.language, sent.publisher)
    with hub.reading() as session:
        upload = send_in_pieces.found(session, sent.key, by=visitor, now=clock.now())
        if upload.submission is not None:
            return _checked_before(session, visitor, sent, upload.submission)
        stream = send_in_pieces.read(session, hub.files, upload)
    checked = submitted_as(
        hub, visitor, stream, upload.file_name, sent.family, sent.language, sent.publisher
    )
    with hub.writing() as session:
        upload = send_in_pieces.found(
            session, sent.key, by=visitor, now=clock.now(), to_change=True
        )
        if upload.submission is not None:  # the same call came twice at once
            return _checked_before(session, visitor, sent, upload.submission)
        send_in_pieces.use(session, upload, None, checked.id)
    return checked


def _checked_before(session: Session, visitor: Visitor, sent: _Sent, number: int) -> Submission:
    found = submissions.get(session, number, reach(visitor, Deed.READ_SUBMISSION))
    if (found.family, found.authority) != (sent.family, sent.publisher):
        raise UnknownUpload("The file was checked for another family or body: send it anew")
    return found


def sender_name(file: SentFile) -> str:
    """What the sender calls a file, fit to be shown."""
    return "".join(c if c.isprintable() else "_" for c in file.filename or "")[-200:]


def require_language(language: str) -> None:
    """Raise Invalid unless messages are spoken in that language."""
    if language not in LANGUAGES:
        raise Invalid(f"language: {language[:20]!r} is not one of {', '.join(LANGUAGES)}")


def submitted(
    hub: Hub, visitor: Visitor, file: SentFile, family_name: str, language: str, publisher: str
) -> Submission:
    """Keep, check, remember what somebody has sent."""
    return submitted_as(
        hub, visitor, file.file, sender_name(file), family_name, language, publisher
    )


def submitted_as(
    hub: Hub,
    visitor: Visitor,
    stream: BinaryIO,
    file_name: str,
    family_name: str,
    language: str,
    publisher: str,
) -> Submission:
    """The same for bytes under a name: the check itself holds no session open."""
    hub.frame.site.publisher_named(publisher)
    require(visitor, Deed.CHECK_FILE, Place(publisher))
    require_language(language)
    family = hub.family(family_name)
    with hub.reading() as session:
        tables = published_tables(
            session, hub.files, hub.frame.families, family, publisher=publisher
        )
    examined = submit_flow.examine(
        hub.files,
        stream,
        family,
        file_name=file_name,
        limit_bytes=hub.settings.upload_limit_bytes,
        today=clock.today(hub.timezone),
        language=language,
        tables=tables,
    )
    with hub.writing() as session:
        return submit_flow.submit(
            session, examined, family, authority=publisher, by=visitor, now=clock.now()
        )
