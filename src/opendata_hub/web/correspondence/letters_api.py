"""Letters for programs: written, sent by mail, noted as posted; and what became of each."""

from datetime import date
from typing import Any

from fastapi import APIRouter, BackgroundTasks, Depends
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import Session

from opendata_hub import clock
from opendata_hub.adapters.typeset.letters import MEDIA_TYPE
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.correspondence.delivery import Fate, PaperWay, Way
from opendata_hub.domain.correspondence.mail import MailState
from opendata_hub.domain.errors import IdentityErased
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.letter import Particulars
from opendata_hub.flows.answers.fill_letter import filled_in
from opendata_hub.flows.correspondence import send_letter as flow
from opendata_hub.flows.correspondence import settle as settling
from opendata_hub.flows.requests.act import open_case
from opendata_hub.flows.requests.write_letter import Wanted, find, preview
from opendata_hub.store.correspondence import letters as kept_letters
from opendata_hub.store.requests.letters import KeptLetter, of_request
from opendata_hub.web.deps import HubDep, Number
from opendata_hub.web.doors import API, Door, VisitorDep, bearer, needs
from opendata_hub.web.people.browser import send_after, send_then
from opendata_hub.web.shapes import Problem

PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {}}, "description": "PDF/A-2a and PDF/UA-1."}
}
router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["letters"],
    dependencies=[Depends(bearer)],
    responses={status: {"model": Problem} for status in (401, 403, 404, 409, 413, 422)},
)


class LetterIn(BaseModel):
    """Which letter to show, and what its writer says in it; codes are those of the law."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(description="For example refusal; docs/letters.md lists them.")
    language: str = Field(description="ar, fr or en.")
    officer: str = Field(default="", max_length=200, description="Who signs.")
    ground: str = ""
    exceptions: list[str] = Field(default=[], max_length=50)
    reasons: str = ""
    enclosed: str = Field(default="", description="What is handed over, and how.")
    where: str = Field(default="", description="Reference and place of what is published.")
    body: str = Field(default="", description="Who else may hold the information.")
    question: str = Field(default="", description="What is not clear in the request.")
    outcome: str = Field(default="", description="What was decided on a complaint.")

    def value(self) -> Wanted:
        """As the flow's value, not yet checked."""
        said = Particulars(
            ground=self.ground,
            exceptions=tuple(self.exceptions),
            reasons=self.reasons,
            enclosed=self.enclosed,
            where=self.where,
            body=self.body,
            question=self.question,
            outcome=self.outcome,
        )
        return Wanted(self.name, self.language, said)


class LetterSentIn(LetterIn):
    """A letter to be written, and by which way it goes."""

    way: Way = Field(default=Way.PAPER, strict=False, description="email, or paper: to be printed.")


class DeliveryOut(BaseModel):
    """A printed letter that left the house."""

    way: PaperWay
    happened_on: date


class LetterOut(BaseModel):
    """A letter that was written. It names who asked: its file is read apart.

    mail, state, problem: of the mail that carries it; null for one that is printed.
    """

    id: int
    name: str
    language: str
    sha256: str
    size_bytes: int
    written_at: AwareDatetime
    mail: int | None
    state: MailState | None
    problem: str
    deliveries: list[DeliveryOut]

    @classmethod
    def of(cls, letter: KeptLetter, fate: Fate) -> "LetterOut":
        """From a kept letter and what became of it."""
        number, state = fate.mail or (None, None)
        return cls(
            id=letter.id, name=letter.name, language=letter.language, sha256=letter.sha256,
            size_bytes=letter.size_bytes, written_at=letter.written_at, mail=number, state=state,
            problem=fate.problem,
            deliveries=[
                DeliveryOut(way=each.way, happened_on=each.happened_on) for each in fate.deliveries
            ],
        )  # fmt: skip


class DeliveryIn(BaseModel):
    """What became of a printed letter, and on which day."""

    way: PaperWay
    happened_on: date


class SettledIn(BaseModel):
    """What becomes of a mail that is in doubt, failed or bounced."""

    is_sent: bool = Field(description="It arrived; otherwise it is sent once more.")


@router.post("/requests/{reference}/letters/preview", response_class=Response, responses=PDF)
@needs(Deed.HANDLE_REQUEST)
def preview_letter(hub: HubDep, visitor: VisitorDep, reference: str, body: LetterIn) -> Response:
    """A letter as it would go out today; nothing is kept, and who asked is not read."""
    with hub.reading() as session:
        asked = find(session, reference, by=visitor)
        office = hub.office(session, asked, body.officer)
        wanted = filled_in(session, office, asked.reference, body.value())
    today = today_of(hub, office.law)
    pdf = preview(asked, office, wanted, today=today, now=clock.now())
    return pdf_answer(pdf, f"{asked.reference}-{body.name}-{body.language}")


