"""The mail that waits for an officer: read it, file it, join it to a case, or dismiss it."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.correspondence.incoming import IncomingState
from opendata_hub.domain.correspondence.model_form import read_form
from opendata_hub.domain.errors import HubError, Invalid
from opendata_hub.domain.filing.details import Details
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.requests.info_request import TEXT_LENGTH, Question, Requester
from opendata_hub.flows.correspondence import handle_mail as flow
from opendata_hub.flows.correspondence import receive as receiving
from opendata_hub.flows.correspondence.handle_mail import OpenedMail
from opendata_hub.flows.correspondence.receive import Looked
from opendata_hub.web.deps import HubDep, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.people.browser import lead
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
ON_A_PAGE = 50
router = APIRouter(route_class=Door, include_in_schema=False)


class MailForm(BaseModel):
    """What an officer makes of a mail. do: file, join or dismiss."""

    do: str = ""
    subject: str = ""
    text: str = ""
    written_in: str = ""
    urgency: str = ""
    name: str = ""
    email: str = ""
    address: str = ""
    id_number: str = ""
    unit: str = ""
    reference: str = Field(default="", max_length=100)
    reason: str = Field(default="", max_length=flow.REASON_LENGTH)

    def question(self) -> Question:
        """As the domain's value, not yet checked."""
        text = self.text.replace("\r\n", "\n")
        urgency = self.urgency.strip()
        details = Details(urgency=urgency)
        return Question(self.subject, text, self.written_in, bool(urgency), details)

    def requester(self) -> Requester:
        """As the domain's value, not yet checked."""
        return Requester(self.name, self.email, self.address, self.id_number)


MailNumber = Annotated[int, Path(ge=1, le=2_147_483_647)]


@router.api_route("/{language}/mail", methods=READ)
@needs(Deed.HANDLE_REQUEST)
def read_waiting(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    after: Annotated[int, Query(ge=0, le=2_147_483_647)] = 0,
) -> Response:
    """The mails that wait, in the order in which they came. Nobody is named."""
    with hub.reading() as session:
        found = flow.waiting(session, by=visitor, after=after, most=ON_A_PAGE + 1)
    shown = found[:ON_A_PAGE]
    answer = page(
        request, "mail_waiting.html", language,
        mails=shown, following=shown[-1].id if len(found) > ON_A_PAGE else 0,
        is_fetched=bool(hub.settings.imap_url),
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.api_route("/{language}/mail/{number}", methods=READ)
@needs(Deed.READ_IDENTITY)
def read_mail(
    request: Request, hub: HubDep, visitor: VisitorDep, language: PageLanguage, number: MailNumber
) -> Response:
    """A mail with all that it says; the journal tells who read it."""
    mail = opened(hub, visitor, number)
    content = mail.content
    read = read_form(
        sender=content.sender, sender_name=content.sender_name, subject=content.subject,
        text=content.text,
    )  # fmt: skip
    form = MailForm(
        subject=read.question.subject, text=read.question.text[:TEXT_LENGTH],
        written_in=read.question.language, name=read.requester.name, email=content.sender,
        address=read.requester.address, id_number=read.requester.id_number,
    )  # fmt: skip
    return _page(request, hub, language, mail, form)


@router.post("/{language}/mail/{number}")
@needs(Deed.HANDLE_REQUEST)
def handle(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    number: MailNumber,
    form: Annotated[MailForm, Form()],
) -> Response:
    """Do with the mail what the form says; on a fault show it again with all that was typed."""
    try:
        return lead(hub, f"/{language}/{done(hub, visitor, number, form)}")
    except HubError as problem:
        mail = opened(hub, visitor, number)
        return _page(request, hub, language, mail, form, problem)


def done(hub: Hub, visitor: Visitor, number: int, form: MailForm) -> str:
    """Where to go after it; raises what the flow does."""
    now = clock.now()
    if form.do == "dismiss":
        with hub.writing() as session:
            flow.dismiss_mail(session, number, form.reason, by=visitor, now=now)
        return "mail"
    if form.do not in {"file", "join"}:
        raise Invalid("do: choose what becomes of the mail")
    files = _files(hub, visitor, number, form)
    with hub.writing() as session:
        if form.do == "join":
            reference = flow.join_mail(
                session, number, form.reference, files=files, by=visitor, now=now
            )
        else:
            receipt = flow.file_mail(
                session, hub.desk, number, form.question(), form.requester(),
                unit=form.unit, files=files, by=visitor, now=now,
            )  # fmt: skip
            reference = receipt.request.reference
    return f"desk/{reference}"


def _files(hub: Hub, visitor: Visitor, number: int, form: MailForm) -> tuple[Looked, ...]:
    """The files of the mail, examined before the transaction in which they are attached."""
    with hub.writing() as session:
        found = flow.open_mail(session, hub.desk, number, by=visitor, now=clock.now())
    return receiving.look_again(hub.files, found.files, form.written_in or "fr")


def opened(hub: Hub, visitor: Visitor, number: int) -> OpenedMail:
    """The mail, read by that visitor; raises what ``flow.open_mail`` does."""
    with hub.writing() as session:
        return flow.open_mail(session, hub.desk, number, by=visitor, now=clock.now())


def _page(
    request: Request,
    hub: Hub,
    language: str,
    mail: OpenedMail,
    form: MailForm,
    problem: HubError | None = None,
) -> Response:
    authority = hub.authority(mail.noted.authority)
    answer = page(
        request, "mail_read.html", language, status=409 if problem else 200,
        mail=mail, noted=mail.noted, form=form, problem=problem, authority=authority,
        waits=mail.noted.state is IncomingState.HELD,
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer
