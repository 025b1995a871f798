"""Requests to be handled: one of them locked for an act, or a queue by last day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.people.rule import Reach
from opendata_hub.domain.register.standing import was_answered
from opendata_hub.domain.requests.acts import Act, State
from opendata_hub.domain.requests.desk import SOON_DAYS, Line, Nearness
from opendata_hub.domain.requests.info_request import Channel, InfoRequest
from opendata_hub.domain.requests.timeline import Event, Events
from opendata_hub.store.info_requests import add_event, question_of
from opendata_hub.store.tables import EventRow, InfoRequestRow, metadata
from opendata_hub.store.visible import in_reach

_REQUEST, _ENTRY = metadata.tables["info_request"], metadata.tables["register_entry"]


@dataclass(frozen=True, slots=True)
class Case:
    """A request, the unit that works on it, and its last days by law and by the careful reading.

    answer_due_on: of the answer; due_on, safe_on: of what the body has to do next.
    """

    request: InfoRequest
    unit: str
    due_on: date
    safe_on: date
    is_open: bool
    answer_due_on: date


@dataclass(frozen=True, slots=True)
class Queue:
    """Which requests are wanted; empty parts ask for nothing in particular.

    due_from, due_before: those whose last day lies in between. after: the last line of the page
    before.
    """

    is_open: bool | None = True
    authority: str = ""
    unit: str | None = None
    due_before: date | None = None
    after: tuple[date, str] | None = None
    due_from: date | None = None
    state: State | None = None
    officer: int | None = None
    is_unassigned: bool = False


def get(session: Session, reference: str, within: Reach, *, to_change: bool = False) -> Case:
    """The request in reach; raises UnknownRequest. to_change: nobody else acts on it meanwhile."""
    question = select(InfoRequestRow).where(InfoRequestRow.reference == reference, _seen(within))
    if to_change:
        question = question.with_for_update()  # on SQLite whoever writes is alone anyway
    row = session.exec(question).first()
    if row is None:
        raise UnknownRequest("No request with this reference")
    events = events_of(session, [row.id])[row.id]
    request = InfoRequest(
        reference=row.reference,
        authority=row.authority,
        unit=row.unit,
        law=row.law,
        question=question_of(row),
        events=events,
        channel=Channel(row.channel),
    )
    return Case(request, row.unit, row.due_on, row.safe_on, row.is_open, row.answer_due_on)


def append(session: Session, changed: Case, *, by: int | None) -> None:
    """Keep the last event of the case, and where the case stands with it."""
    row = session.exec(
        select(InfoRequestRow).where(InfoRequestRow.reference == changed.request.reference)
    ).one()
    *before, last = changed.request.events
    if last.act is Act.REOPEN and row.first_due_on is None and was_answered(tuple(before)):
        row.first_due_on = row.answer_due_on
    row.unit, row.due_on, row.safe_on = changed.unit, changed.due_on, changed.safe_on
    row.is_open, row.answer_due_on = changed.is_open, changed.answer_due_on
    session.add(row)
    add_event(session, row, last, by)


def queue(session: Session, asked: Queue, within: Reach, *, most: int) -> list[Line]:
    """The requests in reach that are asked for, the earliest last day first."""
    # An index in that order for each: a rare state is not looked for among all that wait.
    # The register keeps the answer's last day, the desk that of the head's decision.
    of = _ENTRY.c if asked.state and asked.state is not State.WITH_THE_HEAD else _REQUEST.c
    request = _REQUEST.c
    question = (
        columns(
            request.reference, request.authority, request.unit, request.subject, request.language,
            request.is_urgent, request.is_open, _ENTRY.c.state, _ENTRY.c.received_on,
            request.due_on, request.safe_on, request.officer_id, request.answer_by,
        )
        .join(_ENTRY, _ENTRY.c.info_request_id == request.id)
        .where(_seen(within), *_wanted(asked, of.due_on, of.reference))
        .order_by(of.due_on, of.reference)
        .limit(most)
    )  # fmt: skip
    return [_line(row) for row in session.connection().execute(question)]


def tally(session: Session, asked: Queue, within: Reach, *, today: date) -> Mapping[Nearness, int]:
    """How many open requests in reach are how near their last day; its days are not asked for."""
    request = _REQUEST.c
    days = ((Nearness.LATE, today), (Nearness.DUE_TODAY, today + timedelta(1)))
    soon = today + timedelta(SOON_DAYS + 1)
    near = case(
        *[(request.due_on < day, name.value) for name, day in (*days, (Nearness.DUE_SOON, soon))],
        else_=Nearness.LATER.value,
    )
    some = replace(asked, is_open=True, due_from=None, due_before=None, after=None)
    question = columns(near, func.count()).select_from(_REQUEST)
    if asked.state:
        question = question.join(_ENTRY, _ENTRY.c.info_request_id == request.id)
    question = question.where(_seen(within), *_wanted(some, request.due_on, request.reference))
    found = {Nearness(name): n for name, n in session.connection().execute(question.group_by(near))}
    return {name: found.get(name, 0) for name in Nearness if name is not Nearness.DONE}


def _seen(within: Reach) -> ColumnElement[bool]:
    return in_reach(
        within,
        authority=InfoRequestRow.authority,
        unit=InfoRequestRow.unit,
        owner=InfoRequestRow.owner_id,
    )


def _wanted(asked: Queue, due_on: Any, reference: Any) -> list[ColumnElement[bool]]:
    """The conditions; due_on, reference: the columns that the queue is ordered by."""
    wanted: list[ColumnElement[bool]] = []
    if asked.is_open is not None:
        wanted.append(_REQUEST.c.is_open.is_(asked.is_open))
    if asked.authority:
        wanted.append(_REQUEST.c.authority == asked.authority)
    if asked.unit is not None:
        wanted.append(_REQUEST.c.unit == asked.unit)
    if asked.state is not None:
        wanted.append(_ENTRY.c.state == asked.state.value)
    if asked.officer is not None:
        wanted.append(_REQUEST.c.officer_id == asked.officer)
    if asked.is_unassigned:
        wanted.append(_REQUEST.c.officer_id.is_(None))
    if asked.due_from is not None:
        wanted.append(due_on >= asked.due_from)
    if asked.due_before is not None:
        wanted.append(due_on < asked.due_before)
    if asked.after is not None:
        day, last = asked.after
        wanted.append(or_(due_on > day, and_(due_on == day, reference > last)))
    return wanted


def events_of(session: Session, numbers: Sequence[int]) -> Mapping[int, Events]:
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


def _line(row: Any) -> Line:
    return Line(
        reference=row.reference,
        authority=row.authority,
        unit=row.unit,
        subject=row.subject,
        language=row.language,
        is_urgent=row.is_urgent,
        is_open=row.is_open,
        state=State(row.state),
        received_on=row.received_on,
        due_on=row.due_on,
        safe_on=row.safe_on,
        officer=row.officer_id,
        answer_by=row.answer_by,
    )
