"""A reader looks at a table: its first rows and its charts, and the rows that were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from opendata_hub.adapters.rows.ask import asking, json_line
from opendata_hub.adapters.rows.preview import cells, previewed
from opendata_hub.adapters.rows.store import RowStore
from opendata_hub.domain.catalog.dcat import Frame
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.rows.column import ROW_NUMBER, Column, ColumnKind
from opendata_hub.domain.catalog.rows.query import (
    Condition,
    Operator,
    Parameters,
    RowQuery,
    Sizes,
    query_from,
)
from opendata_hub.domain.errors import BadRowQuery, UnknownRow
from opendata_hub.domain.portal.chart import (
    MOST_BARS,
    MOST_HOLDERS,
    Drawn,
    Holders,
    Preview,
    holders,
    with_names,
)
from opendata_hub.flows.catalog.serving.rows import Asked, ready
from opendata_hub.store.portal import entities

PAGE = Sizes(usual=25, most=100)
LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of rows. columns: all that the table has. rows: by column, as text."""

    columns: tuple[Column, ...]
    query: RowQuery
    total: int
    rows: tuple[dict[str, Any], ...]


def preview(frame: Frame, rows: RowStore, wanted: Asked) -> Preview:
    """The first rows and the charts of a dataset, as ``named`` needs them; raises NoRows."""
    family = frame.families[wanted.dataset.family]
    return previewed(
        rows,
        wanted.source,
        [(c, MOST_HOLDERS if holders(c, family.entities) else MOST_BARS) for c in family.charts],
    )


def named(session: Session, family: Family, found: Preview) -> Preview:
    """The same, with bars only of whom the index lists: natural persons are told together.

    Asked at every showing: a number that a row calls a person's has no bar from then on.
    """
    of = {chart.id: holders(chart, family.entities) for chart in family.charts}
    drawn = (_named(session, of[each.chart], each) for each in found.charts)
    return replace(found, charts=tuple(drawn))


def _named(session: Session, of: Holders | None, drawn: Drawn) -> Drawn:
    if of is None:
        return drawn
    return with_names(drawn, entities.names(session, of.kind, [of.key(bar) for bar in drawn.bars]))


def page(rows: RowStore, wanted: Asked, asked: Parameters, *, words: str = "") -> Shown:
    """The rows that answer the question, a page of them.

    words: what must stand in some column of text. Raises BadRowQuery, QueryTooHeavy and NoRows.
    """
    if len(words) > LONGEST_WORDS:
        raise BadRowQuery("q", f"{len(words)} characters, at most {LONGEST_WORDS}")
    with asking(ready(rows, wanted)) as found:
        query = query_from(asked, found.columns, version=wanted.version, sizes=PAGE)
        query = replace(query, anywhere=words)
        lines = tuple(cells(line) for line in found.lines(query, json_line))
        return Shown(_served(found.columns), query, found.total(query), lines)


def one(rows: RowStore, wanted: Asked, number: int) -> dict[str, Any]:
    """The row of that number in the published file, by column; raises UnknownRow."""
    numbered = Condition(Column(ROW_NUMBER, ColumnKind.WHOLE), Operator.EQ, (number,))
    with asking(ready(rows, wanted)) as found:
        query = RowQuery(_served(found.columns), (numbered,), limit=1)
        for line in found.lines(query, json_line):
            return cells(line)
    raise UnknownRow(f"{wanted.dataset.slug} has no row {number}")


def _served(columns: Sequence[Column]) -> tuple[Column, ...]:
    return tuple(column for column in columns if column.name != ROW_NUMBER)
