"""Our datasets are brought to a CKAN elsewhere: planned, told, and done one by one.

What was done is kept after each dataset: whoever breaks a push off loses nothing, and a second
push of the same does nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from opendata_hub.adapters.remote_ckan.remote import Remote
from opendata_hub.domain.catalog.dcat import Frame, dataset_record
from opendata_hub.domain.catalog.record.classes import Dataset as Record
from opendata_hub.domain.ckan.mapping import Facts, package_of, record_of
from opendata_hub.domain.errors import (
    DeletionsWait,
    HubError,
    InvalidPackage,
    PackageHidden,
    PackageRefused,
)
from opendata_hub.domain.harvest.compare import Difference, differences
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.harvest.run import may_vanish
from opendata_hub.domain.remote_ckan.plan import (
    Planned,
    Step,
    gone,
    hidden,
    is_same_dataset,
    planned,
    said,
    to_send,
)
from opendata_hub.domain.remote_ckan.target import Package, Sent, Target
from opendata_hub.store import datasets
from opendata_hub.store.remote_ckan import targets

Sessions = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True, slots=True)
class Way:
    """What it takes to speak to a target. clock: asked for the time of each act."""

    frame: Frame
    reading: Sessions
    writing: Sessions
    target: Target
    remote: Remote
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a planned step. problem: why it was not done; None where it was."""

    planned: Planned
    problem: HubError | None = None


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a CKAN says of a dataset of ours, beside what we say; None where it says nothing."""

    slug: str
    package: Package | None
    differences: tuple[Difference, ...] = ()
    problem: str = ""


def plan(way: Way) -> Iterator[Planned]:
    """What would be created, changed, deleted, and what somebody has changed there."""
    own = set[str]()
    for slug, package in wanted(way):
        own.add(slug)
        yield _planned(way, slug, package)
    yield from _gone(way, own)


def push(way: Way, *, may_delete: bool = False, overwrites: bool = False) -> Iterator[Done]:
    """Do what is planned; gives each step as it was done, or why it was not.

    A conflict is told and left alone, unless ``overwrites``. More deletions than the target
    allows wait, unless ``may_delete``. What one dataset is refused for stops no other; a CKAN that
    does not answer any more ends it: raises NotFetched.
    """
    organization, own = way.remote.organization(way.target.organization), set[str]()
    for slug, package in wanted(way):
        own.add(slug)
        step = _planned(way, slug, package)
        yield _done(way, step, organization, overwrites=overwrites)
    yield from _clear(way, own, may_delete=may_delete, overwrites=overwrites)


def pull(way: Way) -> Iterator[Pulled]:
    """What the CKAN says of each dataset that was brought there, compared with our own record."""
    lists = Lists(way.frame)
    with way.reading() as session:
        slugs = targets.slugs_sent(session, way.target.id)
    for slug in slugs:
        with way.reading() as session:
            known, dataset = (
                targets.sent(session, way.target.id, slug),
                datasets.find(session, slug),
            )
        own = dataset_record(way.frame, dataset) if dataset else None
        try:
            remote = way.remote.show(known.remote_id) if known else None
        except PackageHidden:
            yield Pulled(slug, None, problem="not shown there")
            continue
        yield _compared(slug, remote, own, lists)


def wanted(way: Way) -> Iterator[tuple[str, Package]]:
    """The datasets of the target's authority, by slug, as packages."""
    lists = Lists(way.frame)
    with way.reading() as session:
        own = datasets.latest(session, publisher=way.target.authority)
        slugs = [dataset.slug for dataset in own]
    for slug in slugs:
        with way.reading() as session:
            dataset = datasets.find(session, slug)
        if dataset:
            facts = Facts("", slug, dataset.issued_at, dataset.modified_at)
            yield slug, package_of(dataset_record(way.frame, dataset), facts, lists.known)


def _compared(slug: str, remote: Package | None, own: Record | None, lists: Lists) -> Pulled:
    if remote is None or own is None:
        return Pulled(slug, remote, problem="not there" if remote is None else "not here")
    try:
        told = record_of(remote, lists.known, iri=own.iri)
    except InvalidPackage as problem:
        return Pulled(slug, remote, problem=str(problem))
    return Pulled(slug, remote, differences(own, told))


