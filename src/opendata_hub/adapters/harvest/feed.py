"""A DCAT-AP Feed (a linked data event stream): every change, with deletions, latest page first.

Source: SEMICeu/LDES-DCAT-AP-feeds. A feed leads from its root to the newest page, and from each
page to the one before it: reading stops behind the last event that is known. Of the events of a
dataset the latest counts; what is met later is older.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from rdflib.namespace import RDF, Namespace
from rdflib.term import Node, URIRef

from opendata_hub.adapters import rdf
from opendata_hub.adapters.harvest.rdf_records import Document, require_said, syntax_of
from opendata_hub.adapters.harvest.web import Got, Web, led_to
from opendata_hub.domain.catalog.record.parse import Reading
from opendata_hub.domain.errors import SourceUnreadable, UnreadableRecord
from opendata_hub.domain.harvest.found import Found, KnownPage, Page, SamePage
from opendata_hub.domain.harvest.harvested import moment_of
from opendata_hub.domain.harvest.lists import Lists
from opendata_hub.domain.harvest.source import Source
from opendata_hub.domain.harvest.wording import things_for_names

AS = Namespace("https://www.w3.org/ns/activitystreams#")
TREE = Namespace("https://w3id.org/tree#")
ACCEPT = "application/ld+json"
_TELLS = frozenset({AS.Create, AS.Update, AS.Delete})
_TOWARDS_NEWER = frozenset({TREE.GreaterThanRelation, TREE.GreaterThanOrEqualToRelation})
_NUMBER = re.compile(r"(\d+)$")
Said = Mapping[Node, Mapping[Node, tuple[Node, ...]]]
Triples = list[tuple[Node, Node, Node]]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a dataset, and when; graph: the address of what its record said then."""

    graph: str
    topic: str
    published_at: datetime
    is_deletion: bool

    @property
    def order(self) -> tuple[datetime, int]:
        """Of events of one instant, the one of the higher number is the later."""
        number = _NUMBER.search(self.graph)
        return self.published_at, int(number[1]) if number else 0


class FeedReader:
    """Reads a feed from its newest page back to what is known."""

    tells_changes = True

    def __init__(self, source: Source, web: Web, lists: Lists) -> None:
        self.source, self.web, self.lists = source, web, lists
        self._told: set[str] = set()
        self._since: datetime | None = None

    def first(self, since: datetime | None) -> str:
        """The root of the feed, which leads to its newest page."""
        self._since = since
        return self.source.url

    def marker(self, page: Page, before: datetime | None) -> datetime | None:
        """The latest event that was met."""
        at = max((f.modified_at for f in page.found if f.modified_at), default=None)
        return max(before, at) if before and at else before or at

    def count(self) -> int | None:
        """Nobody tells."""
        return None

    def still_has(self, identifiers: Sequence[str]) -> frozenset[str]:  # noqa: ARG002
        """None: it can't be asked for one."""
        return frozenset()

    def read(self, address: str, known: KnownPage | None) -> Page | SamePage:  # noqa: ARG002
        """What the latest events of a page say; raises NotFetched.

        Always read: what a page says depends on the newer ones.
        """
        got = self.web.get(address, accept=ACCEPT)
        if got is None:
            raise SourceUnreadable(f"{address[:200]} answered nothing")
        own, graphs = self._graphs(got)
        page = Reading.of(own)
        require_said(page, got)
        said = page.statements
        events = sorted(_events(said), key=lambda event: event.order, reverse=True)
        fresh = list(self._unsaid(events))
        is_far_enough = bool(self._since and events and events[-1].published_at < self._since)
        return Page(
            address=address,
            found=tuple(self._found(e, graphs, got) for e in fresh if not e.is_deletion),
            following="" if is_far_enough else _older(said, address),
            gone=tuple(event.topic for event in fresh if event.is_deletion),
            sha256=got.sha256,
        )

    def _graphs(self, got: Got) -> tuple[Triples, Mapping[str, Triples]]:
        """What the page says itself, and what is said in each of its graphs."""
        own: Triples = []
        graphs: dict[str, Triples] = defaultdict(list)
        try:
            for *triple, graph in rdf.read_graphs(got.text.encode(), syntax_of(got), base=got.url):
                (graphs[graph] if graph else own).append((triple[0], triple[1], triple[2]))
        except UnreadableRecord as problem:
            raise SourceUnreadable(f"{got.url[:200]}: {problem}") from None
        return own, graphs

    def _unsaid(self, events: list[Event]) -> Iterator[Event]:
        """The events of which no later one was met."""
        for event in events:
            if self._since and event.published_at < self._since:
                return
            if event.topic not in self._told:
                self._told.add(event.topic)
                yield event

    def _found(self, event: Event, graphs: Mapping[str, Triples], got: Got) -> Found:
        reading = Reading.of(things_for_names(graphs.get(event.graph, []), self.lists))
        told = Document(reading, got.url, self.source.url, self.source.language, self.lists)
        found = told.found(URIRef(event.topic))
        digest = sha256(found.digest.encode()).hexdigest()
        return Found(
            identifier=found.identifier, title=found.title, digest=digest, tell=found.tell,
            given=found.given, modified_at=event.published_at,
        )  # fmt: skip


def _events(said: Said) -> Iterator[Event]:
    for node, words in said.items():
        kinds = _TELLS.intersection(words.get(RDF.type, ()))
        moment = moment_of(next((str(v) for v in words.get(AS.published, ())), None))
        topic = next((str(v) for v in words.get(AS.object, ())), "")
        if kinds and moment and topic:
            yield Event(str(node), topic, moment, AS.Delete in kinds)


def _older(said: Said, address: str) -> str:
    """The page before this one; empty for the oldest."""
    for words in said.values():
        if _TOWARDS_NEWER.intersection(words.get(RDF.type, ())):
            continue
        for node in words.get(TREE.node, ()):
            if str(node) != address:
                return led_to(address, str(node))
    return ""
