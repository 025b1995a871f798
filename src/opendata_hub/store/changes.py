"""The log of what happened to the catalogue, and the places of its datasets."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, case, func, insert, update
from sqlmodel import Session, col, delete, select

from opendata_hub.domain.catalog.harvest.change import Change, ChangeKind, Entry, Place, Tombstone
from opendata_hub.domain.errors import UnknownDataset
from opendata_hub.store.engine import insert_many
from opendata_hub.store.tables import (
    ChangeRecordRow,
    ChangeRow,
    CkanPackageRow,
    DatasetRow,
    EntryRow,
    FragmentRow,
    TombstoneRow,
    metadata,
)

NONE_HARVESTED: Mapping[str, tuple[int, str]] = {}
RECORD_LEVEL = 3
"""Of zlib: half the time of the usual level, a twentieth more to keep."""
MOST_NAMED = 500
"""Addresses that one question names."""

# Written once: to put a statement together costs more than SQLite needs to carry it out.
_CHANGES, _RECORDS, _ENTRIES, _DATASETS, _KEYS = (
    metadata.tables[name] for name in ("change", "change_record", "entry", "dataset", "catalog_key")
)
_IS_PUBLISHED = ~_ENTRIES.c.is_withdrawn
_IS_CHANGED = _ENTRIES.c.changed_at >= bindparam("since", type_=_ENTRIES.c.changed_at.type)
_BEHIND = (
    select(_ENTRIES.c.position, _ENTRIES.c.slug, _ENTRIES.c.is_withdrawn, _ENTRIES.c.iri)
    .where(_ENTRIES.c.position > bindparam("after"))
    .order_by(_ENTRIES.c.position)
    .limit(bindparam("most"))
)
_PLACES, _PLACES_SINCE = _BEHIND.where(_IS_PUBLISHED), _BEHIND.where(_IS_CHANGED)
_ALL = select(func.count()).select_from(_ENTRIES)
_COUNT, _COUNT_SINCE = _ALL.where(_IS_PUBLISHED), _ALL.where(_IS_CHANGED)
_KEY = select(_KEYS.c.key)
_LOG = insert(_CHANGES).returning(_CHANGES.c.id, sort_by_parameter_order=True)
_PLACED = select(_ENTRIES.c.slug).where(_ENTRIES.c.slug.in_(bindparam("slugs", expanding=True)))
_MOVE = update(_ENTRIES).where(_ENTRIES.c.slug == bindparam("at"))
_POSITIONS = select(_DATASETS.c.slug, _DATASETS.c.id).where(
    _DATASETS.c.slug.in_(bindparam("slugs", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Span:
    """A row of positions that begin at ``index`` times its size.

    change: number of the latest change in it. datasets: how many are published in it.
    """

    index: int
    change: int
    datasets: int


def append(
    session: Session, slug: str, kind: ChangeKind, now: datetime, *, base_url: str, record: str = ""
) -> int:
    """Note a change of the dataset at ``slug``, which must be there; gives the change's number.

    record: the JSON-LD fragment after the change. Call it behind ``datasets.lock``: numbers then
    follow commits, so that nobody who has read up to a number misses a lower one.
    """
    return append_all(session, [(slug, kind, record)], now, base_url=base_url)[0]


def append_all(
    session: Session,
    events: Sequence[tuple[str, ChangeKind, str]],
    now: datetime,
    *,
    base_url: str,
    harvested: Mapping[str, tuple[int, str]] = NONE_HARVESTED,
) -> list[int]:
    """Note changes (slug, kind, record), each of another dataset; gives their numbers.

    harvested: place and address elsewhere of those that were not published here, by slug.
    """
    connection = session.connection()
    rows = [
        {"slug": slug, "kind": str(kind), "changed_at": now, "base_url": base_url}
        for slug, kind, _ in events
    ]
    numbers = [int(row[0]) for row in connection.execute(_LOG, rows)]
    records = [
        {"change_id": number, "body": zlib.compress(record.encode(), RECORD_LEVEL)}
        for number, (_, _, record) in zip(numbers, events, strict=True)
        if record
    ]
    insert_many(session, _RECORDS, records)
    said = {
        slug: {"change_id": number, "changed_at": now, "is_withdrawn": kind is ChangeKind.WITHDRAWN}
        for number, (slug, kind, _) in zip(numbers, events, strict=True)
    }
    _put_entries(session, said, harvested)
    return numbers


def bury(session: Session, left: Tombstone, *, base_url: str) -> int:
    """Take the dataset out of the catalogue and leave a tombstone; gives the change's number.

    Its record is erased from the log as well: it may be the reason of the withdrawal. Raises
    UnknownDataset when nothing is published at that address.
    """
    found = session.exec(select(DatasetRow.id).where(DatasetRow.slug == left.slug)).first()
    if found is None:
        raise UnknownDataset(f"No dataset {left.slug[:100]!r} is published here")
    kind = ChangeKind.WITHDRAWN
    number = append(session, left.slug, kind, left.withdrawn_at, base_url=base_url)
    forget_records(session, [left.slug])
    session.exec(delete(FragmentRow).where(col(FragmentRow.dataset_id) == found))
    session.exec(delete(DatasetRow).where(col(DatasetRow.id) == found))
    session.add(
        TombstoneRow(
            position=found,
            publisher=left.publisher,
            title=dict(left.title),
            reason=left.reason,
            version=left.version,
            issued_at=left.issued_at,
            withdrawn_at=left.withdrawn_at,
        )
    )
    session.flush()
    return number


def forget_records(session: Session, slugs: Sequence[str]) -> None:
    """Erase from the log what the records at these addresses said; the events stay.

    What is kept ready of them for clients of CKAN is erased as well.
    """
    of_slugs = select(ChangeRow.id).where(col(ChangeRow.slug).in_(slugs))
    session.exec(delete(ChangeRecordRow).where(col(ChangeRecordRow.change_id).in_(of_slugs)))
    places = select(EntryRow.position).where(col(EntryRow.slug).in_(slugs))
    session.exec(delete(CkanPackageRow).where(col(CkanPackageRow.position).in_(places)))


def forget_earlier_records(session: Session, slug: str) -> None:
    """Erase from the log what this record said before its latest change; the events stay."""
    latest = select(func.max(ChangeRow.id)).where(ChangeRow.slug == slug).scalar_subquery()
    earlier = select(ChangeRow.id).where(ChangeRow.slug == slug, col(ChangeRow.id) < latest)
    session.exec(delete(ChangeRecordRow).where(col(ChangeRecordRow.change_id).in_(earlier)))


def tombstone(session: Session, slug: str) -> Tombstone | None:
    """What remains of the dataset that was withdrawn from that address; None for any other."""
    found = session.exec(_tombstones().where(EntryRow.slug == slug)).first()
    return _tombstone(*found) if found else None


def tombstones(session: Session, positions: Sequence[int]) -> list[Tombstone]:
    """What remains of the datasets that were withdrawn from these positions, in their order."""
    question = _tombstones().where(col(TombstoneRow.position).in_(positions))
    return [_tombstone(*found) for found in session.exec(question.order_by(EntryRow.position))]


def entry(session: Session, slug: str) -> Entry | None:
    """The place of the dataset that is, or was, at that address."""
    found = session.connection().execute(_entries().where(EntryRow.slug == slug)).first()
    return _entry(found) if found else None


def entries(
    session: Session, *, after: int, most: int, since: datetime | None = None
) -> list[Entry]:
    """At most so many places behind a position, in the order in which they were given.

    since: only what changed at that instant or later, and then what was withdrawn as well.
    """
    question = _entries().where(_IS_PUBLISHED if since is None else _IS_CHANGED)
    question = question.where(col(EntryRow.position) > after).order_by(EntryRow.position)
    found = session.connection().execute(question.limit(most), {"since": since})
    return [_entry(row) for row in found]


def places(
    session: Session, *, after: int, most: int, since: datetime | None = None
) -> list[Place]:
    """The same as ``entries``, with no more than a page needs."""
    asked = {"after": after, "most": most, "since": since}
    question = _PLACES if since is None else _PLACES_SINCE
    return [Place(*row) for row in session.connection().execute(question, asked).all()]


def count(session: Session, *, since: datetime | None = None) -> int:
    """How many places ``entries`` would give in all."""
    question = _COUNT if since is None else _COUNT_SINCE
    return int(session.connection().execute(question, {"since": since}).scalar_one())


def spans(session: Session, size: int) -> list[Span]:
    """The spans of ``size`` positions in which something is, or was, published."""
    index = (col(EntryRow.position) // size).label("span")
    published = func.sum(case((col(EntryRow.is_withdrawn), 0), else_=1))
    question = select(index, func.max(EntryRow.change_id), published).group_by(index)
    return [
        Span(int(row[0]), int(row[1]), int(row[2]))
        for row in session.connection().execute(question.order_by(index))
    ]


def log(session: Session, *, after: int, most: int, base_url: str | None = None) -> list[Change]:
    """At most so many events with a number above ``after``, oldest first, with their records.

    base_url: only those of the hub at that address.
    """
    question = (
        select(*_CHANGE)
        .join(ChangeRecordRow, col(ChangeRecordRow.change_id) == ChangeRow.id, isouter=True)
        .join(EntryRow, col(EntryRow.slug) == ChangeRow.slug, isouter=True)
        .where(col(ChangeRow.id) > after)
        .order_by(col(ChangeRow.id))
        .limit(most)
    )
    if base_url is not None:
        question = question.where(ChangeRow.base_url == base_url)
    return [_change(row) for row in session.connection().execute(question)]


def slugs_by_name(session: Session, *, most: int | None = None, offset: int = 0) -> list[str]:
    """The addresses of all that stands in the catalogue, in the order of their letters."""
    question = select(EntryRow.slug).where(~col(EntryRow.is_withdrawn))
    return list(session.exec(question.order_by(col(EntryRow.slug)).offset(offset).limit(most)))


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose changes are wanted: of one dataset, of these publishers; None for all of them.

    kinds: only these; None for all.
    """

    slug: str = ""
    publishers: frozenset[str] | None = None
    kinds: frozenset[ChangeKind] | None = None


