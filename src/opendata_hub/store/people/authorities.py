"""The authorities of this hub that are not declared in a file, and the logos of all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from opendata_hub.domain.authority import Authority, Unit
from opendata_hub.store.info_requests import next_number
from opendata_hub.store.tables import AuthorityLogoRow, AuthorityRow, CounterRow

SERIES = "authorities"


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that is kept: the digest of its bytes, and what kind it is."""

    sha256: str
    media_type: str


def version(session: Session) -> int:
    """A number that grows whenever an authority is added or changed; one row is read."""
    question = select(CounterRow.last).where(CounterRow.series == SERIES)
    return session.exec(question).first() or 0


def lock(session: Session) -> None:
    """Let one change of authorities after another through, and raise their version."""
    next_number(session, SERIES)


def everyone(session: Session) -> dict[str, Authority]:
    """All that are kept, by id, in the order of their ids."""
    rows = session.exec(select(AuthorityRow).order_by(col(AuthorityRow.id)))
    return {row.id: _authority(row) for row in rows}


def add(session: Session, authorities: Iterable[Authority], now: datetime) -> None:
    """Keep new ones; their ids and prefixes must be free."""
    rows = [
        {**_values(each), "id": each.id, "created_at": now, "changed_at": now}
        for each in authorities
    ]
    if rows:
        session.connection().execute(insert(AuthorityRow), rows)


def change(session: Session, authority: Authority, now: datetime) -> None:
    """Keep what is said of one that is kept already."""
    session.connection().execute(
        update(AuthorityRow)
        .where(col(AuthorityRow.id) == authority.id)
        .values(**_values(authority), changed_at=now)
    )
    session.expire_all()


def logo(session: Session, authority_id: str) -> Logo | None:
    """The picture of an authority; None without one."""
    row = session.get(AuthorityLogoRow, authority_id)
    return Logo(row.sha256, row.media_type) if row else None


def put_logo(session: Session, authority_id: str, given: Logo) -> None:
    """Keep a picture in the place of an earlier one."""
    row = session.get(AuthorityLogoRow, authority_id)
    if row is None:
        row = AuthorityLogoRow(
            authority=authority_id, sha256=given.sha256, media_type=given.media_type
        )
    row.sha256, row.media_type = given.sha256, given.media_type
    session.add(row)
    session.flush()


def _values(authority: Authority) -> dict[str, Any]:
    return {
        "name": dict(authority.name),
        "type": authority.type,
        "homepage": authority.homepage,
        "email": authority.email,
        "law": authority.law,
        "reference_prefix": authority.reference_prefix,
        "territory": authority.territory,
        "parent": authority.parent,
        "families": sorted(authority.families),
        "units": [
            {"id": unit.id, "name": dict(unit.name), "email": unit.email}
            for unit in authority.units
        ],
        "is_active": authority.is_active,
    }


def _authority(row: AuthorityRow) -> Authority:
    return Authority(
        id=row.id,
        name=row.name,
        type=row.type,
        homepage=row.homepage,
        email=row.email,
        law=row.law,
        reference_prefix=row.reference_prefix,
        territory=row.territory,
        parent=row.parent,
        families=frozenset(row.families),
        units=tuple(Unit(unit["id"], unit["name"], unit["email"]) for unit in row.units),
        is_active=row.is_active,
    )
