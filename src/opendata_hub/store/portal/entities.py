"""Which datasets speak of which supplier, association, project or commitment."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, insert, or_, select, tuple_
from sqlmodel import Session

from opendata_hub.domain.catalog.search.words import fold
from opendata_hub.domain.portal.entity import EntityKind, Key, Mention
from opendata_hub.domain.texts import Texts
from opendata_hub.store.tables import metadata

BATCH = 1_000
_ENTRY, _INDEXED, _DATASET = (
    metadata.tables[name] for name in ("entity_entry", "entity_indexed", "dataset")
)
_IS_CURRENT = and_(
    _DATASET.c.slug == _ENTRY.c.slug,
    _INDEXED.c.slug == _ENTRY.c.slug,
    _INDEXED.c.version == _DATASET.c.version,
)
"""Of a dataset that is published, in the version that was indexed."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A mention and the address of the dataset it is in."""

    slug: str
    mention: Mention


@dataclass(frozen=True, slots=True)
class Named:
    """An entity in a list. rows: in how many rows it stands; datasets: in how many of these."""

    kind: EntityKind
    key: Key
    name: Mapping[str, str]
    rows: int
    datasets: int


def stale(session: Session, wanted: Mapping[str, str], *, most: int) -> list[str]:
    """Datasets of these families (to what their index must be made for) that are not indexed so.

    The latest change of each family first.
    """
    found: list[str] = []
    for family, made_for in wanted.items():
        question = (
            select(_DATASET.c.slug)
            .outerjoin(_INDEXED, _INDEXED.c.slug == _DATASET.c.slug)
            .where(_DATASET.c.family == family)
            .where(
                or_(
                    _INDEXED.c.slug.is_(None),
                    _INDEXED.c.version != _DATASET.c.version,
                    _INDEXED.c.made_for != made_for,
                )
            )
            .order_by(_DATASET.c.modified_at.desc())
            .limit(most - len(found))
        )
        found += session.connection().execute(question).scalars()
        if len(found) >= most:
            break
    return found


def replace(
    session: Session, slug: str, *, version: int, made_for: str, found: Iterable[Mention]
) -> None:
    """Keep what a version of a dataset speaks of, in the place of what was kept of it."""
    connection = session.connection()
    connection.execute(delete(_ENTRY).where(_ENTRY.c.slug == slug))
    connection.execute(delete(_INDEXED).where(_INDEXED.c.slug == slug))
    connection.execute(insert(_INDEXED).values(slug=slug, version=version, made_for=made_for))
    rows = [_row(slug, mention) for mention in found]
    for first in range(0, len(rows), BATCH):
        connection.execute(insert(_ENTRY), rows[first : first + BATCH])


def forget_unpublished(session: Session) -> None:
    """Erase what is kept of datasets that are not published any more."""
    is_published = exists().where(_DATASET.c.slug == _INDEXED.c.slug)
    gone = list(
        session.connection().execute(select(_INDEXED.c.slug).where(~is_published)).scalars()
    )
    for first in range(0, len(gone), BATCH):
        some = gone[first : first + BATCH]
        session.connection().execute(delete(_ENTRY).where(_ENTRY.c.slug.in_(some)))
        session.connection().execute(delete(_INDEXED).where(_INDEXED.c.slug.in_(some)))


def of_keys(
    session: Session, kind: EntityKind, keys: Collection[Key], *, most: int
) -> list[Spoken]:
    """What is said under these keys, of published datasets, the latest change first."""
    question = (
        select(_ENTRY)
        .where(_IS_CURRENT, _ENTRY.c.kind == kind.value, _among(keys))
        .order_by(_DATASET.c.modified_at.desc(), _ENTRY.c.id)
        .limit(most)
    )
    return [_spoken(row) for row in session.connection().execute(question).mappings()]


def is_listed(session: Session, kind: EntityKind, key: Key) -> bool:
    """Whether a row says that this key is a legal person's, and none that it is a natural one's."""
    is_legal = select(_ENTRY.c.id).where(
        _IS_CURRENT, _ENTRY.c.is_legal, _ENTRY.c.kind == kind.value, _among([key])
    )
    found = session.connection().execute(is_legal.limit(1)).scalar()
    return found is not None and not has_person(session, kind, [key])


