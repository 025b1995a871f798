"""Somebody follows the catalogue: pages of its feed, and maps of its addresses."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session

from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.harvest import feed, news
from opendata_hub.domain.catalog.harvest.change import Change, Entry
from opendata_hub.domain.errors import NotKnown
from opendata_hub.domain.texts import LANGUAGES
from opendata_hub.flows.catalog.serving.serve import State
from opendata_hub.store import changes

ENTRIES_IN_A_MAP = news.ADDRESSES_IN_A_MAP // len(LANGUAGES)
ENTRIES_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A page of the feed. is_closed: no event will ever be added to it."""

    parts: Iterator[str]
    state: State
    is_closed: bool


def last_page(session: Session) -> int:
    """The page of the feed that the next event may still be added to, or opens."""
    number = changes.last_number(session)
    return feed.page_of(number) if number else 0


def feed_page(session: Session, frame: Frame, number: int, state: State) -> FeedPage:
    """One page of the feed; raises NotKnown for one that has not been opened."""
    last = last_page(session)
    if not 0 <= number <= last:
        raise NotKnown(f"The feed has no page {number}; the last one is {last}")
    start = feed.first_before(number)
    end = start + feed.EVENTS_ON_A_PAGE
    told = changes.log(session, after=start, most=feed.EVENTS_ON_A_PAGE, base_url=frame.base_url)
    events = [event for event in told if event.number <= end]
    older = changes.latest_before(session, start, base_url=frame.base_url)
    return FeedPage(
        parts=feed.page(frame, number, events, older=older),
        state=State(
            _tag(frame.base_url, events, older),
            max((event.changed_at for event in events), default=state.changed_at),
        ),
        is_closed=changes.last_number(session) >= end,
    )


def maps(session: Session) -> list[int]:
    """The numbers of the site maps in which something is published."""
    return [span.index for span in changes.spans(session, ENTRIES_IN_A_MAP) if span.datasets]


def map_entries(session: Session, number: int) -> Iterator[Entry]:
    """What the site map of that number lists; raises NotKnown when it would be empty."""
    if number not in maps(session):
        raise NotKnown(f"There is no site map {number}")
    return _entries_of_map(session, number)


def _entries_of_map(session: Session, number: int) -> Iterator[Entry]:
    after, end = number * ENTRIES_IN_A_MAP - 1, (number + 1) * ENTRIES_IN_A_MAP
    while found := changes.entries(session, after=after, most=ENTRIES_AT_ONCE):
        for entry in found:
            if entry.position >= end:
                return
            yield entry
        after = found[-1].position


def _tag(base_url: str, events: list[Change], older: Change | None) -> str:
    """A tag of the bytes: a withdrawal erases records from a page that is closed."""
    said = hashlib.sha256(base_url.encode())
    for event in [*events, *([older] if older else [])]:
        said.update(f"\n{event.number} {len(event.record)}".encode())
    return said.hexdigest()[:20]
