"""Addresses in records: how they answered at the last look, and at those before."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

from sqlmodel import Session, col, delete, select

from opendata_hub.domain.link import LinkCheck, LinkState, after
from opendata_hub.store.tables import LinkCheckRow, LinkRow

KEPT_CHECKS = 30
"""Looks that are remembered of each address: a month of daily ones."""
BATCH = 500
Value = TypeVar("Value")


def remember(session: Session, check: LinkCheck) -> LinkState:
    """Keep what a look has found, and forget the oldest of many; returns what is known now."""
    before = session.exec(select(LinkRow).where(LinkRow.url == check.url)).first()
    state = after(_state(before) if before else None, check)
    row = LinkRow(
        url=check.url,
        checked_at=check.checked_at,
        status=check.status,
        problem=check.problem,
        took_ms=check.took_ms,
        led_to=check.led_to,
        fails_since=state.fails_since,
        failures=state.failures,
        due_at=state.due_at,
    )
    if before:
        row.id = before.id
    row = session.merge(row)
    session.flush()
    session.add(
        LinkCheckRow(
            link_id=row.id,
            checked_at=check.checked_at,
            status=check.status,
            problem=check.problem,
            took_ms=check.took_ms,
            led_to=check.led_to,
        )
    )
    session.flush()
    _trim(session, row.id)
    return state


def find(session: Session, url: str) -> LinkState | None:
    """What is known of an address, or None where nobody has looked."""
    row = session.exec(select(LinkRow).where(LinkRow.url == url)).first()
    return _state(row) if row else None


def states(session: Session, urls: Iterable[str]) -> Mapping[str, LinkState]:
    """What is known of these addresses, by address."""
    found = {}
    for some in _in_batches(urls):
        for row in session.exec(select(LinkRow).where(col(LinkRow.url).in_(some))):
            found[row.url] = _state(row)
    return found


def history(session: Session, url: str) -> list[LinkCheck]:
    """The last looks at an address, latest first."""
    question = (
        select(LinkCheckRow)
        .join(LinkRow, col(LinkRow.id) == LinkCheckRow.link_id)
        .where(LinkRow.url == url)
        .order_by(col(LinkCheckRow.id).desc())
    )
    return [
        LinkCheck(url, row.checked_at, row.status, row.problem, row.took_ms, row.led_to)
        for row in session.exec(question)
    ]


def forget_all_but(session: Session, used: Collection[str]) -> int:
    """Forget the addresses that stand in no record any more; returns how many."""
    gone = [number for number, url in session.exec(select(LinkRow.id, LinkRow.url))
            if url not in used]  # fmt: skip
    for some in _in_batches(gone):
        session.exec(delete(LinkCheckRow).where(col(LinkCheckRow.link_id).in_(some)))
        session.exec(delete(LinkRow).where(col(LinkRow.id).in_(some)))
    return len(gone)


def _trim(session: Session, link_id: int) -> None:
    oldest_kept = (
        select(LinkCheckRow.id)
        .where(LinkCheckRow.link_id == link_id)
        .order_by(col(LinkCheckRow.id).desc())
        .offset(KEPT_CHECKS - 1)
        .limit(1)
    )
    if (number := session.exec(oldest_kept).first()) is not None:
        session.exec(
            delete(LinkCheckRow).where(
                col(LinkCheckRow.link_id) == link_id, col(LinkCheckRow.id) < number
            )
        )


def _state(row: LinkRow) -> LinkState:
    last = LinkCheck(row.url, row.checked_at, row.status, row.problem, row.took_ms, row.led_to)
    return LinkState(last, row.fails_since, row.failures, row.due_at)


def _in_batches(values: Iterable[Value]) -> Iterator[list[Value]]:
    """Few enough at once for every database's limit of parameters."""
    left = iter(values)
    while some := list(islice(left, BATCH)):
        yield some
