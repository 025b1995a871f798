"""A sound submission becomes a dataset: words, record, change and fragments in one go."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from slugify import slugify
from sqlmodel import Session

from opendata_hub.adapters import rdf
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
from opendata_hub.domain.catalog.privacy import Kind
from opendata_hub.domain.catalog.report import Clearance
from opendata_hub.domain.errors import Invalid, NotPublishable, SlugTaken
from opendata_hub.domain.texts import Texts
from opendata_hub.store import changes, datasets, submissions
from opendata_hub.store.submissions import Submission


@dataclass(frozen=True, slots=True)
class Words:
    """What a steward says of a dataset beside the file.

    description: empty means the family's own. slug: empty means one made from the title.
    replaces:    whether a dataset at that address gives way; without it, it is in the way.
    clearances:  what looks like personal data and is none, each with a reason that is kept.
    """

    publisher: str
    title: Texts
    description: Texts
    slug: str = ""
    replaces: bool = False
    clearances: tuple[Clearance, ...] = ()


def publish(
    session: Session, frame: Frame, submission: Submission, words: Words, *, now: datetime
) -> Dataset:
    """Publish the submitted file under these words.

    Raises NotPublishable when its report has errors, UnknownPublisher, SlugTaken, and Invalid
    for words that could not stand in a record. Nothing is written then.
    """
    datasets.lock(session)
    _require_publishable(submission, words)
    frame.site.publisher_named(words.publisher)
    dataset = _dataset(session, frame, submission, words, now)
    for clearance in words.clearances:
        submissions.clear(session, submission.id, clearance, now)
    kind = ChangeKind.CREATED if is_new(session, dataset.slug) else ChangeKind.REPLACED
    datasets.save(session, dataset)
    write_fragments(session, frame, dataset, kind, now=now)
    return dataset


def is_new(session: Session, slug: str) -> bool:
    """Whether nothing is published at that address: never was, or not any more."""
    place = changes.entry(session, slug)
    return place is None or place.is_withdrawn


def write_fragments(
    session: Session, frame: Frame, dataset: Dataset, kind: ChangeKind, *, now: datetime
) -> None:
    """Serialise the dataset's record in every stored syntax, keep it, and log the change."""
    fragments = rdf.fragments(dcat.dataset_triples(frame, dataset), dcat.PREFIXES)
    datasets.put_fragments(session, dataset.slug, fragments, written_for=written_for(frame))
    changes.append(
        session, dataset.slug, kind, now,
        base_url=frame.base_url, record=fragments[rdf.JSON_LD.name],
    )  # fmt: skip


def refresh_fragments(session: Session, frame: Frame, *, now: datetime) -> int:
    """Write anew what was written for another address, profile or declaration; returns how many.

    A hub that moves behind a proxy gets another base address: its records must follow, and who
    reads its changes is told.
    """
    datasets.lock(session)
    moved = set(changes.not_of_address(session, frame.base_url))
    stale = datasets.slugs_not_written_for(session, written_for(frame))
    for slug in [*stale, *sorted(moved.difference(stale))]:
        kind = ChangeKind.MOVED if slug in moved else ChangeKind.REWRITTEN
        write_fragments(session, frame, datasets.get(session, slug), kind, now=now)
    return len(moved.union(stale))


def written_for(frame: Frame) -> str:
    """A digest of all that records depend on beside their dataset."""
    return f"{dcat.PROFILE} {frame.digest} {frame.base_url}"


def _require_publishable(submission: Submission, words: Words) -> None:
    """Raise NotPublishable unless nothing stops the file, or only what a steward has cleared."""
    report = submission.report
    for clearance in words.clearances:
        if clearance.code not in set(Kind) or not clearance.reason.strip():
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
    )


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
