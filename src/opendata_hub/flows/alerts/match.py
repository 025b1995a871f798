"""What has changed is laid beside what is followed: who is to be told of it.

Each change is looked at once, with all that is followed. Searches are asked of an index that holds
nothing but what has changed, each once for all who follow it: the cost grows with the changes and
with the different searches, never with the catalogue. Who follows is read in batches, and what a
batch has to tell is written before the next: however many follow the same, as much is held.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session

from opendata_hub.adapters.search import SearchIndex
from opendata_hub.domain.alerts.alert import AlertKind, search_query
from opendata_hub.domain.alerts.mails import MOST_LISTED
from opendata_hub.domain.alerts.news import TOLD
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.harvest.change import Change, ChangeKind
from opendata_hub.domain.errors import BadSearch
from opendata_hub.flows.catalog.serving.index import entry_at
from opendata_hub.store import changes
from opendata_hub.store.alerts import news
from opendata_hub.store.alerts.news import Followed, Follower, Span

CHANGES_AT_ONCE = 500
ALERTS_AT_ONCE = 1000
"""Of each at most MOST_LISTED + 1 datasets are noted for a search: 41,000 rows at a time."""
WAITED_FOR = timedelta(days=3)
"""How long changes wait for a table to be looked through; a broken file must not stop all."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Matched:
    """What changed behind ``start``, up to ``end``, by what is followed.

    latest: by dataset, the number of its change. gone: those that were withdrawn.
    found:  the datasets that a search finds or that speak of an entity, however many follow it.
    """

    start: int
    end: int
    latest: Mapping[str, int]
    gone: tuple[str, ...]
    found: Mapping[Followed, Sequence[str]]


def match(session: Session, frame: Frame, *, now: datetime) -> Matched | None:
    """Look at the next changes; None where all were looked at. Keeps nothing.

    It ends before a table of which is not noted yet of whom it speaks: that is told another day.
    """
    start = news.cursor(session)
    told = _ready(session, frame, changes.after(session, start, most=CHANGES_AT_ONCE), now)
    if not told:
        return None
    latest = {each.slug: each for each in told if each.kind in TOLD}
    there = [slug for slug, each in latest.items() if each.kind is not ChangeKind.WITHDRAWN]
    spoken: dict[Followed, list[str]] = {}
    for name, slug in news.spoken_of(session, there):
        spoken.setdefault((AlertKind.ENTITY, name), []).append(slug)
    return Matched(
        start, told[-1].number, {slug: each.number for slug, each in latest.items()},
        tuple(slug for slug in latest if slug not in set(there)),
        {**spoken, **_searched(session, frame, there)},
    )  # fmt: skip


def keep(session: Session, matched: Matched, *, after: int = 0) -> int | None:
    """Note what some alerts have to tell; gives where it ended, None behind the last of them.

    It is told once all of them were asked: then the mark moves. Whoever is stopped before notes the
    same again. Nothing is kept where somebody else has looked at the same changes meanwhile.
    """
    if news.cursor(session, to_change=True) != matched.start:
        return None
    some = news.followers(session, after=after, most=ALERTS_AT_ONCE)
    is_last = len(some) < ALERTS_AT_ONCE
    span = Span(after, None if is_last else some[-1].alert)
    if matched.latest:
        news.put(session, tuple(matched.latest), span, _to_tell(session, matched, some, span))
    if is_last:
        news.move(session, matched.end)
    return span.last


def _to_tell(
    session: Session, matched: Matched, some: Sequence[Follower], span: Span
) -> Mapping[tuple[int, str], int]:
    """By alert and dataset, the change that an alert has to tell of: one after it was confirmed."""
    since = {each.alert: each.since for each in some}
    return {
        (alert, slug): matched.latest[slug]
        for alert, slug in _wanted(session, matched, some, span)
        if alert in since and matched.latest[slug] > since[alert]
    }


def _wanted(
    session: Session, matched: Matched, some: Sequence[Follower], span: Span
) -> Iterator[tuple[int, str]]:
    """Alert and dataset, of all that these follow."""
    for each in some:
        if each.kind is AlertKind.DATASET and each.about in matched.latest:
            yield each.alert, each.about
        elif each.kind is AlertKind.SEARCH:
            yield from (
                (each.alert, slug) for slug in matched.found.get((each.kind, each.about), ())
            )
    if any(kind is AlertKind.ENTITY for kind, _ in matched.found):
        for alert, name in news.keys_in(session, span):
            found = matched.found.get((AlertKind.ENTITY, name), ())
            yield from ((alert, slug) for slug in found)
    if matched.gone:
        yield from news.told_in(session, matched.gone, span)


def _ready(
    session: Session, frame: Frame, told: Sequence[Change], now: datetime
) -> Sequence[Change]:
    """The changes before the first whose table is still to be looked through, within days."""
    families = [name for name, family in frame.tables.items() if family.entities]
    slugs = sorted({each.slug for each in told if each.kind in TOLD})
    late = news.not_looked_through(session, slugs, families)
    for at, each in enumerate(told):
        if each.kind not in TOLD or each.slug not in late:
            continue
        if now - each.changed_at < WAITED_FOR:
            log.warning("alerts wait until %s is looked through", each.slug)
            return told[:at]
    return told


def _searched(
    session: Session, frame: Frame, slugs: Sequence[str]
) -> Mapping[Followed, Sequence[str]]:
    """Which of these datasets each search finds that is followed; none that finds nothing."""
    found: dict[Followed, Sequence[str]] = {}
    searches = news.searches(session)
    first = next(searches, None) if slugs else None
    if first is None:
        return found
    with _index_of(session, frame, slugs) as index:
        for about in (first, *searches):
            with suppress(BadSearch):  # kept by an earlier version that took more
                if hits := index.matching(search_query(about), most=MOST_LISTED + 1):
                    found[AlertKind.SEARCH, about] = hits
    return found


@contextmanager
def _index_of(session: Session, frame: Frame, slugs: Sequence[str]) -> Iterator[SearchIndex]:
    """An index of these datasets alone, for as long as it is asked."""
    with TemporaryDirectory(prefix="alerts-") as folder:
        index = SearchIndex(Path(folder))
        entries = (entry_at(session, frame, slug) for slug in slugs)
        with index.writing():
            index.rebuild("", position=0, entries=(each for each in entries if each))
        yield index
