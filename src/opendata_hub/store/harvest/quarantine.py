"""Records of sources that could not be taken, each with the reason and what came."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from opendata_hub.domain.errors import NotKnown
from opendata_hub.store.tables import HarvestedRow, QuarantineRow, metadata

MOST_GIVEN_BYTES = 64_000
"""Of what came, so much is kept."""
REASON_LENGTH = 1000
TITLE_LENGTH = 300
_QUARANTINE = metadata.tables["quarantine"]


@dataclass(frozen=True, slots=True)
class Apart:
    """A record that is kept apart. first_at: since when; given: the beginning of what came."""

    source: str
    identifier: str
    run: int
    page: str
    title: str
    code: str
    reason: str
    first_at: datetime
    last_at: datetime
    given: bytes


def put(session: Session, apart: Apart) -> None:
    """Keep a record apart; one that was there already keeps its first day."""
    row = session.get(QuarantineRow, (apart.source, apart.identifier))
    first_at = row.first_at if row else apart.first_at
    session.merge(
        QuarantineRow(
            source=apart.source,
            identifier=apart.identifier,
            run=apart.run,
            page=apart.page,
            title=apart.title[:TITLE_LENGTH],
            code=apart.code,
            reason=apart.reason[:REASON_LENGTH],
            first_at=first_at,
            last_at=apart.last_at,
            given=zlib.compress(apart.given[:MOST_GIVEN_BYTES]),
        )
    )
    session.flush()


def release(session: Session, source: str, identifiers: Sequence[str]) -> None:
    """Let go of records that were taken, or are no more."""
    for first in range(0, len(identifiers), 500):
        some = identifiers[first : first + 500]
        session.connection().execute(
            delete(_QUARANTINE).where(
                _QUARANTINE.c.source == source, _QUARANTINE.c.identifier.in_(some)
            )
        )


def release_not_met(session: Session, source: str, run: int) -> None:
    """Let go of what the source did not have in that run."""
    session.connection().execute(
        delete(_QUARANTINE).where(_QUARANTINE.c.source == source, _QUARANTINE.c.run != run)
    )


def mark_page_met(session: Session, source: str, page: str, run: int, *, as_of: int) -> int:
    """Note that what was refused on a page in a run before is still there; returns how many."""
    marked = session.connection().execute(
        update(_QUARANTINE)
        .where(_QUARANTINE.c.source == source, _QUARANTINE.c.run == as_of)
        .where(_QUARANTINE.c.page == page)
        .values(run=run)
    )
    return marked.rowcount


def has_nameless(session: Session, source: str, run: int, beginning: str) -> bool:
    """Whether records came in that run that nobody can tell from others, by their stand-in name."""
    question = select(QuarantineRow.run).where(
        QuarantineRow.source == source,
        QuarantineRow.run == run,
        col(QuarantineRow.identifier).startswith(beginning),
    )
    return session.exec(question.limit(1)).first() is not None


def count(session: Session, source: str) -> int:
    """How many records of a source are kept apart."""
    question = select(func.count()).select_from(QuarantineRow).where(QuarantineRow.source == source)
    return session.exec(question).one()


def count_new(session: Session, source: str) -> int:
    """How many of those that are kept apart have no sound copy in the catalogue."""
    sound = (
        select(HarvestedRow.position)
        .where(HarvestedRow.source == QuarantineRow.source, ~col(HarvestedRow.is_gone))
        .where(HarvestedRow.identifier == QuarantineRow.identifier)
    )
    question = select(func.count()).select_from(QuarantineRow)
    return session.exec(question.where(QuarantineRow.source == source, ~sound.exists())).one()


def listed(session: Session, source: str, *, after: str = "", most: int = 100) -> list[Apart]:
    """The records of a source that are kept apart, by identifier, page by page."""
    question = (
        select(QuarantineRow)
        .where(QuarantineRow.source == source, col(QuarantineRow.identifier) > after)
        .order_by(QuarantineRow.identifier)
        .limit(most)
    )
    return [_apart(row) for row in session.exec(question)]


def get(session: Session, source: str, identifier: str) -> Apart:
    """One record that is kept apart; raises NotKnown."""
    row: Any = session.get(QuarantineRow, (source, identifier))
    if row is None:
        raise NotKnown(f"Nothing of {source} is kept apart as {identifier[:100]!r}")
    return _apart(row)


def _apart(row: QuarantineRow) -> Apart:
    return Apart(
        row.source, row.identifier, row.run, row.page, row.title, row.code, row.reason,
        row.first_at, row.last_at, zlib.decompress(row.given),
    )  # fmt: skip
