"""The engine finds what Frictionless finds: row by row, field by field, word by word."""

import itertools
import os
import re
from ctypes import c_uint64

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import against_frictionless as both
from opendata_hub.adapters.tabular import checking
from opendata_hub.adapters.tabular.checking import How, check
from opendata_hub.adapters.tabular.engine import duplicates, kernel, prove
from opendata_hub.adapters.tabular.engine.pattern import automaton
from opendata_hub.domain.errors import BadTableSchema

CASES = int(os.environ.get("DIFFERENTIAL_CASES", "200"))
MANY_CASES, MANY_FIELDS = 1000, 100
V2 = "https://datapackage.org/profiles/2.0/tableschema.json"
MANY = settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    # A failing case is small already, and to shrink it takes minutes.
    phases=(Phase.explicit, Phase.generate),
)

pytestmark = pytest.mark.skipif(kernel.compiled() is None, reason="the kernel is not compiled here")


@pytest.fixture(scope="module", autouse=True)
def _small_files_are_scanned_too():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "SMALL_BYTES", 0)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("engine")


def in_order(errors):
    return sorted(errors, key=lambda error: (error[1] or 0, str(error)))


def agree(file, schema, text):
    """Compare both sides on one file; gives the hub's report where there was one to compare."""
    file.write_bytes(text.encode())
    expected = both.frictionless_says(file, schema)
    try:
        found, report = both.hub_says(file, schema)
    except BadTableSchema:
        assert expected is None or all(row is None for _, row, _, _ in expected)
        return None
    if expected is None or not report.is_readable:
        return None
    assert in_order(found) == in_order(expected), (schema, text)
    return report


@MANY
@given(st.data())
def test_any_schema_and_any_file_get_the_same_findings(folder, data):
    schema = data.draw(both.schemas())
    agree(folder / "any.csv", schema, data.draw(both.tables(schema)))


@settings(MANY, max_examples=CASES // 2)
@given(st.data())
def test_so_they_do_where_records_cross_blocks_and_keys_spill(folder, data):
    schema = data.draw(both.schemas())
    text = data.draw(both.tables(schema))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prove, "BLOCK_BYTES", data.draw(st.sampled_from((16, 64))))
        patch.setattr(prove, "ROWS", 3)
        patch.setattr(prove, "DOUBTS", 7)
        patch.setattr(duplicates, "PER_TURN", 2)
        patch.setattr(duplicates, "CHUNK_ROWS", 2)
        agree(folder / "blocks.csv", schema, text)


def one_column_fields():
    """A field of each type, with each of its constraints and options alone and some together."""
    for type_, options in {
        "string": (
            {}, {"format": "email"}, {"format": "uri"}, {"format": "uuid"}, {"format": "binary"},
        ),
        "integer": ({}, {"bareNumber": False}),
        "number": (
            {}, {"decimalChar": ","}, {"decimalChar": ",", "groupChar": " "},
            {"groupChar": ","}, {"floatNumber": True}, {"bareNumber": False},
            {"decimalChar": ",", "groupChar": "\u00a0", "floatNumber": True},
        ),
        "boolean": ({}, {"trueValues": ["Oui", "نعم"], "falseValues": ["non", "0"]}),
        "date": ({}, {"format": "%d/%m/%Y"}, {"format": "%Y%m%d"}, {"format": "any"}),
        "datetime": ({}, {"format": "%Y-%m-%d %H:%M:%S"}, {"format": "any"}),
        "time": ({}, {"format": "%H:%M"}),
        "year": ({},), "yearmonth": ({},), "any": ({},), "duration": ({},), "geopoint": ({},),
        "object": ({},), "array": ({},),
    }.items():  # fmt: skip
        for option, constraints in itertools.product(options, CONSTRAINTS.get(type_, ({},))):
            yield {"name": "a", "type": type_, "constraints": constraints, **option}


def bounds(*values):
    names = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    alone = [{name: value} for name in names for value in values]
    return (
        {},
        {"required": True},
        {"unique": True},
        *alone,
        {names[0]: values[0], names[3]: values[-1]},
    )


CONSTRAINTS = {
    "string": (
        {}, {"required": True}, {"unique": True}, {"minLength": 2}, {"maxLength": 2},
        {"minLength": 1, "maxLength": 3}, {"enum": ["a", "é", "1"]},
        *({"pattern": pattern} for pattern in both.PATTERNS),
        {"pattern": "\\w+", "minLength": 3, "required": True},
    ),
    "integer": (*bounds(0, 1, 10), {"enum": ["1", "10"]}),
    "number": (*bounds(0, 1, 5), {"enum": ["1", "5"]}),
    "date": bounds("2024-02-29"),
    "year": bounds(2024),
    "boolean": ({}, {"required": True}, {"unique": True}),
    "any": ({}, {"required": True}, {"unique": True}),
}  # fmt: skip


