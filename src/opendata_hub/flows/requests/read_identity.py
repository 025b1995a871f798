"""Somebody reads who asked: they are shown it, and the journal tells that they were."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import reach, require
from opendata_hub.domain.requests.info_request import Requester
from opendata_hub.store import info_requests, journal


def read_identity(session: Session, reference: str, *, by: Visitor, now: datetime) -> Requester:
    """Who filed the request; the entry is written in the same transaction.

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
