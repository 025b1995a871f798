"""Somebody says what becomes of a mail that is in doubt, failed or bounced."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import OPERATOR, Visitor
from opendata_hub.domain.people.rule import EVERYWHERE, reach, require
from opendata_hub.store import journal
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.correspondence.outbox import Noted
from opendata_hub.store.requests import cases


def settle(session: Session, mail_id: int, *, is_sent: bool, by: Visitor, now: datetime) -> Noted:
    """Take the mail as sent, or let it be sent once more; the journal tells who said so.

    Mails of accounts belong to the operator; those about a request to who handles it. Raises
    UnknownMail, UnknownRequest where it is out of reach, and WrongMoment where all is well.
    """
    mail = outbox.get(session, mail_id)
    authority = ""
    if by is not OPERATOR:
        require(by, Deed.HANDLE_REQUEST)
        within = reach(by, Deed.HANDLE_REQUEST)
        authority = cases.get(session, mail.reference, within).request.authority
    elif mail.reference:
        authority = cases.get(session, mail.reference, EVERYWHERE).request.authority
    settled = (
        outbox.settle_as_sent(session, mail_id, now)
        if is_sent
        else outbox.send_again(session, mail_id, now)
    )
    journal.append(
        session, Kind.MAIL_SETTLED, mail.reference or f"mail {mail_id}",
        {"mail": str(mail_id), "kind": mail.kind, "as": "sent" if is_sent else "again"},
        authority=authority, person=by.person, now=now,
    )  # fmt: skip
    return settled
