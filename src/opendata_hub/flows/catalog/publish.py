"""A sound submission becomes a dataset: words, record, change and fragments in one go."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from rdflib.term import URIRef
from slugify import slugify
from sqlmodel import Session

from opendata_hub.adapters import rdf, shapes
from opendata_hub.adapters.rdf import Prepared
from opendata_hub.adapters.shapes import Violation
from opendata_hub.adapters.tabular.formats import FORMATS
from opendata_hub.domain.catalog import dcat, document
from opendata_hub.domain.catalog.dataset import (
    DESCRIPTION_LENGTH,
    TITLE_LENGTH,
    Dataset,
    Distribution,
    checked_slug,
    checked_texts,
)
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.family import Family, Holds
from opendata_hub.domain.catalog.harvest.change import ChangeKind, Tombstone
from opendata_hub.domain.catalog.privacy import CLEARABLE
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.catalog.record import mqa
from opendata_hub.domain.catalog.record.classes import places_of
from opendata_hub.domain.catalog.record.described import circular, refuse_self_reference
from opendata_hub.domain.catalog.record.labels import said_of
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.domain.errors import (
    FileErased,
    Invalid,
    InvalidRecord,
    NotPublishable,
    SlugTaken,
    SlugWithdrawn,
    UnknownFamily,
)
from opendata_hub.domain.journal import Kind
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.domain.publishing.version import columns_of
from opendata_hub.domain.texts import Texts
from opendata_hub.flows.catalog.written import in_all_syntaxes, whole
from opendata_hub.store import changes, datasets, journal, submissions
from opendata_hub.store.datasets import Written
from opendata_hub.store.portal import versions
from opendata_hub.store.submissions import Submission


@dataclass(frozen=True, slots=True)
class Words:
    """What a steward says of a dataset beside the file.

    description: empty means the family's own. slug: empty means one made from the title.
    replaces:    whether a dataset at that address gives way; without it, it is in the way.
    clearances:  what looks like personal data and is none, each with a reason that is kept.
    described:   further fields of the record, by the names of the table (``docs/catalogue.md``);
                 None keeps those of the dataset that gives way.
    day:         of a document: when it was adopted, signed or held. A table has none.
    again:       whether what was withdrawn from that address comes back; without it, the address
                 is refused.
    """

    publisher: str
    title: Texts
    description: Texts
    slug: str = ""
    replaces: bool = False
    clearances: tuple[Clearance, ...] = ()
    described: Mapping[str, Any] | None = None
    day: date | None = None
    again: bool = False


Answers = Callable[[str], bool]
"""Whether an address answered when it was last tried."""

PUBLISHED = frozenset({ChangeKind.CREATED, ChangeKind.REPLACED})
AT_ONCE = 200
"""Datasets that are written together where many are; their records are held in memory."""
Tell = Callable[[int, int], None]
"""Is told how far long work has come: what is done, and of how much."""


def tell_nobody(_done: int, _total: int) -> None:
    """For work that nobody watches."""


_STAND_IN = "/datasets/STAND-IN"
MOST_VERSIONS = 1000
"""So far a chain of previous versions is followed."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """A dataset with the quality of its description.

    written: its record in every stored syntax. broken: what the profile holds against it, if
    anything.
    """

    dataset: Dataset
    written: Written
    broken: InvalidRecord | None

    @property
    def turtle(self) -> str:
        """All that the record says, for people to look at."""
        return whole(self.written, rdf.TURTLE)


def publish(
    session: Session,
    frame: Frame,
    submission: Submission,
    words: Words,
    *,
    by: Visitor,
    now: datetime,
    answers: Answers = lambda _: False,
) -> Dataset:
    """Publish the submitted file under these words.

    by:      who does it in the publisher's name; Forbidden is raised to who may not, and to who
             would replace what another body has published.
    answers: tells of addresses elsewhere; what this hub serves itself always answers.
    Raises FileErased, NotPublishable when its report has errors, UnknownPublisher, AuthorityClosed,
    FamilyNotPublished for a family that is not the publisher's, SlugTaken, SlugWithdrawn, Invalid
    for words that could not stand in a record, InvalidRecord, which names the field of the form,
    for a record that breaks the profile. Nothing is written then.
    """
    require(by, Deed.PUBLISH, Place(words.publisher))
    datasets.lock(session)
    require_publishable(submission, words)
    frame.site.publisher_named(words.publisher).require_publishes(submission.family)
    checked = assess(frame, _dataset(session, frame, submission, words, by, now), answers=answers)
    if checked.broken:
        raise checked.broken
    dataset = checked.dataset
    _refuse_circles(session, frame, dataset)
    for clearance in words.clearances:
        _clear(session, submission, clearance, words.publisher, by, now)
    kind = ChangeKind.CREATED if is_new(session, dataset.slug) else ChangeKind.REPLACED
    save_all(session, frame, [(checked, kind)], now=now)
    journal.append(
        session, Kind.DATASET_PUBLISHED, dataset.slug,
        {"version": str(dataset.version), "sha256": submission.sha256},
        authority=dataset.publisher, person=by.person, now=now,
    )  # fmt: skip
    return dataset


def previewed(
    session: Session,
    frame: Frame,
    submission: Submission,
    words: Words,
    *,
    by: Visitor,
    now: datetime,
    answers: Answers = lambda _: False,
) -> Assessed:
    """The dataset that ``publish`` would make of it, with its record and quality; keeps nothing.

    Whether the file may be published is not asked. Raises as ``publish`` does for the words.
    """
    require(by, Deed.PUBLISH, Place(words.publisher))
    dataset = _dataset(session, frame, submission, words, by, now)
    return assess(frame, dataset, answers=answers)


def refused_again(left: Tombstone) -> SlugWithdrawn:
    """Why nothing is published where a dataset was withdrawn, unless that is said."""
    day = left.withdrawn_at.date().isoformat()
    return SlugWithdrawn(
        f"{left.slug!r} was withdrawn on {day}: choose another slug, or say that it is published "
        "again", slug=left.slug, publisher=left.publisher,
    )  # fmt: skip


def is_new(session: Session, slug: str) -> bool:
    """Whether nothing is published at that address: never was, or not any more."""
    place = changes.entry(session, slug)
    return place is None or place.is_withdrawn


def save_all(
    session: Session, frame: Frame, many: Sequence[tuple[Assessed, ChangeKind]], *, now: datetime
) -> None:
    """Keep assessed datasets with their records in every stored syntax, and log the changes.

    What was published now is a version of its own; what was only written anew is none.
    """
    datasets.save_all(session, [checked.dataset for checked, _ in many])
    published = [checked.dataset for checked, kind in many if kind in PUBLISHED]
    versions.add_all(
        session, [(each, columns_of(frame.families[each.family])) for each in published]
    )
    records = {checked.dataset.slug: checked.written for checked, _ in many}
    written_for = {
        checked.dataset.slug: frame.written_for(checked.dataset.publisher) for checked, _ in many
    }
    datasets.put_all_fragments(session, records, written_for=written_for, state=frame.state)
    events = [
        (checked.dataset.slug, kind, whole(checked.written, rdf.JSON_LD)) for checked, kind in many
    ]
    changes.append_all(session, events, now, base_url=frame.base_url)


def _written(frame: Frame, dataset: Dataset, profile: Prepared) -> Written:
    """The record and its quality in every stored syntax."""
    measured, slug = _measured(frame.base_url, dataset.met), f"/datasets/{dataset.slug}"
    quality = {
        syntax: (own.replace(_STAND_IN, slug), shared) for syntax, (own, shared) in measured.items()
    }
    return in_all_syntaxes(profile, frame.state, quality)


@lru_cache(256)
def _measured(base_url: str, met: frozenset[str]) -> dict[str, tuple[str, str]]:
    """What is said of the quality of any dataset that meets these indicators.

    The same but for its address: no slug has the letters of the stand-in. What is measured comes
    second.
    """
    said = tuple(mqa.score_measured(URIRef(f"{base_url}{_STAND_IN}"), mqa.Quality(met)))
    metrics = tuple(mqa.score_metric())
    return {
        syntax.name: (
            rdf.fragment(said, syntax, dcat.PREFIXES),
            rdf.fragment(metrics, syntax, dcat.PREFIXES),
        )
        for syntax in rdf.STORED
    }


def assess(frame: Frame, dataset: Dataset, *, answers: Answers) -> Assessed:
    """Check the dataset's record against the profile, and measure its quality."""
    return assess_all(frame, [dataset], answers=answers)[0]


