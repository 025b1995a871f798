"""A source is read from its first page to its last, and what it has no more is let go.

Each page is kept by itself, with the page that comes next: whoever breaks a reading off loses one
page at most, and the next reading goes on from there. Sessions come from the door, which commits.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session

from opendata_hub.adapters.fetch import Fetcher
from opendata_hub.adapters.harvest.reader import Reader, reader_of
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.errors import DeletionsWait, HarvestRunning, HubError, PagesInACircle
from opendata_hub.domain.harvest.found import KnownPage, Page, SamePage, can_be_kept
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.harvest.run import Fate, Run, RunState, may_vanish
from opendata_hub.domain.harvest.source import Source
from opendata_hub.flows.harvest import take
from opendata_hub.store import datasets
from opendata_hub.store.harvest import quarantine, records, runs, sources

Sessions = Callable[[], AbstractContextManager[Session]]
MOST_PAGES = 100_000
AT_ONCE = 250
"""Records that are kept in one transaction: others who write wait a second at most."""
SOONEST_AGAIN = timedelta(minutes=30)
"""After a reading that failed: the source is not asked all the time."""
FRESH_MARKERS = timedelta(days=1)
"""A source whose clock is further ahead than that is told by ours."""
GONE = "The source does not have it any more"


@dataclass(frozen=True, slots=True)
class House:
    """What a reading needs of the hub. clock: asked for the time of each page."""

    frame: Frame
    fetcher: Fetcher
    reading: Sessions
    writing: Sessions
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a reading.

    is_whole: from the beginning, whatever the source says has changed or not. is_fresh: not going
    on with one that was broken off. lets_go: somebody has looked, and more than usual may vanish.
    """

    is_whole: bool = False
    is_fresh: bool = False
    lets_go: bool = False


AS_USUAL = Wish()


def harvest(house: House, source_id: str, wish: Wish = AS_USUAL) -> Iterator[Run]:
    """Read a source; gives how far it is after each page, and at last how it ended.

    What can't be fetched or read ends the run as failed, with the reason: everything that was
    kept stays. Raises UnknownSource, and HarvestRunning while another process reads it.
    """
    source, run = _begin(house, source_id, wish)
    try:
        lists = Lists(house.frame)
        reader = reader_of(source, house.fetcher, lists)
        for further in _pages(house, source, lists, reader, run, anew=wish.is_whole):
            run = further
            yield run
        is_to_the_end = not run.cursor
        if is_to_the_end:
            run = _settle(house, source, run, wish, but=_still_there(house, source, reader, run))
    except HubError as problem:
        run = _end(house, source, run, RunState.FAILED, problem.code, str(problem))
    except BaseException:
        # Whoever ends the process: the next reading goes on with this page.
        _end(house, source, run, RunState.STOPPED)
        raise
    else:
        run = run if is_to_the_end else _end(house, source, run, RunState.STOPPED)
    yield run


def _begin(house: House, source_id: str, wish: Wish) -> tuple[Source, Run]:
    """Begin a run, or go on with one that was broken off."""
    now = house.clock()
    with house.writing() as session:
        datasets.lock(session)
        source = sources.get(session, source_id)
        before = runs.latest(session, source_id)
        if before and before.state in {RunState.RUNNING, RunState.STOPPING}:
            if not before.is_interrupted(now):
                raise HarvestRunning(f"{source_id} is being read since {before.started_at}")
            before = replace(before, state=RunState.STOPPED, ended_at=now)
            runs.save(session, before)
        is_whole = wish.is_whole or source.is_to_be_read_whole(now)
        goes_on = source.resumes and not (wish.is_fresh or wish.is_whole)
        if before and before.may_go_on(now) and goes_on:
            run = replace(
                before, state=RunState.RUNNING, seen_at=now, ended_at=None, code="", problem=""
            )
            runs.save(session, run)
            return source, run
        run = Run(
            id=0, source=source_id, state=RunState.RUNNING, is_whole=is_whole,
            since=None if is_whole else source.marker, started_at=now, seen_at=now,
        )  # fmt: skip
        return source, runs.begin(session, run)


