"""The rows of the register and their figures: the same conditions list them and count them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, or_
from sqlalchemy import select as columns
from sqlmodel import Session

from opendata_hub.domain.catalog.search.words import fold
from opendata_hub.domain.errors import UnknownRequest
from opendata_hub.domain.register.entry import Entry
from opendata_hub.domain.register.figure import Group, Measure
from opendata_hub.domain.register.standing import Outcome
from opendata_hub.domain.requests.acts import State
from opendata_hub.domain.requests.info_request import Channel
from opendata_hub.store.tables import metadata

BATCH = 500
NO_GROUND = "-"
"""How refusals without a ground are asked for."""
_ENTRY = metadata.tables["register_entry"]
_REQUEST = metadata.tables["info_request"]
_COLUMNS = [_ENTRY.c[each.name] for each in fields(Entry)]


class By(StrEnum):
    """By what requests are counted together."""

    AUTHORITY = "authority"
    YEAR = "year"
    MONTH = "month"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows are wanted; empty parts ask for nothing in particular.

    until: the cut-off day: what was received later is not there, what happened later is not known.
    measure: those that a figure counts. ground: refused on it, in whole or in part.
    words: of the subject, as far as it is shown.
    """

    until: date
    authority: str = ""
    year: int | None = None
    month: int | None = None
    channel: Channel | None = None
    is_imported: bool | None = None
    state: State | None = None
    outcome: Outcome | None = None
    measure: Measure | None = None
    ground: str = ""
    words: str = ""


def entry(session: Session, reference: str) -> tuple[Entry, str]:
    """The entry of that reference and the law of its request; raises UnknownRequest."""
    question = (
        columns(*_COLUMNS, _REQUEST.c.law)
        .join(_REQUEST, _REQUEST.c.id == _ENTRY.c.info_request_id)
        .where(_ENTRY.c.reference == reference)
    )
    row = session.connection().execute(question).first()
    if row is None:
        raise UnknownRequest("No request with this reference")
    return _entry(row[:-1]), row.law


def page(
    session: Session, chosen: Chosen, *, after: tuple[date, str] | None = None, most: int
) -> list[Entry]:
    """The chosen entries, the latest receipt first. after: the last entry of the page before."""
    kept = _ENTRY.c
    question = (
        columns(*_COLUMNS)
        .where(*_conditions(chosen))
        .order_by(kept.received_on.desc(), kept.reference.desc())
        .limit(most)
    )
    if after:
        day, last = after
        is_same_day = and_(kept.received_on == day, kept.reference < last)
        question = question.where(or_(kept.received_on < day, is_same_day))
    return [_entry(row) for row in session.connection().execute(question)]


def every(
    reading: Callable[[], AbstractContextManager[Session]], chosen: Chosen
) -> Iterator[Entry]:
    """All chosen entries, the latest receipt first.

    reading: opens a session; one for each batch, so that none waits for somebody who reads slowly.
    """
    after = None
    while True:
        with reading() as session:
            found = page(session, chosen, after=after, most=BATCH)
        yield from found
        if len(found) < BATCH:
            return
        after = found[-1].received_on, found[-1].reference


def batches(session: Session, chosen: Chosen) -> Iterator[list[Entry]]:
    """The same in one session, some at a time."""
    after = None
    while found := page(session, chosen, after=after, most=BATCH):
        yield found
        after = found[-1].received_on, found[-1].reference


def count(session: Session, chosen: Chosen) -> int:
    """How many entries are chosen."""
    question = columns(func.count()).select_from(_ENTRY).where(*_conditions(chosen))
    return int(session.connection().execute(question).scalar_one())


def years(session: Session) -> list[int]:
    """The years in which requests were received, the latest first."""
    question = columns(_ENTRY.c.received_year).distinct()
    return sorted(session.connection().execute(question).scalars(), reverse=True)


def groups(session: Session, chosen: Chosen, by: By | None = None) -> list[Group]:
    """What is counted of the chosen requests: those of old registers apart, in order of their key.

    Three questions, however many requests there are.
    """
    key = _key(by).label("key")
    imported = (_ENTRY.c.channel == Channel.IMPORT.value).label("imported")
    measures = list(Measure)
    known = conditions(chosen.until)
    sums = [func.sum(case((known[each], 1), else_=0)) for each in measures]
    connection, wanted = session.connection(), _conditions(chosen)
    question = columns(key, imported, *sums).where(*wanted).group_by("key", "imported")
    counted = {
        (_named(by, row[0]), bool(row[1])): dict(zip(measures, map(int, row[2:]), strict=True))
        for row in connection.execute(question)
    }
    refused = _parts(session, chosen, by, Measure.REFUSED_AT_ALL, _ENTRY.c.ground)
    days = _parts(session, chosen, by, Measure.ANSWERED, _ENTRY.c.net_days)
    return [
        Group(name, is_imported, counts, refused.get((name, is_imported), {}),
              days.get((name, is_imported), {}))
        for (name, is_imported), counts in sorted(counted.items())
    ]  # fmt: skip


