"""A reader looks at a table: its first rows and its charts, and the rows that were asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from opendata_hub.adapters.rows.ask import asking, json_line
from opendata_hub.adapters.rows.preview import cells, previewed
from opendata_hub.adapters.rows.store import RowStore
from opendata_hub.domain.catalog.dcat import Frame
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
from opendata_hub.domain.portal.chart import Preview
from opendata_hub.flows.catalog.serving.rows import Asked, ready

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
    """The first rows and the charts of a dataset; raises NoRows."""
    return previewed(rows, wanted.source, frame.families[wanted.dataset.family].charts)


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
