"""Requests for information, their events, and who asked (kept apart)."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date
from typing import Any

from sqlalchemy import Select, text, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.journal import Kind, quoted
from opendata_hub.domain.people.rule import Reach
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.info_request import (
    Channel,
    InfoRequest,
    Question,
    Requester,
)
from opendata_hub.domain.requests.timeline import Event
from opendata_hub.store import journal
from opendata_hub.store.filing import details
from opendata_hub.store.identities import requesters
from opendata_hub.store.register import entries
from opendata_hub.store.tables import EventRow, InfoRequestRow, metadata

BATCH = 5000
KeptEvent = tuple[Any, ...]
"""The columns of an event, and the reference of its request."""
NO_REASONS = hashlib.sha256(b"").hexdigest()
_escaped = json.encoder.encode_basestring_ascii
_EVENT, _REQUEST = metadata.tables["event"], metadata.tables["info_request"]


def next_number(session: Session, series: str) -> int:
    """The next number of a series, from 1, without gaps between committed ones."""
    # One statement, so that two who come first at once don't both begin the series.
    statement = text(
        "INSERT INTO counter (series, last) VALUES (:series, 1) "
        "ON CONFLICT (series) DO UPDATE SET last = counter.last + 1 RETURNING last"
    )
    return int(session.connection().execute(statement, {"series": series}).scalar_one())


def laws(session: Session) -> set[str]:
    """The names of the laws under which requests were filed."""
    return set(session.exec(select(InfoRequestRow.law).distinct()))


def add(
    session: Session,
    request: InfoRequest,
    requester: Requester,
    *,
    owner: int | None,
    by: int | None,
    tracking_sha256: str,
    due_on: date,
    safe_on: date,
) -> None:
    """Keep a new request with its events and, apart, who asked.

    owner: the account it was filed from; by: the account that entered it; None where there is none.
    """
    row = InfoRequestRow(
        authority=request.authority,
        unit=request.unit,
        owner_id=owner,
        reference=request.reference,
        tracking_sha256=tracking_sha256,
        law=request.law,
        subject=request.question.subject,
        text=request.question.text,
        language=request.question.language,
        is_urgent=request.question.is_urgent,
        channel=request.channel,
        details=details.to_kept(request.question.details),
        due_on=due_on,
        answer_due_on=due_on,
        safe_on=safe_on,
    )
    session.add(row)
    session.flush()
    requesters.add(session, row.id, row.reference, requester)
    for event in request.events:
        add_event(session, row, event, by)


def get(session: Session, reference: str, tracking_sha256: str) -> InfoRequest:
    """The request with that reference *and* that code's digest; raises UnknownRequest.

    One answer for a wrong reference and a wrong code: neither tells what exists.
    """
    row = session.exec(
        select(InfoRequestRow)
        .where(InfoRequestRow.reference == reference)
        .where(InfoRequestRow.tracking_sha256 == tracking_sha256)
    ).first()
    if row is None:
        raise UnknownRequest("No request with this reference and this tracking code")
    return _request(session, row)


def requester(session: Session, reference: str, within: Reach) -> tuple[str, Requester]:
    """The authority of a request and who asked; raises what ``requesters.read`` does."""
    return requesters.read(session, reference, within)


def has_unadopted(session: Session) -> bool:
    """Whether there are requests from before a hub had authorities."""
    waiting = select(InfoRequestRow.id).where(InfoRequestRow.authority == "")
    return session.exec(waiting.limit(1)).first() is not None


def adopt(session: Session, authority: str) -> None:
    """Give them to that body, and tell the journal of their events, in the order of their numbers.

    The entries say when they were written down, and are sealed today: nothing vouches for what
    became of them before.
    """
    question = (
        select(EventRow, InfoRequestRow.reference)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(EventRow.info_request_id))
        .where(InfoRequestRow.authority == "")
        .order_by(col(EventRow.id))
    )
    for event, reference in session.exec(question).all():
        journal.append(
            session, Kind.REQUEST_EVENT, reference, _told(event),
            authority=authority, person=None, now=event.recorded_at,
        )  # fmt: skip
    session.connection().execute(
        update(InfoRequestRow)
        .where(col(InfoRequestRow.authority) == "")
        .values(authority=authority)
    )


def events_told(session: Session, ids: Sequence[int]) -> Mapping[str, tuple[str, dict[str, str]]]:
    """The reference and what the journal must say of the events of these numbers, by number."""
    if not ids:
        return {}
    first, last = min(ids), max(ids)
    # Events that were told of together lie together; a list of numbers is costly to compile.
    are_near = last - first < 2 * len(ids)
    wanted = _EVENT.c.id.between(first, last) if are_near else _EVENT.c.id.in_(ids)
    told = _kept_events().where(wanted)
    return {str(row.id): (row.reference, _told(row)) for row in session.connection().execute(told)}


def events_between(session: Session, first: int, last: int) -> Mapping[int, KeptEvent]:
    """The events of these numbers with the reference of their request, by number."""
    wanted = _kept_events().where(_EVENT.c.id.between(first, last))
    return {row[0]: tuple(row) for row in session.connection().execute(wanted).all()}


def told_texts(kept: KeptEvent) -> tuple[str, str, str]:
    """The reference of an event's request, and what the journal must say of the event.

    As its digest is made of it, and as it is kept: the same as an encoder would write of what is
    told, for a tenth of its cost. Where it is not, the event is looked at in the long way.
    """
    number, request, act, happened_on, recorded_at, ground, reasons, reference = kept
    day, at = happened_on.isoformat(), recorded_at.isoformat()
    why = hashlib.sha256(reasons.encode()).hexdigest() if reasons else NO_REASONS
    canonical = (
        f'{{"act":"{act}","day":"{day}","event":"{number}","ground":{quoted(ground)},'
        f'"reasons":"{why}","recorded_at":"{at}","request":"{request}"}}'
    )
    as_kept = (
        f'{{"event": "{number}", "request": "{request}", "act": "{act}", "day": "{day}", '
        f'"recorded_at": "{at}", "ground": {_escaped(ground)}, "reasons": "{why}"}}'
    )
    return reference, canonical, as_kept


def events_untold(
    session: Session, is_told: Callable[[int], bool]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Reference and particulars of the events of whose numbers that is false."""
    question = columns(_EVENT.c.id).order_by(_EVENT.c.id).limit(BATCH)
    last = 0
    while found := session.connection().execute(question.where(_EVENT.c.id > last)).scalars().all():
        last = found[-1]
        if untold := [number for number in found if not is_told(number)]:
            yield from events_told(session, untold).values()


