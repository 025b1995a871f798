"""What a reading would do, with every difference; nothing is written."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session

from opendata_hub.adapters.harvest.reader import reader_of
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.errors import PagesInACircle
from opendata_hub.domain.harvest.compare import Difference, differences
from opendata_hub.domain.harvest.found import Found, Page, SamePage
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.harvest.run import Fate
from opendata_hub.domain.harvest.source import Source
from opendata_hub.flows.harvest import take
from opendata_hub.flows.harvest.kept_record import record_at
from opendata_hub.flows.harvest.run import MOST_PAGES, House
from opendata_hub.store.harvest import records, sources


@dataclass(frozen=True, slots=True)
class Expected:
    """What would become of a record. code, reason: of one that would be refused."""

    fate: Fate
    identifier: str
    title: str
    differences: tuple[Difference, ...] = ()
    code: str = ""
    reason: str = ""


def rehearse(house: House, source_id: str) -> Iterator[Expected]:
    """Read a whole source and tell what would become of each of its records.

    Raises NotFetched where it can't be read.
    """
    lists, met = Lists(house.frame), set[str]()
    with house.reading() as session:
        source = sources.get(session, source_id)
    for page in _pages(house, source, lists):
        met.update(each.identifier for each in page.found)
        with house.reading() as session:
            yield from _expected(session, house, source, page, lists)
    with house.reading() as session:
        for known in records.not_met(session, source_id, run=0):
            if known.identifier not in met:
                kept = records.get(session, known.slug)
                yield Expected(Fate.GONE, known.identifier, next(iter(kept.title.values()), ""))


def _pages(house: House, source: Source, lists: Lists) -> Iterator[Page]:
    reader, seen = reader_of(source, house.fetcher, lists), set[str]()
    address = reader.first(None)
    while address:
        if address in seen or len(seen) >= MOST_PAGES:
            raise PagesInACircle(f"{address[:200]} was read already, and is named again")
        seen.add(address)
        page = reader.read(address, None)
        if isinstance(page, SamePage):
            return
        yield page
        address = page.following


def _expected(
    session: Session, house: House, source: Source, page: Page, lists: Lists
) -> Iterator[Expected]:
    verdicts = take.judge(session, source, page.found, run=0)
    now = house.clock()
    ready = take.prepare(house.frame, source, page, verdicts, lists, run=0, now=now)
    told = {v.found.identifier: v for v in verdicts}
    for fate, written in ready.written:
        verdict = told[written.kept.identifier]
        if verdict.told is None:
            continue
        before = _before(session, verdict)
        yield Expected(
            fate, verdict.found.identifier, verdict.found.title,
            differences(before, verdict.told.record) if before else (),
        )  # fmt: skip
    for refused in ready.refused:
        yield _refused(refused.found, refused)
    for same in ready.same:
        yield Expected(Fate.UNCHANGED, same.identifier, told[same.identifier].found.title)


def _before(session: Session, verdict: take.Verdict) -> record.Dataset | None:
    known = verdict.known
    return record_at(session, known.position, known.iri) if known and not known.is_gone else None


def _refused(found: Found, verdict: take.Verdict) -> Expected:
    code = verdict.problem.code if verdict.problem else ""
    return Expected(
        Fate.REFUSED, found.identifier, found.title, code=code, reason=str(verdict.problem)
    )
