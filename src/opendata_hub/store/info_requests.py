"""Requests for information, their events, and who asked (kept apart)."""

from datetime import date

from sqlalchemy import text
from sqlmodel import Session, col, select

from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.info_request import (
    InfoRequest,
    Question,
    Requester,
)
from opendata_hub.domain.requests.timeline import Event
from opendata_hub.store.tables import EventRow, InfoRequestRow, RequesterRow


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
    tracking_sha256: str,
    due_on: date,
    safe_on: date,
) -> None:
    """Keep a new request with its events and, apart, who asked. owner: the account, if any."""
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
        due_on=due_on,
        safe_on=safe_on,
    )
    session.add(row)
    session.flush()
    session.add(
        RequesterRow(
            info_request_id=row.id,
            name=requester.name,
            email=requester.email,
            address=requester.address,
            id_number=requester.id_number,
        )
    )
    session.add_all(
        EventRow(
            info_request_id=row.id,
            act=event.act,
            happened_on=event.happened_on,
            recorded_at=event.recorded_at,
            ground=event.ground,
            reasons=event.reasons,
        )
        for event in request.events
    )
    session.flush()


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
    events = session.exec(
        select(EventRow).where(EventRow.info_request_id == row.id).order_by(col(EventRow.id))
    )
    return InfoRequest(
        reference=row.reference,
        authority=row.authority,
        unit=row.unit,
        law=row.law,
        question=Question(row.subject, row.text, row.language, row.is_urgent),
        events=tuple(map(_event, events)),
    )


def _event(row: EventRow) -> Event:
    return Event(Act(row.act), row.happened_on, row.recorded_at, row.ground, row.reasons)