def assess_all(frame: Frame, many: Sequence[Dataset], *, answers: Answers) -> list[Assessed]:
    """The same of many, in their order.

    Some at a time: texts are all that is kept of a record while others are assessed. Its terms
    would be looked through for garbage again and again, which costs a sixth of a load.
    """
    firsts = range(0, len(many), shapes.AT_ONCE)
    some = (many[first : first + shapes.AT_ONCE] for first in firsts)
    return [each for few in some for each in _assess_few(frame, few, answers)]


def _assess_few(frame: Frame, few: Sequence[Dataset], answers: Answers) -> Iterator[Assessed]:
    here = f"{frame.base_url}/"
    described = [dcat.dataset_record(frame, each) for each in few]
    profiles = [
        rdf.prepared(dcat.profile_blocks(frame, each, said), dcat.PREFIXES)
        for each, said in zip(few, described, strict=True)
    ]
    broken = shapes.violations_of_all(profiles)
    for dataset, said, profile, found in zip(few, described, profiles, broken, strict=True):
        known = frame.known(not found, lambda url: url.startswith(here) or answers(url))
        measured = replace(dataset, met=mqa.assess(said, known).met)
        refusal = _refusal(said, found) if found else None
        yield Assessed(measured, _written(frame, measured, profile), refusal)


