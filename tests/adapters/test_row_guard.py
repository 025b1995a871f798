"""What a stranger's SELECT may contain, and what it may not."""

from time import process_time

import pytest

from opendata_hub.adapters.rows.guard import checked
from opendata_hub.domain.errors import BadSql, Forbidden

TABLE = '"0177fc8e-2283-5860-b513-866f9c839452"'


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT * FROM {TABLE}",
        f"SELECT a, count(*) AS n FROM {TABLE} WHERE b > 1 GROUP BY a HAVING count(*) > 2 LIMIT 5",
        f"SELECT DISTINCT lower(a) FROM {TABLE} ORDER BY 1 DESC NULLS LAST OFFSET 2",
        f"SELECT sum(CAST(a AS DECIMAL(10,2))) FILTER (WHERE b IS NOT NULL) FROM {TABLE}",
        f"SELECT CASE WHEN a IN ('x', 'y') THEN 1 ELSE -2 END FROM {TABLE} WHERE a LIKE 'x%'",
        f"SELECT coalesce(a, 'z') || 'x' FROM {TABLE} WHERE NOT (a BETWEEN 1 AND 2);",
        f"SELECT t.a FROM {TABLE} t WHERE t.a = 'DROP TABLE x; --'",
        f"SELECT a -- a comment\nFROM {TABLE} /* and another */",
        f"SELECT upper(a) AS a, count(*) AS n FROM {TABLE} WHERE a <> '' GROUP BY a ORDER BY n",
        f"SELECT CASE a WHEN 'x' THEN 1 WHEN 'in this case' THEN 2 ELSE 3 END FROM {TABLE}",
        f"SELECT CASE lower(t.a) WHEN 'x' THEN 1 END FROM {TABLE} t",
        f"SELECT nullif(split_part(a, ' ', 1), '') FROM {TABLE}",
    ],
)
def test_a_question_to_one_table_is_let_through(sql):
    asked = checked(sql)
    assert asked.table == TABLE.strip('"')
    assert "comment" not in asked.sql


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT read_text('/etc/passwd') FROM {TABLE}",
        f"SELECT getenv('HOME') FROM {TABLE}",
        f"SELECT repeat('x', 1000000000) FROM {TABLE}",
        f"SELECT lpad('x', 1000000000, 'y') FROM {TABLE}",
        f"SELECT current_setting('secret_directory') FROM {TABLE}",
        f"SELECT main.lower(a) FROM {TABLE}",
        f"SELECT query('SELECT 1') FROM {TABLE}",
        f"SELECT regexp_matches(a, '.*') FROM {TABLE}",
        f"SELECT string_agg(a) FROM {TABLE}",
        f"SELECT row_number() OVER () FROM {TABLE}",
        f"SELECT (SELECT 1) FROM {TABLE}",
        f"SELECT * FROM {TABLE} WHERE a IN (SELECT a FROM {TABLE})",
        f"SELECT * FROM {TABLE} x, {TABLE} y",
        f"SELECT * FROM {TABLE} UNION SELECT * FROM {TABLE}",
        f"WITH q AS (SELECT 1) SELECT * FROM {TABLE}",
        f"WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 1 FROM r) SELECT * FROM {TABLE}, r",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('http://169.254.169.254/x')",
        "SELECT * FROM glob('*')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM range(1000000000000)",
        "SELECT * FROM information_schema.tables",
        f"SELECT * FROM main.{TABLE}",
        f"SELECT * FROM {TABLE} USING SAMPLE 10",
        f"SELECT COLUMNS('.*') FROM {TABLE}",
        f"SELECT a FROM {TABLE} GROUP BY CUBE (a, b)",
        f"SELECT [x FOR x IN [1]] FROM {TABLE}",
        f"SELECT a::JSON FROM {TABLE}",
        f"SELECT $1 FROM {TABLE}",
        "DESCRIBE x",
        "SHOW TABLES",
        "SUMMARIZE x",
        "VALUES (1)",
        "SELECT 1",
        f"PIVOT {TABLE} ON a",
    ],
)  # fmt: skip
def test_whatever_is_on_no_list_is_refused(sql):
    with pytest.raises((Forbidden, BadSql)):
        checked(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE x",
        "INSERT INTO x VALUES (1)",
        "COPY x TO '/tmp/x'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "PRAGMA version",
        "SELECT nope FROM",
        "",
        "-- nothing",
        f"SELECT * FROM {TABLE}; SELECT * FROM {TABLE}",
        f"SELECT * FROM {TABLE}; DROP TABLE x",
        "SELECT " + "(" * 3000 + "1" + ")" * 3000,
        "SELECT 'x" + "x" * 10_000 + "'",
        "SELECT '\0'",
    ],
)
def test_what_is_no_select_of_a_table_can_not_be_read(sql):
    with pytest.raises(BadSql):
        checked(sql)


def test_a_file_in_the_place_of_a_table_is_a_table_that_nobody_has():
    assert checked("SELECT * FROM '/etc/passwd'").table == "/etc/passwd"


def test_an_alias_is_known_in_group_by_and_order_by_and_means_a_column_elsewhere():
    asked = checked(
        f"SELECT a AS x, x || x AS y FROM {TABLE} WHERE x = 1 GROUP BY x HAVING y > 1 ORDER BY y, y"
    ).sql
    assert asked.count(f"{TABLE}.x") == 3
    assert f"HAVING ({TABLE}.y >" in asked
    assert asked.endswith("GROUP BY x HAVING ({T}.y > 1) ORDER BY y, y".replace("{T}", TABLE))


NESTED = 200


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT b AS a0, alias.a0 FROM {TABLE}",
        f"SELECT b AS a0, alias.a0 FROM {TABLE} AS alias",
        "SELECT " + "CASE " * NESTED + "a" + " WHEN 1 THEN 2 WHEN 3 THEN 4 END" * NESTED,
        "SELECT " + "CASE/*when*/" * NESTED + "a" + " WHEN 1 THEN 2 END" * NESTED,
        "SELECT e'\\'', " + "CASE((" * NESTED + "a" + ")) WHEN 1 THEN 2 END" * NESTED + ", e'\\''",
        "SELECT " + "nullif(" * NESTED + "a" + ", 1)" * NESTED + f" FROM {TABLE}",
        "SELECT " + "split_part(" * NESTED + "a" + ", 'x', 1)" * NESTED + f" FROM {TABLE}",
        f"SELECT {'(' * NESTED}a=1{' BETWEEN 1 AND 2)' * NESTED} FROM {TABLE}",
        f"SELECT {'(true BETWEEN ' * NESTED}a=1{' AND true)' * NESTED} FROM {TABLE}",
        f"SELECT a FROM {TABLE} WHERE {'(' * NESTED}a=1{' IN (true, false))' * NESTED}",
        f"SELECT a FROM {TABLE} ORDER BY {'(' * NESTED}a=1{' NOT IN (true, false))' * NESTED}",
        f"SELECT {'((' * 50}a=1{' OR a=4) AND (a=2 OR a=3))' * 50} FROM {TABLE}",
        f"SELECT {', '.join('*' * 50)} FROM {TABLE}",
    ],
)
def test_a_short_text_that_grows_when_it_is_read_is_refused(sql):
    begun = process_time()
    with pytest.raises((Forbidden, BadSql)):
        checked(sql)
    assert process_time() - begun < 1
