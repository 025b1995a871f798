"""Who asked wants no more notices, or wants them again; letters are sent in any case."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.correspondence.tags import is_stop_key
from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.people.rule import EVERYWHERE
from opendata_hub.store.correspondence import correspondents
from opendata_hub.store.requests import cases


def are_stopped(session: Session, reference: str, shown: str, *, hub_key: bytes) -> bool:
    """Whether the notices are stopped, for who holds the link; raises UnknownRequest."""
    if not is_stop_key(shown, reference, hub_key):
        raise UnknownRequest("This link is not whole; copy it from the message again")
    return correspondents.has_declined(session, reference)


def stop(
    session: Session,
    reference: str,
    shown: str,
    *,
    is_wanted: bool = False,
    hub_key: bytes,
    now: datetime,
) -> None:
    """Stop the notices about a request, or let them come again; raises UnknownRequest."""
    are_stopped(session, reference, shown, hub_key=hub_key)
    cases.get(session, reference, EVERYWHERE)
    correspondents.decline(session, reference, None if is_wanted else now)
