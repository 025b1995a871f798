"""A session is opened for somebody who has shown who they are."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.people.session import Proof, shortened
from opendata_hub.domain.secret import new_session_key, session_key_digest
from opendata_hub.store.people import sessions


def open_session(
    session: Session,
    person: int,
    proof: Proof,
    *,
    user_agent: str,
    instead_of: str = "",
    now: datetime,
) -> str:
    """Open a session and return its key, once.

    instead_of: the key the browser held until now, which opens nothing any more: a key that
    somebody else has put there beforehand never comes to be signed in.
    """
    if instead_of:
        sessions.close(session, session_key_digest(instead_of))
    key = new_session_key()
    sessions.add(
        session,
        sha256=session_key_digest(key),
        person=person,
        proof=proof,
        user_agent=shortened(user_agent),
        now=now,
    )
    return key
