"""Somebody asks the whole catalogue: from a copy that follows it."""

import hashlib
from collections.abc import Iterator
from itertools import chain

from sqlmodel import Session

from opendata_hub.adapters import rdf
from opendata_hub.adapters.rdf import TURTLE
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.store import datasets


def state(session: Session, frame: Frame) -> str:
    """A name of what the catalogue says now, fit for a folder."""
    number, _ = datasets.last_change(session)
    digest = hashlib.sha256(frame.state.encode()).hexdigest()[:16]
    return f"{number:012d}-{digest}"


def document(session: Session, frame: Frame) -> Iterator[str]:
    """The catalogue and all its records as Turtle, piece by piece."""
    _, changed_at = datasets.last_change(session)
    head = dcat.catalog_triples(frame, modified_at=changed_at) if changed_at else ()
    links = dcat.catalog_entries(frame, datasets.slugs(session))
    parts = (rdf.fragment(chain(head, links), TURTLE, dcat.PREFIXES),)
    return rdf.document(
        chain(parts, datasets.fragments(session, TURTLE.name)), TURTLE, dcat.PREFIXES
    )
