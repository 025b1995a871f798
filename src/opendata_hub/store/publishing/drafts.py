"""Publications that are prepared, with what was typed of them."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session, col, select

from opendata_hub.domain.errors import UnknownDraft
from opendata_hub.domain.people.rule import Reach
from opendata_hub.domain.publishing.draft import Draft
from opendata_hub.store.tables import DraftRow
from opendata_hub.store.visible import in_reach


def add(
    session: Session,
    *,
    authority: str,
    person: int | None,
    family: str,
    submission_id: int,
    replaces: str,
    began_from: int | None,
    given: Mapping[str, str],
    now: datetime,
) -> Draft:
    """Begin a publication with a checked file; its fields begin with what is given."""
    row = DraftRow(
        authority=authority, person_id=person, family=family, submission_id=submission_id,
        replaces=replaces, typed=dict(given), given=dict(given), began_from=began_from,
        publish_on=None, approved="", problem="", slug="", created_at=now, changed_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _draft(row)


def get(session: Session, number: int, within: Reach, *, to_change: bool = False) -> Draft:
    """The draft of that number; raises UnknownDraft, also where it is out of reach.

    to_change: nobody else changes it meanwhile.
    """
    question = (
        select(DraftRow)
        .where(DraftRow.id == number)
        .where(in_reach(within, authority=DraftRow.authority))
    )
    if to_change:
        question = question.with_for_update()  # on SQLite whoever writes is alone anyway
    if row := session.exec(question).first():
        return _draft(row)
    raise UnknownDraft(f"No draft number {number}")


def keep(session: Session, draft: Draft, now: datetime) -> None:
    """Keep a draft as it is now."""
    row = session.get_one(DraftRow, draft.id)
    row.person_id, row.submission_id = draft.person, draft.submission_id
    row.typed, row.given = dict(draft.typed), dict(draft.given)
    row.replaces, row.began_from = draft.replaces, draft.began_from
    row.publish_on, row.approved = draft.publish_on, draft.approved
    row.problem, row.slug, row.changed_at = draft.problem, draft.slug, now
    session.add(row)
    session.flush()


def remove(session: Session, number: int) -> None:
    """Throw a draft away; its file is erased when its days are over, and the report stays."""
    session.delete(session.get_one(DraftRow, number))
    session.flush()


def open_of(session: Session, authority: str, *, most: int) -> list[Draft]:
    """What a body prepares, the latest change first; in whose reach it is was asked before."""
    question = (
        select(DraftRow)
        .where(DraftRow.authority == authority, DraftRow.slug == "")
        .order_by(col(DraftRow.changed_at).desc(), col(DraftRow.id).desc())
        .limit(most)
    )
    return [_draft(row) for row in session.exec(question)]


def due(session: Session, today: date) -> list[int]:
    """The numbers of the drafts that are to be published by now."""
    question = (
        select(DraftRow.id)
        .where(DraftRow.slug == "", col(DraftRow.publish_on) <= today)
        .order_by(col(DraftRow.publish_on), col(DraftRow.id))
    )
    return list(session.exec(question))


def _draft(row: DraftRow) -> Draft:
    return Draft(
        id=row.id, authority=row.authority, person=row.person_id, family=row.family,
        submission_id=row.submission_id, replaces=row.replaces, began_from=row.began_from,
        given=row.given, typed=row.typed, publish_on=row.publish_on, approved=row.approved,
        problem=row.problem, slug=row.slug, changed_at=row.changed_at,
    )  # fmt: skip
