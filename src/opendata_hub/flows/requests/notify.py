"""Who asked is told of what was done: a row of the outbox, in the transaction of the act."""

from datetime import datetime, timedelta

from sqlmodel import Session

from opendata_hub.domain.correspondence.notices import ACTS, MailKind
from opendata_hub.domain.correspondence.replies import OfficeKind
from opendata_hub.domain.requests.info_request import Channel, InfoRequest
from opendata_hub.domain.requests.timeline import Event
from opendata_hub.store.correspondence import correspondents, officers, outbox
from opendata_hub.store.requests import assignments

ONCE_IN = timedelta(hours=1)
"""Whoever writes ten times does not fill the mailbox of an officer."""


def of_receipt(
    session: Session, request: InfoRequest, *, code_salt: str, in_reply_to: str = "", now: datetime
) -> None:
    """Write the receipt of a request that was filed just now, where there is an address for it.

    in_reply_to: the Message-ID that it came with. Imported requests are of long ago: none is told.
    """
    correspondents.add(session, request.reference, code_salt=code_salt)
    if request.channel is Channel.IMPORT:
        return
    if correspondents.has_email(session, request.reference):
        outbox.add(
            session, MailKind.RECEIPT,
            language=request.question.language, reference=request.reference,
            said={"in_reply_to": in_reply_to}, now=now,
        )  # fmt: skip


def officers_of(session: Session, kind: OfficeKind, reference: str, *, now: datetime) -> None:
    """Write to who works on a request that something came in, at most once an hour of each kind.

    That is the officer to whom it was given, or all of its unit. Raises UnknownRequest.
    """
    lately = outbox.last_written(session, kind, reference)
    if lately is not None and now - lately < ONCE_IN:
        return
    assigned = assignments.of(session, reference)
    everyone = officers.of_place(session, assigned.authority, assigned.now.unit)
    own = [each for each in everyone if each.person == assigned.now.officer]
    for each in own or everyone:
        outbox.add(
            session, kind, email=each.email, language=each.language, reference=reference, now=now
        )


def of_act(session: Session, request: InfoRequest, event: Event, *, now: datetime) -> None:
    """Write a notice of what was done, unless none is wanted or there is no address."""
    reference = request.reference
    if event.act not in ACTS or correspondents.has_declined(session, reference):
        return
    if correspondents.has_email(session, reference):
        outbox.add(
            session, MailKind.NOTICE,
            language=request.question.language, reference=reference,
            said={"act": event.act, "day": event.happened_on.isoformat()}, now=now,
        )  # fmt: skip
