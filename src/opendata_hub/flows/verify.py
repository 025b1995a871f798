"""The journal is read from end to end, to see whether anything was altered, dropped or added."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlmodel import Session

from opendata_hub.domain.journal import (
    FIRST_SEAL,
    Entry,
    Fault,
    FaultKind,
    Kind,
    digest_of,
    faults,
)
from opendata_hub.store import info_requests, journal

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


class Told:
    """Which events the journal has told of, one bit for each: a million are 125 kilobytes."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self.erased: set[str] = set()
        """The digests of what was told of events, and erased since."""

    def add(self, number: int) -> bool:
        """Note the event of that number; whether it had been told of before."""
        byte, bit = number >> 3, 1 << (number & 7)
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte - len(self._bits) + 1024))
        was_there = bool(self._bits[byte] & bit)
        self._bits[byte] |= bit
        return was_there

    def __contains__(self, number: int) -> bool:
        """Whether the event of that number was told of."""
        byte = number >> 3
        return byte < len(self._bits) and bool(self._bits[byte] & (1 << (number & 7)))


def verify(session: Session, *, noted: tuple[int, str] | None = None) -> Verified:
    """Check every seal, and every event of a request against its entry.

    noted: number and seal of an entry that somebody wrote down earlier; only so is it seen that
    the end of a journal was cut off, or all of it sealed anew.
    """
    number, seal = journal.head(session)
    found = list(islice(_faults(session), MOST_FAULTS))
    if noted:
        found += _differs(session, *noted)
    return Verified(number, seal, tuple(found))


def _faults(session: Session) -> Iterator[Fault]:
    after, told = (0, FIRST_SEAL), Told()
    for batch in journal.batches(session):
        yield from faults(batch, after=after)
        yield from _of_events(session, batch, told)
        after = (batch[-1].number, batch[-1].seal)
    for reference, said in info_requests.events_untold(session, told.__contains__):
        # Words that were erased say no more which event it was; their digest still does.
        if digest_of(said) not in told.erased:
            detail = f"{reference}: event {said['event']}, {said['act']} on {said['day']}"
            yield Fault(FaultKind.EVENT_ADDED, 0, detail)


def _of_events(session: Session, batch: Iterable[Entry], told: Told) -> Iterator[Fault]:
    """Events that are not as these entries tell them, or are gone."""
    entries = [each for each in batch if each.kind == Kind.REQUEST_EVENT]
    told.erased.update(each.digest for each in entries if each.said is None)
    numbered = [(_number(each), each) for each in entries if each.said is not None]
    kept = info_requests.events_told(session, [number for number, _ in numbered if number])
    for number, entry in numbered:
        if str(number) not in kept:
            yield Fault(FaultKind.EVENT_MISSING, entry.number, entry.subject)
        elif told.add(number):
            yield Fault(FaultKind.EVENT_ALTERED, entry.number, f"{entry.subject}: told of twice")
        elif kept[str(number)] != (entry.subject, entry.said):
            yield Fault(FaultKind.EVENT_ALTERED, entry.number, entry.subject)


def _number(entry: Entry) -> int:
    """The number of the event that an entry tells of; 0 where it tells of none."""
    number = (entry.said or {}).get("event", "")
    is_one = number.isascii() and number.isdecimal() and len(number) <= len(str(MOST_EVENTS))
    return min(int(number), MOST_EVENTS) if is_one else 0


MOST_EVENTS = 2_000_000_000
"""So many events fit into the tables; a number beyond is nobody's."""


def _differs(session: Session, number: int, seal: str) -> Iterator[Fault]:
    entry = journal.entry(session, number)
    if entry is None or entry.seal != seal:
        yield Fault(FaultKind.HEAD_DIFFERS, number, "not the seal that was noted")
