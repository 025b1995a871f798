"""A page of a source is taken: each record by itself, good ones into the catalogue."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count

from sqlmodel import Session

from opendata_hub.adapters import rdf, shapes
from opendata_hub.adapters.rdf import Prepared
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.catalog.record import mqa
from opendata_hub.domain.catalog.record.classes import places_of
from opendata_hub.domain.catalog.record.labels import said_of
from opendata_hub.domain.errors import (
    HubError,
    InvalidRecord,
    RecordOfAnother,
    RecordTwice,
)
from opendata_hub.domain.harvest.found import (
    Found,
    Page,
    Told,
    can_be_kept,
    checked_identifier,
    slug_of,
)
from opendata_hub.domain.harvest.harvested import (
    Harvested,
    facets_of,
    harvested_blocks,
    landing_page_of,
    shown_texts,
)
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.harvest.run import Fate, Run
from opendata_hub.domain.harvest.source import Source
from opendata_hub.domain.texts import readable
from opendata_hub.flows.catalog.written import in_all_syntaxes, whole
from opendata_hub.store import changes, datasets
from opendata_hub.store.harvest import quarantine, records
from opendata_hub.store.harvest.quarantine import Apart
from opendata_hub.store.harvest.records import Known

NAMELESS = "nameless record "


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a record: taken as it is told, left as it was, or refused for a reason.

    known: what was kept of it before. told, turtle, met: of one that is taken.
    """

    found: Found
    fate: Fate
    known: Known | None = None
    told: Told | None = None
    problem: HubError | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A record, and what is kept beside it before its quality is known."""

    kept: Harvested
    said: record.Dataset


@dataclass(frozen=True, slots=True)
class Written:
    """A record that is taken, with all that is kept of it; its place may still be open (0)."""

    kept: Harvested
    record: datasets.Written = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ready:
    """Records as they were judged, ready to be kept in one go."""

    written: tuple[tuple[Fate, Written], ...]
    same: tuple[Known, ...]
    refused: tuple[Verdict, ...]


def judge(session: Session, source: Source, found: Sequence[Found], *, run: int) -> list[Verdict]:
    """What becomes of each of these records; nothing is written."""
    identifiers = list({each.identifier for each in found if can_be_kept(each.identifier)})
    known = records.known(session, source.id, identifiers)
    met: dict[str, str] = {}
    verdicts = [_judged(each, known.get(each.identifier), met, run) for each in found]
    return _with_own_place(session, source, _without_others(session, source, verdicts, run))


def _judged(found: Found, known: Known | None, met: dict[str, str], run: int) -> Verdict:
    try:
        checked_identifier(found.identifier)
        before = met.setdefault(found.identifier, found.digest)
        if known and known.run == run and not known.is_gone:
            before = known.digest
        if before != found.digest:
            raise RecordTwice(f"{found.identifier[:200]} comes twice, and says different things")
        if known and known.digest == found.digest and not known.is_gone:
            return Verdict(found, Fate.UNCHANGED, known)
        told = found.tell()
    except HubError as problem:
        return Verdict(found, Fate.REFUSED, known, problem=problem)
    is_new = known is None or known.is_gone
    return Verdict(found, Fate.CREATED if is_new else Fate.CHANGED, known, told)


def _without_others(
    session: Session, source: Source, verdicts: Sequence[Verdict], run: int
) -> list[Verdict]:
    """Refuse what another record has brought already; a new name of a known thing is the same."""
    addresses = [v.told.record.iri for v in verdicts if v.told and _is_elsewhere(v)]
    kept = records.of_addresses(session, addresses)
    named = {v.found.identifier for v in verdicts}
    met = {iri for iri, each in kept.items() if each.run == run or each.identifier in named}
    return [_alone(source, verdict, kept, met) for verdict in verdicts]


def _alone(source: Source, verdict: Verdict, kept: Mapping[str, Known], met: set[str]) -> Verdict:
    """The verdict on a record at a new address; ``met``: those this reading has met already."""
    if verdict.told is None or not _is_elsewhere(verdict):
        return verdict
    iri = verdict.told.record.iri
    other = kept.get(iri)
    if other and other.source != source.id:
        problem: HubError = RecordOfAnother(f"{iri[:200]} is harvested from {other.source} already")
    elif iri in met or (other and verdict.known):
        problem = RecordTwice(f"{iri[:200]} comes under two identifiers")
    else:
        met.add(iri)
        return replace(verdict, fate=Fate.CHANGED, known=other) if other else verdict
    return Verdict(verdict.found, Fate.REFUSED, verdict.known, problem=problem)


def _is_elsewhere(verdict: Verdict) -> bool:
    """Whether a record that is taken stands at another address than what was kept of it."""
    if verdict.fate is Fate.CREATED or verdict.told is None or verdict.known is None:
        return verdict.told is not None
    return verdict.told.record.iri != verdict.known.iri


def _with_own_place(session: Session, source: Source, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Refuse a new record whose address here is another's: two marks may be the same by chance."""
    wanted = {
        v.found.identifier: slug_of(source.id, v.found.identifier, v.found.name)
        for v in verdicts
        if v.told and v.known is None
    }
    taken = {
        slug: each.identifier
        for slug, each in records.of_slugs(session, [*wanted.values()]).items()
    }
    return [
        _placed_alone(v, wanted[v.found.identifier], taken) if v.told and v.known is None else v
        for v in verdicts
    ]


