"""A stranger's SELECT, let through only if each of its parts is on a list.

DuckDB parses it to a tree and does nothing else; whatever stands in the tree must be allowed here:
one statement, one table, no other query within, functions that compute a value of values. What is
let through is written anew from the tree, so comments and spellings of the original reach nothing.
Source: CVE-2026-42031 and CVE-2026-42032, what the same door of CKAN let through.

A short text must not grow while it is read or bound either, for neither a limit of memory nor an
interrupt holds then. Some forms of DuckDB write an expression again at each place: an alias that
the same SELECT names, the operand of CASE, BETWEEN, IN, and functions that are macros. The first is
told apart from a column by the name of the table, the second is a name, the others are not nested.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from opendata_hub.domain.errors import BadSql, Forbidden

LONGEST = 10_000
FUNCTIONS = frozenset(
    {
        "count", "count_star", "sum", "avg", "min", "max", "median", "stddev", "variance",
        "abs", "round", "floor", "ceil", "ceiling", "sign", "sqrt", "ln", "log", "mod", "greatest",
        "least", "lower", "upper", "trim", "ltrim", "rtrim", "length", "char_length", "substring",
        "substr", "left", "right", "replace", "position", "strpos", "contains", "starts_with",
        "split_part", "concat", "strip_accents", "year", "month", "day", "quarter", "week", "hour",
        "minute", "date_part", "date_trunc", "strftime", "coalesce", "nullif",
        "+", "-", "*", "/", "%", "//", "||", "~~", "!~~", "~~*", "!~~*",
    }
)  # fmt: skip
"""Each gives a value no longer than what it is given, and reads nothing else."""
CLASSES = frozenset(
    {
        "BETWEEN", "CASE", "CAST", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT",
        "FUNCTION", "OPERATOR", "STAR", "TYPE",
    }
)  # fmt: skip
KINDS = frozenset(
    {
        "SELECT_NODE", "BASE_TABLE", "ORDER_MODIFIER", "LIMIT_MODIFIER", "DISTINCT_MODIFIER",
        "ORDER_DEFAULT", "ASCENDING", "DESCENDING",
    }
)  # fmt: skip
OPERATORS = frozenset(
    {
        "COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_COALESCE", "OPERATOR_IS_NOT_NULL",
        "OPERATOR_IS_NULL", "OPERATOR_NOT", "OPERATOR_NULLIF",
    }
)  # fmt: skip
TYPES = frozenset(
    {
        "VARCHAR", "TEXT", "INTEGER", "INT", "INT4", "INT8", "BIGINT", "SMALLINT", "DOUBLE",
        "FLOAT", "FLOAT8", "NUMERIC", "DECIMAL", "DATE", "TIMESTAMP", "BOOLEAN", "BOOL",
    }
)  # fmt: skip
EMPTY: tuple[object, ...] = (None, "", [], {})
MACROS = frozenset({"nullif", "split_part"})
"""What DuckDB replaces by an expression that has what it is given two or three times."""
COPYING = frozenset({"COMPARE_IN", "COMPARE_NOT_IN"})
"""What DuckDB works out by comparing the same expression several times."""
DEEPEST, MOST_TURNS = 2, 10
"""How deep those stand in one another, and how often AND turns to OR and back: DuckDB's rewriting
of conditions takes its time with each, and hears no interrupt."""
MOST_STARS = 10
ALIAS = "alias"
"""The name by which DuckDB takes an alias of the same SELECT for a table's column."""
_NAME = r'(?:"[^"]*"|[^\W\d]\w*)'
_CASE = re.compile(
    rf"""\bcase\b(?!\s+when\b
        |\s+(?:{_NAME}\.)?{_NAME}\s+when\b
        |\s+\w+\(\s*(?:{_NAME}\.)?{_NAME}\s*\)\s+when\b)""",
    re.IGNORECASE | re.VERBOSE,
)
"""A CASE of anything but conditions, a column, or a function of a column."""
_TEXTS = re.compile(r"'[^']*'")
_UNUSUAL = re.compile(r"[\\$]|--|/\*")
"""Signs by which a text may end elsewhere than at the next quotation mark, or be a comment."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A SELECT that was let through, written anew, and the one table it reads."""

    table: str
    sql: str


def checked(sql: str) -> Checked:
    """The same SELECT; raises BadSql for what is none, Forbidden for what it may not contain."""
    if len(sql) > LONGEST or "\0" in sql:
        raise BadSql(f"at most {LONGEST:,} letters, none of them NUL")
    _require_short_cases(sql)
    tree = _tree(sql)
    statements = tree.get("statements", ())
    if tree.get("error"):
        raise BadSql(str(tree.get("error_message", "can't be read"))[:300])
    if len(statements) != 1:
        raise BadSql("Query is not a single statement.")
    tables = [_checked(each) for each in _parts(statements[0])]
    named = [table for table in tables if table]
    if len(named) != 1:
        raise BadSql("A query reads one table, by the id of its resource in double quotes")
    _require_shallow(statements[0])
    _require_few_turns(statements[0])
    _tell_columns(statements[0]["node"])
    return Checked(named[0], _written(tree))


def _require_short_cases(sql: str) -> None:
    """Raise BadSql for a CASE whose operand is more than a name: parsing copies it to each WHEN."""
    plain = sql if _UNUSUAL.search(sql) else _TEXTS.sub("''", sql)
    if _CASE.search(plain):
        raise BadSql("Write CASE WHEN condition THEN …, or CASE column WHEN value THEN …")


