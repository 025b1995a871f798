"""What alerts wait to tell, what they have told, and how far the log of changes was looked at.

What waits is told once the mark of how far the log was looked at has come to its change: it is
noted for some alerts at a time, and the mark moves behind the last of them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, insert, literal, select, update
from sqlmodel import Session

from opendata_hub.domain.alerts.alert import AlertKind, entity_words
from opendata_hub.domain.portal.entity import EntityKind, Key
from opendata_hub.store.engine import insert_many
from opendata_hub.store.tables import metadata

AT_ONCE = 500
"""Values in a question: a database takes so many."""
_ALERT, _KEY, _NEWS, _TOLD, _CURSOR, _ENTRY, _INDEXED, _DATASET, _PLACE = (
    metadata.tables[name]
    for name in (
        "alert", "alert_key", "alert_news", "alert_told", "alert_cursor", "entity_entry",
        "entity_indexed", "dataset", "entry",
    )
)  # fmt: skip
_IS_CONFIRMED = _ALERT.c.confirmed_at.is_not(None)
_IS_DUE = _NEWS.c.change_id <= select(_CURSOR.c.change_id).scalar_subquery()
"""Of what is noted, that which all alerts were asked for."""


Followed = tuple[AlertKind, str]
"""What is followed: its kind, and what an alert of that kind is about."""


@dataclass(frozen=True, slots=True)
class Follower:
    """A confirmed alert, what it follows, and the change after which it tells."""

    alert: int
    kind: AlertKind
    about: str
    since: int


@dataclass(frozen=True, slots=True)
class Span:
    """The alerts behind a number, up to another; last: None for all there are."""

    after: int
    last: int | None = None

    def holds(self, column: ColumnElement[int]) -> ColumnElement[bool]:
        """Whether a number of an alert is one of them."""
        behind = column > self.after
        return behind if self.last is None else and_(behind, column <= self.last)


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


def followers(session: Session, *, after: int, most: int) -> list[Follower]:
    """Confirmed alerts behind a number, at most so many, in the order of their numbers."""
    question = (
        select(_ALERT.c.id, _ALERT.c.kind, _ALERT.c.about, _ALERT.c.since)
        .where(_IS_CONFIRMED, _ALERT.c.id > after)
        .order_by(_ALERT.c.id)
        .limit(most)
    )
    return [
        Follower(row.id, AlertKind(row.kind), row.about, row.since)
        for row in session.connection().execute(question)
    ]


def spoken_of(session: Session, slugs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What of that is followed the present versions of these datasets speak of: name and slug.

    Each once, however many follow it. Not what a row calls a natural person's.
    """
    person = _ENTRY.alias()
    is_persons = exists().where(
        person.c.kind == _ENTRY.c.kind, person.c.scheme == _ENTRY.c.scheme,
        person.c.value == _ENTRY.c.value, person.c.is_person,
    )  # fmt: skip
    is_followed = exists().where(
        _KEY.c.kind == _ENTRY.c.kind, _KEY.c.scheme == _ENTRY.c.scheme,
        _KEY.c.value == _ENTRY.c.value,
    )  # fmt: skip
    question = (
        select(_ENTRY.c.kind, _ENTRY.c.scheme, _ENTRY.c.value, _ENTRY.c.slug)
        .join_from(_ENTRY, _DATASET, _DATASET.c.slug == _ENTRY.c.slug)
        .join(
            _INDEXED,
            (_INDEXED.c.slug == _ENTRY.c.slug) & (_INDEXED.c.version == _DATASET.c.version),
        )
        .where(_ENTRY.c.slug.in_(slugs), is_followed, ~is_persons)
        .distinct()
        .execution_options(yield_per=AT_ONCE)
    )
    for row in session.connection().execute(question):
        yield entity_words(EntityKind(row.kind), Key(row.scheme, row.value)), row.slug


def keys_in(session: Session, span: Span) -> Iterator[tuple[int, str]]:
    """The entities that these alerts follow, by each of their keys: alert and name."""
    question = select(_KEY.c.alert_id, _KEY.c.kind, _KEY.c.scheme, _KEY.c.value)
    for row in session.connection().execute(question.where(span.holds(_KEY.c.alert_id))):
        yield row.alert_id, entity_words(EntityKind(row.kind), Key(row.scheme, row.value))


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


def told_in(session: Session, slugs: Sequence[str], span: Span) -> list[tuple[int, str]]:
    """Which of these alerts have told of these datasets: alert and slug."""
    question = select(_TOLD.c.alert_id, _TOLD.c.slug).where(
        _TOLD.c.slug.in_(slugs), span.holds(_TOLD.c.alert_id)
    )
    return [(row.alert_id, row.slug) for row in session.connection().execute(question)]