def _kept_events() -> Select[Any]:
    event = _EVENT.c
    return columns(
        event.id, event.info_request_id, event.act, event.happened_on, event.recorded_at,
        event.ground, event.reasons, _REQUEST.c.reference,
    ).outerjoin(_REQUEST, _REQUEST.c.id == event.info_request_id)  # fmt: skip


def question_of(row: InfoRequestRow) -> Question:
    """What is asked, as it is kept."""
    asked = details.from_kept(row.details)
    return Question(row.subject, row.text, row.language, row.is_urgent, asked)


def _request(session: Session, row: InfoRequestRow) -> InfoRequest:
    events = session.exec(
        select(EventRow).where(EventRow.info_request_id == row.id).order_by(col(EventRow.id))
    )
    return InfoRequest(
        reference=row.reference,
        authority=row.authority,
        unit=row.unit,
        law=row.law,
        question=question_of(row),
        events=tuple(map(_event, events)),
        channel=Channel(row.channel),
    )


def add_event(session: Session, request: InfoRequestRow, event: Event, by: int | None) -> None:
    """Keep an event, and its entry in the journal: there is not the one without the other."""
    row = EventRow(
        info_request_id=request.id,
        act=event.act,
        happened_on=event.happened_on,
        recorded_at=event.recorded_at,
        ground=event.ground,
        reasons=event.reasons,
    )
    session.add(row)
    session.flush()
    entries.refresh(session, request)
    journal.append(
        session, Kind.REQUEST_EVENT, request.reference, _told(row),
        authority=request.authority, person=by, now=event.recorded_at,
    )  # fmt: skip


def _told(row: Any) -> dict[str, str]:
    """An event as the journal tells it. Reasons may name somebody: it holds their digest only."""
    return {
        "event": str(row.id),
        "request": str(row.info_request_id),
        "act": row.act,
        "day": row.happened_on.isoformat(),
        "recorded_at": row.recorded_at.astimezone(UTC).isoformat(),
        "ground": row.ground,
        "reasons": hashlib.sha256(row.reasons.encode()).hexdigest(),
    }


def _event(row: EventRow) -> Event:
    return Event(Act(row.act), row.happened_on, row.recorded_at, row.ground, row.reasons)