def _refusal(described: record.Dataset, found: Sequence[Violation]) -> InvalidRecord:
    """Every violation by the field of the form to mend."""
    places = places_of(described)
    faults = [
        (f"{places[v.node]}{v.field}" if v.node in places else v.field, said_of(v.field, v.fault))
        for v in found
    ]
    field, said = faults[0]
    message = f"{field}: {said['en']}" + (f" ({len(faults)} faults)" if len(faults) > 1 else "")
    return InvalidRecord(message, faults=faults)


def _refuse_circles(session: Session, frame: Frame, dataset: Dataset) -> None:
    """Raise InvalidRecord where a dataset is an earlier version, or a source, of itself."""
    refuse_self_reference(dcat.dataset_record(frame, dataset))
    here, me = f"{frame.base_url}/datasets/", dataset.slug
    for name in ("previous_version", "source"):
        ahead, seen = [dataset], {me}
        while ahead and len(seen) < MOST_VERSIONS:
            given = ahead.pop().described.get(name) or ()
            for address in (given,) if isinstance(given, str) else given:
                slug = str(address).removeprefix(here)
                if slug == me:
                    raise circular(name)
                before = datasets.find(session, slug) if slug not in seen else None
                seen.add(slug)
                if before:
                    ahead.append(before)


def refresh_fragments(
    session: Session,
    frame: Frame,
    *,
    now: datetime,
    publisher: str | None = None,
    tell: Tell = tell_nobody,
) -> int:
    """Write anew what was written for another address, profile or declaration; returns how many.

    publisher: look at its records only, when nothing else has changed. tell: how many are written
    and how many there are, before each batch.
    A hub that moves behind a proxy gets another base address: its records must follow, and who
    reads its changes is told.
    """
    datasets.lock(session)
    moved = set(changes.not_of_address(session, frame.base_url)) if publisher is None else set()
    stale = datasets.slugs_not_written_for(session, frame.written_for, publisher=publisher)
    slugs = [*stale, *sorted(moved.difference(stale))]
    for first in range(0, len(slugs), AT_ONCE):
        tell(first, len(slugs))
        some = datasets.of_slugs(session, slugs[first : first + AT_ONCE])
        rewritten = [
            (each, ChangeKind.MOVED if each.dataset.slug in moved else ChangeKind.REWRITTEN)
            for each in assess_all(frame, some, answers=lambda _: False)
        ]
        save_all(session, frame, rewritten, now=now)
    return len(slugs)


