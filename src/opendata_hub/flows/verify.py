"""The journal is read from end to end, to see whether anything was altered, dropped or added."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    seal_of,
    text_digest,
)
from opendata_hub.store import info_requests, journal
from opendata_hub.store.info_requests import KeptEvent
from opendata_hub.store.journal import Written

MOST_FAULTS = 100
MOST_APART = 100_000
"""Events told of in one batch lie together; others are looked for one by one."""
BEGINNING = '{"event": "'
KIND, SAID = 2, 6
"""Where they stand among the columns of an entry."""


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
        # Proved as they are written, or read and replayed: what is wrong is said in one place.
        numbers = _proved(session, batch, after, told)
        if numbers is None:
            entries = [journal.read(each) for each in batch]
            yield from faults(entries, after=after)
            yield from _of_events(session, entries, told)
        else:
            for number in numbers:
                told.add(number)
        after = (batch[-1].number, batch[-1].seal)
    for reference, said in info_requests.events_untold(session, told.__contains__):
        # Words that were erased say no more which event it was; their digest still does.
        if digest_of(said) not in told.erased:
            detail = f"{reference}: event {said['event']}, {said['act']} on {said['day']}"
            yield Fault(FaultKind.EVENT_ADDED, 0, detail)


def _proved(
    session: Session, batch: Sequence[Written], after: tuple[int, str], told: Told
) -> list[int] | None:
    """The events that the batch tells of when all of it is sound; None where one thing is not."""
    plain = [tuple(each) for each in batch]
    numbers = [_told_number(each[KIND], each[SAID]) for each in plain]
    events = [number for number in numbers if number]
    if None in numbers or len(set(events)) != len(events) or any(n in told for n in events):
        return None
    if events and max(events) - min(events) > MOST_APART:
        return None
    kept = info_requests.events_between(session, min(events), max(events)) if events else {}
    last, before = after
    for written, event in zip(plain, numbers, strict=True):
        number, at, kind, person, authority, subject, said, digest, seal = written
        is_told = _is_told(kept, event, subject, said, digest) if event else _says(said, digest)
        made = seal_of(
            number, at.isoformat(), kind, person, authority, subject, digest, before
        )  # fmt: skip
        if not is_told or made != seal or number != last + 1:
            return None
        last, before = number, seal
    return events


def _is_told(
    kept: Mapping[int, KeptEvent], event: int, subject: str, said: str, digest: str
) -> bool:
    """Whether the event of that number is there, and is as its entry says."""
    if event not in kept:
        return False
    reference, canonical, as_kept = info_requests.told_texts(kept[event])
    return reference == subject and as_kept == said and text_digest(canonical) == digest


def _says(said: str, digest: str) -> bool:
    return digest_of(json.loads(said)) == digest


def _told_number(kind: str, said: str | None) -> int | None:
    """The number of the event that an entry tells of, 0 where it is of another kind.

    None where it does not begin as such an entry does, or says nothing any more.
    """
    if kind != Kind.REQUEST_EVENT.value:
        return 0 if said and said.startswith("{") else None
    if said is None or not said.startswith(BEGINNING):
        return None
    number = said[len(BEGINNING) : said.find('"', len(BEGINNING))]
    return int(number) if number.isascii() and number.isdecimal() else None


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
