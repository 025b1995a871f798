"""Who wants to be told of what by e-mail. Addresses are kept sealed, and found by a mark."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from opendata_hub.domain.alerts.alert import Alert, AlertKind, Topic
from opendata_hub.domain.errors import IdentityUnreadable
from opendata_hub.domain.identities.vault import Sealed
from opendata_hub.domain.portal.entity import EntityKind, Key
from opendata_hub.domain.secret import new_salt
from opendata_hub.store.engine import insert_many, vault_of
from opendata_hub.store.tables import AlertRefusalRow, AlertRow, metadata

_KEYS, _NEWS, _TOLD = (metadata.tables[n] for n in ("alert_key", "alert_news", "alert_told"))
_REFUSED = metadata.tables["alert_refusal"]


@dataclass(frozen=True, slots=True)
class Kept:
    """How many addresses are sealed with the first key, and with others."""

    current: int
    earlier: int


@dataclass(frozen=True, slots=True)
class Named:
    """What mails call an alert for good, and the language in which it is told."""

    salt: str
    language: str


def add(
    session: Session, topic: Topic, address: str, *, language: str, now: datetime
) -> Alert | None:
    """Keep a wish that is not confirmed yet; None where the same address has just asked the same.

    The address is sealed, and bound to this alert alone.
    """
    vault, salt = vault_of(session), new_salt()
    sealed = vault.seal(address.encode(), bound_to=_bound(salt))
    row = AlertRow(
        kind=topic.kind, about=topic.about, about_sha256=topic.digest, label=topic.label,
        language=language, email_mark=vault.marks(address)[0], key_name=sealed.key_name,
        sealed=sealed.content, salt=salt, asked_at=now, confirmed_at=None, since=0, told_at=None,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    return _alert(row)


def add_keys(session: Session, alert: int, kind: EntityKind, keys: Collection[Key]) -> None:
    """Note by which keys rows speak of the entity of an alert."""
    insert_many(
        session, _KEYS,
        [{"alert_id": alert, "kind": kind.value, "scheme": k.scheme, "value": k.value}
         for k in keys],
    )  # fmt: skip


def of_address(session: Session, address: str) -> list[Alert]:
    """The alerts of an address, by whichever key it was marked; locked to their end."""
    marks = vault_of(session).marks(address)
    question = rows_of(AlertRow).where(col(AlertRow.email_mark).in_(marks))
    return [_alert(row) for row in session.exec(question.with_for_update())]


def note_asked(session: Session, alert: int, now: datetime) -> None:
    """Note that its address was written to because somebody asked."""
    session.connection().execute(
        update(AlertRow).where(col(AlertRow.id) == alert).values(asked_at=now)
    )
    session.expire_all()


def by_salt(session: Session, salt: str) -> Alert | None:
    """The alert of a link; None where it was stopped, or was not confirmed in time."""
    row = session.exec(rows_of(AlertRow).where(AlertRow.salt == salt)).first()
    return _alert(row) if row else None


def confirm(session: Session, alert: int, *, since: int, now: datetime) -> None:
    """Note that its reader confirmed it; what is newer than the change ``since`` is told."""
    session.connection().execute(
        update(AlertRow)
        .where(col(AlertRow.id) == alert, col(AlertRow.confirmed_at).is_(None))
        .values(confirmed_at=now, since=since)
    )
    session.expire_all()


def erase(session: Session, alerts: Sequence[int]) -> None:
    """Erase alerts with their addresses and all that is kept of them."""
    for table, column in ((_NEWS, _NEWS.c.alert_id), (_TOLD, _TOLD.c.alert_id),
                          (_KEYS, _KEYS.c.alert_id)):  # fmt: skip
        session.connection().execute(delete(table).where(column.in_(alerts)))
    session.connection().execute(delete(AlertRow).where(col(AlertRow.id).in_(alerts)))
    session.expire_all()


def refuse(session: Session, address: str, salt: str, now: datetime) -> None:
    """Note that nothing is written to an address; salt: of the link by which that was said."""
    lift(session, salt)
    if not is_refused(session, address):
        mark = vault_of(session).marks(address)[0]
        session.add(AlertRefusalRow(email_mark=mark, salt=salt, refused_at=now))
        session.flush()


def is_refused(session: Session, address: str) -> bool:
    """Whether nothing is written to an address, by whichever key it was marked."""
    marks = vault_of(session).marks(address)
    question = select(_REFUSED.c.salt).where(_REFUSED.c.email_mark.in_(marks))
    return session.connection().execute(question).first() is not None


def is_refused_by(session: Session, salt: str) -> bool:
    """Whether the link of that salt was used to say so."""
    question = select(_REFUSED.c.salt).where(_REFUSED.c.salt == salt)
    return session.connection().execute(question).first() is not None


def lift(session: Session, salt: str) -> None:
    """Let the address be written to again of which the link of that salt said otherwise."""
    session.connection().execute(delete(_REFUSED).where(_REFUSED.c.salt == salt))


def unconfirmed(session: Session, before: datetime, *, most: int) -> list[int]:
    """Alerts that were asked for before then, and that nobody has confirmed."""
    question = select(col(AlertRow.id)).where(
        col(AlertRow.confirmed_at).is_(None), col(AlertRow.asked_at) < before
    )
    return list(session.connection().execute(question.limit(most)).scalars())


def opened(session: Session, salt: str) -> tuple[Alert, str] | None:
    """An alert and its address; None where it was stopped. Raises IdentityUnreadable."""
    row = session.exec(rows_of(AlertRow).where(AlertRow.salt == salt)).first()
    return (_alert(row), _address(session, row)) if row else None


def named(session: Session, alerts: Sequence[int]) -> Mapping[int, Named]:
    """What mails call these alerts, and their languages; of those that are there."""
    question = select(col(AlertRow.id), col(AlertRow.salt), col(AlertRow.language))
    found = session.connection().execute(question.where(col(AlertRow.id).in_(alerts)))
    return {row.id: Named(row.salt, row.language) for row in found}


def reseal(session: Session, *, after: int, most: int) -> tuple[int | None, list[str]]:
    """Seal with the first key what others sealed, a batch of it.

    Returns where it ended, None when there was nothing more, and what could not be opened.
    """
    vault = vault_of(session)
    question = (
        rows_of(AlertRow)
        .where(AlertRow.key_name != vault.key_name, AlertRow.id > after)
        .order_by(col(AlertRow.id)).limit(most).with_for_update()
    )  # fmt: skip
    found, unread = session.exec(question).all(), []
    for row in found:
        try:
            address = _address(session, row)
        except IdentityUnreadable as problem:
            unread.append(f"alert {row.id}: {problem}")
            continue
        sealed = vault.seal(address.encode(), bound_to=_bound(row.salt))
        row.key_name, row.sealed = sealed.key_name, sealed.content
        row.email_mark = vault.marks(address)[0]
        session.add(row)
    session.flush()
    return (found[-1].id if found else None), unread


def unreadable(session: Session, *, after: int, most: int) -> tuple[int | None, list[str]]:
    """What can't be opened among a batch of alerts; returns where it ended, as ``reseal``."""
    question = rows_of(AlertRow).where(AlertRow.id > after).order_by(col(AlertRow.id)).limit(most)
    found, unread = session.exec(question).all(), []
    for row in found:
        try:
            _address(session, row)
        except IdentityUnreadable as problem:
            unread.append(f"alert {row.id}: {problem}")
    last = found[-1].id if found else None
    session.expunge_all()
    return last, unread


def count_sealed(session: Session) -> Kept:
    """How many addresses are kept, by the key that sealed them."""
    name = vault_of(session).key_name
    question = select(func.count()).select_from(AlertRow)
    total = session.connection().execute(question).scalar_one()
    current = session.connection().execute(question.where(col(AlertRow.key_name) == name))
    first = int(current.scalar_one())
    return Kept(first, int(total) - first)


def _bound(salt: str) -> str:
    return f"alert {salt}"


def _address(session: Session, row: AlertRow) -> str:
    sealed = Sealed(row.key_name, row.sealed)
    return vault_of(session).open(sealed, bound_to=_bound(row.salt)).decode()


def _alert(row: AlertRow) -> Alert:
    return Alert(
        row.id, Topic(AlertKind(row.kind), row.about, row.label), row.language, row.salt,
        row.asked_at, row.confirmed_at, row.since,
    )  # fmt: skip
