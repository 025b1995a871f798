"""A file and a Table Schema give a report, whatever the file is."""

import pytest

import build
from opendata_hub.adapters import encoding
from opendata_hub.adapters.tabular.checking import How, check
from opendata_hub.adapters.tabular.readings import by_rules
from opendata_hub.domain.catalog.family import Rule
from opendata_hub.domain.catalog.report import Level
from opendata_hub.domain.catalog.rules.formula import Scope, parse_rule
from opendata_hub.domain.catalog.rules.kind import Kind
from opendata_hub.domain.errors import BadTableSchema

SCHEMA = {
    "fields": [
        {"name": "year", "type": "integer", "constraints": {"required": True}},
        {"name": "commune", "type": "string"},
        {"name": "amount", "type": "number"},
    ]
}
BY_NAME = {**SCHEMA, "fieldsMatch": "superset"}


def verdict(
    tmp_path, content, schema=BY_NAME, *, file_name="table.csv", rules=(), today=None, **how
):
    file = tmp_path / "stored"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    also = [by_rules(rules, today)]
    return check(file, schema, file_name=file_name, how=How(**how), also=also)


def found(report):
    return [(f.code, f.row, f.column) for f in report.findings]


def test_a_sound_file(tmp_path):
    report = verdict(tmp_path, "year,commune,amount\n2024,Exemple,10.5\n2025,المثال,11\n")
    assert (report.is_valid, report.rows, report.encoding) == (True, 2, "utf-8")


def test_a_fault_is_found_where_a_spreadsheet_shows_it(tmp_path):
    report = verdict(tmp_path, "year,commune,amount\n2024,Exemple,ten\n,Exemple,1\n")
    assert found(report) == [("type-error", 2, "amount"), ("constraint-error", 3, "year")]
    assert (report.rows, report.total_findings, report.is_valid) == (2, 2, False)


def test_columns_are_matched_by_name_and_optional_ones_may_be_absent(tmp_path):
    assert verdict(tmp_path, "amount,year\n10.5,2024\n").is_valid


def test_a_missing_required_column_is_one_finding(tmp_path):
    report = verdict(tmp_path, "commune,amount\nExemple,1\nExemple,2\n")
    assert found(report) == [("missing-label", None, "year")]


def test_a_schema_that_says_nothing_matches_by_position_as_frictionless_does(tmp_path):
    report = verdict(tmp_path, "amount,year\n10.5,2024\n", SCHEMA)
    assert "incorrect-label" in {finding.code for finding in report.findings}


def test_all_findings_are_counted_however_few_are_shown(tmp_path):
    table = "year,commune,amount\n" + "x,Exemple,1\n" * 50
    few = verdict(tmp_path, table, max_findings=10)
    assert (len(few.findings), few.total_findings, few.is_complete) == (10, 50, True)
    whole = verdict(tmp_path, table, max_findings=0)
    assert (whole.total_findings, whole.is_complete) == (50, True)


def rule(formula, level=Level.ERROR, message=None):
    kinds = {"year": Kind.NUMBER, "amount": Kind.NUMBER, "day": Kind.DATE}
    parsed = parse_rule(formula, Scope(kinds))
    return Rule("amount", parsed, level, message or build.texts("broken"), "practice")


@pytest.mark.parametrize("level", [Level.WARNING, Level.INFORMATION])
def test_a_row_rule_speaks_the_readers_language_and_may_only_remark(tmp_path, level):
    messages = {"ar": "المبلغ صفر", "fr": "montant nul", "en": "zero amount"}
    positive = rule("amount > 0", level, messages)
    report = verdict(tmp_path, "year,amount\n2024,0\n", rules=[positive], language="ar")
    assert report.is_valid
    assert [(f.code, f.row, f.level, f.rule, f.message) for f in report.findings] == [
        ("row-constraint", 2, level, "amount", "المبلغ صفر")
    ]


def test_rules_and_columns_are_told_in_reading_order(tmp_path):
    report = verdict(tmp_path, "year,amount\n2024,0\nx,1\n2024,0\n", rules=[rule("amount > 0")])
    assert found(report) == [
        ("row-constraint", 2, None),
        ("type-error", 3, "year"),
        ("row-constraint", 4, None),
    ]


def test_so_many_remarks_that_reading_could_stop_never_hide_an_error(tmp_path):
    table = "year,amount\n" + "2024,0\n" * 50 + "2024,-1\n"
    rules = [rule("amount > 0", Level.WARNING), rule("amount >= 0")]
    report = verdict(tmp_path, table, rules=rules, max_findings=10)
    assert (report.is_valid, report.is_complete, report.total_findings) == (False, True, 52)
    assert (report.findings[-1].row, report.findings[-1].level) == (52, Level.ERROR)


def test_a_rule_may_speak_of_the_day_of_the_check(tmp_path):
    schema = {"fields": [{"name": "day", "type": "date"}], "fieldsMatch": "superset"}
    options = {"schema": schema, "rules": [rule("day >= today")], "today": build.TODAY}
    assert verdict(tmp_path, "day\n2026-11-22\n", **options).is_valid
    assert not verdict(tmp_path, "day\n2026-11-21\n", **options).is_valid


