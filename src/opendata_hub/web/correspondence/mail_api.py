"""The mail that waits, for programs: listed, read, filed, joined to a case, or dismissed."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Query
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from opendata_hub import clock
from opendata_hub.domain.correspondence.incoming import IncomingState, Why
from opendata_hub.domain.filing.details import Details
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.requests.info_request import Question, Requester
from opendata_hub.flows.correspondence import handle_mail as flow
from opendata_hub.flows.correspondence import receive as receiving
from opendata_hub.store.correspondence.incoming import Noted
from opendata_hub.web.correspondence.mail_pages import MailForm, MailNumber, done, opened
from opendata_hub.web.deps import HubDep
from opendata_hub.web.doors import API, Door, VisitorDep, bearer, needs
from opendata_hub.web.people.browser import send_then
from opendata_hub.web.shapes import Problem, RequesterIn

ON_A_PAGE, MOST = 50, 500
router = APIRouter(
    prefix=API,
    route_class=Door,
    tags=["desk"],
    dependencies=[Depends(bearer)],
    responses={status: {"model": Problem} for status in (401, 403, 404, 409, 422)},
)


class MailOut(BaseModel):
    """A mail that came in. Nobody is named in it."""

    number: int
    authority: str
    state: IncomingState
    why: Why
    reference: str = Field(description="Of the request that it became or belongs to.")
    language: str
    may_be_urgent: bool
    received_at: AwareDatetime
    size_bytes: int

    @classmethod
    def of(cls, mail: Noted) -> "MailOut":
        """From a mail as lists show it."""
        return cls(
            number=mail.id, authority=mail.authority, state=mail.state, why=mail.why,
            reference=mail.reference, language=mail.language, may_be_urgent=mail.is_urgent,
            received_at=mail.received_at, size_bytes=mail.size_bytes,
        )  # fmt: skip


class MailsOut(BaseModel):
    """Mails in the order in which they came; ``next`` is the ``after`` of the following page."""

    mails: list[MailOut]
    next: int | None


class MailFileOut(BaseModel):
    """A file of a mail. problem: why it is not taken; empty where it is."""

    name: str
    media_type: str
    size_bytes: int
    problem: str


class WholeMailOut(MailOut):
    """A mail with all that it says: reading it leaves an entry in the journal."""

    came_on: date
    sender: str
    sender_name: str
    subject: str
    text: str
    files: list[MailFileOut]


class MailFilingIn(BaseModel):
    """The request that a mail is, with what it did not say itself."""

    model_config = ConfigDict(extra="forbid", strict=True)

    subject: str
    text: str
    language: str
    requester: RequesterIn
    urgency: str = Field(default="", description="Why it is urgent; empty for an ordinary one.")
    unit: str = ""


class MailJoiningIn(BaseModel):
    """The request that a mail belongs to."""

    reference: str = Field(max_length=100)


class MailDismissalIn(BaseModel):
    """Why a mail is no request."""

    reason: str = Field(min_length=1, max_length=flow.REASON_LENGTH)


class MadeOut(BaseModel):
    """The request that a mail became or belongs to."""

    reference: str


@router.get("/desk/mails")
@needs(Deed.HANDLE_REQUEST)
def read_waiting(
    hub: HubDep,
    visitor: VisitorDep,
    *,
    after: Annotated[int, Query(ge=0, le=2_147_483_647)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = ON_A_PAGE,
) -> MailsOut:
    """The mails in reach that wait for an officer."""
    with hub.reading() as session:
        found = flow.waiting(session, by=visitor, after=after, most=limit + 1)
    shown = found[:limit]
    return MailsOut(
        mails=list(map(MailOut.of, shown)), next=shown[-1].id if len(found) > limit else None
    )


@router.get("/desk/mails/{number}")
@needs(Deed.READ_IDENTITY)
def read_mail(hub: HubDep, visitor: VisitorDep, number: MailNumber) -> WholeMailOut:
    """A mail with all that it says."""
    mail = opened(hub, visitor, number)
    content = mail.content
    return WholeMailOut(
        **MailOut.of(mail.noted).model_dump(),
        came_on=mail.came_on,
        sender=content.sender,
        sender_name=content.sender_name,
        subject=content.subject,
        text=content.text,
        files=[
            MailFileOut(
                name=each.name, media_type=each.media_type, size_bytes=each.size_bytes,
                problem=each.problem,
            )
            for each in mail.files
        ],
    )  # fmt: skip


@router.post("/desk/mails/{number}/filing", status_code=201)
@needs(Deed.HANDLE_REQUEST)
def file_mail(
    hub: HubDep, visitor: VisitorDep, number: MailNumber, body: MailFilingIn, tasks: BackgroundTasks
) -> MadeOut:
    """File it as a request, with the day on which it came; the receipt answers it."""
    files = receiving.look_again(hub.files, opened(hub, visitor, number).files, body.language)
    asked = Question(
        body.subject, body.text, body.language, bool(body.urgency), Details(urgency=body.urgency)
    )
    requester: Requester = body.requester.value()
    with hub.writing() as session:
        receipt = flow.file_mail(
            session, hub.desk, number, asked, requester,
            unit=body.unit, files=files, by=visitor, now=clock.now(),
        )  # fmt: skip
    send_then(tasks, hub)
    return MadeOut(reference=receipt.request.reference)


@router.post("/desk/mails/{number}/joining")
@needs(Deed.HANDLE_REQUEST)
def join_mail(hub: HubDep, visitor: VisitorDep, number: MailNumber, body: MailJoiningIn) -> MadeOut:
    """Let it belong to a request."""
    form = MailForm(do="join", reference=body.reference)
    return MadeOut(reference=done(hub, visitor, number, form).rpartition("/")[2])


@router.post("/desk/mails/{number}/dismissal", status_code=204)
@needs(Deed.HANDLE_REQUEST)
def dismiss_mail(
    hub: HubDep, visitor: VisitorDep, number: MailNumber, body: MailDismissalIn
) -> Response:
    """Note that it is no request, and why."""
    done(hub, visitor, number, MailForm(do="dismiss", reason=body.reason))
    return Response(status_code=204)
