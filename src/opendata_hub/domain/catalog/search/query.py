"""What a reader asks of search, and what is found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from opendata_hub.domain.errors import BadSearch

LONGEST_TEXT = 500
LONGEST_VALUE = 200
MOST_VALUES = 50
MOST_WORDS = 20
MOST_ON_PAGE = 100
DEEPEST = 10_000
"""Results that can be paged through; whoever wants all of them harvests the catalogue."""


class Facet(StrEnum):
    """What results are counted and filtered by."""

    FAMILY = "family"
    PUBLISHER = "publisher"
    THEME = "theme"
    FORMAT = "format"
    LICENCE = "licence"
    TERRITORY = "territory"
    YEAR = "year"


class Sort(StrEnum):
    """The order of results: the best first, the latest change first, or by title."""

    RELEVANCE = "relevance"
    MODIFIED = "modified"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Query:
    """A question to search; raises BadSearch where it can't be answered.

    filters: values of one facet are alternatives; facets are all required.
    facets:  what to count the results by; each as if it had no filter of its own, so that a
             reader sees the alternatives, too.
    sort:    without one, the best first where there is a text, else the latest.
    language: of the titles that are sorted by, and of excerpts.
    """

    text: str = ""
    filters: Mapping[Facet, Sequence[str]] = field(default_factory=dict)
    facets: tuple[Facet, ...] = ()
    sort: Sort | None = None
    page: int = 1
    limit: int = 20
    language: str = "fr"

    def __post_init__(self) -> None:
        if len(self.text) > LONGEST_TEXT:
            raise BadSearch(f"q: {len(self.text)} characters, at most {LONGEST_TEXT}")
        if self.page < 1 or not 1 <= self.limit <= MOST_ON_PAGE:
            raise BadSearch(f"page starts at 1, limit is 1 to {MOST_ON_PAGE}")
        if self.page * self.limit > DEEPEST:
            raise BadSearch(
                f"page {self.page}: only the first {DEEPEST} results can be paged through; "
                "narrow the search, or harvest /catalog"
            )
        for facet, values in self.filters.items():
            if len(values) > MOST_VALUES:
                raise BadSearch(f"{facet}: {len(values)} values, at most {MOST_VALUES}")
            if any(len(value) > LONGEST_VALUE or not value.isprintable() for value in values):
                raise BadSearch(f"{facet}: a value is too long, or can't be read")

    @property
    def offset(self) -> int:
        """The number of results before this page."""
        return (self.page - 1) * self.limit

    @property
    def order(self) -> Sort:
        """The order that was asked for, or the one that suits."""
        return self.sort or (Sort.RELEVANCE if self.text.strip() else Sort.MODIFIED)
