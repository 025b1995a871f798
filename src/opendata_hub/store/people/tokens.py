"""Keys for programs. Only digests are kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select, update

from opendata_hub.domain.errors import Refused, UnknownToken
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Role, Visitor
from opendata_hub.store.people import accounts
from opendata_hub.store.tables import ApiTokenRow, PersonRow


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A key, without the key.

    person: whose roles it acts under. deeds: what it is limited to; None for all of theirs.
    """

    name: str
    person: int
    deeds: frozenset[Deed] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


def add(
    session: Session,
    *,
    name: str,
    sha256: str,
    person: int,
    deeds: frozenset[Deed] | None = None,
    is_proved: bool = True,
    expires_at: datetime | None = None,
    now: datetime,
) -> int:
    """Keep the digest of a new key, and return its number; raises Refused for a name in use.

    is_proved: whether whoever makes it has shown what the roles ask for that need two factors.
    """
    if session.exec(select(ApiTokenRow).where(ApiTokenRow.name == name)).first():
        raise Refused(f"There is already a token named {name!r}; choose another name")
    row = ApiTokenRow(
        person_id=person,
        name=name,
        sha256=sha256,
        deeds=None if deeds is None else sorted(deeds),
        is_proved=is_proved,
        created_at=now,
        expires_at=expires_at,
        last_used_at=None,
        revoked_at=None,
    )
    session.add(row)
    session.flush()
    return row.id


def holder(
    session: Session, sha256: str, now: datetime, *, guarded: Collection[Role] = ()
) -> tuple[ApiToken, Visitor] | None:
    """The key with that digest and who acts by it; None unless it opens anything now.

    guarded: roles that a key opens only when its maker had shown a second factor, so that one
    made before a role was given does not go round it.
    A key that is unknown, revoked or expired, and one of a closed account, are not told apart.
    """
    found = session.exec(
        select(ApiTokenRow, PersonRow)
        .join(PersonRow, col(PersonRow.id) == col(ApiTokenRow.person_id))
        .where(ApiTokenRow.sha256 == sha256)
    ).first()
    if found is None:
        return None
    row, person = found
    if row.revoked_at or person.disabled_at or (row.expires_at and row.expires_at <= now):
        return None
    token = _token(row)
    held = accounts.grants(session, person.id)
    opened = frozenset(each for each in held if row.is_proved or each.role not in guarded)
    return token, Visitor(person.id, opened, token.deeds)


def mark_used(session: Session, sha256: str, now: datetime) -> None:
    """Note when a key was last used."""
    row = session.exec(select(ApiTokenRow).where(ApiTokenRow.sha256 == sha256)).one()
    row.last_used_at = now
    session.add(row)


def revoke(session: Session, name: str, now: datetime) -> int:
    """Close a key for good, and return its number; raises UnknownToken."""
    row = session.exec(select(ApiTokenRow).where(ApiTokenRow.name == name)).first()
    if row is None:
        raise UnknownToken(f"No token named {name!r}")
    row.revoked_at = row.revoked_at or now
    session.add(row)
    return row.id


def doubt_all(session: Session, person: int) -> None:
    """Let the keys of an account open no role any more that asks for a second factor."""
    session.connection().execute(
        update(ApiTokenRow).where(col(ApiTokenRow.person_id) == person).values(is_proved=False)
    )


def all_of(session: Session, *, person: int | None = None) -> list[ApiToken]:
    """Every key that was ever made, or those of one account, oldest first."""
    question = select(ApiTokenRow).order_by(col(ApiTokenRow.id))
    if person is not None:
        question = question.where(ApiTokenRow.person_id == person)
    return [_token(row) for row in session.exec(question)]


def _token(row: ApiTokenRow) -> ApiToken:
    deeds = None if row.deeds is None else frozenset(map(Deed, row.deeds))
    return ApiToken(
        row.name, row.person_id, deeds, row.created_at, row.expires_at, row.last_used_at,
        row.revoked_at,
    )  # fmt: skip