def _planned(way: Way, slug: str, package: Package) -> Planned:
    with way.reading() as session:
        known = targets.sent(session, way.target.id, slug)
    try:
        remote = way.remote.show(known.remote_id if known else slug)
    except PackageHidden:
        return hidden(slug)
    return planned(slug, package, known, remote)


def _gone(way: Way, own: set[str]) -> Iterator[Planned]:
    """What was brought there and is not published here any more."""
    with way.reading() as session:
        slugs = targets.slugs_sent(session, way.target.id)
    for slug in slugs:
        if slug in own:
            continue
        with way.reading() as session:
            known = targets.sent(session, way.target.id, slug)
        if known:
            yield _planned_gone(way, known)


def _planned_gone(way: Way, known: Sent) -> Planned:
    try:
        return gone(known.slug, known, way.remote.show(known.remote_id))
    except PackageHidden:
        return hidden(known.slug)


def _clear(way: Way, own: set[str], *, may_delete: bool, overwrites: bool) -> Iterator[Done]:
    """Delete there what is gone here, as far as that is allowed."""
    steps = list(_gone(way, own))
    going = sum(_is_to_go(way, step, overwrites=overwrites) for step in steps)
    most = way.target.most_deleted
    allowed = may_delete or (
        bool(own) and may_vanish(going, len(own) + len(steps), most_per_cent=most)
    )
    for step in steps:
        if not _is_to_go(way, step, overwrites=overwrites):
            yield Done(step)
        else:
            yield _deleted(way, step) if allowed else Done(step, _waits(way, going))


def _is_to_go(way: Way, step: Planned, *, overwrites: bool) -> bool:
    """Whether it is deleted there: what was changed only where that is wanted, and it is ours."""
    if step.step is Step.DELETE:
        return True
    if not overwrites or step.remote is None:
        return False
    with way.reading() as session:
        known = targets.sent(session, way.target.id, step.slug)
    return known is not None and is_same_dataset(known.kept, said(step.remote))


def _done(way: Way, step: Planned, organization: str, *, overwrites: bool) -> Done:
    is_conflict = step.step is Step.CONFLICT
    if step.package is None or (is_conflict and not overwrites):
        return Done(step)
    if is_conflict and step.remote is not None and not _is_ours(step):
        return Done(step)
    try:
        kept = _said(way, step, organization)
    except (PackageHidden, PackageRefused) as problem:
        return Done(step, problem)
    if kept is not None:
        known = Sent(step.slug, str(kept["id"]), said(step.package), said(kept), way.clock())
        with way.writing() as session:
            targets.note_sent(session, way.target.id, known)
    return Done(step)


def _said(way: Way, step: Planned, organization: str) -> Package | None:
    """Say it there; gives what the CKAN has kept, or None where there was nothing to say."""
    package = step.package or {}
    if step.remote is None:
        return way.remote.create(to_send(package, organization, None))
    if step.step is Step.SAME:
        with way.reading() as session:
            known = targets.sent(session, way.target.id, step.slug)
        state = (said(package), said(step.remote))
        return None if known and (known.sent, known.kept) == state else step.remote
    sent = to_send(package, organization, step.remote)
    return way.remote.change(str(step.remote["id"]), sent)


def _is_ours(step: Planned) -> bool:
    """Whether what stands there is the same dataset: nobody else's is ever overwritten."""
    return is_same_dataset(said(step.package or {}), said(step.remote or {}))


def _deleted(way: Way, step: Planned) -> Done:
    try:
        if step.remote is not None:
            way.remote.delete(str(step.remote["id"]))
    except PackageRefused as problem:
        return Done(step, problem)
    with way.writing() as session:
        targets.forget_sent(session, way.target.id, step.slug)
    return Done(step)


def _waits(way: Way, gone: int) -> HubError:
    return DeletionsWait(
        f"{gone} datasets would be deleted there, more than {way.target.most_deleted} %"
    )
