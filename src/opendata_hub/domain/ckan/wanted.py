"""What is wanted of the index, in its own fields: what a question in Solr's language comes to."""

from dataclasses import dataclass, field
from enum import StrEnum

from opendata_hub.domain.catalog.search.query import Facet


class Kept(StrEnum):
    """Fields of the index that hold values as they are; facets are others."""

    NAME = "slug"
    ID = "id"
    TAG = "tag"


class Instant(StrEnum):
    """Fields of the index that hold instants."""

    MODIFIED = "modified"
    ISSUED = "issued"


class Words(StrEnum):
    """Fields of the index that hold words."""

    TITLE = "title"
    ABOUT = "about"
    BODY = "body"


Values = Kept | Facet
"""A field whose values can be compared, and counted but for NAME and ID."""


@dataclass(frozen=True, slots=True)
class Among:
    """The field has one of these values; none of them: nothing has."""

    field: Values
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Like:
    """The field has a value of this form: ``*`` stands for letters, ``?`` for one.

    field: None for any word.
    """

    field: Values | None
    form: str


@dataclass(frozen=True, slots=True)
class Said:
    """Words stand in one of these fields; without any named, wherever words are looked for."""

    text: str
    fields: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Between:
    """An instant lies between two others, in microseconds since 1970; None is no bound."""

    field: Instant
    low: int | None
    high: int | None
    takes_low: bool = True
    takes_high: bool = True


@dataclass(frozen=True, slots=True)
class Every:
    """All of these; without any: everything."""

    parts: tuple["Wanted", ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """One of these; without any: nothing."""

    parts: tuple["Wanted", ...] = ()


@dataclass(frozen=True, slots=True)
class Without:
    """Not this."""

    part: "Wanted"


Wanted = Among | Like | Said | Between | Every | Some | Without
NOTHING = Some()
TITLE = "title_fr"
"""The field that titles are sorted by, without accents and capitals."""


@dataclass(frozen=True, slots=True)
class Order:
    """By which field results are sorted; empty: the best first."""

    field: str = ""
    is_descending: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """A page of what is wanted. start may lie behind the last result; counted: by which fields."""

    wanted: Wanted
    order: Order = Order()
    start: int = 0
    rows: int = 10
    counted: tuple[Values, ...] = field(default=())
    most_counted: int = 50
