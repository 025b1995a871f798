"""Who has signed in with a browser. Only digests of the keys are kept."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlmodel import Session, col, delete, select, update

from opendata_hub.domain.people.roles import Grant, Role, Visitor
from opendata_hub.domain.people.session import LONGEST, Proof, WebSession, opened_by
from opendata_hub.store.tables import PersonRow, WebSessionRow, metadata

_SESSION, _PERSON = metadata.tables["web_session"].c, metadata.tables["person"].c
_ROLE = metadata.tables["person_role"].c
_HOLDER = columns(
    _SESSION.id, _SESSION.person_id, _PERSON.name, _PERSON.language, _SESSION.proof,
    _SESSION.opened_at, _SESSION.seen_at, _SESSION.user_agent,
    _ROLE.role, _ROLE.authority, _ROLE.unit,
).join_from(
    metadata.tables["web_session"], metadata.tables["person"], _PERSON.id == _SESSION.person_id
).outerjoin(
    metadata.tables["person_role"], _ROLE.person_id == _PERSON.id
).where(_PERSON.disabled_at.is_(None), _SESSION.sha256 == bindparam("digest"))  # fmt: skip
"""A session with its person, once for each role: one question for each page."""


def add(
    session: Session, *, sha256: str, person: int, proof: Proof, user_agent: str, now: datetime
) -> None:
    """Keep the digest of a new key."""
    session.add(
        WebSessionRow(
            sha256=sha256, person_id=person, proof=proof, opened_at=now, seen_at=now,
            user_agent=user_agent,
        )
    )  # fmt: skip
    session.flush()


def holder(
    session: Session, sha256: str, now: datetime, *, guarded: Collection[Role]
) -> tuple[WebSession, Visitor] | None:
    """The session with that digest and who holds it, with the roles held at this moment.

    guarded: roles that a session opens only after a second factor. None when it opens nothing
    now: it is unknown, revoked or over, or the account was closed. A session HALF way is given
    with a Visitor who is nobody.
    """
    rows = session.connection().execute(_HOLDER, {"digest": sha256}).all()
    if not rows:
        return None
    found = WebSession(*rows[0][:4], Proof(rows[0][4]), *rows[0][5:8])
    if not found.is_open(now):
        return None
    if found.proof is Proof.HALF:
        return found, Visitor()
    held = (Grant(Role(role), authority, unit) for *_, role, authority, unit in rows if role)
    return found, Visitor(found.person, opened_by(found.proof, held, guarded))


def mark_seen(session: Session, session_id: int, now: datetime) -> None:
    """Note when a session was last used."""
    session.connection().execute(
        update(WebSessionRow).where(col(WebSessionRow.id) == session_id).values(seen_at=now)
    )


def of_person(session: Session, person: int, now: datetime) -> list[WebSession]:
    """The sessions of an account that are open now, last used first."""
    question = (
        select(WebSessionRow, PersonRow)
        .join(PersonRow, col(PersonRow.id) == col(WebSessionRow.person_id))
        .where(WebSessionRow.person_id == person)
        .order_by(col(WebSessionRow.seen_at).desc(), col(WebSessionRow.id).desc())
    )
    found = [
        WebSession(
            row.id, row.person_id, owner.name, owner.language, Proof(row.proof), row.opened_at,
            row.seen_at, row.user_agent,
        )
        for row, owner in session.exec(question)
    ]  # fmt: skip
    return [each for each in found if each.is_open(now) and each.proof is not Proof.HALF]


def close(session: Session, sha256: str) -> None:
    """Close the session with that digest, if there is one."""
    session.connection().execute(delete(WebSessionRow).where(col(WebSessionRow.sha256) == sha256))


def close_one(session: Session, person: int, session_id: int) -> bool:
    """Close one session of an account; returns whether there was one of theirs."""
    result = session.connection().execute(
        delete(WebSessionRow)
        .where(col(WebSessionRow.id) == session_id)
        .where(col(WebSessionRow.person_id) == person)
    )
    return result.rowcount > 0


def close_all(session: Session, person: int, *, but: int | None = None) -> int:
    """Close every session of an account, but for one; returns how many."""
    question = delete(WebSessionRow).where(col(WebSessionRow.person_id) == person)
    if but is not None:
        question = question.where(col(WebSessionRow.id) != but)
    return session.connection().execute(question).rowcount


def forget_ended(session: Session, now: datetime) -> int:
    """Delete what has been over for good; returns how many."""
    result = session.connection().execute(
        delete(WebSessionRow).where(col(WebSessionRow.seen_at) < now - LONGEST)
    )
    return result.rowcount
