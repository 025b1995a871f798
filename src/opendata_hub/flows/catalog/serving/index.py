"""Search follows what is published: by the log of changes, or made anew from all of it.

The index may be lost at any moment: everything in it can be read from the store again. So it is
written after the commit of a publication, never inside, and a process that dies in between leaves
an index that is behind, which the next change, minute or start brings up to date.

Sessions given here have read nothing yet: their state of the store begins after the right to write
the index is held, or an older state could replace a newer one.
"""

from collections.abc import Iterator
from dataclasses import replace

from sqlmodel import Session

from opendata_hub.adapters.search import SearchIndex
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.family import Holds
from opendata_hub.domain.catalog.search.entry import Entry, entry_of, keywords_of
from opendata_hub.domain.catalog.search.query import Facet, Query
from opendata_hub.domain.ckan.lines import tags_of
from opendata_hub.domain.ckan.names import Names
from opendata_hub.domain.errors import SearchUnavailable
from opendata_hub.domain.harvest.harvested import Harvested, search_entry
from opendata_hub.store import changes, datasets, documents
from opendata_hub.store.harvest import records

SOON_MADE = 2_000
"""Datasets of a catalogue whose index is made anew while a reader waits: a second or two."""


def is_current(session: Session, frame: Frame, index: SearchIndex) -> bool:
    """Whether the index can be opened and has every logged change."""
    return index.state(frame.digest) == datasets.last_change(session)[0] and index.is_readable()


def bring_up_to_date(session: Session, frame: Frame, index: SearchIndex) -> None:
    """Index what has changed; everything where the index is missing, broken or does not add up.

    Raises SearchUnavailable while another process writes the index, or when it can't be written.
    """
    with index.writing():
        if not _followed(session, frame, index):
            _rebuild(session, frame, index)


def rebuild(session: Session, frame: Frame, index: SearchIndex) -> int:
    """Make the index anew; returns how many datasets are in it. Raises SearchUnavailable."""
    with index.writing():
        return _rebuild(session, frame, index)


def rebuild_if_small(session: Session, frame: Frame, index: SearchIndex) -> None:
    """Make a broken index anew while a reader waits; raises SearchUnavailable if that took long."""
    with index.writing(patience_seconds=2):
        if _counted(index) is not None:
            return  # another reader has just waited for it
        if changes.count(session) > SOON_MADE:
            raise SearchUnavailable(
                "The index of search is missing or broken, and will be made anew: "
                "try again in some minutes, or run opendata-hub search rebuild"
            )
        _rebuild(session, frame, index)


def _followed(session: Session, frame: Frame, index: SearchIndex) -> bool:
    """Write what changed since the index was written; whether it is then what is published."""
    latest, _ = datasets.last_change(session)
    position = index.state(frame.digest)
    if position is None or position > latest:  # the database was put back to an older state
        return False
    try:
        if position < latest:
            changed = datasets.changed_after(session, position)
            entries = ((slug, entry_at(session, frame, slug)) for slug in changed)
            index.update(frame.digest, position=latest, changes=entries)
    except SearchUnavailable:
        return False
    return _counted(index) == changes.count(session)


def _counted(index: SearchIndex) -> int | None:
    """How many datasets an index finds and counts by every facet; None for a broken one."""
    try:
        return index.search(Query(facets=tuple(Facet), limit=1)).total
    except SearchUnavailable:
        return None


def _rebuild(session: Session, frame: Frame, index: SearchIndex) -> int:
    latest, _ = datasets.last_change(session)
    return index.rebuild(frame.digest, position=latest, entries=_entries(session, frame))


def entry_at(session: Session, frame: Frame, slug: str) -> Entry | None:
    """The entry of the dataset at that address; None for one that was withdrawn."""
    names = names_in(session)
    if dataset := datasets.find(session, slug):
        return _described(session, frame, dataset, names)
    kept = records.find(session, slug)
    return _harvested(kept, names) if kept else None


def _entries(session: Session, frame: Frame) -> Iterator[Entry]:
    names = names_in(session)
    for dataset in datasets.latest(session):
        yield _described(session, frame, dataset, names)
    for kept in records.everything(session):
        yield _harvested(kept, names)


def _harvested(kept: Harvested, names: Names) -> Entry:
    return replace(
        search_entry(kept),
        tags=tags_of(kept.keywords),
        ids=(names.package(kept.slug), *names.resources(kept.slug)),
        issued_at=kept.issued_at,
    )


def _described(session: Session, frame: Frame, dataset: Dataset, names: Names) -> Entry:
    """The entry of a dataset, with the text of its document where it holds one."""
    is_table = frame.families[dataset.family].holds is Holds.TABLE
    read = None if is_table else documents.find(session, dataset.submission_id)
    return replace(
        entry_of(frame, dataset, text=read.text if read else ""),
        tags=tags_of(keywords_of(dataset)),
        ids=(names.package(dataset.slug), names.resource(dataset.slug)),
    )


def names_in(session: Session) -> Names:
    """By which ids CKAN's clients know what is published here."""
    return Names(changes.catalog_key(session))
