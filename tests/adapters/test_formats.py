"""Whatever people send is read as the same table, or refused with a stable code."""

import gzip
import io
import json
import zipfile
from datetime import date, datetime

import polars as pl
import pytest
from openpyxl import Workbook

from opendata_hub.adapters.tabular import archives, formats, reading
from opendata_hub.adapters.tabular.checking import How, check
from opendata_hub.adapters.tabular.engine import prove

SCHEMA = {
    "fields": [
        {"name": "code", "type": "string", "constraints": {"pattern": "0\\d{3}"}},
        {"name": "day", "type": "date"},
        {"name": "amount", "type": "number"},
        {"name": "count", "type": "integer"},
        {"name": "paid", "type": "boolean"},
    ]
}
NAMES = ["code", "day", "amount", "count", "paid"]
MOMENT = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001  (a spreadsheet knows no zones)
TYPED = [["0123", date(2026, 1, 31), 10.5, 3, True], ["0456", None, -1, 0, False]]
SHOWN = [["0123", "2026-01-31", "10.5", "3", "true"], ["0456", "", "-1", "0", "false"]]


def workbook(rows=(NAMES, *TYPED)):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def parquet():
    packed = io.BytesIO()
    columns = {name: [row[n] for row in TYPED] for n, name in enumerate(NAMES)}
    columns["amount"] = [10.5, -1.0]
    pl.DataFrame(columns).write_parquet(packed)
    return packed.getvalue()


def objects():
    return [
        dict(zip(NAMES, row, strict=True)) for row in json.loads(json.dumps(TYPED, default=str))
    ]


CSV = ("\n".join(",".join(row) for row in [NAMES, *SHOWN]) + "\n").encode()


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()


@pytest.fixture
def verdict(tmp_path):
    def check_content(content, name, schema=SCHEMA, **how):
        file = tmp_path / "stored"
        file.write_bytes(content)
        return check(file, schema, file_name=name, how=How(**how))

    return check_content


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (CSV, "table.csv"),
        (CSV.replace(b",", b"\t"), "table.tsv"),
        (workbook(), "table.xlsx"),
        (workbook(), "TABLE.XLSM"),
        (parquet(), "table.parquet"),
        (json.dumps(objects()).encode(), "table.json"),
        (json.dumps([NAMES, *SHOWN]).encode(), "table.json"),
        ("\n".join(map(json.dumps, objects())).encode(), "table.ndjson"),
        (gzip.compress(CSV, mtime=0), "table.csv.gz"),
        (zipped(table__csv=CSV), "table.zip"),
        (zipped(table__xlsx=workbook()), "table.zip"),
    ],
)
def test_every_format_says_the_same(verdict, content, name):
    report = verdict(content, name)
    assert (report.is_valid, report.rows, report.findings) == (True, 2, ())


def test_a_cell_of_a_workbook_is_the_text_that_stands_for_it(tmp_path):
    cells = ["0012", 12.0, 1.25, date(2026, 1, 2), MOMENT, True, None, 1e20]
    file = tmp_path / "x.xlsx"
    file.write_bytes(workbook([[f"c{n}" for n in range(len(cells))], cells]))
    with reading.opened(file, "x.xlsx") as table:
        (_, _), (number, shown) = table.records()
    assert (number, table.sheet) == (2, "Sheet")
    assert shown == [
        "0012", "12", "1.25", "2026-01-02", "2026-01-02T03:04:05", "true", "", "1e+20",
    ]  # fmt: skip


def test_rows_of_a_workbook_have_the_numbers_that_it_shows(verdict):
    report = verdict(
        workbook([[], ["Titre"], NAMES, TYPED[0], ["12", None, 1, 1, True]]), "x.xlsx", by_name=True
    )
    assert [(f.code, f.row) for f in report.findings] == [("title-row", 2), ("constraint-error", 5)]


