"""Announced days, and what they changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from opendata_hub.domain.people.rule import Reach
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.calendar import Announcement, Holiday, HolidayStatus
from opendata_hub.domain.requests.timeline import Event, Events
from opendata_hub.store.register import entries
from opendata_hub.store.tables import (
    CalendarDayRow,
    DueChangeRow,
    InfoRequestRow,
    OutboxRow,
    metadata,
)
from opendata_hub.store.visible import in_reach

BATCH = 2000


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What a recount needs of a request that waits for an answer. Nobody is named in it."""

    id: int
    authority: str
    reference: str
    law: str
    is_urgent: bool
    due_on: date
    safe_on: date
    events: Events


@dataclass(frozen=True, slots=True)
class DueChange:
    """A request whose due day was counted anew; is_of_complaint: of the decision on a complaint."""

    request: OpenRequest
    due: date
    safe: date
    is_of_complaint: bool = False


def announce(
    session: Session,
    jurisdiction: str,
    announced: Announcement,
    now: datetime,
    *,
    authority: str = "",
) -> None:
    """Add an announced day to the calendar of a jurisdiction, or of one authority in it."""
    holiday = announced.holiday
    session.add(
        CalendarDayRow(
            jurisdiction=jurisdiction,
            authority=authority,
            day=holiday.day,
            name=dict(holiday.name),
            status=holiday.status,
            source=holiday.source,
            known_on=holiday.known_on,
            instead_of=announced.instead_of,
            announced_at=now,
        )
    )
    session.flush()


def announced(session: Session, jurisdiction: str) -> list[Announcement]:
    """What was announced for a whole jurisdiction, in the order in which it was."""
    question = (
        select(CalendarDayRow)
        .where(CalendarDayRow.jurisdiction == jurisdiction, CalendarDayRow.authority == "")
        .order_by(col(CalendarDayRow.id))
    )
    return [Announcement(_holiday(row), row.instead_of) for row in session.exec(question)]


def closures(
    session: Session, jurisdiction: str, *, authority: str = ""
) -> Mapping[str, Sequence[Holiday]]:
    """The days on which single authorities of a jurisdiction are closed, by authority.

    authority: its own only; those of all where none is named.
    """
    question = select(CalendarDayRow).where(
        CalendarDayRow.jurisdiction == jurisdiction, CalendarDayRow.authority != ""
    )
    if authority:
        question = question.where(CalendarDayRow.authority == authority)
    found: dict[str, list[Holiday]] = {}
    for row in session.exec(question.order_by(col(CalendarDayRow.id))):
        found.setdefault(row.authority, []).append(_holiday(row))
    return found


def open_requests(
    session: Session, laws: Sequence[str], within: Reach
) -> Iterator[list[OpenRequest]]:
    """The open requests in reach under these laws with their events, in batches by number."""
    request = metadata.tables["info_request"].c
    question = (
        columns(
            request.id, request.authority, request.reference, request.law, request.is_urgent,
            request.due_on, request.safe_on,
        )
        .where(request.is_open, request.law.in_(laws))
        .where(
            in_reach(within, authority=request.authority, unit=request.unit, owner=request.owner_id)
        )
        .order_by(request.id)
        .limit(BATCH)
    )  # fmt: skip
    last = 0
    while rows := session.connection().execute(question.where(request.id > last)).all():
        events = _events_of(session, [row.id for row in rows])
        last = rows[-1].id
        yield [OpenRequest(*row, events[row.id]) for row in rows]


