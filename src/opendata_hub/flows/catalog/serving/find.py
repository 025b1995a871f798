"""A reader searches: the index answers, and is made anew when it can't."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from opendata_hub.adapters.search import Found, Hit, SearchIndex
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.search.entry import label
from opendata_hub.domain.catalog.search.query import Facet, Query
from opendata_hub.domain.errors import SearchUnavailable
from opendata_hub.domain.texts import Texts
from opendata_hub.flows.catalog.serving.index import rebuild_if_small


@dataclass(frozen=True, slots=True)
class Count:
    """A value of a facet, what readers call it, and how many results have it."""

    code: str
    label: Texts
    count: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found. guessed: words that no dataset has; similar ones were looked for."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[Facet, tuple[Count, ...]]
    guessed: tuple[str, ...]


def find(session: Session, frame: Frame, index: SearchIndex, query: Query) -> Answer:
    """Answer a query. The session is read only where the index has to be made anew.

    Raises BadSearch, and SearchUnavailable where there is no index and making it takes long.
    """
    found = _search(session, frame, index, query)
    counts = {
        facet: tuple(Count(code, label(frame, facet, code), count) for code, count in values)
        for facet, values in found.facets.items()
    }
    return Answer(found.total, found.hits, counts, found.guessed)


def _search(session: Session, frame: Frame, index: SearchIndex, query: Query) -> Found:
    try:
        return index.search(query)
    except SearchUnavailable:
        rebuild_if_small(session, frame, index)
        return index.search(query)