def _placed_alone(verdict: Verdict, slug: str, taken: dict[str, str]) -> Verdict:
    identifier = verdict.found.identifier
    other = taken.setdefault(slug, identifier)
    if other == identifier:
        return verdict
    problem = RecordTwice(f"{slug} is the address here of {other[:200]} already")
    return Verdict(verdict.found, Fate.REFUSED, problem=problem)


def prepare(
    frame: dcat.Frame,
    source: Source,
    page: Page,
    verdicts: Sequence[Verdict],
    lists: Lists,
    *,
    run: int,
    now: datetime,
) -> Ready:
    """Write what is taken in every syntax; what breaks the profile is refused, with its field."""
    written, refused = [], [v for v in verdicts if v.problem]
    taken, drafts = [], []
    for verdict in {v.found.identifier: v for v in verdicts if v.told}.values():
        try:
            drafts.append(_draft(source, page, verdict, lists, run=run, now=now))
            taken.append(verdict)
        except HubError as problem:
            refused.append(_refused(verdict, problem))
    for verdict, ready in zip(taken, written_all(frame, drafts), strict=True):
        if isinstance(ready, Written):
            written.append((verdict.fate, ready))
        else:
            refused.append(_refused(verdict, ready))
    same = {v.known.position: v.known for v in verdicts if v.fate is Fate.UNCHANGED and v.known}
    return Ready(tuple(written), tuple(same.values()), tuple(refused))


def _refused(verdict: Verdict, problem: HubError) -> Verdict:
    return replace(verdict, fate=Fate.REFUSED, told=None, problem=problem)


def write(
    session: Session,
    frame: dcat.Frame,
    source: Source,
    page: Page,
    ready: Ready,
    *,
    run: Run,
    now: datetime,
) -> dict[str, int]:
    """Keep what was judged; returns how many records had each fate.

    What was kept of a refused record stays as it was.
    """
    placed = _placed(session, [written for _, written in ready.written])
    kinds = {
        written.kept.slug: ChangeKind.CREATED if fate is Fate.CREATED else ChangeKind.REPLACED
        for fate, written in ready.written
    }
    if placed:
        keep_all(session, frame, placed, kinds, now=now)
    if run.is_whole:
        # A page of changes is no place where a record would be looked for in a later run.
        records.mark_seen(session, [each.position for each in ready.same], run.id, page.address)
    taken = [*(w.kept.identifier for w in placed), *(each.identifier for each in ready.same)]
    quarantine.release(session, source.id, taken)
    _set_apart(session, source, page, ready.refused, run=run.id, now=now)
    fates = Counter(fate for fate, _ in ready.written)
    return {
        **{str(fate): count for fate, count in fates.items()},
        str(Fate.UNCHANGED): len(ready.same),
        str(Fate.REFUSED): len(ready.refused),
    }


def _placed(session: Session, many: Sequence[Written]) -> list[Written]:
    """The same, each at its place: new ones get the next."""
    following = count(records.next_position(session))
    return [
        each
        if each.kept.position
        else replace(each, kept=replace(each.kept, position=next(following)))
        for each in many
    ]