def conditions(until: date) -> Mapping[Measure, ColumnElement[bool]]:
    """Which entries each measure counts, as they stood at the end of the day ``until``."""
    kept = _ENTRY.c
    answered, settled = kept.answered_on <= until, kept.settled_on <= until
    first_due = func.coalesce(kept.first_due_on, kept.due_on)
    pending = or_(kept.settled_on.is_(None), kept.settled_on > until)
    overdue = and_(pending, kept.due_on < until)
    complained = kept.complained_on <= until
    return {
        Measure.RECEIVED: kept.received_on <= until,
        Measure.ANSWERED: answered,
        Measure.IN_TIME: and_(answered, kept.answered_on <= first_due),
        Measure.LATE: and_(answered, kept.answered_on > first_due),
        Measure.OWED: or_(answered, overdue),
        Measure.PENDING: pending,
        Measure.PENDING_LATE: overdue,
        Measure.EXTENDED: kept.extended_on <= until,
        Measure.REOPENED: kept.reopened_on <= until,
        Measure.GRANTED: and_(answered, _is(Outcome.GRANTED)),
        Measure.GRANTED_IN_PART: and_(answered, _is(Outcome.GRANTED_IN_PART)),
        Measure.REFUSED: and_(answered, _is(Outcome.REFUSED)),
        Measure.NOT_HELD: and_(answered, _is(Outcome.NOT_HELD)),
        Measure.ALREADY_PUBLISHED: and_(answered, _is(Outcome.ALREADY_PUBLISHED)),
        Measure.REFUSED_AT_ALL: and_(
            answered, or_(_is(Outcome.REFUSED), _is(Outcome.GRANTED_IN_PART))
        ),
        Measure.TRANSFERRED: and_(settled, _is(Outcome.TRANSFERRED)),
        Measure.WITHDRAWN: and_(settled, _is(Outcome.WITHDRAWN)),
        Measure.CLOSED: and_(settled, _is(Outcome.CLOSED)),
        Measure.COMPLAINED: complained,
        Measure.HEAD_DECIDED: and_(complained, kept.head_decided_on <= until),
        Measure.ANSWERED_AFTER_COMPLAINT: and_(
            complained, answered, kept.answered_on >= kept.complained_on
        ),
        Measure.TO_COMMISSION: kept.commission_on <= until,
        Measure.COMMISSION_DECIDED: and_(
            kept.commission_on <= until, kept.commission_decided_on <= until
        ),
        Measure.TO_COURT: kept.sued_on <= until,
    }


def _is(outcome: Outcome) -> ColumnElement[bool]:
    return _ENTRY.c.outcome == outcome.value


def _conditions(chosen: Chosen) -> list[ColumnElement[bool]]:
    kept = _ENTRY.c
    wanted: list[ColumnElement[bool]] = [kept.received_on <= chosen.until]
    if chosen.authority:
        wanted.append(kept.authority == chosen.authority)
    if chosen.year is not None:
        wanted.append(kept.received_year == chosen.year)
    if chosen.month is not None:
        wanted.append(kept.received_month == chosen.month)
    if chosen.channel is not None:
        wanted.append(kept.channel == chosen.channel.value)
    if chosen.is_imported is not None:
        is_one = kept.channel == Channel.IMPORT.value
        wanted.append(is_one if chosen.is_imported else not_(is_one))
    if chosen.state is not None:
        wanted.append(kept.state == chosen.state.value)
    if chosen.outcome is not None:
        wanted.append(_is(chosen.outcome))
    if chosen.measure is not None:
        wanted.append(conditions(chosen.until)[chosen.measure])
    if chosen.ground:
        refused = conditions(chosen.until)[Measure.REFUSED_AT_ALL]
        code = "" if chosen.ground == NO_GROUND else chosen.ground
        wanted.append(and_(refused, kept.ground == code))
    words = fold(chosen.words).split()
    wanted += [kept.folded_subject.contains(word, autoescape=True) for word in words]
    return wanted


def _key(by: By | None) -> ColumnElement[Any]:
    """What requests are grouped by, as a text that sorts in its order."""
    kept = _ENTRY.c
    if by is By.AUTHORITY:
        return kept.authority
    if by is By.CHANNEL:
        return kept.channel
    if by is By.YEAR:
        return kept.received_year
    if by is By.MONTH:
        return kept.received_year * 100 + kept.received_month
    return literal("")


def _named(by: By | None, key: object) -> str:
    """The key of a group; a month as ``2026-03``."""
    name = str(key)
    return f"{name[:4]}-{name[4:]}" if by is By.MONTH else name


def _parts(
    session: Session, chosen: Chosen, by: By | None, measure: Measure, part: ColumnElement[Any]
) -> dict[tuple[str, bool], dict[Any, int]]:
    """How many of a measure have which value of a column, by group."""
    question = (
        columns(
            _key(by).label("key"),
            (_ENTRY.c.channel == Channel.IMPORT.value).label("imported"),
            part.label("part"),
            func.count(),
        )
        .where(*_conditions(chosen), conditions(chosen.until)[measure])
        .group_by("key", "imported", "part")
    )
    found: dict[tuple[str, bool], dict[Any, int]] = {}
    for key, is_imported, value, number in session.connection().execute(question):
        found.setdefault((_named(by, key), bool(is_imported)), {})[value] = number
    return found


def _entry(row: Any) -> Entry:
    values = dict(zip((each.name for each in fields(Entry)), row, strict=True))
    return Entry(
        **{**values, "state": State(values["state"]), "outcome": Outcome(values["outcome"])}
    )
