"""An aggregator reads: stored fragments, joined and streamed; no graph is built."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlmodel import Session

from opendata_hub.adapters import rdf
from opendata_hub.adapters.rdf import Syntax
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.flows.catalog.publish import written_for
from opendata_hub.store import datasets

LINKS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class State:
    """What a served document depends on: its tag changes when any byte of it would."""

    tag: str
    changed_at: datetime


def catalog_state(session: Session, frame: Frame, *, now: datetime) -> State:
    """The state of the whole catalogue; an empty one has changed just now."""
    number, changed_at = datasets.last_change(session)
    changed = changed_at or now
    return State(_tag(written_for(frame), str(number), changed.isoformat()), changed)


def catalog(
    session: Session, frame: Frame, syntax: Syntax, *, changed_at: datetime
) -> Iterator[str]:
    """The catalogue and all its datasets as one document, piece by piece."""
    head = rdf.fragment(dcat.catalog_triples(frame, modified_at=changed_at), syntax, dcat.PREFIXES)
    links = (
        rdf.fragment((dcat.catalog_entry(frame, slug) for slug in some), syntax, dcat.PREFIXES)
        for some in _in_batches(datasets.slugs(session), LINKS_AT_ONCE)
    )
    parts = chain([head], links, datasets.fragments(session, syntax.name))
    return rdf.document(parts, syntax, dcat.PREFIXES)


def dataset_state(session: Session, frame: Frame, slug: str) -> State:
    """The state of one dataset's record; raises UnknownDataset."""
    dataset = datasets.get(session, slug)
    return State(_tag(written_for(frame), slug, str(dataset.version)), dataset.modified_at)


def dataset(session: Session, slug: str, syntax: Syntax) -> Iterator[str]:
    """One dataset's record as a document."""
    return rdf.document(datasets.fragments(session, syntax.name, slug=slug), syntax, dcat.PREFIXES)


def publisher(frame: Frame, publisher_id: str, syntax: Syntax) -> str:
    """A publisher's record as a document; raises UnknownPublisher."""
    triples = dcat.publisher_triples(frame, frame.site.publisher_named(publisher_id))
    part = rdf.fragment(triples, syntax, dcat.PREFIXES)
    return "".join(rdf.document([part], syntax, dcat.PREFIXES))


def _tag(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def _in_batches(slugs: Iterable[str], size: int) -> Iterator[list[str]]:
    batch: list[str] = []
    for slug in slugs:
        batch.append(slug)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
