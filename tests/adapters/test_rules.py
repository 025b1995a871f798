"""Rules are told of the rows that break them: alone, in groups, against another table."""

from datetime import date

import pytest
from frictionless import Schema

import build
from opendata_hub.adapters.tabular import rules
from opendata_hub.adapters.tabular.rules import RuleRun, typed_rows
from opendata_hub.domain.catalog.family import Against, Rule
from opendata_hub.domain.catalog.report import Level
from opendata_hub.domain.catalog.rules.formula import Scope, parse, parse_rule
from opendata_hub.domain.catalog.rules.kind import kind_of

SCHEMA = Schema.from_descriptor(
    {
        "fields": [
            {"name": "id", "type": "string"},
            {"name": "year", "type": "integer"},
            {"name": "granted", "type": "number", "constraints": {"minimum": 0}},
            {"name": "paid", "type": "number"},
            {"name": "day", "type": "date"},
            {"name": "at", "type": "datetime"},
        ],
        "missingValues": ["", "-"],
    }
)
KINDS = {each.name: kind_of(each.type) for each in SCHEMA.fields}
COLUMNS = ["id", "year", "granted", "paid"]


def rule(formula, *, by=(), match=None, level=Level.ERROR):
    other = KINDS if match else None
    pairs = tuple(
        (parse(here, Scope(KINDS, by=by)), there) for here, there in (match or {}).items()
    )
    return Rule(
        id="a-rule",
        formula=parse_rule(formula, Scope(KINDS, by=by, other=other)),
        level=level,
        message=build.texts("broken"),
        source="made up for tests",
        by=by,
        against=Against("grants", pairs) if match else None,
    )


def found(a_rule, *rows, columns=COLUMNS, **options):
    """Code and row of each finding; the header is row 1, so the first row here is row 2."""
    run = RuleRun([a_rule], SCHEMA, columns, language="fr", **options)
    findings = [
        finding
        for number, cells in enumerate(rows, start=2)
        for finding in run.row(number, cells.split(";"))
    ]
    return [(each.code, each.row) for each in [*findings, *run.end()]]


def test_a_broken_row_is_told_with_the_words_and_the_name_of_its_rule():
    run = RuleRun(
        [rule("paid <= granted", level=Level.INFORMATION)], SCHEMA, COLUMNS, language="ar"
    )
    assert list(run.row(2, ["a", "2026", "10", "10"])) == []
    [finding] = run.row(3, ["a", "2026", "10", "10.01"])
    assert (finding.code, finding.row, finding.column) == ("row-constraint", 3, None)
    assert (finding.rule, finding.level) == ("a-rule", Level.INFORMATION)
    assert finding.message == "broken ar"
    assert list(run.end()) == []


def test_an_empty_cell_an_absent_column_and_a_short_row_are_unknown():
    within = rule("paid <= granted")
    assert found(within, "a;2026;10;", "a;2026;-;20", "a;2026;  ;20", "a;2026") == []
    assert found(within, "20", columns=["paid"]) == []
    assert found(rule("given(granted)"), "20", columns=["paid"]) == [("row-constraint", 2)]


def test_a_cell_that_cannot_be_read_silences_the_rules_that_use_it_only():
    assert found(rule("given(granted) and paid > 0"), "a;2026;ten;0", "a;2026;10;0") == [
        ("row-constraint", 3)
    ]
    assert found(rule("paid > 0"), "a;2026;ten;0", "a;2026;ten;0") == [
        ("row-constraint", 2),
        ("row-constraint", 3),
    ]
    for odd in ("NaN", "sNaN", "Infinity", "1e5x"):
        assert found(rule("given(granted) and granted < 5"), f"a;2026;{odd};0") == []


def test_a_cell_out_of_bounds_is_still_a_number():
    assert found(rule("granted >= 0"), "a;2026;-1;") == [("row-constraint", 2)]


def test_a_blank_row_breaks_no_rule():
    assert found(rule("given(id)"), ";;;", ";2026;;") == [("row-constraint", 3)]


def test_a_moment_is_compared_in_utc_and_one_without_a_year_there_is_unreadable():
    later = rule("day(at) <= day")
    columns = ["at", "day"]
    assert found(later, "2026-01-02T00:30:00+01:00;2026-01-01", columns=columns) == []
    assert found(later, "2026-01-02T00:30:00;2026-01-01", columns=columns) == [
        ("row-constraint", 2)
    ]
    assert found(later, "9999-12-31T23:59:59-23:00;2026-01-01", columns=columns) == []


def test_today_is_the_callers_word():
    late = rule("day >= today")
    options = {"columns": ["day"]}
    assert found(late, "2026-11-21", today=date(2026, 11, 22), **options) == [("row-constraint", 2)]
    assert found(late, "2026-11-21", **options) == []


def test_a_broken_group_is_one_finding_on_its_last_row_wherever_its_rows_stand():
    within = rule("sum(paid) <= greatest(granted)", by=("id",))
    rows = ("b;;10;6", "a;;10;5", "b;;10;4.01", "a;;10;5", "c;;1;2")
    assert found(within, *rows) == [("group-constraint", 4), ("group-constraint", 6)]