def require_publishable(submission: Submission, words: Words) -> None:
    """Raise NotPublishable unless nothing stops the file, or only what a steward has cleared.

    Raises FileErased where only the report is left.
    """
    if submission.is_erased:
        raise FileErased("The file was not published in time and was erased: hand it in again")
    report = submission.report
    for clearance in words.clearances:
        if clearance.code not in CLEARABLE or not clearance.reason.strip():
            raise Invalid(f"clear {clearance.code[:40]!r}: only personal data, and with a reason")
        if clearance.code not in {f.code for f in report.findings if f.column == clearance.column}:
            raise Invalid(f"clear {clearance.code} in {clearance.column}: nothing was found there")
    blocking = report.blocking(words.clearances)
    if report.is_readable and report.is_complete and not blocking:
        return
    if report.is_complete:
        why = f"the first that stops it: {(blocking or report.findings)[0].message}"
    else:
        why = "reading stopped at the limit, and the rest was not checked"
    raise NotPublishable(
        f"{submission.file_name}: {report.total_findings} findings; {why}. "
        f"The whole report: /api/v1/submissions/{submission.id}",
        submission_id=submission.id,
    )


def _clear(
    session: Session,
    submission: Submission,
    clearance: Clearance,
    authority: str,
    by: Visitor,
    now: datetime,
) -> None:
    submissions.clear(session, submission.id, clearance, now, person=by.person)
    journal.append(
        session, Kind.ALARM_CLEARED, f"submission {submission.id}",
        {"code": clearance.code, "column": clearance.column or ""},
        authority=authority, person=by.person, now=now,
    )  # fmt: skip


def _dataset(
    session: Session,
    frame: Frame,
    submission: Submission,
    words: Words,
    by: Visitor,
    now: datetime,
) -> Dataset:
    family = frame.families.get(submission.family)
    if family is None:
        raise UnknownFamily(f"No family {submission.family[:60]!r} any more")
    title = checked_texts(words.title, what="title", longest=TITLE_LENGTH, needed=True)
    description = checked_texts(
        words.description, what="description", longest=DESCRIPTION_LENGTH, needed=False
    )
    slug = checked_slug(words.slug or _slug(title, family.name))
    before = datasets.find(session, slug)
    if before and not words.replaces:
        raise SlugTaken(
            f"A dataset is already published as {slug!r}: choose another slug, or replace it"
        )
    left = None if before else changes.tombstone(session, slug)
    if left and not words.again:
        raise refused_again(left)
    earlier = before or left
    if earlier:
        # Whatever the slug was made of: what is, or was, at that address may be another body's.
        require(by, Deed.PUBLISH, Place(earlier.publisher))
    return Dataset(
        slug=slug,
        family=family.name,
        publisher=words.publisher,
        title=title,
        description=description or family.description,
        keywords=family.keywords,
        issued_at=earlier.issued_at if earlier else now,
        modified_at=now,
        version=earlier.version + 1 if earlier else 1,
        submission_id=submission.id,
        distribution=_distribution(slug, submission, family),
        described=_described(words, before, family),
    )


def _described(words: Words, before: Dataset | None, family: Family) -> Mapping[str, Any]:
    said = words.described
    if said is None:
        said = before.described if before else {}
    if family.holds is Holds.TABLE:
        if words.day:
            raise Invalid("day: only a document has one")
        return said
    if words.day:
        day = words.day.isoformat()
        return {**said, "temporal": [{"start": day, "end": day}]}
    if "temporal" in said:
        return said
    raise Invalid("day: a document needs the day of its adoption, signature or session: 2026-10-05")


def _distribution(slug: str, submission: Submission, family: Family) -> Distribution:
    ending = PurePath(submission.file_name).suffix.lower()
    known = document.FORMATS if family.holds is Holds.DOCUMENT else FORMATS
    if ending not in known:
        raise Invalid(f"{ending} is an archive: publish the table that is in it")
    code, media_type = known[ending]
    return Distribution(
        file_name=f"{slug}{ending}",
        format=code,
        media_type=media_type,
        size_bytes=submission.size_bytes,
        sha256=submission.sha256,
        rows=submission.report.rows,
        issued_at=submission.submitted_at,
    )


def _slug(title: Texts, family: str) -> str:
    """An address from the title in Latin letters; Arabic without vowels would say nothing."""
    text = title.get("fr") or title.get("en") or family
    return slugify(text, max_length=80, word_boundary=True) or family
