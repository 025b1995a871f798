"""A letter on a request: looked at before it is kept, kept under its SHA-256, told in the journal.

Sending is not done here: who sends a kept letter finds its row and its file by ``KeptLetter``.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore
from opendata_hub.adapters.typeset.days import LongDays
from opendata_hub.adapters.typeset.letters import typeset
from opendata_hub.domain.errors import WrongMoment
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import reach, require
from opendata_hub.domain.requests import timeline
from opendata_hub.domain.requests.calendar import Calendar
from opendata_hub.domain.requests.info_request import InfoRequest
from opendata_hub.domain.requests.law import Law
from opendata_hub.domain.requests.letter import (
    Addressee,
    Case,
    Letter,
    Letters,
    Particulars,
    Sender,
    act_told,
    compose,
    event_told,
    lines_of,
)
from opendata_hub.flows.requests.read_identity import read_identity
from opendata_hub.store import journal
from opendata_hub.store.requests import cases
from opendata_hub.store.requests import letters as kept_letters
from opendata_hub.store.requests.letters import KeptLetter

MOST_BYTES = 20_000_000
NOTHING_SAID = Particulars()


@dataclass(frozen=True, slots=True)
class Office:
    """What an authority writes with.

    follow_at: the address of the pages of requests in a language, such as
    ``http://hub.example/{language}/requests``. logo: SVG.
    """

    letters: Letters
    law: Law
    calendar: Calendar
    sender: Sender
    follow_at: str
    logo: str | None = None

    def case(
        self,
        request: InfoRequest,
        language: str,
        *,
        today: date,
        addressee: tuple[str, ...] = (),
        tracking_code: str = "",
    ) -> Case:
        """The request as a letter of today is about it."""
        base = self.follow_at.format(language=language)
        return Case(
            request=request,
            law=self.law,
            calendar=self.calendar,
            sender=self.sender,
            written_on=today,
            addressee=addressee,
            follow_at=f"{base}/{request.reference}",
            tracking_code=tracking_code,
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letter, in which language, and what its writer says in it."""

    name: str
    language: str
    said: Particulars = NOTHING_SAID


def find(session: Session, reference: str, *, by: Visitor) -> InfoRequest:
    """The request that an officer works on; who asked is not read.

    Raises Forbidden, and UnknownRequest also for one that is out of the visitor's reach.
    """
    require(by, Deed.HANDLE_REQUEST)
    within = reach(by, Deed.HANDLE_REQUEST)
    return cases.get(session, reference.strip().upper(), within).request


def preview(
    request: InfoRequest, office: Office, wanted: Wanted, *, today: date, now: datetime
) -> bytes:
    """The letter as PDF, as if its act were done today; nothing is kept and nobody is named in it.

    Raises what doing the act would raise (WrongMoment, NotInLaw, ExtensionVoid), and what
    ``compose`` and ``typeset`` raise.
    """
    done = _with_act(request, office, wanted, today, now)
    letter = _letter(office, wanted, office.case(done, wanted.language, today=today))
    return typeset(letter, logo=office.logo)


def receipt(
    request: InfoRequest, office: Office, *, language: str, tracking_code: str, today: date
) -> bytes:
    """The receipt of a request as PDF, for who holds its code: it names nobody.

    Raises UnknownLetter where the law of the request has none.
    """
    case = office.case(request, language, today=today, tracking_code=tracking_code)
    return typeset(_letter(office, Wanted("receipt", language), case), logo=office.logo)


def keep(
    session: Session,
    files: FileStore,
    request: InfoRequest,
    office: Office,
    wanted: Wanted,
    *,
    by: Visitor,
    today: date,
    now: datetime,
) -> KeptLetter:
    """Write the letter with the name of who asked, keep its PDF, and say so in the journal.

    That the identity was read for it is an entry of its own. Raises WrongMoment while the act the
    letter tells of has not been done, and what ``preview`` raises.
    """
    find(session, request.reference, by=by)
    template = office.letters.template(wanted.name)
    if template.acts and event_told(template, request) is None:
        raise WrongMoment(f"{wanted.name}: first record what it tells of ({template.acts[0]})")
    addressee: tuple[str, ...] = ()
    if template.addressee is Addressee.REQUESTER:
        asked = read_identity(session, request.reference, by=by, now=now)
        addressee = (asked.name, *lines_of(asked.address).splitlines())
    case = office.case(request, wanted.language, today=today, addressee=addressee)
    pdf = typeset(_letter(office, wanted, case), logo=office.logo)
    stored = files.put(BytesIO(pdf), limit_bytes=MOST_BYTES)
    kept = kept_letters.add(
        session, request.reference,
        acts=template.acts, name=wanted.name, language=wanted.language, sha256=stored.sha256,
        size_bytes=stored.size_bytes, person=by.person, now=now,
    )  # fmt: skip
    journal.append(
        session, Kind.LETTER_WRITTEN, request.reference,
        {
            "letter": str(kept.id), "event": str(kept.event or ""), "name": kept.name,
            "language": kept.language, "sha256": kept.sha256,
        },
        authority=request.authority, person=by.person, now=now,
    )  # fmt: skip
    return kept


def _letter(office: Office, wanted: Wanted, case: Case) -> Letter:
    return compose(
        office.letters, wanted.name, case, wanted.said, language=wanted.language, days=LongDays()
    )


def _with_act(
    request: InfoRequest, office: Office, wanted: Wanted, today: date, now: datetime
) -> InfoRequest:
    """The request with the act of the letter done today, unless it has been done."""
    template, said = office.letters.template(wanted.name), wanted.said
    act = act_told(template, said.ground)
    if act is None or event_told(template, request):
        return request
    event = timeline.Event(act, today, now, said.ground, said.reasons)
    is_urgent = request.question.is_urgent
    events = timeline.add(request.events, event, office.law, office.calendar, is_urgent=is_urgent)
    return replace(request, events=events)
