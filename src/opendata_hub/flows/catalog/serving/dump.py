"""The whole catalogue as one packed file, of which only what changed is packed anew."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlmodel import Session

from opendata_hub.adapters import rdf
from opendata_hub.adapters.rdf import N_TRIPLES, TURTLE, Syntax
from opendata_hub.adapters.segments import Segment, SegmentStore
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.harvest.page import PREFIXES
from opendata_hub.flows.catalog.serving.serve import State, derived, links
from opendata_hub.store import changes, datasets
from opendata_hub.store.changes import Span

POSITIONS_IN_A_SEGMENT = 1_000


def ready(folder: Path, syntax: Syntax, state: State) -> Path | None:
    """The dump of the catalogue in that state, if it was made already."""
    return SegmentStore(folder / syntax.name).whole(state.tag)


def dump(session: Session, frame: Frame, syntax: Syntax, folder: Path, state: State) -> Path:
    """A gzip file with the catalogue and every dataset, made in ``folder``.

    Segments in which nothing changed since the last dump are taken as they are. One at a time
    may make it in a folder.
    """
    kept = SegmentStore(folder / syntax.name)
    spans = [s for s in changes.spans(session, POSITIONS_IN_A_SEGMENT) if s.datasets]
    head, joint, foot = rdf.frame(syntax, PREFIXES)
    catalog = dcat.catalog_triples(frame, modified_at=state.changed_at)
    segments = [_segment(session, frame, syntax, kept, span, joint) for span in spans]
    kept.forget_others(span.index for span in spans)
    return kept.join(state.tag, head + rdf.fragment(catalog, syntax, PREFIXES), segments, foot)


def _segment(
    session: Session, frame: Frame, syntax: Syntax, kept: SegmentStore, span: Span, joint: str
) -> Segment:
    said = f"{frame.state} {span.index} {span.change} {POSITIONS_IN_A_SEGMENT}"
    tag = hashlib.sha256(said.encode()).hexdigest()[:20]
    if found := kept.find(span.index, tag):
        return found
    parts = _parts(session, frame, syntax, span.index * POSITIONS_IN_A_SEGMENT)
    return kept.pack(span.index, tag, (joint.encode() + part for part in parts))


def _parts(session: Session, frame: Frame, syntax: Syntax, first: int) -> Iterator[bytes]:
    """Links to the datasets of a span, and their records."""
    last = first + POSITIONS_IN_A_SEGMENT - 1
    entries = changes.entries(session, after=first - 1, most=POSITIONS_IN_A_SEGMENT)
    yield links(frame, syntax, ((e.slug, e.iri) for e in entries if e.position <= last)).encode()
    stored = TURTLE if syntax is N_TRIPLES else syntax
    for part in datasets.fragments_between(session, stored.name, first, last):
        yield derived(part.decode(), syntax).encode() if syntax is N_TRIPLES else part