def test_a_group_is_made_by_all_its_columns_and_a_row_without_one_is_in_none():
    same = rule("distinct(granted) <= 1", by=("id", "year"))
    assert found(same, "a;2025;1;", "a;2026;2;", "a;;3;", "a;;4;", ";2026;5;", ";2026;6;") == []
    assert found(same, "a;2026;1;", "a;2026.;2;", "a;2026;2.5;") == [("group-constraint", 4)]


def test_a_group_with_a_cell_that_cannot_be_read_is_not_judged():
    exact = rule("sum(paid) == greatest(granted)", by=("id",))
    assert found(exact, "a;;10;5", "a;;10;five", "b;;10;5", "b;;10;4") == [("group-constraint", 5)]


def test_a_group_may_be_counted_and_weighed_by_condition():
    share = rule("sum(when(year > 2025, paid, 0)) * 2 >= sum(paid) and count() <= 3", by=("id",))
    assert found(share, "a;2026;;4", "a;2025;;5", "b;2026;;5", "b;2025;;5") == [
        ("group-constraint", 3)
    ]
    assert found(share, *["c;2026;;1"] * 4) == [("group-constraint", 5)]


def test_a_group_may_be_compared_with_the_day_of_the_check():
    renewed = rule("greatest(day) >= today", by=("id",))
    rows = ("a;2026-01-01", "a;2026-12-01", "b;2026-01-01")
    assert found(renewed, *rows, columns=["id", "day"], today=date(2026, 11, 22)) == [
        ("group-constraint", 4)
    ]


@pytest.mark.parametrize(
    "rows", [["a;;1;", "b;;1;", "c;;1;"], ["a;;1;", "a;;2;", "a;;3;", "a;;4;"]]
)
def test_too_many_groups_are_not_remembered_and_the_report_says_so(rows):
    same = rule("distinct(granted) <= 1", by=("id",))
    run = RuleRun([same], SCHEMA, COLUMNS, language="en", max_groups=2)
    for number, cells in enumerate([*rows, "a;;9;"], start=2):
        assert list(run.row(number, cells.split(";"))) == []
    [finding] = run.end()
    assert (finding.code, finding.level) == (rules.NOT_CHECKED, Level.WARNING)
    assert finding.rule == "a-rule"
    assert "a-rule" in finding.message


LAST_YEAR = [
    {"id": "a", "year": 2025, "granted": 10},
    {"id": "a", "year": 2025, "granted": 99},
    {"id": "b", "year": None, "granted": 50},
]
BEFORE = {"id": "id", "year - 1": "year"}


def test_the_first_row_of_another_table_that_matches_is_compared():
    agrees = rule("granted >= other('granted')", match=BEFORE)
    rows = ("a;2026;10;", "a;2026;9;", "a;2027;9;", "b;;9;", "c;2026;9;", "a;x;9;")
    assert found(agrees, *rows, tables={"grants": LAST_YEAR}) == [("table-constraint", 3)]


def test_a_row_that_the_other_table_lacks_can_be_told():
    known = rule("matched()", match=BEFORE)
    rows = ("a;2026;;", "c;2026;;", "a;;;")
    assert found(known, *rows, tables={"grants": iter(LAST_YEAR)}) == [("table-constraint", 3)]


def test_a_group_is_compared_with_another_table():
    within = rule("sum(paid) <= other('granted')", by=("id", "year"), match=BEFORE)
    rows = ("a;2026;;6", "a;2026;;5", "c;2026;;99")
    assert found(within, *rows, tables={"grants": LAST_YEAR}) == [("group-constraint", 3)]


def test_without_the_other_table_the_report_says_that_a_rule_was_not_checked():
    known = rule("matched()", match=BEFORE)
    assert found(known, "a;2026;;") == []
    run = RuleRun([known], SCHEMA, COLUMNS, language="ar", tables={"other": []})
    assert list(run.row(2, ["a", "2026", "", ""])) == []
    [finding] = run.end()
    assert (finding.code, finding.level) == (rules.NOT_CHECKED, Level.INFORMATION)
    assert "grants" in finding.message


def test_another_table_that_is_too_large_is_not_remembered():
    known = rule("matched()", match={"id": "id"})
    table = [{"id": f"{n}"} for n in range(5)]
    assert found(known, "a;;;", tables={"grants": table}, max_groups=3) == [
        ("rule-not-checked", None)
    ]


def test_rows_of_another_file_are_read_as_its_schema_says():
    rows = typed_rows(
        SCHEMA, ["year", "id", "note"], [["2025", "a", "x"], ["", "", ""], ["y", "b"]]
    )
    assert list(rows) == [{"id": "a", "year": 2025}, {"id": "b", "year": None}]


def test_every_notice_is_written_in_each_language():
    for words in (rules.TOO_MANY, rules.NO_TABLE):
        assert set(words) == {"ar", "fr", "en"}


def test_a_column_with_more_different_cells_than_are_remembered_is_read_right(monkeypatch):
    monkeypatch.setattr(rules, "MAX_REMEMBERED", 3)
    rows = [f"a;;{n};{n * 5 % 13}" for n in range(20)] + ["a;;x;1"] * 5
    broken = [("row-constraint", n + 2) for n in range(20) if n * 5 % 13 > n]
    assert len(broken) > 3
    assert found(rule("paid <= granted"), *rows) == broken
