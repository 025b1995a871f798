"""Published files as typed rows, and what may be done to them."""

import hashlib
import json
import time
from datetime import date, datetime
from decimal import Decimal

import duckdb
import openpyxl
import pytest

from opendata_hub.adapters.rows import ask, make, ready
from opendata_hub.adapters.rows.ask import (
    Limits,
    Statement,
    asking,
    csv_header,
    csv_line,
    given,
    json_line,
)
from opendata_hub.adapters.rows.guard import checked
from opendata_hub.adapters.rows.store import RowStore, Source
from opendata_hub.domain.catalog.rows.query import RowQuery, Sizes, query_from
from opendata_hub.domain.errors import BadSql, NoRows, QueryTooHeavy

SCHEMA = {
    "missingValues": ["", "-", "NC"],
    "fields": [
        {"name": "code", "type": "string", "title": "Code de la commune"},
        {"name": "nombre", "type": "integer"},
        {"name": "montant", "type": "number"},
        {"name": "jour", "type": "date"},
        {"name": "instant", "type": "datetime", "format": "%Y-%m-%dT%H:%M"},
        {"name": "paye", "type": "boolean", "trueValues": ["Oui"], "falseValues": ["Non"]},
    ],
}
TABLE = """code,nombre,montant,jour,instant,paye
007,1,10.5,2026-01-02,2026-01-02T10:00,Oui
008,-2,12345678901234567890.12,2026-01-03,,Non
"=1+1 ""x"", y",NC,-,,,
"""
ALL = Sizes(None, None)


@pytest.fixture
def store(tmp_path):
    return RowStore(tmp_path / "rows")


@pytest.fixture
def made(store, tmp_path):
    """The rows of a text, under a schema."""

    def make_rows(text, schema=SCHEMA, name="t.csv"):
        content = text if isinstance(text, bytes) else text.encode()
        file = tmp_path / f"source-{hashlib.sha256(content).hexdigest()[:8]}"
        file.write_bytes(content)
        return ready.made(store, Source(file, name, hashlib.sha256(content).hexdigest(), schema))

    return make_rows


def rows_of(file, *parameters):
    with asking(file) as rows:
        query = query_from(parameters, rows.columns, version="", sizes=ALL)
        return [json.loads(line, parse_float=Decimal) for line in rows.lines(query, json_line)]


def values(file):
    return duckdb.sql(f"SELECT * FROM '{file}'").fetchall()


def test_cells_are_what_the_schema_says_and_numbers_are_exact(made):
    assert values(made(TABLE)) == [
        (2, "007", 1, Decimal("10.5"), date(2026, 1, 2), datetime(2026, 1, 2, 10), True),  # noqa: DTZ001
        (3, "008", -2, Decimal("12345678901234567890.12"), date(2026, 1, 3), None, False),
        (4, '=1+1 "x", y', None, None, None, None, None),
    ]


def test_columns_are_found_by_their_titles_in_any_order_below_a_title_row(made):
    text = "Liste des paiements;\nmontant;Code de la Commune\n5;001\n\n;\n"
    assert rows_of(made(text), ("select", "code,montant,paye")) == [
        {"_row": 3, "code": "001", "montant": 5, "paye": None}
    ]


def test_odd_cells_are_read_as_frictionless_reads_them(made):
    schema = {
        "fields": [
            {"name": "m", "type": "number", "decimalChar": ",", "groupChar": " "},
            {"name": "n", "type": "integer", "bareNumber": False},
            {"name": "d", "type": "date", "format": "%d/%m/%Y"},
            {"name": "e", "type": "number"},
            {"name": "z", "type": "datetime", "format": "%Y-%m-%dT%H:%M%z"},
        ]
    }
    text = (
        'm,n,d,e,z\n"1 234,50",5 DH,22/11/2026,1e3,2026-11-22T10:00+01:00\n"7",6,01/02/2026, 2,\n'
    )
    assert values(made(text, schema)) == [
        (2, Decimal("1234.50"), 5, date(2026, 11, 22), 1000, datetime(2026, 11, 22, 9)),  # noqa: DTZ001
        (3, Decimal(7), 6, date(2026, 2, 1), 2, None),
    ]


def test_what_no_exact_number_can_hold_stays_text(made):
    schema = {"fields": [{"name": "n", "type": "number"}, {"name": "i", "type": "integer"}]}
    huge = "9" * 45
    assert values(made(f"n,i\nNaN,{huge}\n1.5,2\n", schema)) == [(2, "NaN", huge), (3, "1.5", "2")]
    assert values(made(f"n,i\n1.5,{huge[:20]}\n", schema)) == [(2, Decimal("1.5"), int(huge[:20]))]