def change_dues(
    session: Session, changes: Iterable[DueChange], *, reason: str, now: datetime
) -> int:
    """Set new due days, keep the old ones with the reason, and write a notice for each."""
    kept = list(changes)
    if not kept:
        return 0
    connection = session.connection()
    connection.execute(
        update(InfoRequestRow)
        .where(col(InfoRequestRow.id) == bindparam("number"))
        .values(due_on=bindparam("due"), safe_on=bindparam("safe")),
        [{"number": c.request.id, "due": c.due, "safe": c.safe} for c in kept],
    )
    if answers := {c.request.id: c.due for c in kept if not c.is_of_complaint}:
        connection.execute(
            update(InfoRequestRow)
            .where(col(InfoRequestRow.id) == bindparam("number"))
            .values(answer_due_on=bindparam("due")),
            [{"number": number, "due": due} for number, due in answers.items()],
        )
        entries.change_dues(session, answers)
    connection.execute(insert(DueChangeRow), [_change_values(c, reason, now) for c in kept])
    connection.execute(insert(OutboxRow), [_notice_values(c, reason, now) for c in kept])
    return len(kept)


def due_changes(session: Session, info_request_id: int) -> list[tuple[date, date, str]]:
    """The recounts of a request, oldest first: due day before, after, and why."""
    question = (
        select(DueChangeRow)
        .where(DueChangeRow.info_request_id == info_request_id)
        .order_by(col(DueChangeRow.id))
    )
    return [(row.due_before, row.due_after, row.reason) for row in session.exec(question)]


def add_notice(
    session: Session, kind: str, subject: str, content: Mapping[str, Any], now: datetime
) -> None:
    """Write a notice to be sent after this transaction."""
    session.add(
        OutboxRow(kind=kind, subject=subject, content=dict(content), written_at=now, sent_at=None)
    )
    session.flush()


@dataclass(frozen=True, slots=True)
class Moved:
    """A request whose last day was counted anew; days as they were written."""

    reference: str
    due_before: str
    due_after: str


def take_moved(session: Session, now: datetime, *, most: int) -> list[Moved]:
    """The recounts that nobody was told of, oldest first; from now on they count as told."""
    question = (
        select(OutboxRow)
        .where(OutboxRow.kind == "due-changed", col(OutboxRow.sent_at).is_(None))
        .order_by(col(OutboxRow.id))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = session.exec(question).all()
    for row in rows:
        row.sent_at = now
        session.add(row)
    session.flush()
    return [Moved(row.subject, row.content["due_before"], row.content["due_after"]) for row in rows]


def unsent(session: Session, kind: str) -> list[str]:
    """The subjects of the notices of a kind that wait to be sent, oldest first."""
    question = (
        select(OutboxRow.subject)
        .where(OutboxRow.kind == kind, col(OutboxRow.sent_at).is_(None))
        .order_by(col(OutboxRow.id))
    )
    return list(session.exec(question))


def _holiday(row: CalendarDayRow) -> Holiday:
    return Holiday(row.day, row.name, HolidayStatus(row.status), row.source, row.known_on)


def _events_of(session: Session, numbers: Sequence[int]) -> Mapping[int, Events]:
    """The events of many requests in one question."""
    event = metadata.tables["event"].c
    question = (
        columns(
            event.info_request_id, event.act, event.happened_on, event.recorded_at, event.ground
        )
        .where(event.info_request_id.in_(numbers))
        .order_by(event.id)
    )
    found: dict[int, list[Event]] = {number: [] for number in numbers}
    for number, act, happened_on, recorded_at, ground in session.connection().execute(question):
        found[number].append(Event(Act(act), happened_on, recorded_at, ground))
    return {number: tuple(events) for number, events in found.items()}


def _change_values(change: DueChange, reason: str, now: datetime) -> dict[str, Any]:
    return {
        "info_request_id": change.request.id,
        "due_before": change.request.due_on,
        "due_after": change.due,
        "safe_before": change.request.safe_on,
        "safe_after": change.safe,
        "reason": reason,
        "changed_at": now,
    }


def _notice_values(change: DueChange, reason: str, now: datetime) -> dict[str, Any]:
    content = {
        "due_before": change.request.due_on.isoformat(),
        "due_after": change.due.isoformat(),
        "reason": reason,
    }
    return {
        "kind": "due-changed",
        "subject": change.request.reference,
        "content": content,
        "written_at": now,
        "sent_at": None,
    }