@router.get("/requests/{reference}/letters")
@needs(Deed.READ_REQUEST)
def read_letters(hub: HubDep, visitor: VisitorDep, reference: str) -> list[LetterOut]:
    """The letters on a request, oldest first, and what became of each. Nobody is named."""
    with hub.reading() as session:
        case = open_case(session, reference, by=visitor)
        return written(session, case.request.reference)


@router.post("/requests/{reference}/letters", status_code=201)
@needs(Deed.HANDLE_REQUEST)
def write_letter(
    hub: HubDep, visitor: VisitorDep, reference: str, body: LetterSentIn, tasks: BackgroundTasks
) -> LetterOut:
    """Write a letter and keep it; by e-mail it leaves at once, and there is no way back."""
    letter = write(hub, visitor, reference, body.value(), officer=body.officer, way=body.way)
    send_then(tasks, hub)
    with hub.reading() as session:
        fates = kept_letters.fates(session, letter.reference, clock.now())
    return LetterOut.of(letter, fates[letter.id])


@router.get("/requests/{reference}/letters/{letter}.pdf", response_class=Response, responses=PDF)
@needs(Deed.READ_IDENTITY)
def read_letter(hub: HubDep, visitor: VisitorDep, reference: str, letter: Number) -> Response:
    """A letter as it was written. It names who asked: the journal tells who read it."""
    return file_of(hub, visitor, reference, letter)


@router.post("/requests/{reference}/letters/{letter}/deliveries", status_code=201)
@needs(Deed.HANDLE_REQUEST)
def note_delivery(
    hub: HubDep, visitor: VisitorDep, reference: str, letter: Number, body: DeliveryIn
) -> DeliveryOut:
    """Note that a printed letter was posted or handed over."""
    note(hub, visitor, reference, letter, body.way, body.happened_on)
    return DeliveryOut(way=body.way, happened_on=body.happened_on)


@router.post("/mails/{mail}/settlement", status_code=204)
@needs(Deed.HANDLE_REQUEST)
def settle_mail(hub: HubDep, visitor: VisitorDep, mail: Number, body: SettledIn) -> Response:
    """Say what becomes of a mail about a request that is in doubt, failed or bounced."""
    settle(hub, visitor, mail, is_sent=body.is_sent)
    return Response(status_code=204, background=send_after(hub))


def write(
    hub: Hub, visitor: Visitor, reference: str, wanted: Wanted, *, officer: str, way: Way
) -> KeptLetter:
    """The letter after it was kept; raises what ``flows.correspondence.send_letter`` does."""
    now = clock.now()
    with hub.writing() as session:
        request = find(session, reference, by=visitor)
        office = hub.office(session, request, officer)
        return flow.write(
            session, hub.files, request, office,
            filled_in(session, office, request.reference, wanted),
            way=way, by=visitor, today=today_of(hub, office.law), now=now,
        )  # fmt: skip


def written(session: Session, reference: str) -> list[LetterOut]:
    """The letters on a request, oldest first."""
    fates = kept_letters.fates(session, reference, clock.now())
    return [LetterOut.of(each, fates[each.id]) for each in of_request(session, reference)]


def note(
    hub: Hub, visitor: Visitor, reference: str, letter: int, way: PaperWay, happened_on: date
) -> None:
    """Note that a printed letter left; raises what ``flows.correspondence.send_letter`` does."""
    with hub.writing() as session:
        law = hub.law_named(find(session, reference, by=visitor).law)
        flow.note_delivery(
            session, reference.strip().upper(), letter, way,
            happened_on=happened_on, by=visitor, today=today_of(hub, law), now=clock.now(),
        )  # fmt: skip


def settle(hub: Hub, visitor: Visitor, mail: int, *, is_sent: bool) -> None:
    """Settle a mail about a request; raises what ``flows.correspondence.settle`` does."""
    with hub.writing() as session:
        settling.settle(session, mail, is_sent=is_sent, by=visitor, now=clock.now())


def file_of(hub: Hub, visitor: Visitor, reference: str, letter: int) -> Response:
    """The PDF of a kept letter, read by somebody who may."""
    with hub.writing() as session:
        kept = flow.read_letter(session, reference, letter, by=visitor, now=clock.now())
    name = f"{kept.reference}-{kept.name}-{kept.language}"
    file = hub.files.found(kept.sha256)
    if not file.is_file():
        raise IdentityErased(f"{kept.reference}: who asked was erased, and the letters to them")
    return pdf_answer(file.read_bytes(), name)


def pdf_answer(content: bytes, name: str) -> Response:
    """A PDF that is read in the browser, under that name."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


def today_of(hub: Hub, law: Law) -> date:
    """The day it is in the time zone of the law's jurisdiction."""
    return clock.today(hub.calendar_of(law).timezone)
