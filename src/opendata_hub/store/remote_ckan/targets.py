"""The CKANs that datasets are brought to, what was said there last, and the keys, sealed."""

from collections.abc import Sequence
from dataclasses import asdict, fields

from sqlalchemy import delete
from sqlmodel import Session, col, select

from opendata_hub.domain.errors import IdentityUnreadable, TargetTaken, UnknownTarget
from opendata_hub.domain.identities.vault import Sealed
from opendata_hub.domain.people.rule import EVERYWHERE, Reach
from opendata_hub.domain.remote_ckan.target import Sent, Target
from opendata_hub.store.engine import vault_of
from opendata_hub.store.tables import CkanPlanRow, CkanSentRow, CkanTargetRow
from opendata_hub.store.visible import in_reach

_FIELDS = [each.name for each in fields(Target)]


def add(session: Session, target: Target, key: str) -> None:
    """Keep a new target and its key, sealed; raises TargetTaken."""
    if session.get(CkanTargetRow, target.id):
        raise TargetTaken(f"{target.id} is a target already")
    sealed = vault_of(session).seal(key.encode(), bound_to=_bond(target.id))
    row = CkanTargetRow(**asdict(target), key_name=sealed.key_name, sealed=sealed.content)
    session.add(row)
    session.flush()


def set_key(session: Session, target_id: str, key: str) -> None:
    """Keep another key of a target; raises UnknownTarget."""
    row = _row(session, target_id, EVERYWHERE)
    sealed = vault_of(session).seal(key.encode(), bound_to=_bond(target_id))
    row.key_name, row.sealed = sealed.key_name, sealed.content
    session.flush()


def key_of(session: Session, target_id: str) -> str:
    """The key of a target; raises UnknownTarget, IdentityUnreadable where it can't be opened."""
    row = _row(session, target_id, EVERYWHERE)
    sealed = Sealed(row.key_name, row.sealed)
    return vault_of(session).open(sealed, bound_to=_bond(target_id)).decode()


def reseal(session: Session) -> list[str]:
    """Seal with the first key the keys that others sealed; gives those that can't be opened."""
    vault, unread = vault_of(session), list[str]()
    question = select(CkanTargetRow).where(CkanTargetRow.key_name != vault.key_name)
    for row in session.exec(question.order_by(CkanTargetRow.id).with_for_update()):
        bond = _bond(row.id)
        try:
            key = vault.open(Sealed(row.key_name, row.sealed), bound_to=bond)
        except IdentityUnreadable as problem:
            unread.append(f"{bond}: {problem}")
            continue
        sealed = vault.seal(key, bound_to=bond)
        row.key_name, row.sealed = sealed.key_name, sealed.content
    session.flush()
    return unread


def unreadable(session: Session) -> list[str]:
    """The keys that can't be opened."""
    vault, unread = vault_of(session), list[str]()
    for row in session.exec(select(CkanTargetRow).order_by(CkanTargetRow.id)):
        try:
            vault.open(Sealed(row.key_name, row.sealed), bound_to=_bond(row.id))
        except IdentityUnreadable as problem:
            unread.append(f"{_bond(row.id)}: {problem}")
    return unread


def count_sealed(session: Session) -> tuple[int, int]:
    """How many keys are sealed with the first key, and how many with others."""
    names = session.exec(select(CkanTargetRow.key_name)).all()
    current = names.count(vault_of(session).key_name)
    return current, len(names) - current


def get(session: Session, target_id: str, reach: Reach = EVERYWHERE) -> Target:
    """The target of that id; raises UnknownTarget, also where it is out of reach."""
    return _target(_row(session, target_id, reach))


def listed(session: Session, reach: Reach = EVERYWHERE) -> list[Target]:
    """The targets by id."""
    question = select(CkanTargetRow).order_by(CkanTargetRow.id)
    rows = session.exec(question.where(in_reach(reach, authority=CkanTargetRow.authority)))
    return [_target(row) for row in rows]


def remove(session: Session, target_id: str) -> None:
    """Forget a target, its key and what was said there; nothing is deleted there."""
    connection = session.connection()
    connection.execute(delete(CkanSentRow).where(col(CkanSentRow.target) == target_id))
    connection.execute(delete(CkanPlanRow).where(col(CkanPlanRow.target) == target_id))
    connection.execute(delete(CkanTargetRow).where(col(CkanTargetRow.id) == target_id))


def sent(session: Session, target_id: str, slug: str) -> Sent | None:
    """What is known of a dataset at a target; None where it was never brought there."""
    row = session.get(CkanSentRow, (target_id, slug))
    return _sent(row) if row else None


def slugs_sent(session: Session, target_id: str) -> Sequence[str]:
    """The datasets that were brought to a target, by slug."""
    question = select(CkanSentRow.slug).where(CkanSentRow.target == target_id)
    return list(session.exec(question.order_by(CkanSentRow.slug)))


def note_sent(session: Session, target_id: str, said: Sent) -> None:
    """Keep what was said of a dataset, and what the CKAN kept of it."""
    session.merge(
        CkanSentRow(
            target=target_id, slug=said.slug, remote_id=said.remote_id, sent=dict(said.sent),
            kept=dict(said.kept), sent_at=said.sent_at,
        )
    )  # fmt: skip
    session.flush()


def forget_sent(session: Session, target_id: str, slug: str) -> None:
    """Forget a dataset that is no longer there."""
    session.connection().execute(
        delete(CkanSentRow).where(
            col(CkanSentRow.target) == target_id, col(CkanSentRow.slug) == slug
        )
    )
    session.expire_all()


def _bond(target_id: str) -> str:
    return f"ckan target {target_id}"


def _row(session: Session, target_id: str, reach: Reach) -> CkanTargetRow:
    question = select(CkanTargetRow).where(CkanTargetRow.id == target_id)
    row = session.exec(question.where(in_reach(reach, authority=CkanTargetRow.authority))).first()
    if row is None:
        raise UnknownTarget(f"No CKAN {target_id[:60]!r} is a target here")
    return row


def _target(row: CkanTargetRow) -> Target:
    return Target(**{name: getattr(row, name) for name in _FIELDS})


def _sent(row: CkanSentRow) -> Sent:
    return Sent(row.slug, row.remote_id, row.sent, row.kept, row.sent_at)