def latest(session: Session, whose: Whose, *, most: int, offset: int = 0) -> list[Change]:
    """At most so many events, the latest first, without their records.

    Of publishers: those of datasets that are still published.
    """
    question = select(ChangeRow).order_by(col(ChangeRow.id).desc()).limit(most).offset(offset)
    if whose.slug:
        question = question.where(ChangeRow.slug == whose.slug)
    if whose.kinds is not None:
        question = question.where(col(ChangeRow.kind).in_(sorted(whose.kinds)))
    if whose.publishers is not None:
        question = question.join(DatasetRow, col(DatasetRow.slug) == ChangeRow.slug)
        question = question.where(col(DatasetRow.publisher).in_(whose.publishers))
    return [Change(r.id, r.slug, ChangeKind(r.kind), r.changed_at) for r in session.exec(question)]


def after(session: Session, number: int, *, most: int) -> list[Change]:
    """At most so many events with a number above that, oldest first, without their records."""
    question = select(ChangeRow).where(col(ChangeRow.id) > number).order_by(col(ChangeRow.id))
    found = session.exec(question.limit(most))
    return [Change(r.id, r.slug, ChangeKind(r.kind), r.changed_at) for r in found]


def latest_before(session: Session, number: int, *, base_url: str) -> Change | None:
    """The last event up to that number at that address of the hub, without its record."""
    question = (
        select(ChangeRow)
        .where(col(ChangeRow.id) <= number, ChangeRow.base_url == base_url)
        .order_by(col(ChangeRow.id).desc())
        .limit(1)
    )
    row = session.exec(question).first()
    return Change(row.id, row.slug, ChangeKind(row.kind), row.changed_at) if row else None