def test_a_column_that_a_changed_schema_can_no_longer_read_stays_text(made):
    changed = {"fields": [{**f, "trueValues": ["O"]} for f in SCHEMA["fields"]]}
    ((*_, count, amount, _, _, paid), *_) = values(made(TABLE, changed))[::-1]
    assert (count, amount, paid) == ("NC", "-", None)
    assert values(made(TABLE, changed))[0][-1] == "Oui"


def test_a_workbook_and_another_encoding_give_the_same_rows(made, tmp_path):
    book = openpyxl.Workbook()
    for line in (["code", "montant"], ["é", 5]):
        book.active.append(line)
    book.save(tmp_path / "t.xlsx")
    from_book = rows_of(made((tmp_path / "t.xlsx").read_bytes(), name="t.xlsx"))
    latin = "code;montant\né;5\n".encode("cp1252")
    assert rows_of(made(latin)) == from_book
    assert from_book[0]["code"] == "é"


def test_line_breaks_and_quotes_in_cells_survive(made):
    text = 'code,nombre\n"a\r\nb ""c""\nd",1\ne,2\n'
    assert [r["code"] for r in rows_of(made(text))] == ['a\r\nb "c"\nd', "e"]


def test_rows_are_made_once_and_again_when_the_schema_changes_or_the_folder_is_emptied(made):
    first = made(TABLE)
    stamp = first.stat().st_mtime_ns
    assert (made(TABLE), first.stat().st_mtime_ns) == (first, stamp)
    assert made(TABLE, {**SCHEMA, "missingValues": ["", "-", "NC", "007"]}) != first
    first.unlink()
    assert made(TABLE) == first
    assert first.is_file()


def test_what_breaks_half_way_leaves_nothing(made, store, monkeypatch):
    def breaks(_file):
        raise OSError("the disk is full")

    monkeypatch.setattr(make, "_flush", breaks)
    with pytest.raises(OSError, match="disk is full"):
        made(TABLE)
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("text", ["", "nothing,known\n1,2\n", b"\0\0"])
def test_what_is_no_table_has_no_rows(made, text):
    with pytest.raises(NoRows):
        made(text)


@pytest.mark.parametrize(
    ("parameters", "numbers"),
    [
        ([("code", "007")], [2]),
        ([("code.ne", "007")], [3, 4]),
        ([("code.in", "007,008")], [2, 3]),
        ([("code.contains", "X")], [4]),
        ([("nombre.gte", "-2"), ("nombre.lt", "1")], [3]),
        ([("montant.gt", "12345678901234567890.11")], [3]),
        ([("montant.lte", "12345678901234567890.11")], [2]),
        ([("jour", "2026-01-02")], [2]),
        ([("instant.lt", "2026-01-02T10:01")], [2]),
        ([("paye", "false")], [3]),
        ([("nombre.empty", "true")], [4]),
        ([("nombre.empty", "false")], [2, 3]),
        ([("sort", "nombre")], [3, 2, 4]),
        ([("sort", "-nombre")], [2, 3, 4]),
        ([("sort", "-_row"), ("limit", "2")], [4, 3]),
        ([("offset", "1"), ("limit", "1")], [3]),
        ([("offset", "1000000000")], []),
        ([("code", "x' OR 1=1 --")], []),
        ([("_row.gt", "2")], [3, 4]),
    ],
)
def test_rows_answer_a_question(made, parameters, numbers):
    assert [row["_row"] for row in rows_of(made(TABLE), *parameters)] == numbers


def test_a_hostile_name_of_a_field_is_a_name(made):
    name = "a\"b'; DROP TABLE x; --"
    schema = {"fields": [{"name": name, "type": "string"}]}
    label = name.replace('"', '""')
    file = made(f'"{label}"\nv\n', schema)
    assert rows_of(file, (name, "v")) == [{"_row": 2, name: "v"}]


def test_csv_never_begins_a_text_as_a_formula_and_never_touches_a_number(made):
    schema = {"fields": [{"name": "=x", "type": "string"}, {"name": "n", "type": "number"}]}
    lines = ["=1", "+1", "-1", "@a", "\t1", '=a,"b"', "a=1", "plain"]
    text = "=x,n\n" + "".join('"{}",-5\n'.format(line.replace('"', '""')) for line in lines)
    with asking(made(text, schema)) as rows:
        query = query_from([], rows.columns, version="", sizes=ALL)
        said = list(rows.lines(query, csv_line))
        assert csv_header(given(query)) == "_row,'=x,n"
    assert said == [
        "2,'=1,-5", "3,'+1,-5", "4,'-1,-5", "5,'@a,-5", "6,'\t1,-5",
        '7,"\'=a,""b""",-5', "8,a=1,-5", "9,plain,-5",
    ]  # fmt: skip


