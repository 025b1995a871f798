"""What alerts wait to tell, what they have told, and how far the log of changes was looked at."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import delete, exists, insert, select, update
from sqlmodel import Session

from opendata_hub.domain.alerts.alert import AlertKind
from opendata_hub.store.engine import insert_many
from opendata_hub.store.tables import metadata

AT_ONCE = 500
"""Values in a question: a database takes so many."""
_ALERT, _KEY, _NEWS, _TOLD, _CURSOR, _ENTRY, _INDEXED, _DATASET = (
    metadata.tables[name]
    for name in (
        "alert", "alert_key", "alert_news", "alert_told", "alert_cursor", "entity_entry",
        "entity_indexed", "dataset",
    )
)  # fmt: skip
_IS_CONFIRMED = _ALERT.c.confirmed_at.is_not(None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """That an alert is to tell of a dataset, if its change is newer than ``since``."""

    alert: int
    slug: str
    since: int


@dataclass(frozen=True, slots=True)
class Searched:
    """A search that is followed, and the alerts (with their ``since``) that follow it."""

    about: str
    alerts: tuple[tuple[int, int], ...]


def cursor(session: Session, *, to_change: bool = False) -> int:
    """The number of the last change of which is noted who wants to be told of it.

    to_change: nobody else takes it so until the end of the transaction.
    """
    question = select(_CURSOR.c.change_id)
    question = question.with_for_update() if to_change else question
    return int(session.connection().execute(question).scalar_one())


def move(session: Session, number: int) -> None:
    """Note that changes up to that number were looked at."""
    session.connection().execute(update(_CURSOR).values(change_id=number))


def of_datasets(session: Session, slugs: Sequence[str]) -> list[Wanted]:
    """The alerts on these datasets."""
    question = select(_ALERT.c.id, _ALERT.c.about, _ALERT.c.since).where(
        _IS_CONFIRMED, _ALERT.c.kind == AlertKind.DATASET.value, _ALERT.c.about.in_(slugs)
    )
    return [Wanted(*row) for row in session.connection().execute(question)]


def of_entities(session: Session, slugs: Sequence[str]) -> list[Wanted]:
    """The alerts on entities of which the present versions of these datasets speak.

    Not of what a row calls a natural person's.
    """
    person = _ENTRY.alias()
    is_persons = exists().where(
        person.c.kind == _KEY.c.kind, person.c.scheme == _KEY.c.scheme,
        person.c.value == _KEY.c.value, person.c.is_person,
    )  # fmt: skip
    question = (
        select(_ALERT.c.id, _ENTRY.c.slug, _ALERT.c.since)
        .join_from(_ENTRY, _DATASET, _DATASET.c.slug == _ENTRY.c.slug)
        .join(
            _INDEXED,
            (_INDEXED.c.slug == _ENTRY.c.slug) & (_INDEXED.c.version == _DATASET.c.version),
        )
        .join(
            _KEY,
            (_KEY.c.kind == _ENTRY.c.kind)
            & (_KEY.c.scheme == _ENTRY.c.scheme)
            & (_KEY.c.value == _ENTRY.c.value),
        )
        .join(_ALERT, _ALERT.c.id == _KEY.c.alert_id)
        .where(_IS_CONFIRMED, _ENTRY.c.slug.in_(slugs), ~is_persons)
        .distinct()
    )
    return [Wanted(*row) for row in session.connection().execute(question)]


def not_looked_through(
    session: Session, slugs: Sequence[str], families: Collection[str]
) -> frozenset[str]:
    """Of these datasets those of these families of whose present version no mentions are noted.

    Nothing where nobody follows an entity: nobody waits for it then.
    """
    connection = session.connection()
    follows = select(_ALERT.c.id).where(_IS_CONFIRMED, _ALERT.c.kind == AlertKind.ENTITY.value)
    if connection.execute(follows.limit(1)).first() is None:
        return frozenset()
    is_noted = exists().where(
        _INDEXED.c.slug == _DATASET.c.slug, _INDEXED.c.version == _DATASET.c.version
    )
    question = select(_DATASET.c.slug).where(
        _DATASET.c.slug.in_(slugs), _DATASET.c.family.in_(families), ~is_noted
    )
    return frozenset(connection.execute(question).scalars())


def of_persons(session: Session, *, most: int) -> list[int]:
    """Alerts on an entity of which a row calls one of its keys a natural person's."""
    is_same = (
        (_KEY.c.kind == _ENTRY.c.kind)
        & (_KEY.c.scheme == _ENTRY.c.scheme)
        & (_KEY.c.value == _ENTRY.c.value)
    )
    question = select(_KEY.c.alert_id).join_from(_KEY, _ENTRY, is_same).where(_ENTRY.c.is_person)
    return list(session.connection().execute(question.distinct().limit(most)).scalars())


