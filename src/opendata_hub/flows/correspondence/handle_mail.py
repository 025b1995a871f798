"""An officer deals with a mail that waits: files it, joins it to a case, or says why it is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from opendata_hub.domain.correspondence.incoming import Content, IncomingState, Why
from opendata_hub.domain.errors import Invalid, WrongMoment
from opendata_hub.domain.journal import Kind, text_digest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, reach, require
from opendata_hub.domain.requests.info_request import Channel, Question, Requester
from opendata_hub.flows.correspondence.receive import (
    Desk,
    Looked,
    attach_all,
    day_in,
    received_on,
)
from opendata_hub.flows.requests.file import Receipt, file
from opendata_hub.store import journal
from opendata_hub.store.correspondence import incoming
from opendata_hub.store.correspondence.incoming import KeptFile, Noted
from opendata_hub.store.requests import cases

REASON_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """A mail with all that it says, its files, and the day on which it came."""

    noted: Noted
    content: Content
    files: tuple[KeptFile, ...]
    came_on: date


def waiting(session: Session, *, by: Visitor, after: int = 0, most: int) -> list[Noted]:
    """The mails in reach that wait for an officer; nobody is named in them. Raises Forbidden."""
    require(by, Deed.HANDLE_REQUEST)
    return incoming.held(session, reach(by, Deed.HANDLE_REQUEST), after=after, most=most)


def open_mail(
    session: Session, desk: Desk, number: int, *, by: Visitor, now: datetime
) -> OpenedMail:
    """A mail, to be read; the journal tells who did.

    One that belongs to a case is read by who reads that case. Raises Forbidden, UnknownMail out of
    reach, and IdentityErased once it was erased.
    """
    noted = _found(session, number, by, Deed.READ_IDENTITY)
    law = desk.laws[desk.publishers[noted.authority].law]
    calendar = desk.calendar(session, law, noted.authority)
    opened = OpenedMail(
        noted,
        incoming.content(session, number),
        tuple(incoming.files_of(session, number)),
        received_on(calendar, noted.received_at, today=day_in(calendar, now)),
    )
    journal.append(
        session, Kind.IDENTITY_READ, noted.reference or f"mail {number}", {"mail": str(number)},
        authority=noted.authority, person=by.person, now=now,
    )  # fmt: skip
    return opened


def file_mail(
    session: Session,
    desk: Desk,
    number: int,
    question: Question,
    requester: Requester,
    *,
    unit: str = "",
    files: Sequence[Looked] = (),
    by: Visitor,
    now: datetime,
) -> Receipt:
    """File the request that a mail is, with the day on which it came; the receipt answers it.

    Raises Forbidden, UnknownMail, WrongMoment for one that does not wait any more, and what
    ``flows.requests.file`` does.
    """
    noted = _waiting_one(session, number, by)
    content = incoming.content(session, number)
    authority = desk.publishers[noted.authority]
    law = desk.laws[authority.law]
    calendar = desk.calendar(session, law, authority.id)
    today = day_in(calendar, now)
    receipt = file(
        session, question, requester,
        authority=authority, law=law, calendar=calendar,
        received_on=received_on(calendar, noted.received_at, today=today), today=today, now=now,
        channel=Channel.EMAIL, by=by.person, unit=unit, hub_key=desk.key,
        in_reply_to=content.message_id,
    )  # fmt: skip
    reference = receipt.request.reference
    case = cases.get(session, reference, reach(by, Deed.HANDLE_REQUEST))
    attach_all(session, case, files, now=now)
    _settle(session, noted, IncomingState.FILED, by, now, reference=reference)
    return receipt


def join_mail(
    session: Session,
    number: int,
    reference: str,
    *,
    files: Sequence[Looked] = (),
    by: Visitor,
    now: datetime,
) -> str:
    """Let a mail belong to a case that the officer works on; returns its reference.

    Raises Forbidden, UnknownMail, UnknownRequest out of reach, and WrongMoment.
    """
    noted = _waiting_one(session, number, by)
    case = cases.get(session, reference.strip().upper(), reach(by, Deed.HANDLE_REQUEST))
    attach_all(session, case, files, now=now)
    _settle(session, noted, IncomingState.ATTACHED, by, now, reference=case.request.reference)
    return case.request.reference


def dismiss_mail(session: Session, number: int, reason: str, *, by: Visitor, now: datetime) -> None:
    """Note that a mail is no request, and why. Raises Forbidden, UnknownMail, Invalid."""
    said = reason.strip()
    if not said or len(said) > REASON_LENGTH:
        raise Invalid(f"reason: say why it is no request, in 1 to {REASON_LENGTH} characters")
    noted = _waiting_one(session, number, by)
    _settle(session, noted, IncomingState.DISMISSED, by, now, reason=said)


def _found(session: Session, number: int, by: Visitor, deed: Deed) -> Noted:
    """The mail, in reach as one of the body or of its case."""
    require(by, deed)
    within = reach(by, deed)
    everywhere = incoming.get_any(session, number)
    if everywhere.state is IncomingState.ATTACHED:
        cases.get(session, everywhere.reference, within)
        return everywhere
    return incoming.get(session, number, within)


def _waiting_one(session: Session, number: int, by: Visitor) -> Noted:
    require(by, Deed.HANDLE_REQUEST)
    noted = incoming.get(session, number, reach(by, Deed.HANDLE_REQUEST), to_change=True)
    require(by, Deed.HANDLE_REQUEST, Place(noted.authority))
    if noted.state is not IncomingState.HELD:
        raise WrongMoment(f"Mail {number} is {noted.state}: it waits no more")
    return noted


def _settle(
    session: Session,
    noted: Noted,
    state: IncomingState,
    by: Visitor,
    now: datetime,
    *,
    reference: str = "",
    reason: str = "",
) -> None:
    incoming.settle(
        session, noted.id, state,
        why=Why.BY_OFFICER, reference=reference, reason=reason, person=by.person, now=now,
    )  # fmt: skip
    kind = Kind.MAIL_DISMISSED if state is IncomingState.DISMISSED else Kind.MAIL_RECEIVED
    journal.append(
        session, kind, reference or f"mail {noted.id}",
        {"mail": str(noted.id), "state": state, "reason": text_digest(reason)},
        authority=noted.authority, person=by.person, now=now,
    )  # fmt: skip
