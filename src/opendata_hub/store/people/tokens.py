"""Keys to the writing doors. Only digests are kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from opendata_hub.domain.errors import Refused, UnknownToken
from opendata_hub.store.tables import ApiTokenRow


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A key, without the key."""

    name: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def add(session: Session, *, name: str, sha256: str, now: datetime) -> None:
    """Keep the digest of a new key; raises Refused when the name is taken."""
    if session.exec(select(ApiTokenRow).where(ApiTokenRow.name == name)).first():
        raise Refused(f"There is already a token named {name!r}; choose another name")
    session.add(
        ApiTokenRow(name=name, sha256=sha256, created_at=now, last_used_at=None, revoked_at=None)
    )
    session.flush()


def find(session: Session, sha256: str) -> ApiToken | None:
    """The key with that digest, revoked or not; None when unknown."""
    row = session.exec(select(ApiTokenRow).where(ApiTokenRow.sha256 == sha256)).first()
    return _token(row) if row else None


def mark_used(session: Session, sha256: str, now: datetime) -> None:
    """Note when a key was last used."""
    row = session.exec(select(ApiTokenRow).where(ApiTokenRow.sha256 == sha256)).one()
    row.last_used_at = now
    session.add(row)


def revoke(session: Session, name: str, now: datetime) -> None:
    """Close a key for good; raises UnknownToken."""
    row = session.exec(select(ApiTokenRow).where(ApiTokenRow.name == name)).first()
    if row is None:
        raise UnknownToken(f"No token named {name!r}")
    row.revoked_at = row.revoked_at or now
    session.add(row)


def all_of(session: Session) -> list[ApiToken]:
    """Every key that was ever made, oldest first."""
    return [_token(row) for row in session.exec(select(ApiTokenRow).order_by(col(ApiTokenRow.id)))]


def _token(row: ApiTokenRow) -> ApiToken:
    return ApiToken(row.name, row.created_at, row.last_used_at, row.revoked_at)
