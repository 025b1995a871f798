"""A sound submission becomes a dataset: words, record, change and fragments in one go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import PurePath
from typing import Any

from slugify import slugify
from sqlmodel import Session

from opendata_hub.adapters import rdf, shapes
from opendata_hub.adapters.shapes import Violation
from opendata_hub.adapters.tabular.formats import FORMATS
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.dataset import (
    DESCRIPTION_LENGTH,
    TITLE_LENGTH,
    Dataset,
    Distribution,
    checked_slug,
    checked_texts,
)
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.harvest.change import ChangeKind
from opendata_hub.domain.catalog.privacy import CLEARABLE
from opendata_hub.domain.catalog.record import classes as record
from opendata_hub.domain.catalog.record import mqa
from opendata_hub.domain.catalog.record.classes import places_of
from opendata_hub.domain.catalog.record.described import circular, refuse_self_reference
from opendata_hub.domain.catalog.record.labels import said_of
from opendata_hub.domain.catalog.record.triples import Triple
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.domain.errors import Invalid, InvalidRecord, NotPublishable, SlugTaken
from opendata_hub.domain.people.deeds import Deed
from opendata_hub.domain.people.roles import Visitor
from opendata_hub.domain.people.rule import Place, require
from opendata_hub.domain.texts import Texts
from opendata_hub.store import changes, datasets, submissions
from opendata_hub.store.submissions import Submission


@dataclass(frozen=True, slots=True)
class Words:
    """What a steward says of a dataset beside the file.

    description: empty means the family's own. slug: empty means one made from the title.
    replaces:    whether a dataset at that address gives way; without it, it is in the way.
    clearances:  what looks like personal data and is none, each with a reason that is kept.
    described:   further fields of the record, by the names of the table (``docs/catalogue.md``);
                 None keeps those of the dataset that gives way.
    """

    publisher: str
    title: Texts
    description: Texts
    slug: str = ""
    replaces: bool = False
    clearances: tuple[Clearance, ...] = ()
    described: Mapping[str, Any] | None = None


Answers = Callable[[str], bool]
"""Whether an address answered when it was last tried."""

MOST_VERSIONS = 1000
"""So far a chain of previous versions is followed."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """A dataset with the quality of its description.

    profile: its record as triples. broken: what the profile holds against it, if anything.
    """

    dataset: Dataset
    profile: tuple[Triple, ...]
    broken: InvalidRecord | None


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
    Raises NotPublishable when its report has errors, UnknownPublisher, AuthorityClosed,
    FamilyNotPublished for a family that is not the publisher's, SlugTaken, Invalid for words that
    could not stand in a record, InvalidRecord, which names the field of the form, for a record
    that breaks the profile. Nothing is written then.
    """
    require(by, Deed.PUBLISH, Place(words.publisher))
    datasets.lock(session)
    _require_publishable(submission, words)
    frame.site.publisher_named(words.publisher).require_publishes(submission.family)
    _require_own(session, words, by)
    checked = assess(frame, _dataset(session, frame, submission, words, now), answers=answers)
    if checked.broken:
        raise checked.broken
    dataset = checked.dataset
    _refuse_circles(session, frame, dataset)
    for clearance in words.clearances:
        submissions.clear(session, submission.id, clearance, now, person=by.person)
    kind = ChangeKind.CREATED if is_new(session, dataset.slug) else ChangeKind.REPLACED
    datasets.save(session, dataset)
    write_fragments(session, frame, checked, kind, now=now)
    return dataset


def is_new(session: Session, slug: str) -> bool:
    """Whether nothing is published at that address: never was, or not any more."""
    place = changes.entry(session, slug)
    return place is None or place.is_withdrawn


def write_fragments(
    session: Session, frame: Frame, checked: Assessed, kind: ChangeKind, *, now: datetime
) -> None:
    """Serialise the dataset's record in every stored syntax, keep it, and log the change."""
    said = chain(checked.profile, dcat.quality_triples(frame, checked.dataset))
    fragments = rdf.fragments(said, dcat.PREFIXES)
    slug = checked.dataset.slug
    datasets.put_fragments(
        session, slug, fragments, written_for=frame.written_for(checked.dataset.publisher)
    )
    changes.append(
        session, slug, kind, now,
        base_url=frame.base_url, record=fragments[rdf.JSON_LD.name],
    )  # fmt: skip


def assess(frame: Frame, dataset: Dataset, *, answers: Answers) -> Assessed:
    """Check the dataset's record against the profile, and measure its quality."""
    described = dcat.dataset_record(frame, dataset)
    profile = tuple(dcat.profile_triples(frame, dataset))
    found = shapes.violations(rdf.fragment(profile, rdf.N_TRIPLES, dcat.PREFIXES))
    here = f"{frame.base_url}/"
    known = frame.known(not found, lambda url: url.startswith(here) or answers(url))
    measured = replace(dataset, met=mqa.assess(described, known).met)
    return Assessed(measured, profile, _refusal(described, found) if found else None)


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
    session: Session, frame: Frame, *, now: datetime, publisher: str | None = None
) -> int:
    """Write anew what was written for another address, profile or declaration; returns how many.

    publisher: look at its records only, when nothing else has changed.
    A hub that moves behind a proxy gets another base address: its records must follow, and who
    reads its changes is told.
    """
    datasets.lock(session)
    moved = set(changes.not_of_address(session, frame.base_url)) if publisher is None else set()
    stale = datasets.slugs_not_written_for(session, frame.written_for, publisher=publisher)
    for slug in [*stale, *sorted(moved.difference(stale))]:
        kind = ChangeKind.MOVED if slug in moved else ChangeKind.REWRITTEN
        checked = assess(frame, datasets.get(session, slug), answers=lambda _: False)
        datasets.save(session, checked.dataset)
        write_fragments(session, frame, checked, kind, now=now)
    return len(moved.union(stale))


def _require_publishable(submission: Submission, words: Words) -> None:
    """Raise NotPublishable unless nothing stops the file, or only what a steward has cleared."""
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


def _require_own(session: Session, words: Words, by: Visitor) -> None:
    """Raise Forbidden when what stands at that address is of a body the visitor is not of."""
    if words.slug and (before := datasets.find(session, words.slug)):
        require(by, Deed.PUBLISH, Place(before.publisher))


def _dataset(
    session: Session, frame: Frame, submission: Submission, words: Words, now: datetime
) -> Dataset:
    family = frame.families[submission.family]
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
    earlier = before or changes.tombstone(session, slug)
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
        distribution=_distribution(slug, submission),
        described=_described(words, before),
    )


def _described(words: Words, before: Dataset | None) -> Mapping[str, Any]:
    if words.described is None:
        return before.described if before else {}
    return words.described


def _distribution(slug: str, submission: Submission) -> Distribution:
    ending = PurePath(submission.file_name).suffix.lower()
    if ending not in FORMATS:
        raise Invalid(f"{ending} is an archive: publish the table that is in it")
    code, media_type = FORMATS[ending]
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
