"""The journal is read from end to end, to see whether anything was altered, dropped or added."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlmodel import Session

from opendata_hub.domain.journal import Entry, Fault, FaultKind, Kind, faults
from opendata_hub.store import info_requests, journal

BATCH = 500
MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Verified:
    """What a reading of the whole journal found.

    entries: how many there are. seal: of the last one, to be noted elsewhere.
    faults:  the first of them; a journal is sound when there is none.
    """

    entries: int
    seal: str
    faults: tuple[Fault, ...]


def verify(session: Session, *, noted: tuple[int, str] | None = None) -> Verified:
    """Check every seal, and every event of a request against its entry.

    noted: number and seal of an entry that somebody wrote down earlier; only so is it seen that
    the end of a journal was cut off, or all of it sealed anew.
    """
    number, seal = journal.head(session)
    found = [*faults(journal.entries(session)), *_events(session)]
    if noted:
        found += _differs(session, *noted)
    return Verified(number, seal, tuple(found[:MOST_FAULTS]))


def _events(session: Session) -> Iterator[Fault]:
    """Events that are not as the journal tells them, are gone, or were put in beside it."""
    told = (each for each in journal.entries(session) if each.kind == Kind.REQUEST_EVENT)
    counted = 0
    while some := list(islice(told, BATCH)):
        counted += len(some)
        yield from _of_batch(session, some)
    if counted != (kept := info_requests.count_events(session)):
        kind = FaultKind.EVENT_ADDED if kept > counted else FaultKind.EVENT_MISSING
        yield Fault(kind, 0, f"{kept} events are kept, {counted} are told of")


def _of_batch(session: Session, some: Iterable[Entry]) -> Iterator[Fault]:
    # Words that were erased say no more which event it was; their seal was checked.
    by_event = {each.said.get("event", ""): each for each in some if each.said is not None}
    numbers = [int(number) for number in by_event if number.isascii() and number.isdecimal()]
    kept = info_requests.events_told(session, numbers)
    for event, entry in by_event.items():
        if event not in kept:
            yield Fault(FaultKind.EVENT_MISSING, entry.number, entry.subject)
        elif kept[event] != entry.said:
            yield Fault(FaultKind.EVENT_ALTERED, entry.number, entry.subject)


def _differs(session: Session, number: int, seal: str) -> Iterator[Fault]:
    entry = journal.entry(session, number)
    if entry is None or entry.seal != seal:
        yield Fault(FaultKind.HEAD_DIFFERS, number, "not the seal that was noted")
