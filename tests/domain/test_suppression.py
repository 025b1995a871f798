"""No small count that was left blank can be worked out from what is left."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendata_hub.domain.catalog.privacy.suppression import count_in, declared, small, to_blank
from opendata_hub.domain.errors import Invalid

PARTS = ["in_time", "late", "missing"]
SCHEMA = {
    "missingValues": ["", "s"],
    "fields": [{"name": n} for n in ["function", "campaign", "all", *PARTS]],
    "smallCells": {
        "below": 5,
        "mark": "s",
        "columns": ["all", *PARTS],
        "sums": [{"total": "all", "parts": PARTS}],
        "groups": [{"column": "function", "total": "together", "by": ["campaign"]}],
    },
}
RULE = declared(SCHEMA)


def row(*parts, function="x", campaign="1", total=None):
    counts = dict(zip(PARTS, map(str, parts), strict=True))
    everyone = str(sum(parts) if total is None else total)
    return {"function": function, "campaign": campaign, "all": everyone, **counts}


def with_total(rows):
    columns = [[int(each[part]) for each in rows] for part in PARTS]
    return [*rows, row(*map(sum, columns), function="together")]


def solutions(rows, blanked, rule):
    """Tables near the truth that a reader must hold possible: counts in the blanks, sums kept."""
    along = [
        list(rows_possible(shown, [column for n, column in blanked if n == place]))
        for place, shown in enumerate(rows)
    ]
    totals = [n for n, each in enumerate(rows) if each["function"] == "together"]
    for table in product(*along):
        if all(
            table[total][column] == sum(table[n][column] for n in range(len(rows)) if n != total)
            for total in totals
            for column in rule.columns
        ):
            yield tuple(table[place][column] for place, column in blanked)


def rows_possible(shown, blanked):
    """Rows that agree with what is shown and add up, no count further than one from the truth."""
    known = {column: count_in(shown[column]) for column in ["all", *PARTS]}
    free = [part for part in PARTS if part in blanked]
    ranges = [range(max(0, known[part] - 1), known[part] + 2) for part in free]
    for values in product(*ranges):
        guess = {**known, **dict(zip(free, values, strict=True))}
        everyone = sum(guess[part] for part in PARTS)
        if "all" in blanked or everyone == known["all"]:
            yield {**guess, "all": everyone}


def cells_of(rows, rule=RULE):
    return [(place, column) for place, column in to_blank(rows, rule)]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(*[st.integers(0, 7)] * 3), min_size=1, max_size=1))
def test_in_a_row_every_blank_could_be_another_count(parts):
    rows = [row(*each) for each in parts]
    assert_safe(rows)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(*[st.integers(0, 6)] * 3), min_size=1, max_size=2))
def test_with_a_row_of_totals_every_blank_could_be_another_count(parts):
    rows = with_total([row(*each) for each in parts])
    assert_safe(rows)


def assert_safe(rows):
    blanked = cells_of(rows)
    possible = list(solutions(rows, blanked, RULE))
    for place, cell in enumerate(blanked):
        assert len({values[place] for values in possible}) > 1, cell
    assert set(small(rows, RULE)) <= set(blanked)


@pytest.mark.parametrize(
    ("parts", "blanked"),
    [
        ((20, 6, 5), []),
        ((20, 0, 0), []),
        ((20, 3, 7), ["late", "missing"]),
        ((20, 3, 0), ["in_time", "late"]),
        ((9, 2, 1), ["late", "missing"]),
        ((3, 0, 0), ["all", "in_time"]),
        ((0, 0, 0), []),
    ],
)
def test_the_next_smallest_count_goes_with_a_small_one(parts, blanked):
    assert [column for _, column in cells_of([row(*parts)])] == blanked


def test_a_small_count_without_a_sum_stands_alone():
    rule = declared({**SCHEMA, "smallCells": {**SCHEMA["smallCells"], "sums": [], "groups": []}})
    assert cells_of([row(20, 3, 7)], rule) == [(0, "late")]


def test_a_total_of_a_group_does_not_give_a_blank_back():
    rows = with_total([row(12, 3, 7), row(11, 9, 8)])
    columns = {column for place, column in cells_of(rows) if place == 1}
    assert columns == {"late", "missing"}
    assert_safe(rows)


def test_rows_that_are_public_as_they_are_stay():
    said = {**SCHEMA["smallCells"], "unless": {"function": ["president"]}}
    rule = declared({**SCHEMA, "smallCells": said})
    assert cells_of([row(1, 0, 0, function="president"), row(1, 9, 9)], rule) == [
        (1, "in_time"), (1, "late"),
    ]  # fmt: skip


def test_what_is_no_count_stays_as_it_is_and_hides_its_neighbours():
    rows = [{**row(20, 3, 7), "missing": ""}, {**row(20, 3, 7), "missing": "?"}]
    assert cells_of(rows) == [(0, "late"), (1, "late")]


def test_a_blanked_table_needs_no_more_blanks():
    rows = with_total([row(20, 3, 7), row(11, 9, 8)])
    for place, column in cells_of(rows):
        rows[place][column] = "s"
    assert cells_of(rows) == []


def test_a_large_table_is_done_in_time():
    rows = [row(n % 7, n % 5, n % 11, campaign=str(n // 9)) for n in range(2_000)]
    assert set(small(rows, RULE)) <= set(cells_of(rows))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mark": "x"}, "missingValues"),
        ({"mark": ""}, "missingValues"),
        ({"below": 1}, "2 or more"),
        ({"below": "many"}, "ValueError"),
        ({"columns": ["none"]}, "'none'"),
        ({"sums": [{"total": "all"}]}, "KeyError"),
        ({"unless": {"none": []}}, "'none'"),
        ({"groups": [{"column": "function", "total": "t", "by": ["none"]}]}, "'none'"),
    ],
)
def test_what_is_declared_wrongly_is_refused(changes, reason):
    with pytest.raises(Invalid, match=reason):
        declared({**SCHEMA, "smallCells": {**SCHEMA["smallCells"], **changes}})


def test_a_required_count_could_not_be_blanked():
    required = {"name": "late", "constraints": {"required": True}}
    fields = [each if each["name"] != "late" else required for each in SCHEMA["fields"]]
    with pytest.raises(Invalid, match="required"):
        declared({**SCHEMA, "fields": fields})


def test_a_schema_may_say_nothing():
    assert declared({"fields": []}) is None
