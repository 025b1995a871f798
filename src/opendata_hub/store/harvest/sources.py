"""The sources that are harvested, and their pages as they were when last read."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from opendata_hub.domain.errors import SourceTaken, UnknownSource
from opendata_hub.domain.harvest.found import KnownPage, Page
from opendata_hub.domain.harvest.source import Source, SourceKind
from opendata_hub.domain.people.rule import EVERYWHERE, Reach
from opendata_hub.store.tables import (
    HarvestPageRow,
    HarvestRunRow,
    HarvestSourceRow,
    QuarantineRow,
)
from opendata_hub.store.visible import in_reach

_FIELDS = [each.name for each in fields(Source)]


def add(session: Session, source: Source) -> None:
    """Keep a new source; raises SourceTaken where its id, or its address and filter, are in use."""
    taken = session.exec(
        select(HarvestSourceRow).where(
            (col(HarvestSourceRow.id) == source.id)
            | (
                (col(HarvestSourceRow.url) == source.url)
                & (col(HarvestSourceRow.filter) == source.filter)
            )
        )
    ).first()
    if taken:
        raise SourceTaken(f"{taken.id} is harvested already, from {taken.url}")
    session.add(HarvestSourceRow(**_row(source)))
    session.flush()


def save(session: Session, source: Source) -> None:
    """Keep what has changed in a known source."""
    session.merge(HarvestSourceRow(**_row(source)))
    session.flush()


def get(session: Session, source_id: str, reach: Reach = EVERYWHERE) -> Source:
    """The source of that id; raises UnknownSource, also where it is out of reach."""
    question = select(HarvestSourceRow).where(HarvestSourceRow.id == source_id)
    row = session.exec(
        question.where(in_reach(reach, authority=HarvestSourceRow.authority))
    ).first()
    if row is None:
        raise UnknownSource(f"No source {source_id[:60]!r} is harvested here")
    return _source(row)


def listed(session: Session, reach: Reach = EVERYWHERE) -> list[Source]:
    """The sources by id."""
    question = select(HarvestSourceRow).order_by(HarvestSourceRow.id)
    rows = session.exec(question.where(in_reach(reach, authority=HarvestSourceRow.authority)))
    return [_source(row) for row in rows]


def due(session: Session, now: datetime) -> list[Source]:
    """The active sources that are to be read now, who waits longest first."""
    question = (
        select(HarvestSourceRow)
        .where(col(HarvestSourceRow.is_active), HarvestSourceRow.due_at <= now)
        .order_by(col(HarvestSourceRow.due_at), HarvestSourceRow.id)
    )
    return [_source(row) for row in session.exec(question)]


def remove(session: Session, source_id: str) -> None:
    """Forget a source, its runs, pages and quarantine; nothing harvested may be left of it."""
    for table in (HarvestPageRow, QuarantineRow, HarvestRunRow):
        session.connection().execute(delete(table).where(col(table.source) == source_id))
    own = delete(HarvestSourceRow).where(col(HarvestSourceRow.id) == source_id)
    session.connection().execute(own)


def known_page(session: Session, source_id: str, address: str) -> KnownPage | None:
    """A page as it was when last read; None for one that was not."""
    row = session.get(HarvestPageRow, (source_id, address))
    if row is None:
        return None
    return KnownPage(
        row.address, row.run, row.etag, row.last_modified, row.sha256, row.following, row.total
    )


def keep_page(session: Session, source_id: str, page: Page, run: int) -> None:
    """Keep what tells this page from a later one."""
    session.merge(
        HarvestPageRow(
            source=source_id, address=page.address, run=run, etag=page.etag,
            last_modified=page.last_modified, sha256=page.sha256, following=page.following,
            total=page.total,
        )
    )  # fmt: skip
    session.flush()


def mark_page(session: Session, source_id: str, address: str, run: int) -> None:
    """Note that a page was met in that run, as it was before."""
    row = session.get_one(HarvestPageRow, (source_id, address))
    row.run = run
    session.flush()


def forget_pages(session: Session, source_id: str, *, but_of: int | None = None) -> None:
    """Forget the pages of a source, all or those that were not met in that run."""
    question = delete(HarvestPageRow).where(col(HarvestPageRow.source) == source_id)
    if but_of is not None:
        question = question.where(col(HarvestPageRow.run) != but_of)
    session.connection().execute(question)


def count(session: Session) -> int:
    """How many sources there are."""
    return session.exec(select(func.count()).select_from(HarvestSourceRow)).one()


def ids(session: Session) -> Sequence[str]:
    """The ids of all sources."""
    return list(session.exec(select(HarvestSourceRow.id).order_by(HarvestSourceRow.id)))


def _row(source: Source) -> dict[str, Any]:
    return {**asdict(source), "kind": str(source.kind)}


def _source(row: HarvestSourceRow) -> Source:
    given = {name: getattr(row, name) for name in _FIELDS}
    return Source(**{**given, "kind": SourceKind(row.kind)})