def last_number(session: Session) -> int:
    """The number of the latest event; 0 when nothing ever happened."""
    return session.exec(select(func.max(ChangeRow.id))).one() or 0


def not_of_address(session: Session, base_url: str) -> list[str]:
    """This hub's own datasets whose latest change was noted under another address of the hub."""
    question = (
        select(EntryRow.slug)
        .join(ChangeRow, col(ChangeRow.id) == EntryRow.change_id)
        .where(~col(EntryRow.is_withdrawn), ChangeRow.base_url != base_url)
        .where(col(EntryRow.iri) == "")
        .order_by(col(EntryRow.position))
    )
    return list(session.exec(question))


def catalog_key(session: Session) -> str:
    """What tells this catalogue from every other, whatever their addresses."""
    return str(session.connection().execute(_KEY).scalar_one())


def _put_entries(
    session: Session,
    said: Mapping[str, Mapping[str, Any]],
    harvested: Mapping[str, tuple[int, str]],
) -> None:
    """Let the places of these slugs say so; a first change takes the place of its dataset."""
    connection, slugs = session.connection(), list(said)
    known: set[str] = set()
    for first in range(0, len(slugs), MOST_NAMED):
        some = {"slugs": slugs[first : first + MOST_NAMED]}
        known.update(connection.execute(_PLACED, some).scalars())
    if moved := [slug for slug in slugs if slug in known and slug not in harvested]:
        connection.execute(_MOVE, [{"at": slug, **said[slug]} for slug in moved])
    if moved := [slug for slug in slugs if slug in known and slug in harvested]:
        with_address = [{"at": slug, **said[slug], "iri": harvested[slug][1]} for slug in moved]
        connection.execute(_MOVE, with_address)
    fresh = [slug for slug in slugs if slug not in known]
    places = {**_places(session, [slug for slug in fresh if slug not in harvested]), **harvested}
    rows = [
        {"slug": slug, "position": places[slug][0], "iri": places[slug][1], **said[slug]}
        for slug in fresh
    ]
    insert_many(session, _ENTRIES, rows)


