"""Datasets of other catalogues: they stand in this one beside its own, at places of their own."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, delete, func, insert, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.catalog.search.query import Facet
from opendata_hub.domain.errors import UnknownDataset
from opendata_hub.domain.harvest.found import Note
from opendata_hub.domain.harvest.harvested import Harvested
from opendata_hub.store import changes, datasets
from opendata_hub.store.tables import FragmentRow, HarvestedRow, TombstoneRow, metadata

BATCH = 500
_HARVESTED, _TOMBSTONES, _FRAGMENTS = (
    metadata.tables[name] for name in ("harvested", "tombstone", "fragment")
)
_INSERT = insert(_HARVESTED)
_REPLACE = update(_HARVESTED).where(_HARVESTED.c.position == bindparam("at"))
_KNOWN = columns(
    _HARVESTED.c.position, _HARVESTED.c.source, _HARVESTED.c.identifier, _HARVESTED.c.slug,
    _HARVESTED.c.iri, _HARVESTED.c.digest, _HARVESTED.c.run, _HARVESTED.c.version,
    _HARVESTED.c.issued_at, _HARVESTED.c.is_gone,
)  # fmt: skip


class Known(NamedTuple):
    """What a run must know of a record that was met before."""

    position: int
    source: str
    identifier: str
    slug: str
    iri: str
    digest: str
    run: int
    version: int
    issued_at: datetime
    is_gone: bool


def known(session: Session, source: str, identifiers: Sequence[str]) -> dict[str, Known]:
    """Those of these identifiers that a source had before, by identifier."""
    question = _KNOWN.where(_HARVESTED.c.source == source)
    asked = question.where(_HARVESTED.c.identifier.in_(bindparam("some", expanding=True)))
    return {each.identifier: each for each in _among(session, asked, identifiers)}


def of_addresses(session: Session, iris: Sequence[str]) -> dict[str, Known]:
    """The records that are kept of these addresses elsewhere, by address; not what is gone."""
    question = _KNOWN.where(~_HARVESTED.c.is_gone)
    asked = question.where(_HARVESTED.c.iri.in_(bindparam("some", expanding=True)))
    return {each.iri: each for each in _among(session, asked, iris)}


def of_slugs(session: Session, slugs: Sequence[str]) -> dict[str, Known]:
    """The records that have these addresses here, by address; what is gone keeps its own."""
    asked = _KNOWN.where(_HARVESTED.c.slug.in_(bindparam("some", expanding=True)))
    return {each.slug: each for each in _among(session, asked, slugs)}


def save_all(session: Session, many: Sequence[Harvested]) -> None:
    """Insert or replace these records, each named once by its place."""
    connection = session.connection()
    places = [each.position for each in many]
    present = columns(_HARVESTED.c.position).where(
        _HARVESTED.c.position.in_(bindparam("some", expanding=True))
    )
    kept = set(connection.execute(present, {"some": places}).scalars())
    if old := [{"at": each.position, **_row(each)} for each in many if each.position in kept]:
        connection.execute(_REPLACE, old)
    if new := [_row(each) for each in many if each.position not in kept]:
        connection.execute(_INSERT, new)
    if kept:
        connection.execute(delete(_TOMBSTONES).where(_TOMBSTONES.c.position.in_(kept)))
    session.expire_all()


def mark_seen(session: Session, places: Sequence[int], run: int, page: str) -> None:
    """Note that the source still has these records, on that page."""
    _mark(session, places, {"run": run, "page": page})


def mark_met(session: Session, places: Sequence[int], run: int) -> None:
    """Note that the source still has these records, whatever it says of them now."""
    _mark(session, places, {"run": run})


def mark_page_seen(session: Session, source: str, page: str, run: int, *, as_of: int) -> int:
    """Note that the source still has all that was on that page in a run before; returns how many.

    as_of: that run. What was on the page earlier still, and not then, may be gone.
    """
    marked = session.connection().execute(
        update(_HARVESTED)
        .where(_HARVESTED.c.source == source, _HARVESTED.c.run == as_of)
        .where(_HARVESTED.c.page == page, ~_HARVESTED.c.is_gone)
        .values(run=run)
    )
    return marked.rowcount


def not_met(session: Session, source: str, run: int) -> list[Known]:
    """What a source had before that run, and not in it."""
    question = _KNOWN.where(
        _HARVESTED.c.source == source, _HARVESTED.c.run != run, ~_HARVESTED.c.is_gone
    )
    found = session.connection().execute(question.order_by(_HARVESTED.c.position))
    return [Known(*tuple(row)) for row in found]


def count_met(session: Session, source: str, run: int) -> int:
    """How many records of a source were met in that run."""
    question = columns(func.count()).where(_HARVESTED.c.source == source, _HARVESTED.c.run == run)
    return int(session.connection().execute(question.where(~_HARVESTED.c.is_gone)).scalar_one())


def count(session: Session, source: str) -> int:
    """How many records of a source stand in the catalogue."""
    question = columns(func.count()).where(_HARVESTED.c.source == source, ~_HARVESTED.c.is_gone)
    return int(session.connection().execute(question).scalar_one())


def get(session: Session, slug: str) -> Harvested:
    """The record at that address here; raises UnknownDataset."""
    if found := find(session, slug):
        return found
    raise UnknownDataset(f"No dataset {slug[:100]!r} was harvested here")


def find(session: Session, slug: str) -> Harvested | None:
    """The record at that address here; None for none, and for one that is gone."""
    question = select(HarvestedRow).where(HarvestedRow.slug == slug, ~col(HarvestedRow.is_gone))
    row = session.exec(question).first()
    return _harvested(row) if row else None


def everything(session: Session, *, source: str | None = None) -> Iterator[Harvested]:
    """All records that stand in the catalogue, or those of one source, read in batches."""
    question = select(HarvestedRow).where(~col(HarvestedRow.is_gone))
    if source is not None:
        question = question.where(HarvestedRow.source == source)
    question = question.order_by(col(HarvestedRow.position))
    for row in session.exec(question.execution_options(yield_per=BATCH)):
        yield _harvested(row)


def bury(
    session: Session, gone: Sequence[Known], *, reason: str, now: datetime, base_url: str
) -> None:
    """Take these records out of the catalogue, each with a tombstone at its address here."""
    for first in range(0, len(gone), BATCH):
        _bury(session, gone[first : first + BATCH], reason, now, base_url)


def _bury(
    session: Session, gone: Sequence[Known], reason: str, now: datetime, base_url: str
) -> None:
    places = [each.position for each in gone]
    connection = session.connection()
    named = columns(_HARVESTED.c.position, _HARVESTED.c.title)
    found = connection.execute(named.where(_HARVESTED.c.position.in_(places)))
    titles = {int(row[0]): dict(row[1]) for row in found}
    harvested = {each.slug: (each.position, each.iri) for each in gone}
    events = [(each.slug, ChangeKind.WITHDRAWN, "") for each in gone]
    changes.append_all(session, events, now, base_url=base_url, harvested=harvested)
    changes.forget_records(session, [each.slug for each in gone])
    connection.execute(delete(_FRAGMENTS).where(_FRAGMENTS.c.dataset_id.in_(places)))
    mark = update(_HARVESTED).where(_HARVESTED.c.position.in_(places))
    connection.execute(mark.values(is_gone=True))
    session.add_all(
        TombstoneRow(
            position=each.position,
            publisher="",
            title=titles[each.position],
            reason=reason,
            version=each.version,
            issued_at=each.issued_at,
            withdrawn_at=now,
        )
        for each in gone
    )
    session.flush()
    session.expire_all()


def forget(session: Session, source: str) -> None:
    """Forget what was kept of the buried records of a source; their tombstones stay."""
    connection = session.connection()
    connection.execute(
        delete(_HARVESTED).where(_HARVESTED.c.source == source, _HARVESTED.c.is_gone)
    )


def not_written_for(session: Session, wanted: str, most: int) -> list[str]:
    """Addresses of records that were written for another profile, declaration or address."""
    return list(session.exec(_not_written_for(wanted).order_by(HarvestedRow.slug).limit(most)))


def count_not_written_for(session: Session, wanted: str) -> int:
    """How many there are."""
    return session.exec(select(func.count()).select_from(_not_written_for(wanted).subquery())).one()


def _not_written_for(wanted: str) -> SelectOfScalar[str]:
    return (
        select(HarvestedRow.slug)
        .join(FragmentRow, col(FragmentRow.dataset_id) == HarvestedRow.position)
        .where(~col(HarvestedRow.is_gone), FragmentRow.written_for != wanted)
        .distinct()
    )


def next_position(session: Session) -> int:
    """The first place of the catalogue that was never given."""
    return datasets.last_position(session) + 1


def _mark(session: Session, places: Sequence[int], said: Mapping[str, Any]) -> None:
    if places:
        rows = [{"at": place, **said} for place in places]
        session.connection().execute(_REPLACE, rows)


def _among(session: Session, question: Any, values: Sequence[str]) -> Iterator[Known]:
    for first in range(0, len(values), BATCH):
        some: Sequence[Row[Any]] = (
            session.connection().execute(question, {"some": values[first : first + BATCH]}).all()
        )
        yield from (Known(*tuple(row)) for row in some)


def _row(kept: Harvested) -> dict[str, Any]:
    return {
        "position": kept.position,
        "source": kept.source,
        "identifier": kept.identifier,
        "slug": kept.slug,
        "iri": kept.iri,
        "title": dict(kept.title),
        "description": dict(kept.description),
        "keywords": {k: list(words) for k, words in kept.keywords.items()},
        "publisher": dict(kept.publisher),
        "facets": {str(k): list(codes) for k, codes in kept.facets.items()},
        "landing_page": kept.landing_page,
        "notes": [[each.field, each.given, each.kept] for each in kept.notes],
        "met": sorted(kept.met),
        "version": kept.version,
        "issued_at": kept.issued_at,
        "modified_at": kept.modified_at,
        "digest": kept.digest,
        "run": kept.run,
        "page": kept.page,
        "is_gone": kept.is_gone,
    }


def _harvested(row: HarvestedRow) -> Harvested:
    return Harvested(
        position=row.position,
        source=row.source,
        identifier=row.identifier,
        slug=row.slug,
        iri=row.iri,
        title=row.title,
        description=row.description,
        keywords={k: tuple(words) for k, words in row.keywords.items()},
        publisher=row.publisher,
        facets={Facet(k): tuple(codes) for k, codes in row.facets.items()},
        landing_page=row.landing_page,
        notes=tuple(Note(*each) for each in row.notes),
        met=frozenset(row.met),
        version=row.version,
        issued_at=row.issued_at,
        modified_at=row.modified_at,
        digest=row.digest,
        run=row.run,
        page=row.page,
        is_gone=row.is_gone,
    )
