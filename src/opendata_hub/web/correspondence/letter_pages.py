"""Letters as officers write them: look at one, let it go, note what became of it."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from opendata_hub import clock
from opendata_hub.adapters.typeset.letters import MEDIA_TYPE
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.correspondence.delivery import PaperWay, Way
from opendata_hub.domain.errors import HubError, Invalid
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.law import Ground, Law
from opendata_hub.domain.requests.letter import SAID, Particulars, Place, Template, event_told
from opendata_hub.domain.requests.timeline import Event
from opendata_hub.flows.answers.fill_letter import filled_in
from opendata_hub.flows.requests.write_letter import Wanted, find, preview
from opendata_hub.store.correspondence import correspondents
from opendata_hub.web.correspondence.letters_api import file_of, note, settle, today_of, write
from opendata_hub.web.deps import HubDep, Number, PageLanguage
from opendata_hub.web.doors import Door, VisitorDep, needs
from opendata_hub.web.people.browser import lead
from opendata_hub.web.rendering import page

READ = ["GET", "HEAD"]
router = APIRouter(route_class=Door, include_in_schema=False)
Typed = Annotated[str, Form()]
LONGEST = 20_000


class LetterForm(BaseModel):
    """What stands in the form of a letter. do: preview, email or paper."""

    do: str = ""
    written_in: str = ""
    officer: str = Field(default="", max_length=200)
    ground: str = ""
    exceptions: list[str] = Field(default=[], max_length=50)
    reasons: str = Field(default="", max_length=LONGEST)
    enclosed: str = Field(default="", max_length=LONGEST)
    where: str = Field(default="", max_length=LONGEST)
    body: str = Field(default="", max_length=LONGEST)
    question: str = Field(default="", max_length=LONGEST)
    outcome: str = Field(default="", max_length=LONGEST)

    def wanted(self, name: str) -> Wanted:
        """As the flow's value, not yet checked."""
        said = Particulars(
            ground=self.ground, exceptions=tuple(self.exceptions), reasons=self.reasons,
            enclosed=self.enclosed, where=self.where, body=self.body, question=self.question,
            outcome=self.outcome,
        )  # fmt: skip
        return Wanted(name, self.written_in, said)


@router.api_route("/{language}/desk/{reference}/letters/{name}", methods=READ)
@needs(Deed.HANDLE_REQUEST)
def open_letter(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    name: str,
) -> Response:
    """The form of a letter: what its writer says, beside what the hub knows."""
    with hub.reading() as session:
        asked = find(session, reference, by=visitor)
        form = LetterForm(written_in=asked.question.language)
        said = filled_in(
            session, hub.office(session, asked), asked.reference, form.wanted(name)
        ).said
    form = form.model_copy(update={"exceptions": list(said.exceptions), "enclosed": said.enclosed})
    return _form(request, hub, visitor, language, reference, form.wanted(name), form)


@router.post("/{language}/desk/{reference}/letters/{name}")
@needs(Deed.HANDLE_REQUEST)
def write_letter(
    request: Request,
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    name: str,
    form: Annotated[LetterForm, Form()],
) -> Response:
    """Show the letter, or let it go; on a fault show the form with all that was typed."""
    wanted = form.wanted(name)
    try:
        if form.do == "preview":
            return _preview(hub, visitor, reference, wanted, form.officer)
        if form.do not in set(Way):
            raise Invalid("do: choose to look at the letter, to send it or to print it")
        write(hub, visitor, reference, wanted, officer=form.officer, way=Way(form.do))
    except HubError as problem:
        return _form(request, hub, visitor, language, reference, wanted, form, problem)
    return lead(hub, f"/{language}/desk/{reference}#letters")


@router.api_route("/{language}/desk/{reference}/letter-files/{letter}", methods=READ)
@needs(Deed.READ_IDENTITY)
def read_letter(
    hub: HubDep, visitor: VisitorDep, language: PageLanguage, reference: str, letter: Number
) -> Response:
    """A letter as it was written, to be read or printed."""
    del language  # the letter has its own
    return file_of(hub, visitor, reference, letter)


@router.post("/{language}/desk/{reference}/letter-files/{letter}")
@needs(Deed.HANDLE_REQUEST)
def note_delivery(
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    letter: Number,
    way: Typed = "",
    day: Typed = "",
) -> Response:
    """Note that a printed letter was posted or handed over."""
    try:
        chosen, happened_on = PaperWay(way), date.fromisoformat(day)
    except ValueError:
        raise Invalid("way, day: say what became of the letter, and on which day") from None
    note(hub, visitor, reference, letter, chosen, happened_on)
    return RedirectResponse(f"/{language}/desk/{reference}#letters", 303)


@router.post("/{language}/desk/{reference}/mails/{mail}")
@needs(Deed.HANDLE_REQUEST)
def settle_mail(
    hub: HubDep,
    visitor: VisitorDep,
    language: PageLanguage,
    reference: str,
    mail: Number,
    become: Typed = "",
) -> Response:
    """Say what becomes of a mail that is in doubt, failed or bounced."""
    if become not in {"sent", "again"}:
        raise Invalid("become: sent or again")
    settle(hub, visitor, mail, is_sent=become == "sent")
    return lead(hub, f"/{language}/desk/{reference}#letters")


def _preview(hub: Hub, visitor: Visitor, reference: str, wanted: Wanted, officer: str) -> Response:
    with hub.reading() as session:
        asked = find(session, reference, by=visitor)
        office = hub.office(session, asked, officer)
        wanted = filled_in(session, office, asked.reference, wanted)
    today = today_of(hub, office.law)
    pdf = preview(asked, office, wanted, today=today, now=clock.now())
    return Response(pdf, media_type=MEDIA_TYPE, headers={"Content-Disposition": "inline"})


def _form(
    request: Request,
    hub: Hub,
    visitor: Visitor,
    language: str,
    reference: str,
    wanted: Wanted,
    form: LetterForm,
    problem: HubError | None = None,
) -> Response:
    with hub.reading() as session:
        asked = find(session, reference, by=visitor)
        office = hub.office(session, asked)
        has_email = correspondents.has_email(session, asked.reference)
    template = office.letters.template(wanted.name)
    event = event_told(template, asked)
    answer = page(
        request, "letter_write.html", language, status=409 if problem else 200,
        asked=asked, name=wanted.name, form=form, problem=problem, has_email=has_email,
        letter_language=wanted.language, ready=not template.acts or event is not None,
        fields=[
            place.value
            for place in SAID
            if place in template.places and not (place is Place.REASONS and event and event.reasons)
        ],
        exceptions=office.law.exceptions if Place.EXCEPTIONS in template.places else (),
        grounds=_grounds(office.law, template, event),
    )  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _grounds(law: Law, template: Template, event: Event | None) -> Sequence[Ground]:
    """The grounds to choose from; none where the letter has none, or its act has named one."""
    if not template.speaks_of_grounds or (event and event.ground):
        return ()
    if Act.EXTEND not in template.acts:
        return law.refusal_grounds
    return [ground for step in law.steps.values() for ground in step.grounds]