MISSING = ([""],) if CASES < MANY_CASES else ([""], ["", "-", "0"])


@pytest.mark.parametrize("missing", MISSING, ids=len)
def test_each_odd_cell_in_a_column_of_each_kind_is_judged_alike(folder, missing):
    compared = 0
    for field in one_column_fields():
        schema = {"fields": [field], "missingValues": missing, "$schema": V2}
        lines = [both.quoted(cell, ",", always=True) for cell in both.ODD_CELLS if cell != "sNaN"]
        compared += agree(folder / "cells.csv", schema, "a\n" + "\n".join(lines) + "\n") is not None
    assert compared > MANY_FIELDS


def test_a_duplicate_row_is_one_cell_for_cell(folder):
    file = folder / "rows.csv"
    file.write_text('a,b\n"x,y",z\nx,"y,z"\n"x,y",z\nx,"y,z"\n', encoding="utf-8")
    schema = {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]}
    for is_reference in (False, True):
        how = How(unique_rows=True, is_reference=is_reference)
        report = check(file, schema, file_name="rows.csv", how=how)
        assert [(f.code, f.row) for f in report.findings] == [
            ("duplicate-row", 4),
            ("duplicate-row", 5),
        ]


def test_without_a_kernel_frictionless_reads_every_row_and_the_report_says_so(folder, monkeypatch):
    monkeypatch.setattr(kernel, "compiled", lambda: None)
    file = folder / "plain.csv"
    file.write_text("a\n1\nx\n", encoding="utf-8")
    report = check(file, {"fields": [{"name": "a", "type": "integer"}]}, file_name="plain.csv")
    assert (report.rows, report.counts) == (2, {"type-error": 1})
    assert "kernel" in report.slow_because


def test_a_kernel_of_another_source_is_not_trusted(monkeypatch):
    monkeypatch.setattr(kernel, "source_digest", lambda: "another")
    assert kernel.compiled.__wrapped__() is None


def test_totals_are_exact_however_few_are_shown(folder):
    file = folder / "many.csv"
    file.write_text("a\n" + "x\n" * 5000, encoding="utf-8")
    schema = {"fields": [{"name": "a", "type": "integer"}]}
    report = check(file, schema, file_name="many.csv", how=How(max_findings=3))
    assert (len(report.findings), report.total_findings, report.counts) == (
        3, 5000, {"type-error": 5000},
    )  # fmt: skip


def test_a_check_that_takes_too_long_stops_and_is_not_sound(folder):
    file = folder / "long.csv"
    file.write_text("a\n" + "1\n" * 50_000, encoding="utf-8")
    schema = {"fields": [{"name": "a", "type": "integer"}]}
    for is_reference in (False, True):
        how = How(seconds=0, is_reference=is_reference)
        report = check(file, schema, file_name="long.csv", how=how)
        assert (report.is_complete, report.is_valid) == (False, False)
        assert report.counts["time-limit"] == 1


PIECES = (
    "a",
    "b",
    "[a-c]",
    "\\d",
    "\\w",
    "[^b]",
    ".",
    "(a|bc)",
    "(?:ab)*",
    "a{2,3}",
    "b?",
    "(a+|b)+",
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join),
    st.text("abc1_ \n\x1c", max_size=6),
)
def test_what_an_automaton_accepts_is_what_the_pattern_matches(pattern, text):
    machine = automaton(pattern)
    assert machine is not None
    assert machine.accepts(text.encode()) == (re.fullmatch(pattern, text) is not None)


@pytest.mark.parametrize(
    "pattern", ["(?=a)b", "(a)\\1", "(?i:a)", "a^b", "é", "x{300}", "(a|b{1,200}){50}"]
)
def test_a_pattern_that_asks_for_more_has_no_automaton(pattern):
    assert automaton(pattern) is None


def test_repeated_hashes_are_found_in_any_number_of_turns(monkeypatch, tmp_path):
    monkeypatch.setattr(duplicates, "PER_TURN", 100)
    numbers = [value % 700 + 2 for value in range(1000)]
    with (tmp_path / "spool").open("w+b") as file:
        spool = duplicates.Spool(file)
        spool.append((c_uint64 * 1000)(*numbers), 1000)
        marks = bytearray(1000)
        duplicates.mark_duplicates(kernel.compiled(), spool, marks)
    assert [i for i, mark in enumerate(marks) if mark] == [*range(300), *range(700, 1000)]
