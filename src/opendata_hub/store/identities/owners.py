"""Whose requests they are: the accounts that hold them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.people.rule import Reach
from opendata_hub.store.tables import InfoRequestRow, RegisterEntryRow
from opendata_hub.store.visible import in_reach


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A request in the list of its owner."""

    reference: str
    authority: str
    subject: str
    state: str
    received_on: date
    due_on: date
    is_open: bool


def of(session: Session, within: Reach, *, after: str, most: int) -> list[OwnLine]:
    """The requests of an account, the latest first. after: the last of the page before."""
    request, entry = InfoRequestRow, RegisterEntryRow
    question = (
        select(request, entry)
        .join(entry, col(entry.info_request_id) == col(request.id))
        .where(
            in_reach(Reach(owner=within.owner), authority=request.authority, owner=request.owner_id)
        )
        .order_by(col(request.reference).desc())
        .limit(most)
    )
    if after:
        question = question.where(col(request.reference) < after)
    return [
        OwnLine(
            each.reference, each.authority, each.subject, kept.state, kept.received_on,
            each.due_on, each.is_open,
        )
        for each, kept in session.exec(question)
    ]  # fmt: skip


def give(session: Session, reference: str, person: int | None) -> None:
    """Tie a request to an account; raises UnknownRequest where another has it."""
    done = session.connection().execute(
        update(InfoRequestRow)
        .where(col(InfoRequestRow.reference) == reference)
        .where(or_(col(InfoRequestRow.owner_id).is_(None), col(InfoRequestRow.owner_id) == person))
        .values(owner_id=person)
    )
    session.expire_all()
    if not done.rowcount:
        raise UnknownRequest("No request with this reference and this tracking code")
