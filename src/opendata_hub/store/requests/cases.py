"""Requests to be handled: one of them locked for an act, or a queue by last day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.people.rule import Reach
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.desk import Line
from opendata_hub.domain.requests.info_request import Channel, InfoRequest, Question
from opendata_hub.domain.requests.timeline import Event, Events, received_on, state_of
from opendata_hub.store.info_requests import add_event
from opendata_hub.store.tables import EventRow, InfoRequestRow
from opendata_hub.store.visible import in_reach


@dataclass(frozen=True, slots=True)
class Case:
    """A request, the unit that works on it, and its last days by law and by the careful reading."""

    request: InfoRequest
    unit: str
    due_on: date
    safe_on: date
    is_open: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """Which requests are wanted; empty parts ask for nothing in particular.

    due_before: those whose last day is earlier. after: the last line of the page before.
    """

    is_open: bool | None = True
    authority: str = ""
    unit: str | None = None
    due_before: date | None = None
    after: tuple[date, str] | None = None


def get(session: Session, reference: str, within: Reach, *, to_change: bool = False) -> Case:
    """The request in reach; raises UnknownRequest. to_change: nobody else acts on it meanwhile."""
    question = select(InfoRequestRow).where(InfoRequestRow.reference == reference, _seen(within))
    if to_change:
        question = question.with_for_update()  # on SQLite whoever writes is alone anyway
    row = session.exec(question).first()
    if row is None:
        raise UnknownRequest("No request with this reference")
    events = _events(session, [row.id])[row.id]
    request = InfoRequest(
        reference=row.reference,
        authority=row.authority,
        unit=row.unit,
        law=row.law,
        question=Question(row.subject, row.text, row.language, row.is_urgent),
        events=events,
        channel=Channel(row.channel),
    )
    return Case(request, row.unit, row.due_on, row.safe_on, row.is_open)


def append(session: Session, changed: Case, *, by: int | None) -> None:
    """Keep the last event of the case, and where the case stands with it."""
    row = session.exec(
        select(InfoRequestRow).where(InfoRequestRow.reference == changed.request.reference)
    ).one()
    row.unit, row.due_on, row.safe_on = changed.unit, changed.due_on, changed.safe_on
    row.is_open = changed.is_open
    session.add(row)
    add_event(session, row, changed.request.events[-1], by)


def queue(session: Session, asked: Queue, within: Reach, *, most: int) -> list[Line]:
    """The requests in reach that are asked for, the earliest last day first."""
    question = (
        select(InfoRequestRow)
        .where(_seen(within), *_wanted(asked))
        .order_by(col(InfoRequestRow.due_on), col(InfoRequestRow.reference))
        .limit(most)
    )
    rows = session.exec(question).all()
    events = _events(session, [row.id for row in rows])
    return [_line(row, events[row.id]) for row in rows]


def _seen(within: Reach) -> ColumnElement[bool]:
    return in_reach(
        within,
        authority=InfoRequestRow.authority,
        unit=InfoRequestRow.unit,
        owner=InfoRequestRow.owner_id,
    )


def _wanted(asked: Queue) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.is_open is not None:
        wanted.append(col(InfoRequestRow.is_open).is_(asked.is_open))
    if asked.authority:
        wanted.append(col(InfoRequestRow.authority) == asked.authority)
    if asked.unit is not None:
        wanted.append(col(InfoRequestRow.unit) == asked.unit)
    if asked.due_before is not None:
        wanted.append(col(InfoRequestRow.due_on) < asked.due_before)
    if asked.after is not None:
        due_on, reference = asked.after
        is_later = col(InfoRequestRow.due_on) > due_on
        is_same_day = col(InfoRequestRow.due_on) == due_on
        wanted.append(or_(is_later, and_(is_same_day, col(InfoRequestRow.reference) > reference)))
    return wanted


def _events(session: Session, numbers: Sequence[int]) -> Mapping[int, Events]:
    """The events of many requests in one question."""
    found: dict[int, list[Event]] = {number: [] for number in numbers}
    question = (
        select(EventRow)
        .where(col(EventRow.info_request_id).in_(numbers))
        .order_by(col(EventRow.id))
    )
    for row in session.exec(question):
        found[row.info_request_id].append(
            Event(Act(row.act), row.happened_on, row.recorded_at, row.ground, row.reasons)
        )
    return {number: tuple(events) for number, events in found.items()}


def _line(row: InfoRequestRow, events: Events) -> Line:
    return Line(
        reference=row.reference,
        authority=row.authority,
        unit=row.unit,
        subject=row.subject,
        language=row.language,
        is_urgent=row.is_urgent,
        is_open=row.is_open,
        state=state_of(events),
        received_on=received_on(events),
        due_on=row.due_on,
        safe_on=row.safe_on,
    )
