"""A session is opened for somebody who has shown who they are."""

from datetime import datetime

from sqlmodel import Session

from opendata_hub.domain.errors import NotSignedIn, WrongCode
from opendata_hub.domain.people.letter import LetterKind
from opendata_hub.domain.people.session import Proof, shortened
from opendata_hub.domain.secret import new_session_key, session_key_digest, tracking_code_digest
from opendata_hub.flows.people.credentials import take_code, tell
from opendata_hub.store.people import accounts, credentials, sessions, tokens
from opendata_hub.store.people.credentials import Credential


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


def proof_of(known: Credential) -> Proof:
    """What the right password shows, of such an account."""
    if known.has_second_factor:
        return Proof.HALF
    return Proof.DEMO if known.is_demo else Proof.PASSWORD


def enter(
    session: Session,
    person: int,
    *,
    shown: Credential | None = None,
    user_agent: str,
    instead_of: str = "",
    now: datetime,
) -> tuple[Proof, str]:
    """Open a session for who has given their password; returns what it is good for, and its key.

    shown: what was compared, before this transaction. Raises NotSignedIn when the account was
    closed, or its password changed, meanwhile.
    """
    known = credentials.of_person(session, person)
    if known is None or (shown and shown.hash != known.hash):
        raise NotSignedIn("The account was closed, or its password changed, a moment ago")
    proof = proof_of(known)
    key = open_session(
        session, person, proof, user_agent=user_agent, instead_of=instead_of, now=now
    )
    return proof, key


def answer_code(
    session: Session,
    person: int,
    code: str,
    *,
    hub_key: bytes,
    user_agent: str,
    instead_of: str,
    now: datetime,
) -> str:
    """Go on from the password by a code of the second factor; returns the key of a whole session.

    Raises WrongCode, also for one that was taken before.
    """
    take_code(session, person, code, hub_key=hub_key, now=now)
    return open_session(
        session, person, Proof.CODE, user_agent=user_agent, instead_of=instead_of, now=now
    )


def recover(
    session: Session,
    person: int,
    code: str,
    *,
    user_agent: str,
    now: datetime,
) -> str:
    """Go on from the password by a recovery code; returns the key of a session.

    The lost second factor is forgotten and all other sessions are closed: it is set up anew.
    Raises WrongCode, also for one that was used before.
    """
    if not credentials.use_recovery_code(session, person, tracking_code_digest(code), now):
        raise WrongCode("This recovery code is wrong, or was used before")
    credentials.drop_second_factor(session, person)
    tokens.doubt_all(session, person)
    sessions.close_all(session, person)
    tell(session, accounts.get(session, person), LetterKind.RECOVERY_USED, now)
    return open_session(session, person, Proof.RECOVERY, user_agent=user_agent, now=now)