def _pages(
    house: House, source: Source, lists: Lists, reader: Reader, run: Run, *, anew: bool
) -> Iterator[Run]:
    """Read page after page, each kept with the one that follows, until somebody asks to stop.

    anew: pages that have not changed as well, so that what was refused is tried again.
    """
    is_whole = run.is_whole or not reader.tells_changes
    run = replace(run, is_whole=is_whole, since=None if is_whole else run.since)
    address = run.cursor or reader.first(run.since)
    for _ in range(MOST_PAGES):
        with house.reading() as session:
            known = sources.known_page(session, source.id, address)
        if known and known.run == run.id:
            raise PagesInACircle(f"{address[:200]} was read already, and is named again")
        page = reader.read(address, known if run.since is None and not anew else None)
        if isinstance(page, SamePage):
            run = _keep_same(house, source, run, page.known)
        else:
            run = _keep(house, source, lists, run, page, reader)
        yield run
        address = run.cursor
        if run.state is RunState.STOPPING:
            return
        if not address and run.since and not _adds_up(house, source, reader):
            # Something has vanished: only who reads everything knows what.
            written = {k: n for k, n in run.counts.items() if k in {Fate.CREATED, Fate.CHANGED}}
            run = replace(run, is_whole=True, since=None, counts=written)
            address = reader.first(None)
        if not address:
            return
    raise PagesInACircle(f"The source has more than {MOST_PAGES:,} pages")


def _adds_up(house: House, source: Source, reader: Reader) -> bool:
    """Whether the source has as many records as are known of it."""
    told = reader.count()
    with house.reading() as session:
        known = records.count(session, source.id) + quarantine.count_new(session, source.id)
    return told is None or told == known


def _keep(house: House, source: Source, lists: Lists, run: Run, page: Page, reader: Reader) -> Run:
    """Keep the records of a page, some at a time, and at last how far the run is."""
    counts: Counter[str] = Counter()
    for first in range(0, len(page.found), AT_ONCE):
        now = house.clock()
        with house.reading() as session:
            some = page.found[first : first + AT_ONCE]
            verdicts = take.judge(session, source, some, run=run.id)
        ready = take.prepare(house.frame, source, page, verdicts, lists, run=run.id, now=now)
        with house.writing() as session:
            datasets.lock(session)
            kept = take.write(session, house.frame, source, page, ready, run=run, now=now)
        counts.update(kept)
    now = house.clock()
    with house.writing() as session:
        datasets.lock(session)
        counts[Fate.GONE] = _let_go(session, house.frame, source, page.gone, run, now)
        sources.keep_page(session, source.id, page, run.id)
        run = _further(run, counts, page.following, page.total, now)
        run = replace(run, marker=_sane(reader.marker(page, run.marker), now))
        return _saved(session, run)


def _let_go(
    session: Session,
    frame: Frame,
    source: Source,
    identifiers: Sequence[str],
    run: Run,
    now: datetime,
) -> int:
    """Take out what the source itself says is no more; what it had in this very run stays."""
    known = records.known(session, source.id, list(filter(can_be_kept, identifiers))).values()
    gone = [each for each in known if not each.is_gone and each.run != run.id]
    records.bury(session, gone, reason=GONE, now=now, base_url=frame.base_url)
    return len(gone)


def _keep_same(house: House, source: Source, run: Run, known: KnownPage) -> Run:
    """Note that all of a page is still there as it was."""
    now = house.clock()
    with house.writing() as session:
        place, before = known.address, known.run
        same = records.mark_page_seen(session, source.id, place, run.id, as_of=before)
        apart = quarantine.mark_page_met(session, source.id, place, run.id, as_of=before)
        sources.mark_page(session, source.id, known.address, run.id)
        counts = {str(Fate.UNCHANGED): same, str(Fate.REFUSED): apart}
        return _saved(session, _further(run, counts, known.following, known.total, now))


