"""The entries of the public register: one function makes them, at every event and anew."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from opendata_hub.domain.catalog.search.words import fold
from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.people.rule import Reach
from opendata_hub.domain.register.standing import standing
from opendata_hub.domain.register.subject import shown_subject, was_read
from opendata_hub.domain.requests.acts import Act
from opendata_hub.domain.requests.timeline import Event, Events
from opendata_hub.store.tables import InfoRequestRow, RegisterEntryRow, metadata
from opendata_hub.store.visible import in_reach

BATCH = 1000
_ENTRY = metadata.tables["register_entry"]
_REQUEST = metadata.tables["info_request"]
_EVENT = metadata.tables["event"]
_SAID_BY_OFFICERS = frozenset({"wording", "is_withheld", "old_reference"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What officers have said of the subject of a request, beside the requester's own words."""

    own: str
    wording: str
    is_withheld: bool
    shown: str


def refresh(session: Session, request: InfoRequestRow) -> None:
    """Make the entry of a request anew, after something has happened to it."""
    request_id = request.id
    session.flush()
    kept = session.get(RegisterEntryRow, request_id)
    events = _events(session, [request_id])[request_id]
    wording = kept.wording if kept else ""
    is_withheld = kept.is_withheld if kept else False
    values = _values(request, events, wording, is_withheld=is_withheld)
    if kept is None:
        session.add(RegisterEntryRow(**values))
        return
    for name, value in values.items():
        setattr(kept, name, value)
    session.add(kept)


def rebuild(session: Session, *, may_write: bool = True) -> Iterator[str]:
    """The references of entries that were not as their events make them, each mended meanwhile.

    may_write: without it they are told of and left.
    """
    last = 0
    while batch := _batch(session, last):
        last = batch[-1].id
        events = _events(session, [row.id for row in batch])
        missing, wrong = [], []
        for row in batch:
            made = _values(
                row, events[row.id], row.wording or "", is_withheld=bool(row.is_withheld)
            )
            if row.info_request_id is None:
                missing.append({**made, "wording": "", "is_withheld": False, "old_reference": None})
            elif any(getattr(row, f"kept_{name}") != value for name, value in made.items()):
                wrong.append(made)
            else:
                continue
            yield row.reference
        if may_write:
            _write(session, missing, wrong)


def are_missing(session: Session) -> bool:
    """Whether there are requests without an entry: those from before a hub had a register."""
    waiting = (
        columns(_REQUEST.c.id)
        .outerjoin(_ENTRY, _ENTRY.c.info_request_id == _REQUEST.c.id)
        .where(_ENTRY.c.info_request_id.is_(None))
        .limit(1)
    )
    return session.connection().execute(waiting).first() is not None


def change_dues(session: Session, dues: Mapping[int, date]) -> None:
    """Let entries have the last days that were counted anew, by the number of the request."""
    session.connection().execute(
        update(_ENTRY)
        .where(_ENTRY.c.info_request_id == bindparam("number"))
        .values(due_on=bindparam("due")),
        [{"number": number, "due": due} for number, due in dues.items()],
    )


def old_references(session: Session, authority: str) -> Mapping[str, str]:
    """The references of what an authority took over from old registers, by its number there."""
    kept = _ENTRY.c
    question = columns(kept.old_reference, kept.reference).where(
        kept.authority == authority, kept.old_reference.is_not(None)
    )
    return {row.old_reference: row.reference for row in session.connection().execute(question)}


def note_old(session: Session, reference: str, number: str, *, is_open: bool) -> None:
    """Note the number that a request had in an old register, and whether it still waits."""
    entry, request = session.exec(
        select(RegisterEntryRow, InfoRequestRow)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(RegisterEntryRow.info_request_id))
        .where(RegisterEntryRow.reference == reference)
    ).one()
    entry.old_reference, request.is_open = number, is_open
    session.add_all([entry, request])
    session.flush()


def subject_of(session: Session, reference: str, within: Reach) -> tuple[str, Subject]:
    """The authority of a request and what is said of its subject; raises UnknownRequest."""
    request, entry = _REQUEST.c, _ENTRY.c
    question = (
        columns(
            request.authority, request.subject.label("own"), entry.wording, entry.is_withheld,
            entry.subject,
        )
        .join(_ENTRY, entry.info_request_id == request.id)
        .where(request.reference == reference)
        .where(
            in_reach(within, authority=request.authority, unit=request.unit, owner=request.owner_id)
        )
    )  # fmt: skip
    row = session.connection().execute(question).first()
    if row is None:
        raise UnknownRequest("No request with this reference")
    return row.authority, Subject(row.own, row.wording, row.is_withheld, row.subject)


def say_subject(session: Session, reference: str, *, wording: str, is_withheld: bool) -> None:
    """Keep what an officer says of a subject, and show it so."""
    entry, request = session.exec(
        select(RegisterEntryRow, InfoRequestRow)
        .join(InfoRequestRow, col(InfoRequestRow.id) == col(RegisterEntryRow.info_request_id))
        .where(RegisterEntryRow.reference == reference)
    ).one()
    entry.wording, entry.is_withheld = wording, is_withheld
    session.add(entry)
    refresh(session, request)


def _values(request: Any, events: Events, wording: str, *, is_withheld: bool) -> dict[str, Any]:
    """What an entry holds; ``request``: a row with the columns of one."""
    subject = shown_subject(
        request.subject,
        wording=wording,
        is_withheld=is_withheld,
        has_been_read=was_read(events),
    )
    told = asdict(standing(events))
    return {
        **told,
        "state": str(told["state"]),
        "outcome": str(told["outcome"]),
        "info_request_id": request.id,
        "reference": request.reference,
        "authority": request.authority,
        "channel": request.channel,
        "language": request.language,
        "is_urgent": request.is_urgent,
        "received_year": told["received_on"].year,
        "received_month": told["received_on"].month,
        "due_on": request.answer_due_on,
        "first_due_on": request.first_due_on,
        "subject": subject,
        "folded_subject": fold(subject),
    }


_DERIVED = [column for column in _ENTRY.c if column.name not in _SAID_BY_OFFICERS]


def _batch(session: Session, last: int) -> Sequence[Any]:
    request = _REQUEST.c
    question = (
        columns(
            request.id, request.reference, request.authority, request.channel, request.language,
            request.is_urgent, request.answer_due_on, request.first_due_on, request.subject,
            _ENTRY.c.info_request_id, _ENTRY.c.wording, _ENTRY.c.is_withheld,
            *(column.label(f"kept_{column.name}") for column in _DERIVED),
        )
        .outerjoin(_ENTRY, _ENTRY.c.info_request_id == request.id)
        .where(request.id > last)
        .order_by(request.id)
        .limit(BATCH)
    )  # fmt: skip
    return session.connection().execute(question).all()


def _write(session: Session, missing: list[dict[str, Any]], wrong: list[dict[str, Any]]) -> None:
    connection = session.connection()
    if missing:
        connection.execute(insert(_ENTRY), missing)
    for values in wrong:
        number = values["info_request_id"]
        connection.execute(update(_ENTRY).where(_ENTRY.c.info_request_id == number).values(values))


def _events(session: Session, numbers: Sequence[int]) -> Mapping[int, Events]:
    """The events of many requests in one question, without their words."""
    event = _EVENT.c
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
