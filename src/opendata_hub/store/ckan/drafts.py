"""Packages that CKAN's clients have begun: words without a file, seen by who may publish them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from opendata_hub.store.tables import CkanDraftRow


@dataclass(frozen=True, slots=True)
class Draft:
    """A package without a file. id: of the package, also once it is published.

    package: as it was given, without what the hub makes itself.
    """

    id: str
    slug: str
    publisher: str
    package: Mapping[str, Any]
    person: int | None
    created_at: datetime
    modified_at: datetime


def find(session: Session, name_or_id: str) -> Draft | None:
    """The draft of that name or id; None without one."""
    question = select(CkanDraftRow).where(
        (col(CkanDraftRow.slug) == name_or_id) | (col(CkanDraftRow.id) == name_or_id.lower())
    )
    row = session.exec(question).first()
    return _draft(row) if row else None


def save(session: Session, draft: Draft) -> None:
    """Keep a draft, in the place of the one with the same id."""
    session.merge(
        CkanDraftRow(
            id=draft.id,
            slug=draft.slug,
            publisher=draft.publisher,
            package=dict(draft.package),
            person_id=draft.person,
            created_at=draft.created_at,
            modified_at=draft.modified_at,
        )
    )
    session.flush()


def untouched(session: Session, before: datetime, *, most: int) -> list[Draft]:
    """The drafts that nobody has changed since, the oldest first."""
    question = select(CkanDraftRow).where(CkanDraftRow.modified_at < before)
    oldest = question.order_by(col(CkanDraftRow.modified_at), CkanDraftRow.id).limit(most)
    return [_draft(row) for row in session.exec(oldest)]


def drop(session: Session, draft: Draft) -> None:
    """Forget a draft, which was published or given up."""
    if row := session.get(CkanDraftRow, draft.id):
        session.delete(row)
        session.flush()


def _draft(row: CkanDraftRow) -> Draft:
    return Draft(
        id=row.id,
        slug=row.slug,
        publisher=row.publisher,
        package=row.package,
        person=row.person_id,
        created_at=row.created_at,
        modified_at=row.modified_at,
    )