def _saved(session: Session, run: Run) -> Run:
    runs.save(session, run)
    return replace(run, state=runs.get(session, run.id).state)


def _further(
    run: Run, counts: Mapping[str, int], following: str, total: int | None, now: datetime
) -> Run:
    added = {fate: run.counts.get(fate, 0) + counts.get(fate, 0) for fate in Fate}
    return replace(
        run, cursor=following, pages=run.pages + 1, total=total or run.total,
        counts={str(fate): count for fate, count in added.items() if count}, seen_at=now,
    )  # fmt: skip


def _sane(marker: datetime | None, now: datetime) -> datetime | None:
    """A clock that is far ahead would hide all changes until then: ours takes its place."""
    return now if marker and marker > now + FRESH_MARKERS else marker


def _still_there(house: House, source: Source, reader: Reader, run: Run) -> frozenset[str]:
    """What a whole reading has not met, and the source has all the same: by identifier."""
    if not (run.is_whole and run.read):
        return frozenset()
    with house.reading() as session:
        missed = [each.identifier for each in records.not_met(session, source.id, run.id)]
    return reader.still_has(missed) if missed else frozenset()


def _settle(house: House, source: Source, run: Run, wish: Wish, *, but: frozenset[str]) -> Run:
    """Let go of what a whole reading has not met, or ask first; and note when to come again.

    but: what stays, for the source was asked for it.
    """
    now = house.clock()
    with house.writing() as session:
        datasets.lock(session)
        run = replace(runs.get(session, run.id), is_whole=run.is_whole)
        missed = records.not_met(session, source.id, run.id) if run.is_whole else []
        gone = [each for each in missed if each.identifier not in but]
        problem = _doubt(session, source, run, len(gone), wish)
        if gone and not problem:
            records.bury(session, gone, reason=GONE, now=now, base_url=house.frame.base_url)
            total = run.count(Fate.GONE) + len(gone)
            run = replace(run, counts={**run.counts, str(Fate.GONE): total})
        if run.is_whole and not problem:
            quarantine.release_not_met(session, source.id, run.id)
            sources.forget_pages(session, source.id, but_of=run.id)
        state = RunState.WAITING if problem else RunState.DONE
        run = replace(
            run, state=state, ended_at=now, seen_at=now, code=DeletionsWait.code if problem else "",
            problem=problem, cursor="",
        )  # fmt: skip
        runs.save(session, run)
        sources.save(session, _after(session, source, run, now))
    return run


def _after(session: Session, source: Source, run: Run, now: datetime) -> Source:
    """The source as it is known after a run that read all of its pages."""
    source = sources.get(session, source.id)
    is_done = run.state is RunState.DONE
    read_whole_at = now if run.is_whole and is_done else source.read_whole_at
    marker = run.marker or source.marker if is_done else source.marker
    return replace(source, due_at=source.next_due(now), marker=marker, read_whole_at=read_whole_at)


def _doubt(session: Session, source: Source, run: Run, gone: int, wish: Wish) -> str:
    """Why what was not met is not let go without somebody's word; empty where it may go."""
    if not gone:
        return ""
    known = gone + records.count_met(session, source.id, run.id)
    if not run.read:
        return f"The source has nothing any more; all {known} records stay as they are"
    if wish.lets_go:
        return ""
    if quarantine.has_nameless(session, source.id, run.id, take.NAMELESS):
        return f"{gone} records are missing, and others came without an identifier"
    if may_vanish(gone, known, most_per_cent=source.most_gone):
        return ""
    return f"{gone} of {known} records are missing, more than {source.most_gone} %"


def _end(
    house: House, source: Source, run: Run, state: RunState, code: str = "", problem: str = ""
) -> Run:
    now = house.clock()
    with house.writing() as session:
        run = replace(
            runs.get(session, run.id), state=state, ended_at=now, code=code, problem=problem
        )
        runs.save(session, run)
        again = max(now + SOONEST_AGAIN, min(source.next_due(now), now + timedelta(hours=1)))
        sources.save(session, replace(sources.get(session, source.id), due_at=again))
    return run