def _places(session: Session, slugs: Sequence[str]) -> dict[str, tuple[int, str]]:
    """The places of this hub's own datasets, which have no address elsewhere."""
    found: dict[str, tuple[int, str]] = {}
    for first in range(0, len(slugs), MOST_NAMED):
        some = {"slugs": slugs[first : first + MOST_NAMED]}
        rows = session.connection().execute(_POSITIONS, some)
        found.update((row.slug, (int(row.id), "")) for row in rows)
    return found


_ENTRY: tuple[Any, ...] = (
    EntryRow.position, EntryRow.slug, EntryRow.change_id, EntryRow.changed_at,
    EntryRow.is_withdrawn, EntryRow.iri,
)  # fmt: skip
_CHANGE: tuple[Any, ...] = (
    ChangeRow.id, ChangeRow.slug, ChangeRow.kind, ChangeRow.changed_at, ChangeRecordRow.body,
    EntryRow.iri,
)  # fmt: skip


def _tombstones() -> Any:
    return select(TombstoneRow, EntryRow.slug, EntryRow.iri).join(
        EntryRow, col(EntryRow.position) == TombstoneRow.position
    )


def _tombstone(row: TombstoneRow, slug: str, iri: str) -> Tombstone:
    return Tombstone(
        slug, row.publisher, row.title, row.reason, row.version, row.issued_at, row.withdrawn_at,
        iri,
    )  # fmt: skip


def _entries() -> Any:
    return select(*_ENTRY)


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.position, row.slug, row.change_id, row.changed_at, row.is_withdrawn, row.iri)


def _change(row: Row[Any]) -> Change:
    record = zlib.decompress(row.body).decode() if row.body is not None else ""
    return Change(row.id, row.slug, ChangeKind(row.kind), row.changed_at, record, row.iri or "")
