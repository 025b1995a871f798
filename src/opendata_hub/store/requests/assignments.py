"""Who works on which request, now and before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.people.rule import Reach
from opendata_hub.domain.requests.assignment import Assignment
from opendata_hub.store.tables import AssignmentRow, InfoRequestRow
from opendata_hub.store.visible import in_reach


@dataclass(frozen=True, slots=True)
class Assigned:
    """A request as far as assigning it goes. now: who works on it; due_on: the law's last day."""

    id: int
    reference: str
    authority: str
    due_on: date
    is_open: bool
    now: Assignment


@dataclass(frozen=True, slots=True)
class Past:
    """An assignment that was made: by which account, and when."""

    assignment: Assignment
    by: int | None
    at: datetime


def locked(session: Session, references: Sequence[str], within: Reach) -> list[Assigned]:
    """Those requests, in their order, changed by nobody else until the end of the transaction.

    Raises UnknownRequest, which names what is not there or out of reach.
    """
    question = (
        select(InfoRequestRow)
        .where(col(InfoRequestRow.reference).in_(references))
        .where(
            in_reach(
                within,
                authority=InfoRequestRow.authority,
                unit=InfoRequestRow.unit,
                owner=InfoRequestRow.owner_id,
            )
        )
        .order_by(col(InfoRequestRow.id))
        .with_for_update()
    )
    found = {row.reference: _assigned(row) for row in session.exec(question)}
    missing = [each for each in references if each not in found]
    if missing:
        raise UnknownRequest(f"No request with the reference {', '.join(missing[:5])}")
    return [found[each] for each in references]


def of(session: Session, reference: str) -> Assigned:
    """Who works on the request; raises UnknownRequest."""
    row = session.exec(select(InfoRequestRow).where(InfoRequestRow.reference == reference)).first()
    if row is None:
        raise UnknownRequest("No request with this reference")
    return _assigned(row)


def add(
    session: Session,
    requests: Sequence[Assigned],
    wanted: Assignment,
    *,
    by: int | None,
    now: datetime,
) -> None:
    """Keep who works on these from now on; what was before stays in the list of assignments."""
    rows = session.exec(
        select(InfoRequestRow).where(col(InfoRequestRow.id).in_([each.id for each in requests]))
    )
    for row in rows:
        row.unit, row.officer_id = wanted.unit, wanted.officer
        row.answer_by = wanted.answer_by
        session.add(row)
        session.add(
            AssignmentRow(
                info_request_id=row.id,
                unit=wanted.unit,
                officer_id=wanted.officer,
                answer_by=wanted.answer_by,
                person_id=by,
                assigned_at=now,
            )
        )
    session.flush()


def history(session: Session, reference: str) -> list[Past]:
    """All assignments of a request, oldest first."""
    question = (
        select(AssignmentRow)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(AssignmentRow.info_request_id))
        .where(InfoRequestRow.reference == reference)
        .order_by(col(AssignmentRow.id))
    )
    return [
        Past(Assignment(row.unit, row.officer_id, row.answer_by), row.person_id, row.assigned_at)
        for row in session.exec(question)
    ]


def _assigned(row: InfoRequestRow) -> Assigned:
    return Assigned(
        row.id, row.reference, row.authority, row.due_on, row.is_open,
        Assignment(row.unit, row.officer_id, row.answer_by),
    )  # fmt: skip
