"""Somebody asks the whole catalogue: from a copy that follows it."""

import hashlib
from collections.abc import Iterator
from itertools import chain

from sqlmodel import Session

from opendata_hub.adapters import rdf
from opendata_hub.adapters.rdf import TURTLE
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.flows.catalog.serving.serve import links
from opendata_hub.store import changes, datasets

PLACES_AT_ONCE = 1_000


def state(session: Session, frame: Frame) -> str:
    """A name of what the catalogue says now, fit for a folder."""
    number, _ = datasets.last_change(session)
    digest = hashlib.sha256(frame.state.encode()).hexdigest()[:16]
    return f"{number:012d}-{digest}"


def document(session: Session, frame: Frame) -> Iterator[str]:
    """The catalogue and all its records as Turtle, piece by piece."""
    _, changed_at = datasets.last_change(session)
    head = dcat.catalog_triples(frame, modified_at=changed_at) if changed_at else ()
    parts = (rdf.fragment(head, TURTLE, dcat.PREFIXES), links(frame, TURTLE, _places(session)))
    return rdf.document(
        chain(parts, datasets.fragments(session, TURTLE.name)), TURTLE, dcat.PREFIXES
    )


def _places(session: Session) -> Iterator[tuple[str, str]]:
    """Slug and address elsewhere of every dataset, in the order in which they came."""
    after = 0
    while found := changes.places(session, after=after, most=PLACES_AT_ONCE):
        yield from ((place.slug, place.iri) for place in found)
        after = found[-1].position