def _require_shallow(tree: object) -> None:
    """Raise Forbidden where what is copied has copies in it: each level doubles the question."""
    ahead = [(tree, 0)]
    while ahead:
        part, depth = ahead.pop()
        if isinstance(part, dict):
            depth += _is_copying(part)
            if depth > DEEPEST:
                said = "BETWEEN, IN, nullif, split_part"
                raise Forbidden(f"Not authorized: {said} nested more than {DEEPEST} deep")
            ahead.extend((each, depth) for each in part.values())
        elif isinstance(part, list):
            ahead.extend((each, depth) for each in part)


def _require_few_turns(tree: object) -> None:
    """Raise Forbidden for AND in OR in AND, and so on."""
    ahead: list[tuple[object, object, int]] = [(tree, None, 0)]
    while ahead:
        part, before, turns = ahead.pop()
        if isinstance(part, dict):
            kind = part.get("type") if part.get("class") == "CONJUNCTION" else before
            turns += kind != before
            if turns > MOST_TURNS:
                raise Forbidden(f"Not authorized: more than {MOST_TURNS} turns of AND and OR")
            ahead.extend((each, kind, turns) for each in part.values())
        elif isinstance(part, list):
            ahead.extend((each, before, turns) for each in part)


def _is_copying(part: Mapping[str, Any]) -> bool:
    function = str(part.get("function_name", "")).lower()
    return part.get("class") == "BETWEEN" or part.get("type") in COPYING or function in MACROS


def _tell_columns(node: Mapping[str, Any]) -> None:
    """Write the table before each name that is an alias of the SELECT, too: it means the column.

    As in PostgreSQL, an alias is known as a whole in GROUP BY and ORDER BY, and nowhere else.
    Raises BadSql for names of another table.
    """
    table = str(node["from_table"]["alias"] or node["from_table"]["table_name"])
    if sum(each.get("class") == "STAR" for each in node["select_list"]) > MOST_STARS:
        raise BadSql(f"At most {MOST_STARS} times all columns (*)")
    if table.casefold() == ALIAS:
        raise BadSql(f"Call the table something else than {ALIAS}")
    aliases = {str(each.get("alias") or "").casefold() for each in node["select_list"]}
    whole = {id(each) for each in _whole(node)}
    for part in _parts(node):
        if part.get("class") != "COLUMN_REF":
            continue
        *before, name = part["column_names"]
        if before and [each.casefold() for each in before] != [table.casefold()]:
            raise BadSql(f"No table {'.'.join(before)[:100]!r} is asked here")
        if name.casefold() in aliases and id(part) not in whole:
            part["column_names"][:] = [table, name]


def _whole(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What the rows are grouped and sorted by, each expression as a whole."""
    yield from node["group_expressions"]
    for modifier in node["modifiers"]:
        yield from (order["expression"] for order in modifier.get("orders", ()))


def _tree(sql: str) -> dict[str, Any]:
    try:
        with duckdb.connect(":memory:") as parser:
            parser.execute("SET enable_external_access = false")
            found = parser.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
        tree: dict[str, Any] = json.loads(found[0] if found else "{}")
    except (duckdb.Error, ValueError, RecursionError):
        raise BadSql("can't be read as one SELECT") from None
    return tree


def _written(tree: Mapping[str, Any]) -> str:
    try:
        with duckdb.connect(":memory:") as parser:
            parser.execute("SET enable_external_access = false")
            found = parser.execute(
                "SELECT json_deserialize_sql(?::JSON)", [json.dumps(tree)]
            ).fetchone()
    except (duckdb.Error, ValueError, RecursionError):
        raise BadSql("can't be written anew") from None
    return str(found[0]) if found else ""


def _parts(tree: object) -> Iterator[Mapping[str, Any]]:
    """Every object of the tree, without recursion: it may be deep."""
    ahead = [tree]
    while ahead:
        part = ahead.pop()
        if isinstance(part, dict):
            yield part
            ahead.extend(part.values())
        elif isinstance(part, list):
            ahead.extend(part)


def _checked(part: Mapping[str, Any]) -> str:
    """Raise Forbidden unless a part is on the lists; gives the table it names, if it does."""
    kind, name = part.get("class"), part.get("type")
    if kind is not None:
        _require_expression(part, str(kind), name)
    elif isinstance(name, str) and name not in KINDS:
        raise Forbidden(f"Not authorized: {name.lower().replace('_', ' ')} in a query")
    if "cte_map" in part and part["cte_map"].get("map"):
        raise Forbidden("Not authorized: WITH in a query")
    if len(part.get("group_sets") or ()) > 1:
        raise Forbidden("Not authorized: several groupings in a query")
    if part.get("sample") not in EMPTY or part.get("qualify") not in EMPTY:
        raise Forbidden("Not authorized: a sample in a query")
    if name != "BASE_TABLE":
        return ""
    if part.get("schema_name") or part.get("catalog_name") or part.get("at_clause"):
        raise Forbidden("Not authorized: a table of another schema")
    return str(part["table_name"])


def _require_expression(part: Mapping[str, Any], kind: str, name: object) -> None:
    if kind not in CLASSES:
        raise Forbidden(f"Not authorized: {kind.lower()} in a query")
    if kind == "FUNCTION":
        function = str(part.get("function_name", "")).lower()
        if function not in FUNCTIONS or part.get("schema") or part.get("catalog"):
            raise Forbidden(f"Not authorized to call function {function[:60]}")
    if kind == "OPERATOR" and name not in OPERATORS:
        raise Forbidden(f"Not authorized: {str(name)[:60].lower()} in a query")
    if kind == "TYPE" and str(part.get("type_name", "")).upper() not in TYPES:
        raise Forbidden(f"Not authorized: the type {str(part.get('type_name'))[:60]}")
    if kind == "STAR" and (part.get("columns") or part.get("expr") not in EMPTY):
        raise Forbidden("Not authorized: COLUMNS in a query")