def of_told(session: Session, slugs: Sequence[str]) -> list[Wanted]:
    """The alerts that have told of these datasets."""
    question = select(_TOLD.c.alert_id, _TOLD.c.slug, _ALERT.c.since).join_from(
        _TOLD, _ALERT, _ALERT.c.id == _TOLD.c.alert_id
    )
    found = session.connection().execute(question.where(_TOLD.c.slug.in_(slugs)))
    return [Wanted(*row) for row in found]


def searches(session: Session) -> Iterator[Searched]:
    """Every search that is followed, once, with who follows it; read in batches."""
    question = (
        select(_ALERT.c.about, _ALERT.c.id, _ALERT.c.since)
        .where(_IS_CONFIRMED, _ALERT.c.kind == AlertKind.SEARCH.value)
        .order_by(_ALERT.c.about)
        .execution_options(yield_per=AT_ONCE)
    )
    rows = session.connection().execute(question)
    for about, same in groupby(rows, key=lambda row: str(row.about)):
        yield Searched(about, tuple((row.id, row.since) for row in same))


def put(session: Session, slugs: Sequence[str], found: Mapping[tuple[int, str], int]) -> None:
    """Let these alerts tell of these datasets, and of none of ``slugs`` for an earlier change.

    found: by alert and name, the number of the change. What was stopped meanwhile is left out.
    """
    connection = session.connection()
    connection.execute(delete(_NEWS).where(_NEWS.c.slug.in_(slugs)))
    numbers = sorted({alert for alert, _ in found})
    there: set[int] = set()
    for first in range(0, len(numbers), AT_ONCE):
        some = _ALERT.c.id.in_(numbers[first : first + AT_ONCE])
        there.update(connection.execute(select(_ALERT.c.id).where(some)).scalars())
    rows = [
        {"alert_id": alert, "slug": slug, "change_id": change}
        for (alert, slug), change in found.items()
        if alert in there
    ]
    insert_many(session, _NEWS, rows)


def waiting(session: Session, *, after: int, told_before: datetime, most: int) -> list[int]:
    """Alerts that have something to tell and were not told of lately, a batch of them."""
    question = (
        select(_ALERT.c.id)
        .where(_ALERT.c.id > after, _ALERT.c.id.in_(select(_NEWS.c.alert_id)))
        .where(_ALERT.c.told_at.is_(None) | (_ALERT.c.told_at < told_before))
        .order_by(_ALERT.c.id)
        .limit(most)
        .with_for_update()
    )
    return list(session.connection().execute(question).scalars())


def take(session: Session, alerts: Sequence[int], now: datetime) -> Mapping[int, list[str]]:
    """What these alerts have to tell, which from now on they have told: the latest change first."""
    connection, is_theirs = session.connection(), _NEWS.c.alert_id.in_(alerts)
    question = select(_NEWS.c.alert_id, _NEWS.c.slug).where(is_theirs)
    told: dict[int, list[str]] = {}
    for row in connection.execute(question.order_by(_NEWS.c.change_id.desc())):
        told.setdefault(row.alert_id, []).append(row.slug)
    is_known = exists().where(_TOLD.c.alert_id == _NEWS.c.alert_id, _TOLD.c.slug == _NEWS.c.slug)
    fresh = select(_NEWS.c.alert_id, _NEWS.c.slug).where(is_theirs, ~is_known)
    connection.execute(insert(_TOLD).from_select(["alert_id", "slug"], fresh))
    connection.execute(delete(_NEWS).where(is_theirs))
    connection.execute(update(_ALERT).where(_ALERT.c.id.in_(alerts)).values(told_at=now))
    return told
