"""A letter is written and goes out: by mail, or printed and then posted or handed over."""

from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.adapters.files import FileStore
from opendata_hub.domain.correspondence.delivery import PaperWay, Way, require_day
from opendata_hub.domain.correspondence.notices import MailKind
from opendata_hub.domain.errors import Invalid
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import reach, require
from opendata_hub.domain.requests.info_request import InfoRequest
from opendata_hub.domain.requests.letter import Addressee
from opendata_hub.flows.requests import write_letter
from opendata_hub.flows.requests.write_letter import Office, Wanted
from opendata_hub.store import journal
from opendata_hub.store.correspondence import correspondents, outbox
from opendata_hub.store.correspondence import letters as kept_letters
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.letters import KeptLetter


def write(
    session: Session,
    files: FileStore,
    request: InfoRequest,
    office: Office,
    wanted: Wanted,
    *,
    way: Way,
    by: Visitor,
    today: date,
    now: datetime,
) -> KeptLetter:
    """Keep the letter, and let it go by mail where that is the way.

    The mail is sent after the commit. There is no way back from it: what was wrong is put right by
    another letter. Raises Invalid where it can't go by mail: it is for an officer or for whoever
    holds it, or who asked gave no address; and what ``write_letter.keep`` raises.
    """
    if way is Way.EMAIL:
        if office.letters.template(wanted.name).addressee is not Addressee.REQUESTER:
            raise Invalid(f"way: {wanted.name} is not a letter to who asked; print it")
        if not correspondents.has_email(session, request.reference):
            raise Invalid("way: who asked gave no e-mail address; print the letter")
    kept = write_letter.keep(session, files, request, office, wanted, by=by, today=today, now=now)
    if way is Way.EMAIL:
        outbox.add(
            session, MailKind.LETTER,
            language=kept.language, reference=request.reference, letter=kept.id, now=now,
        )  # fmt: skip
    return kept


def note_delivery(
    session: Session,
    reference: str,
    letter_id: int,
    way: PaperWay,
    *,
    happened_on: date,
    by: Visitor,
    today: date,
    now: datetime,
) -> None:
    """Note that a printed letter was posted or handed over on that day.

    Raises Forbidden, UnknownRequest out of reach, UnknownMail for a letter that is not of this
    request, and Invalid for a day before it was written or after today.
    """
    require(by, Deed.HANDLE_REQUEST)
    case = cases.get(session, reference, reach(by, Deed.HANDLE_REQUEST), to_change=True)
    letter = kept_letters.get(session, case.request.reference, letter_id)
    require_day(happened_on, written_on=letter.written_at.date(), today=today)
    kept_letters.note_delivery(
        session, letter_id, way, happened_on=happened_on, person=by.person, now=now
    )
    journal.append(
        session, Kind.LETTER_DELIVERED, case.request.reference,
        {"letter": str(letter_id), "way": way, "day": happened_on.isoformat()},
        authority=case.request.authority, person=by.person, now=now,
    )  # fmt: skip


def read_letter(
    session: Session, reference: str, letter_id: int, *, by: Visitor, now: datetime
) -> KeptLetter:
    """A kept letter, to be shown: it names who asked, and the journal tells that it was read.

    Raises Forbidden, UnknownRequest out of reach, and UnknownMail.
    """
    require(by, Deed.READ_IDENTITY)
    case = cases.get(session, reference.strip().upper(), reach(by, Deed.READ_IDENTITY))
    letter = kept_letters.get(session, case.request.reference, letter_id)
    journal.append(
        session, Kind.IDENTITY_READ, case.request.reference, {"letter": str(letter_id)},
        authority=case.request.authority, person=by.person, now=now,
    )  # fmt: skip
    return letter
