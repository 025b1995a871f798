"""What may be asked of rows, and how it is refused."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from opendata_hub.domain.catalog.rows.column import ROW_NUMBER, Column, ColumnKind
from opendata_hub.domain.catalog.rows.query import (
    Condition,
    Operator,
    RowQuery,
    Sizes,
    SortKey,
    query_from,
)
from opendata_hub.domain.errors import BadRowQuery

NUMBER = Column(ROW_NUMBER, ColumnKind.WHOLE)
TOWN = Column("commune", ColumnKind.TEXT)
AMOUNT = Column("montant", ColumnKind.NUMBER)
DAY = Column("jour", ColumnKind.DATE)
AT = Column("instant", ColumnKind.MOMENT)
PAID = Column("paye", ColumnKind.BOOLEAN)
LIMIT = Column("limit", ColumnKind.WHOLE)
DOTTED = Column("a.b", ColumnKind.TEXT)
COLUMNS = (NUMBER, TOWN, AMOUNT, DAY, AT, PAID, LIMIT, DOTTED)
SIZES = Sizes(usual=100, most=1000)


def query(*parameters: tuple[str, str], version="v1"):
    return query_from(parameters, COLUMNS, version=version, sizes=SIZES)


def test_nothing_said_gives_every_column_of_the_first_rows():
    assert query() == RowQuery(COLUMNS[1:], limit=100)


@pytest.mark.parametrize(
    ("name", "text", "column", "operator", "values"),
    [
        ("commune", "01.001", TOWN, Operator.EQ, ("01.001",)),
        ("commune.eq", "01.001", TOWN, Operator.EQ, ("01.001",)),
        ("commune.ne", "x", TOWN, Operator.NE, ("x",)),
        ("commune.contains", "é", TOWN, Operator.CONTAINS, ("é",)),
        ("commune.in", 'a,b,"c, d"', TOWN, Operator.IN, ("a", "b", "c, d")),
        ("commune.empty", "true", TOWN, Operator.EMPTY, (True,)),
        ("montant.gte", "1000.50", AMOUNT, Operator.GTE, (Decimal("1000.50"),)),
        ("montant.lt", "-1", AMOUNT, Operator.LT, (Decimal(-1),)),
        ("jour", "2026-11-22", DAY, Operator.EQ, (date(2026, 11, 22),)),
        ("instant.gt", "2026-11-22T09:30", AT, Operator.GT, (datetime(2026, 11, 22, 9, 30),)),  # noqa: DTZ001
        ("paye", "false", PAID, Operator.EQ, (False,)),
        ("_row.lte", "9", NUMBER, Operator.LTE, (Decimal(9),)),
        ("limit.eq", "5", LIMIT, Operator.EQ, (Decimal(5),)),
        ("a.b", "x", DOTTED, Operator.EQ, ("x",)),
        ("a.b.ne", "x", DOTTED, Operator.NE, ("x",)),
    ],
)
def test_a_filter_is_read_as_its_column_says(name, text, column, operator, values):
    assert query((name, text)).conditions == (Condition(column, operator, values),)


def test_columns_and_order_are_as_they_are_named():
    asked = query(("select", "montant, commune,_row"), ("sort", "-montant,commune"))
    assert asked.select == (AMOUNT, TOWN)
    assert asked.sort == (SortKey(AMOUNT, True), SortKey(TOWN, False))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nope", "1"),
        ("commune.like", "x"),
        ("commune", ""),
        ("commune.in", 'a,"b'),
        ("commune.in", ",".join(["a"] * 1001)),
        ("commune", "x" * 2001),
        ("commune", "a\0b"),
        ("commune.empty", "yes"),
        ("montant", "1,5"),
        ("montant", "NaN"),
        ("montant", "1e400"),
        ("montant", "٥"),
        ("montant.contains", "1"),
        ("paye", "oui"),
        ("paye.gt", "true"),
        ("jour", "22/11/2026"),
        ("jour", "2026-02-30"),
        ("instant", "2026-11-22T09:30+01:00"),
        ("select", "commune,nope"),
        ("select", "commune,commune"),
        ("select", ""),
        ("sort", "-"),
        ("sort", "montant,-montant"),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "1001"),
        ("limit", "99999999999999999999"),
        ("offset", "-1"),
        ("offset", "1.5"),
        ("offset", "99999999999"),
        ("cursor", "junk"),
        ("cursor", "0123456789ab-5"),
    ],
)
def test_what_is_not_understood_is_refused_by_its_name(name, text):
    with pytest.raises(BadRowQuery) as problem:
        query((name, text))
    assert problem.value.parameter == name
    assert str(problem.value).startswith(f"{name}: ")


def test_a_parameter_that_stands_twice_and_too_many_filters_are_refused():
    with pytest.raises(BadRowQuery, match="limit: it stands twice"):
        query(("limit", "1"), ("limit", "2"))
    with pytest.raises(BadRowQuery, match="at most 50 filters"):
        query(*[("commune", "x")] * 51)


def test_a_cursor_leads_on_in_its_own_question_and_version_only():
    asked = query(("commune", "a"), ("limit", "10"))
    cursor = asked.cursor(10, "v1")
    assert query(("commune", "a"), ("limit", "5"), ("cursor", cursor)).offset == 10
    for others in ([("commune", "b")], [("commune", "a"), ("sort", "commune")], []):
        with pytest.raises(BadRowQuery, match="cursor"):
            query(*others, ("cursor", cursor))
    with pytest.raises(BadRowQuery, match="earlier version"):
        query(("commune", "a"), ("cursor", cursor), version="v2")
    with pytest.raises(BadRowQuery, match="not both"):
        query(("commune", "a"), ("cursor", cursor), ("offset", "0"))