def names(session: Session, kind: EntityKind, keys: Collection[Key]) -> dict[str, Texts]:
    """By value: the names of those of these keys, all of one scheme, that ``is_listed`` lists."""
    if not keys:
        return {}
    persons = _ENTRY.alias()
    is_persons = exists().where(
        persons.c.kind == _ENTRY.c.kind, persons.c.scheme == _ENTRY.c.scheme,
        persons.c.value == _ENTRY.c.value, persons.c.is_person,
    )  # fmt: skip
    question = (
        select(_ENTRY.c.value, _ENTRY.c.name)
        .where(_IS_CURRENT, _ENTRY.c.is_legal, _ENTRY.c.kind == kind.value, _among(keys))
        .where(~is_persons)
        .order_by(_ENTRY.c.id)
    )
    return {row.value: row.name for row in session.connection().execute(question) if row.name}


def has_person(session: Session, kind: EntityKind, keys: Collection[Key]) -> bool:
    """Whether a row calls one of these keys a natural person's.

    Also a row of a version that was replaced: what it said holds until the new one is indexed.
    """
    question = select(_ENTRY.c.id).where(
        _ENTRY.c.is_person, _ENTRY.c.kind == kind.value, _among(keys)
    )
    return session.connection().execute(question.limit(1)).scalar() is not None


def listed(
    session: Session, *, words: str = "", kind: EntityKind | None = None, most: int
) -> list[Named]:
    """Entities whose name has these words, or whose key is that, those with most rows first.

    Only those that a row says to be legal persons, and none a natural one; rows that do not say it
    are counted with them.
    """
    persons, key = _ENTRY.alias(), (_ENTRY.c.kind, _ENTRY.c.scheme, _ENTRY.c.value)
    is_persons = exists().where(
        persons.c.kind == _ENTRY.c.kind, persons.c.scheme == _ENTRY.c.scheme,
        persons.c.value == _ENTRY.c.value, persons.c.is_person,
    )  # fmt: skip
    legal = (
        select(*key)
        .where(_IS_CURRENT, _ENTRY.c.is_first, _ENTRY.c.is_legal)
        .where(~is_persons, *_wanted(words, kind))
        .correlate(None)
    )
    rows, named_by = func.sum(_ENTRY.c.rows), func.max(case((_ENTRY.c.is_legal, _ENTRY.c.id)))
    question = (
        select(*key, named_by, rows, func.count(_ENTRY.c.slug.distinct()))
        .where(_IS_CURRENT, _ENTRY.c.is_first, tuple_(*key).in_(legal))
        .group_by(*key)
        .order_by(rows.desc(), _ENTRY.c.value)
        .limit(most)
    )
    found = session.connection().execute(question).all()
    named = select(_ENTRY.c.id, _ENTRY.c.name).where(_ENTRY.c.id.in_([row[3] for row in found]))
    names = {row.id: row.name for row in session.connection().execute(named)}
    return [
        Named(EntityKind(kind), Key(scheme, value), names[entry], int(many), int(datasets))
        for kind, scheme, value, entry, many, datasets in found
    ]


def _wanted(words: str, kind: EntityKind | None) -> list[ColumnElement[bool]]:
    wanted = [_ENTRY.c.kind == kind.value] if kind else []
    for word in fold(words).split():
        is_named = _ENTRY.c.folded.contains(word, autoescape=True)
        wanted.append(or_(is_named, func.lower(_ENTRY.c.value) == word))
    return wanted


def _among(keys: Collection[Key]) -> ColumnElement[bool]:
    by_scheme: dict[str, list[str]] = {}
    for key in keys:
        by_scheme.setdefault(key.scheme, []).append(key.value)
    return or_(
        *(
            and_(_ENTRY.c.scheme == scheme, _ENTRY.c.value.in_(values))
            for scheme, values in by_scheme.items()
        )
    )


def _row(slug: str, mention: Mention) -> dict[str, Any]:
    return {
        "slug": slug,
        "kind": mention.kind.value,
        "scheme": mention.key.scheme,
        "value": mention.key.value,
        "said": dict(mention.values),
        "name": dict(mention.name),
        "folded": fold(" ".join(mention.name.values())),
        "rows": mention.rows,
        "amount": None if mention.amount is None else str(mention.amount),
        "others": [[other.scheme, other.value] for other in mention.others],
        "is_person": mention.is_person,
        "is_first": mention.is_first,
        "is_legal": mention.is_legal,
    }


def _spoken(row: Any) -> Spoken:
    amount = row["amount"]
    mention = Mention(
        EntityKind(row["kind"]),
        Key(row["scheme"], row["value"]),
        row["said"],
        row["name"],
        row["rows"],
        None if amount is None else Decimal(amount),
        tuple(Key(scheme, value) for scheme, value in row["others"]),
        row["is_person"],
        row["is_first"],
        row["is_legal"],
    )
    return Spoken(row["slug"], mention)