def test_parquet_is_written_with_what_was_asked_for(made, tmp_path):
    target = tmp_path / "out.parquet"
    with asking(made(TABLE), target=target) as rows:
        query = query_from(
            [("select", "code"), ("sort", "-code"), ("nombre.empty", "false")],
            rows.columns, version="", sizes=ALL,
        )  # fmt: skip
        rows.write_parquet(query, target)
    assert values(target) == [(3, "008"), (2, "007")]


@pytest.mark.parametrize(
    "attempt",
    [
        "SET threads = 8",
        "SET enable_external_access = true",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO 'beside.csv'",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    ],
)
def test_the_connection_can_do_nothing_but_read_its_file(made, attempt):
    with asking(made(TABLE)) as rows, pytest.raises(duckdb.Error):
        rows._database.execute(attempt).fetchall()  # noqa: SLF001


def endless(_columns):
    return Statement(
        "(SELECT max(a.range * b.range) FROM range(100000000) a, range(1000000) b)::VARCHAR"
    )


@pytest.fixture
def opened(monkeypatch):
    """The databases that were opened since."""
    found, connect = [], duckdb.connect

    def counted(*words, **more):
        found.append(connect(*words, **more))
        return found[-1]

    monkeypatch.setattr(ask.duckdb, "connect", counted)
    return found


def total(file):
    with asking(file) as rows:
        return rows.total(RowQuery(rows.columns))


def test_an_idle_database_is_asked_again_by_one_question_at_a_time(made, opened):
    file = made(TABLE)
    opened.clear()
    assert [total(file), total(file)] == [3, 3]
    assert len(opened) == 1
    with asking(file):
        assert total(file) == 3
    assert len(opened) == 2


def test_a_database_that_was_stopped_or_asked_by_a_stranger_is_never_asked_again(made, opened):
    file = made(TABLE)
    opened.clear()
    with asking(file) as rows:
        rows.selected("t", 'SELECT count(*) FROM "t"', "id", most=9)
    assert total(file) == 3
    assert len(opened) == 2
    with pytest.raises(QueryTooHeavy), asking(file):
        raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")
    assert total(file) == 3
    assert len(opened) == 3


def test_no_database_of_a_large_file_nor_of_one_that_is_asked_once_is_idle(
    made, opened, monkeypatch
):
    file = made(TABLE)
    opened.clear()
    with asking(file, is_asked_again=False):
        pass
    assert total(file) == 3
    assert len(opened) == 2
    monkeypatch.setattr(ask, "LARGEST_IDLE", file.stat().st_size - 1)
    assert [total(file), total(file)] == [3, 3]
    assert len(opened) == 4


def test_what_was_idle_longest_is_closed(made, opened, monkeypatch):
    monkeypatch.setattr(ask, "MOST_IDLE", 1)
    first, second = made(TABLE), made(TABLE, schema={**SCHEMA, "missingValues": [""]})
    opened.clear()
    for file in (first, second, first):
        assert total(file) == 3
    assert len(opened) == 3


def test_a_question_that_takes_too_long_is_stopped(made):
    file, started = made(TABLE), time.monotonic()
    with pytest.raises(QueryTooHeavy), asking(file, limits=Limits(seconds=0.3)) as rows:
        list(rows.lines(query_from([], rows.columns, version="", sizes=ALL), endless))
    assert time.monotonic() - started < 10
    assert len(rows_of(file)) == 3


def test_a_question_that_takes_too_much_memory_is_stopped(made):
    def large(_columns):
        return Statement("(SELECT string_agg(repeat('x', 1000), '') FROM range(1000000))")

    file = made(TABLE)
    with pytest.raises(QueryTooHeavy), asking(file, limits=Limits(memory="64MB")) as rows:
        list(rows.lines(query_from([], rows.columns, version="", sizes=ALL), large))


def selected(file, sql):
    asked = checked(f'{sql} FROM "t"')
    with asking(file) as rows:
        return rows.selected(asked.table, asked.sql, "_id", most=10)


@pytest.mark.parametrize(
    "select",
    [
        "SELECT strftime(jour, '%')",
        "SELECT 1.5::DOUBLE // 0",
        "SELECT date_part('foo', jour)",
        "SELECT CAST(code AS INTEGER)",
        "SELECT no_such",
        "SELECT code AS x, x || x",
    ],
)
def test_what_a_select_can_not_work_out_is_its_own_fault(made, select):
    with pytest.raises(BadSql):
        selected(made(TABLE), select)


def test_aliases_that_name_aliases_do_not_double_for_ever(made):
    doubled = ", ".join(f"a{n} + a{n} AS a{n + 1}" for n in range(60))
    begun = time.monotonic()
    with pytest.raises(BadSql):
        selected(made(TABLE), f"SELECT nombre AS a0, {doubled}")
    assert time.monotonic() - begun < 2