def searches(session: Session) -> Iterator[str]:
    """Every search that is followed, once; read in batches."""
    question = (
        select(_ALERT.c.about)
        .where(_IS_CONFIRMED, _ALERT.c.kind == AlertKind.SEARCH.value)
        .distinct()
        .execution_options(yield_per=AT_ONCE)
    )
    return (str(about) for about in session.connection().execute(question).scalars())


def put(
    session: Session, slugs: Sequence[str], span: Span, found: Mapping[tuple[int, str], int]
) -> None:
    """Let these alerts tell of these datasets, and of none of ``slugs`` for an earlier change.

    found: by alert and slug, the number of the change. It is told once the mark has come so far.
    """
    theirs = span.holds(_NEWS.c.alert_id)
    session.connection().execute(delete(_NEWS).where(_NEWS.c.slug.in_(slugs), theirs))
    rows = [
        {"alert_id": alert, "slug": slug, "change_id": change}
        for (alert, slug), change in found.items()
    ]
    insert_many(session, _NEWS, rows)


def waiting(session: Session, *, after: int, told_before: datetime, most: int) -> list[int]:
    """Alerts that have something to tell and were not told of lately, a batch of them."""
    question = (
        select(_ALERT.c.id)
        .where(_ALERT.c.id > after, _ALERT.c.id.in_(select(_NEWS.c.alert_id).where(_IS_DUE)))
        .where(_ALERT.c.told_at.is_(None) | (_ALERT.c.told_at < told_before))
        .order_by(_ALERT.c.id)
        .limit(most)
        .with_for_update()
    )
    return list(session.connection().execute(question).scalars())


def take(session: Session, alerts: Sequence[int], now: datetime) -> Mapping[int, list[str]]:
    """What these alerts have to tell, which from now on they have told: the latest change first."""
    connection, is_theirs = session.connection(), _NEWS.c.alert_id.in_(alerts) & _IS_DUE
    question = select(_NEWS.c.alert_id, _NEWS.c.slug).where(is_theirs)
    told: dict[int, list[str]] = {}
    for row in connection.execute(question.order_by(_NEWS.c.change_id.desc())):
        told.setdefault(row.alert_id, []).append(row.slug)
    is_known = exists().where(_TOLD.c.alert_id == _NEWS.c.alert_id, _TOLD.c.slug == _NEWS.c.slug)
    at = literal(now, _TOLD.c.told_at.type)
    fresh = select(_NEWS.c.alert_id, _NEWS.c.slug, at).where(is_theirs, ~is_known)
    is_news = exists().where(
        _NEWS.c.alert_id == _TOLD.c.alert_id, _NEWS.c.slug == _TOLD.c.slug, _IS_DUE
    )
    again = update(_TOLD).where(_TOLD.c.alert_id.in_(alerts), is_news).values(told_at=now)
    connection.execute(again)
    connection.execute(insert(_TOLD).from_select(["alert_id", "slug", "told_at"], fresh))
    connection.execute(delete(_NEWS).where(is_theirs))
    connection.execute(update(_ALERT).where(_ALERT.c.id.in_(alerts)).values(told_at=now))
    return told


def forget_told(session: Session, before: datetime, *, most: int) -> int:
    """Forget what was told before then, and of what was withdrawn once that is told, too.

    most: datasets, and alerts, at once. Returns how many were forgotten.
    """
    connection = session.connection()
    waits = exists().where(_NEWS.c.alert_id == _TOLD.c.alert_id, _NEWS.c.slug == _TOLD.c.slug)
    mark = select(_CURSOR.c.change_id).scalar_subquery()
    gone = select(_PLACE.c.slug).where(
        _PLACE.c.is_withdrawn, _PLACE.c.change_id <= mark,
        exists().where(_TOLD.c.slug == _PLACE.c.slug, ~waits),
    )  # fmt: skip
    slugs = connection.execute(gone.limit(most)).scalars().all()
    done = connection.execute(delete(_TOLD).where(_TOLD.c.slug.in_(slugs), ~waits)).rowcount
    is_old = _TOLD.c.told_at < before
    old = select(_TOLD.c.alert_id).where(is_old).distinct().limit(most)
    alerts = connection.execute(old).scalars().all()
    return (
        done
        + connection.execute(delete(_TOLD).where(is_old, _TOLD.c.alert_id.in_(alerts))).rowcount
    )