def test_tabs_are_read_in_a_tsv(tmp_path):
    report = verdict(tmp_path, "year\tcommune\n2024\ta, b\n", file_name="table.tsv")
    assert (report.is_valid, report.rows) == (True, 1)


@pytest.mark.parametrize(
    ("content", "file_name", "code"),
    [
        (b"", "table.csv", "empty-file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "table.csv", "binary-file"),
        ("année\n2024\n".encode() + "Meknès\n".encode("cp1252"), "table.csv", "broken-encoding"),
        (b"year\n\xff\xfe\x81\n", "table.csv", "broken-encoding"),
        (b"\xef\xbb\xbfyear\n\xff\n", "table.csv", "broken-encoding"),
        (b"PK\x03\x04", "table.xlsx", "broken-workbook"),
        (b"%PDF-1.7", "table.pdf", "unsupported-format"),
        (b"year\n2024\n", "table", "unsupported-format"),
    ],
)
def test_a_file_that_is_no_table_is_unreadable_with_a_stable_code(
    tmp_path, content, file_name, code
):
    report = verdict(tmp_path, content, file_name=file_name)
    assert (report.is_readable, report.is_valid, found(report)) == (
        False,
        False,
        [(code, None, None)],
    )


@pytest.mark.parametrize(
    ("text", "written_as", "detected"),
    [
        ("year,commune\n2024,Meknès\n", "utf-8", "utf-8"),
        ("year,commune\n2024,Meknès\n", "utf-8-sig", "utf-8-sig"),
        ("year,commune\n2024,Meknès\n", "utf-16", "utf-16"),
        ("year,commune\n2024,Meknès\n", "cp1252", "cp1252"),
        ("year,commune\n2024,Fès – Salé\n", "cp1252", "cp1252"),
        ("year,commune\n2024,جماعة المثال\n", "cp1256", "cp1256"),
        ("year,commune\n2024,جماعة Meknès\n", "cp1256", "cp1256"),
    ],
)
def test_the_encoding_is_proved_not_guessed(tmp_path, text, written_as, detected):
    report = verdict(tmp_path, text.encode(written_as))
    assert (report.encoding, report.is_valid, report.rows) == (detected, True, 1)


def test_a_wrong_byte_at_the_end_of_a_large_file_is_found(tmp_path):
    file = tmp_path / "large.csv"
    file.write_bytes("commune\nMeknès\n".encode() + b"Exemple\n" * 300_000 + b"\xff\n")
    assert encoding.detect(file) is None


@pytest.mark.parametrize(
    "schema",
    [
        {"fields": [{"name": "a", "type": "nonsense"}]},
        {"fields": "a"},
        {"fields": [{"name": "a", "type": "integer", "constraints": {"minimum": "ten"}}]},
        {"fields": [{"type": "integer"}]},
    ],
)
def test_a_schema_frictionless_cannot_read_is_refused_in_one_line(tmp_path, schema):
    with pytest.raises(BadTableSchema) as refusal:
        verdict(tmp_path, "a\n1\n", schema)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [
        "year\n",
        "year,year\n2024,2025\n",
        ",\n1,2\n",
        "year,commune\n2024\n2024,a,b,c\n\n",
        'year,commune\n2024,"open\n2025,quote\n',
        "\n\n\n",
        "year;commune\r2024;a\r",
    ],
)
def test_a_strange_table_gives_a_report(tmp_path, content):
    report = verdict(tmp_path, content)
    assert report.total_findings == len(report.findings)


@pytest.mark.parametrize(
    ("text", "written_as"),
    [
        ("year,commune\n2024,جماعة، سلا\n", "cp1256"),
        ("year,commune\n2024,اولا؛ ثانيا\n", "cp1256"),
        ("year,commune\n2024,«LA SOLIDARITÉ»\n", "cp1252"),
        ("year,commune\n2024,L’ÉTÉ À FÈS\n", "cp1252"),
    ],
)
def test_bytes_that_look_like_utf8_by_chance_do_not_break_a_windows_file(
    tmp_path, text, written_as
):
    report = verdict(tmp_path, text.encode(written_as))
    assert (report.encoding, report.is_readable) == (written_as, True)


def test_a_row_of_stray_delimiters_is_refused_before_it_costs_minutes(tmp_path):
    report = verdict(tmp_path, "year\n2024" + "," * 16_000 + "\n")
    assert found(report) == [("too-many-columns", None, None)]


def test_a_message_never_repeats_a_whole_file(tmp_path):
    report = verdict(tmp_path, 'year,commune\n"x' + "y" * 1_000_000 + "\n")
    assert max(len(finding.message) for finding in report.findings) < 500


def test_a_cell_that_cannot_be_compared_is_the_files_fault(tmp_path):
    schema = {"fields": [{"name": "n", "type": "number", "constraints": {"minimum": 0}}]}
    report = verdict(tmp_path, "n\nsNaN\n", schema)
    assert (report.is_valid, [f.code for f in report.findings]) == (False, ["source-error"])
