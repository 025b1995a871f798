"""Questions of CKAN's clients, put to the index of search.

Paging goes as deep as there are results: a page behind the last one is empty and costs nothing,
for a program that reads all of them asks until it gets an empty one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import tantivy
from tantivy import FieldType, Occur
from tantivy import Order as Direction
from tantivy import Query as Clause

from opendata_hub.adapters.search import SCHEMA, SLUG, SearchIndex, counts_of, text_clause
from opendata_hub.domain.catalog.search.words import fold
from opendata_hub.domain.ckan.wanted import (
    Among,
    Between,
    Every,
    Like,
    Order,
    Question,
    Said,
    Some,
    Values,
    Wanted,
    Without,
)
from opendata_hub.domain.errors import BadSolr

SPELLED = "spelled"
LONGEST_FORM, MOST_OPEN = 100, 10
"""Letters of a form with ``*`` and ``?``, and how many of those: it takes time to compile."""
LEAST, GREATEST = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Slugs:
    """The addresses on one page of results, how many results there are, how often each value."""

    total: int
    slugs: tuple[str, ...]
    counts: Mapping[Values, tuple[tuple[str, int], ...]]


def find_slugs(index: SearchIndex, question: Question) -> Slugs:
    """Answer a question; raises SearchUnavailable, and BadSolr for a form that is too long."""
    with index.searching() as opened:
        searcher = opened.searcher
        clause = _clause(searcher, question.wanted)
        total = opened.counts.answer(question.wanted, lambda: _count(searcher, clause))
        slugs = _page(searcher, clause, question, total)
        counted, most = question.counted, question.most_counted
        counts = opened.counts.answer(
            (question.wanted, counted, most), lambda: counts_of(searcher, clause, counted, most)
        )
    return Slugs(total, slugs, cast("Any", counts))


def _count(searcher: tantivy.Searcher, clause: Clause) -> int:
    found = searcher.search(clause, limit=1)
    return int(found.count)  # type: ignore[attr-defined]


def _page(
    searcher: tantivy.Searcher, clause: Clause, question: Question, total: int
) -> tuple[str, ...]:
    rows = min(question.rows, total - question.start)
    if rows <= 0:
        return ()
    found = searcher.search(
        clause, limit=rows, offset=question.start, count=False, **_ordering(question.order)
    )
    return tuple(_slug(searcher, address) for _, address in found.hits)


def _slug(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> str:
    return str(searcher.doc(address).get_first(SLUG))


def _ordering(order: Order) -> dict[str, Any]:
    if not order.field:
        return {}
    direction = Direction.Desc if order.is_descending else Direction.Asc
    return {"order_by_field": order.field, "order": direction}


def _clause(searcher: tantivy.Searcher, wanted: Wanted) -> Clause:
    match wanted:
        case Said():
            return text_clause(searcher, wanted.text, tuple(wanted.fields))
        case Every() | Without():
            return _every(searcher, wanted if isinstance(wanted, Every) else Every((wanted,)))
        case Some():
            parts = [(Occur.Should, _clause(searcher, each)) for each in wanted.parts]
            return Clause.boolean_query(parts) if parts else Clause.empty_query()
    return _plain(_condition(wanted))


def _condition(wanted: Among | Like | Between) -> Clause:
    if isinstance(wanted, Among):
        return Clause.term_set_query(SCHEMA, wanted.field, list(wanted.values))
    return _like(wanted) if isinstance(wanted, Like) else _between(wanted)


def _every(searcher: tantivy.Searcher, wanted: Every) -> Clause:
    """All of these; a question that only denies has to say what it denies something of."""
    parts = [
        (Occur.MustNot, _clause(searcher, each.part))
        if isinstance(each, Without)
        else (Occur.Must, _clause(searcher, each))
        for each in wanted.parts
    ]
    if all(isinstance(each, Without) for each in wanted.parts):
        parts.append((Occur.Must, Clause.all_query()))
    return Clause.boolean_query(parts)


def _plain(clause: Clause) -> Clause:
    """A condition: it holds or not, and makes no result better than another."""
    return Clause.const_score_query(clause, 0.0)


def _like(wanted: Like) -> Clause:
    if len(wanted.form) > LONGEST_FORM:
        raise BadSolr(f"{wanted.form[:20]}…: at most {LONGEST_FORM} letters")
    if sum(map(wanted.form.count, "*?")) > MOST_OPEN:
        raise BadSolr(f"{wanted.form[:40]}: at most {MOST_OPEN} times * or ?")
    form = wanted.form if wanted.field else fold(wanted.form)
    pattern = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in form)
    try:
        return Clause.regex_query(SCHEMA, wanted.field or SPELLED, pattern)
    except ValueError:
        raise BadSolr(f"{wanted.form[:40]!r} can't be looked for") from None


def _between(wanted: Between) -> Clause:
    return Clause.range_query(
        SCHEMA,
        wanted.field,
        FieldType.Integer,
        lower_bound=LEAST if wanted.low is None else wanted.low,
        upper_bound=GREATEST if wanted.high is None else wanted.high,
        include_lower=wanted.takes_low,
        include_upper=wanted.takes_high,
    )
