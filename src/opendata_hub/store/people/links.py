"""Links that were sent by mail. Only digests of their keys are kept."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select, update

from opendata_hub.domain.errors import LinkOver
from opendata_hub.domain.people.one_time_link import LIFETIMES, LinkKind, OneTimeLink
from opendata_hub.domain.people.roles import Grant, Role
from opendata_hub.store.tables import OneTimeLinkRow


def add(
    session: Session,
    kind: LinkKind,
    *,
    sha256: str,
    salt: str,
    email: str,
    language: str,
    person: int | None = None,
    name: str = "",
    grants: Iterable[Grant] = (),
    made_by: int | None = None,
    now: datetime,
) -> int:
    """Keep a new link; returns its number."""
    row = OneTimeLinkRow(
        sha256=sha256,
        salt=salt,
        kind=kind,
        person_id=person,
        email=email,
        name=name,
        language=language,
        grants=sorted([str(each.role), each.authority, each.unit] for each in grants),
        made_by=made_by,
        made_at=now,
        expires_at=now + LIFETIMES[kind],
        used_at=None,
    )
    session.add(row)
    session.flush()
    return row.id


def get(session: Session, sha256: str, now: datetime) -> OneTimeLink:
    """The link with that digest; raises LinkOver when it opens nothing now."""
    row = session.exec(select(OneTimeLinkRow).where(OneTimeLinkRow.sha256 == sha256)).first()
    if row is None or not (found := _link(row)).is_open(now):
        raise LinkOver("This link was used, has expired, or is not whole; ask for another")
    return found


def invitations(session: Session, email: str, now: datetime) -> list[OneTimeLink]:
    """The open invitations of an address, latest first."""
    found = session.exec(
        select(OneTimeLinkRow)
        .where(OneTimeLinkRow.email == email, OneTimeLinkRow.kind == str(LinkKind.INVITE))
        .order_by(col(OneTimeLinkRow.id).desc())
    )
    return [each for each in map(_link, found) if each.is_open(now)]


def salt_of(session: Session, link_id: int) -> str:
    """The salt from which the link's key is worked out when it is sent."""
    return session.exec(select(OneTimeLinkRow.salt).where(OneTimeLinkRow.id == link_id)).one()


def use(session: Session, link_id: int, now: datetime) -> None:
    """Note that the link was used; raises LinkOver when somebody was quicker."""
    result = session.connection().execute(
        update(OneTimeLinkRow)
        .where(col(OneTimeLinkRow.id) == link_id, col(OneTimeLinkRow.used_at).is_(None))
        .values(used_at=now)
    )
    if not result.rowcount:
        raise LinkOver("This link was used already; ask for another")


def end_all(session: Session, person: int, kinds: Iterable[LinkKind], now: datetime) -> None:
    """Let earlier links of an account open nothing any more."""
    session.connection().execute(
        update(OneTimeLinkRow)
        .where(
            col(OneTimeLinkRow.person_id) == person,
            col(OneTimeLinkRow.kind).in_([str(kind) for kind in kinds]),
            col(OneTimeLinkRow.used_at).is_(None),
        )
        .values(used_at=now)
    )


def end_invitations(session: Session, email: str, now: datetime) -> None:
    """Let the open invitations of an address open nothing any more."""
    session.connection().execute(
        update(OneTimeLinkRow)
        .where(
            col(OneTimeLinkRow.email) == email,
            col(OneTimeLinkRow.kind) == str(LinkKind.INVITE),
            col(OneTimeLinkRow.used_at).is_(None),
        )
        .values(used_at=now)
    )


def _link(row: OneTimeLinkRow) -> OneTimeLink:
    return OneTimeLink(
        row.id, LinkKind(row.kind), row.person_id, row.email, row.name, row.language,
        frozenset(Grant(Role(role), authority, unit) for role, authority, unit in row.grants),
        row.made_by, row.expires_at, row.used_at,
    )  # fmt: skip