def _draft(
    source: Source, page: Page, verdict: Verdict, lists: Lists, *, run: int, now: datetime
) -> Draft:
    """The record as it will stand in the catalogue."""
    told, known, found = verdict.told, verdict.known, verdict.found
    if told is None:
        raise TypeError("only what was told can be written")
    said = told.record
    kept = Harvested(
        position=known.position if known else 0,
        source=source.id,
        identifier=found.identifier,
        slug=known.slug if known else slug_of(source.id, found.identifier, found.name),
        iri=said.iri,
        title=shown_texts(said.title),
        description=shown_texts(said.description),
        keywords=dict(said.keyword),
        publisher=dict(said.publisher.name) if said.publisher else {},
        facets=facets_of(lists, said),
        landing_page=landing_page_of(said),
        notes=told.notes,
        met=frozenset(),
        version=known.version + 1 if known else 1,
        issued_at=known.issued_at if known else now,
        modified_at=now,
        digest=found.digest,
        run=run,
        page=page.address,
    )
    return Draft(kept, said)


def written_all(frame: dcat.Frame, many: Sequence[Draft]) -> Iterator[Written | HubError]:
    """What is kept of each record, written in every syntax; or what is wrong with it."""
    for first in range(0, len(many), shapes.AT_ONCE):
        yield from _written_few(frame, many[first : first + shapes.AT_ONCE])


def _written_few(frame: dcat.Frame, few: Sequence[Draft]) -> Iterator[Written | HubError]:
    profiles = [_profile(frame, draft) for draft in few]
    sound = [profile for profile in profiles if isinstance(profile, Prepared)]
    proved = iter(shapes.violations_of_all(sound))
    for draft, profile in zip(few, profiles, strict=True):
        if not isinstance(profile, Prepared):
            yield profile
        elif found := next(proved):
            yield _broken(draft.said, found)
        else:
            met = mqa.assess(draft.said, frame.known(True, lambda _: False)).met
            yield Written(replace(draft.kept, met=met), in_all_syntaxes(profile, frame.state))


def _profile(frame: dcat.Frame, draft: Draft) -> Prepared | HubError:
    try:
        return rdf.prepared(harvested_blocks(frame, draft.said, draft.kept), dcat.PREFIXES)
    except HubError as problem:
        return problem


def _broken(said: record.Dataset, found: Sequence[shapes.Violation]) -> InvalidRecord:
    places = places_of(said)
    faults = [(f"{places.get(v.node, '')}{v.field}", said_of(v.field, v.fault)) for v in found]
    field_name, first = faults[0]
    return InvalidRecord(f"{field_name}: {first['en']}", faults=faults)


def keep_all(
    session: Session,
    frame: dcat.Frame,
    many: Sequence[Written],
    kinds: Mapping[str, ChangeKind],
    *,
    now: datetime,
) -> None:
    """Keep written records, and log what happened to each."""
    records.save_all(session, [each.kept for each in many])
    datasets.put_fragments_at(
        session,
        {each.kept.position: each.record for each in many},
        written_for=frame.state,
    )
    events = [
        (each.kept.slug, kinds[each.kept.slug], whole(each.record, rdf.JSON_LD)) for each in many
    ]
    places = {each.kept.slug: (each.kept.position, each.kept.iri) for each in many}
    changes.append_all(session, events, now, base_url=frame.base_url, harvested=places)


def _set_apart(
    session: Session,
    source: Source,
    page: Page,
    refused: Sequence[Verdict],
    *,
    run: int,
    now: datetime,
) -> None:
    """Keep refused records apart; what was kept of them before is still met."""
    met = [v.known.position for v in refused if v.known and not v.known.is_gone]
    records.mark_met(session, met, run)
    for verdict in refused:
        found, problem = verdict.found, verdict.problem
        name = readable(found.identifier)[:1000] or f"{NAMELESS}{found.digest[:16]}"
        apart = Apart(
            source.id, name, run, page.address, readable(found.title),
            problem.code if problem else "", readable(str(problem)), now, now, found.given(),
        )  # fmt: skip
        quarantine.put(session, apart)
