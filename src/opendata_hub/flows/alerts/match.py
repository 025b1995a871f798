"""What has changed is laid beside what is followed: who is to be told of it.

Each change is looked at once, with all alerts together. Searches are asked of an index that holds
nothing but what has changed, each once for all who follow it: the cost grows with the changes and
with the different searches, never with the catalogue.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import Session

from opendata_hub.adapters.search import SearchIndex
from opendata_hub.domain.alerts.alert import search_query
from opendata_hub.domain.alerts.mails import MOST_LISTED
from opendata_hub.domain.alerts.news import TOLD
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.harvest.change import Change, ChangeKind
from opendata_hub.domain.errors import BadSearch
from opendata_hub.flows.catalog.serving.index import entry_at
from opendata_hub.store import changes
from opendata_hub.store.alerts import news
from opendata_hub.store.alerts.news import Wanted

CHANGES_AT_ONCE = 500
WAITED_FOR = timedelta(days=3)
"""How long changes wait for a table to be looked through; a broken file must not stop all."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Matched:
    """Who is to be told of the changes behind ``start``, up to ``end``.

    slugs: the datasets they are about. found: by alert and dataset, the number of the change.
    """

    start: int
    end: int
    slugs: tuple[str, ...]
    found: Mapping[tuple[int, str], int]


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
    gone = [slug for slug in latest if slug not in set(there)]
    wanted = [
        *news.of_datasets(session, list(latest)),
        *news.of_entities(session, there),
        *news.of_told(session, gone),
        *_searched(session, frame, there),
    ]
    return Matched(start, told[-1].number, tuple(latest), _newer(wanted, latest))


def keep(session: Session, matched: Matched) -> bool:
    """Let it be told; False, and nothing kept, where somebody else has looked at it meanwhile."""
    if news.cursor(session, to_change=True) != matched.start:
        return False
    news.put(session, matched.slugs, matched.found)
    news.move(session, matched.end)
    return True


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


def _newer(wanted: Iterable[Wanted], latest: Mapping[str, Change]) -> Mapping[tuple[int, str], int]:
    """Of what is wanted, that which changed after the alert was confirmed."""
    return {
        (each.alert, each.slug): latest[each.slug].number
        for each in wanted
        if latest[each.slug].number > each.since
    }


def _searched(session: Session, frame: Frame, slugs: Sequence[str]) -> Iterator[Wanted]:
    """Who follows a search that finds one of these datasets."""
    if not slugs:
        return
    searches = news.searches(session)
    first = next(searches, None)
    if first is None:
        return
    with _index_of(session, frame, slugs) as index:
        for search in (first, *searches):
            try:
                hits = index.matching(search_query(search.about), most=MOST_LISTED + 1)
            except BadSearch:  # kept by an earlier version that took more
                continue
            for slug in hits:
                yield from (Wanted(alert, slug, since) for alert, since in search.alerts)


@contextmanager
def _index_of(session: Session, frame: Frame, slugs: Sequence[str]) -> Iterator[SearchIndex]:
    """An index of these datasets alone, for as long as it is asked."""
    with TemporaryDirectory(prefix="alerts-") as folder:
        index = SearchIndex(Path(folder))
        entries = (entry_at(session, frame, slug) for slug in slugs)
        with index.writing():
            index.rebuild("", position=0, entries=(each for each in entries if each))
        yield index
