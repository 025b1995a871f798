"""Who asked is read, by somebody or to address a mail; the journal tells that it was."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import EVERYWHERE, reach, require
from opendata_hub.domain.requests.info_request import Requester
from opendata_hub.store import info_requests, journal


def read_identity(session: Session, reference: str, *, by: Visitor, now: datetime) -> Requester:
    """Who filed the request, for somebody; the entry is written in the same transaction.

    Raises Forbidden, and UnknownRequest also for one that is out of the visitor's reach.
    """
    require(by, Deed.READ_IDENTITY)
    within = reach(by, Deed.READ_IDENTITY)
    authority, requester = info_requests.requester(session, reference.strip().upper(), within)
    journal.append(
        session, Kind.IDENTITY_READ, reference.strip().upper(), {},
        authority=authority, person=by.person, now=now,
    )  # fmt: skip
    return requester


def read_to_address(session: Session, reference: str, *, mail: str, now: datetime) -> Requester:
    """Who filed the request, for a mail of the hub to them: nobody else is shown it.

    mail: its token. The entry has a name of its own, so that no requester takes what the hub sends
    them for somebody's look. Raises UnknownRequest.
    """
    authority, requester = info_requests.requester(session, reference, EVERYWHERE)
    journal.append(
        session, Kind.MAIL_ADDRESSED, reference, {"mail": mail},
        authority=authority, person=None, now=now,
    )  # fmt: skip
    return requester
