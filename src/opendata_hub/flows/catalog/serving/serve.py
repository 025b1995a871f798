"""An aggregator reads: stored fragments, joined and streamed; no graph is built."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from opendata_hub.adapters import rdf
from opendata_hub.adapters.rdf import N_TRIPLES, TURTLE, Syntax
from opendata_hub.domain.catalog import dcat
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.harvest.change import Place, Tombstone
from opendata_hub.domain.catalog.harvest.cursor import Asked, address
from opendata_hub.domain.catalog.harvest.page import PREFIXES, page_triples, tombstone_triples
from opendata_hub.domain.errors import UnknownDataset
from opendata_hub.flows.catalog.withdraw import require_published
from opendata_hub.store import changes, datasets


@dataclass(frozen=True, slots=True)
class State:
    """What a served document depends on: its tag changes when any byte of it would."""

    tag: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the catalogue, in pieces; ``following`` is the address of the next one, or empty.

    The address is a path below the hub's own, with its query.
    """

    parts: Iterator[bytes]
    following: str


def catalog_state(session: Session, frame: Frame, *, now: datetime) -> State:
    """The state of the whole catalogue; an empty one has changed just now."""
    number, changed_at = datasets.last_change(session)
    changed = changed_at or now
    return State(_tag(frame.state, str(number), changed.isoformat()), changed)


def catalog_page(
    session: Session, frame: Frame, syntax: Syntax, asked: Asked, *, path: str, state: State
) -> Page:
    """The catalogue and the datasets of one page; ``path`` is the address of the first one.

    state: that of the whole catalogue, read in the same session.

    Datasets stand in the order in which they came and keep their place when they change: whoever
    follows the pages while others publish meets each dataset once.
    """
    key = changes.catalog_key(session)
    found = changes.places(session, after=asked.after, most=asked.limit + 1, since=asked.since)
    entries = found[: asked.limit]
    following = ""
    if len(found) > asked.limit:
        behind = Asked(asked.limit, entries[-1].position, asked.since)
        following = address(path, behind, key)
    triples = page_triples(
        frame.base_url + address(path, asked, key),
        first=frame.base_url + address(path, Asked(asked.limit, 0, asked.since), key),
        following=frame.base_url + following if following else "",
        total=_total(session, asked, f"{key} {state.tag}"),
        limit=asked.limit,
    )
    head = [
        _catalog_head(frame, syntax, state.changed_at),
        rdf.fragment(triples, syntax, PREFIXES),
    ]
    body = _bodies(session, frame, syntax, entries)
    return Page(rdf.encoded_document([*head, *body], syntax, PREFIXES), following)


def dataset_state(session: Session, frame: Frame, slug: str) -> State:
    """The state of one dataset's record; raises UnknownDataset, and Withdrawn where it was."""
    require_published(session, slug)
    place = changes.entry(session, slug)
    if place is None:
        raise UnknownDataset(f"No dataset {slug[:100]!r} is published here")
    return State(_tag(frame.state, slug, str(place.change)), place.changed_at)


def dataset(session: Session, frame: Frame, slug: str, syntax: Syntax) -> Iterator[str]:
    """One dataset's record as a document, with the indicators of its quality where it is ours."""
    place = changes.entry(session, slug)
    stored = datasets.fragments_at(session, _stored(syntax).name, [place.position] if place else [])
    parts = [derived(part.decode(), syntax) for part in stored]
    if ours := datasets.find(session, slug):
        parts.append(rdf.fragment(dcat.indicator_triples(frame, ours), syntax, PREFIXES))
    return rdf.document(parts, syntax, PREFIXES)


def tombstone(frame: Frame, left: Tombstone, syntax: Syntax) -> str:
    """What is said at the address of a withdrawn dataset, as a document."""
    part = rdf.fragment(tombstone_triples(frame, left), syntax, PREFIXES)
    return "".join(rdf.document([part], syntax, PREFIXES))


def publisher(frame: Frame, publisher_id: str, syntax: Syntax) -> str:
    """A publisher's record as a document; raises UnknownPublisher."""
    triples = dcat.publisher_triples(frame, frame.site.publisher_named(publisher_id))
    part = rdf.fragment(triples, syntax, PREFIXES)
    return "".join(rdf.document([part], syntax, PREFIXES))


def links(frame: Frame, syntax: Syntax, places: Iterable[tuple[str, str]]) -> str:
    """The links from the catalogue to datasets, by slug and address elsewhere, if it is there."""
    addresses = dcat.dataset_addresses(frame, places)
    return rdf.links(frame.iri("catalog"), dcat.HAS_DATASET, addresses, syntax, PREFIXES)


def derived(part: str, syntax: Syntax) -> str:
    """A stored fragment as it is served: N-Triples are made from Turtle here."""
    return rdf.n_triples(part, PREFIXES) if syntax is N_TRIPLES else part


def _stored(syntax: Syntax) -> Syntax:
    return TURTLE if syntax is N_TRIPLES else syntax


def _bodies(
    session: Session, frame: Frame, syntax: Syntax, entries: Sequence[Place]
) -> Iterator[str | bytes]:
    """Links to the datasets of a page, their records, and what is left of withdrawn ones."""
    published = [entry for entry in entries if not entry.is_withdrawn]
    gone = [entry.position for entry in entries if entry.is_withdrawn]
    if published:
        yield links(frame, syntax, ((entry.slug, entry.iri) for entry in published))
        yield from _records(session, syntax, [entry.position for entry in published])
    if gone:
        for left in changes.tombstones(session, gone):
            yield rdf.fragment(tombstone_triples(frame, left), syntax, PREFIXES)


_heads: dict[str, tuple[str, str]] = {}
"""The latest head of the catalogue in each syntax, and what it was written for."""


def _catalog_head(frame: Frame, syntax: Syntax, changed_at: datetime) -> str:
    """What every page says of the catalogue; the same until something changes, so it is kept."""
    wanted = f"{frame.state} {changed_at.isoformat()}"
    known_for, head = _heads.get(syntax.name, ("", ""))
    if known_for != wanted:
        head = rdf.fragment(dcat.catalog_triples(frame, modified_at=changed_at), syntax, PREFIXES)
        _heads[syntax.name] = (wanted, head)
    return head


_totals: dict[str, int] = {}
"""How many datasets the latest state of a catalogue has: to count a million takes 8 ms."""


def _total(session: Session, asked: Asked, state: str) -> int:
    """How many datasets all pages of the question hold, in that state of that catalogue."""
    if asked.since is not None:
        return changes.count(session, since=asked.since)
    known = _totals.get(state)
    if known is None:
        known = changes.count(session)
        _totals.clear()
        _totals[state] = known
    return known


def _records(session: Session, syntax: Syntax, positions: Sequence[int]) -> Iterator[str | bytes]:
    for part in datasets.fragments_at(session, _stored(syntax).name, positions):
        yield derived(part.decode(), syntax) if syntax is N_TRIPLES else part


def _tag(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]
