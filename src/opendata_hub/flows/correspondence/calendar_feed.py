"""An officer subscribes to the last days of their requests, by an address that only they know."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.correspondence.reminders import STANDING
from opendata_hub.domain.errors import Invalid, UnknownRequest
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import reach, require
from opendata_hub.domain.requests.desk import Line
from opendata_hub.domain.secret import new_session_key, session_key_digest
from opendata_hub.store.correspondence import feeds
from opendata_hub.store.people import accounts
from opendata_hub.store.requests import cases
from opendata_hub.store.requests.cases import Queue

MOST = 1_000


def make(session: Session, *, by: Visitor, now: datetime) -> str:
    """The key at the end of a new address, shown once; the one before opens nothing any more.

    Raises Forbidden, and Invalid for who has no account.
    """
    require(by, Deed.READ_REQUEST)
    if by.person is None:
        raise Invalid("Only somebody with an account has a calendar")
    key = new_session_key()
    feeds.put(session, by.person, session_key_digest(key), now)
    return key


def stop(session: Session, *, by: Visitor) -> None:
    """Let the address open nothing any more; raises Forbidden."""
    require(by, Deed.READ_REQUEST)
    if by.person is not None:
        feeds.drop(session, by.person)


def lines_of(session: Session, key: str) -> Sequence[Line]:
    """The open requests that whoever holds the key may read, and that are theirs or nobody's.

    By the roles that they hold at this moment. Raises UnknownRequest for a key that opens nothing.
    """
    person = feeds.person_of(session, session_key_digest(key))
    if person is None:
        raise UnknownRequest("This calendar is not known here, or was stopped")
    visitor = Visitor(person, accounts.grants(session, person))
    found = cases.queue(session, Queue(), reach(visitor, Deed.READ_REQUEST), most=MOST)
    return [each for each in found if each.officer in {None, person} and each.state not in STANDING]