def test_a_sheet_is_found_by_its_name(verdict):
    book = Workbook()
    book.active.append(["nothing"])
    table = book.create_sheet("Aides")
    for row in (NAMES, *TYPED):
        table.append(row)
    packed = io.BytesIO()
    book.save(packed)
    assert verdict(packed.getvalue(), "x.xlsx", sheet="Aides").is_valid
    assert not verdict(packed.getvalue(), "x.xlsx").is_valid
    assert verdict(packed.getvalue(), "x.xlsx", sheet="None").counts == {"broken-workbook": 1}


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (workbook()[:2000], "x.xlsx", "broken-workbook"),
        (workbook([[]]), "x.xlsx", "empty-file"),
        (b"\xd0\xcf\x11\xe0 not really", "x.xls", "broken-workbook"),
        (parquet()[:200], "x.parquet", "broken-parquet"),
        (b"{", "x.json", "unreadable-json"),
        (b"[" * 100_000, "x.json", "unreadable-json"),
        (b'{"a": 1}', "x.json", "not-tabular"),
        (b'[{"a": 1}, 2]', "x.json", "not-tabular"),
        (b'{"a": 1}\n{', "x.ndjson", "unreadable-json"),
        (b"not packed", "x.csv.gz", "broken-archive"),
        (gzip.compress(CSV, mtime=0)[:-9], "x.csv.gz", "broken-archive"),
        (b"PK\x03\x04", "x.zip", "broken-archive"),
        (zipped(a__csv=CSV, b__csv=CSV), "x.zip", "archive-without-one-table"),
        (zipped(a__pdf=b"%PDF"), "x.zip", "unsupported-format"),
        (b"a,b\n1,\0\n", "x.csv", "binary-file"),
        (("a" + ",a" * 20_000 + "\n").encode(), "x.csv", "too-many-columns"),
        (json.dumps([["a"] * 20_000]).encode(), "x.json", "too-many-columns"),
        ("é,à\n".encode() + "é\n".encode("cp1252") * 3 + b"\x81\n", "x.csv", "broken-encoding"),
    ],
)
def test_what_is_no_table_is_refused_in_one_finding(verdict, content, name, code):
    report = verdict(content, name)
    assert (report.is_readable, report.is_valid, dict(report.counts)) == (False, False, {code: 1})


def test_an_archive_that_unpacks_to_far_more_than_it_is_is_refused(verdict, monkeypatch):
    monkeypatch.setattr(archives, "FREE_BYTES", 1000)
    bomb = b"a\n" + b"1\n" * 5_000_000
    for content, name in (
        (gzip.compress(bomb, mtime=0), "x.csv.gz"),
        (zipped(x__csv=bomb), "x.zip"),
    ):
        assert dict(verdict(content, name).counts) == {"archive-bomb": 1}
    monkeypatch.setattr(formats, "MOST_SHEET_BYTES", 1000)
    assert dict(verdict(workbook(), "x.xlsx").counts) == {"archive-bomb": 1}


@pytest.mark.parametrize("is_reference", [False, True])
def test_a_record_that_never_ends_is_refused_within_the_limits(verdict, monkeypatch, is_reference):
    monkeypatch.setattr(prove, "BLOCK_BYTES", 1 << 16)
    monkeypatch.setattr(prove, "LONGEST_RECORD", 1 << 18)
    content = b"code\n" + b'"' + b"x" * (1 << 20) + b"\n"
    report = verdict(
        content,
        "x.csv",
        {"fields": [{"name": "code", "type": "string"}]},
        is_reference=is_reference,
    )
    assert dict(report.counts) == ({"record-too-long": 1} if not is_reference else {})
    assert report.is_readable is is_reference


def test_ragged_rows_newlines_and_doubled_headers_are_findings(verdict):
    content = b'code,code,\n0123,"a\nb",c,d\n0456\n\n'
    report = verdict(
        content, "x.csv", {"fields": [{"name": "code", "type": "string"}]}, by_name=True
    )
    assert report.is_readable
    assert {"duplicate-label", "extra-label", "missing-cell", "extra-cell"} <= set(report.counts)
