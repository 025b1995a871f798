"""Actions that ask the rows of published tables, in the dialect of CKAN's datastore."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from opendata_hub.adapters.rows.ask import Rows, asking, csv_line, json_line
from opendata_hub.adapters.rows.guard import checked
from opendata_hub.domain.catalog.dataset import Dataset
from opendata_hub.domain.catalog.rows.column import ROW_NUMBER, Column, ColumnKind
from opendata_hub.domain.catalog.rows.query import RowQuery, Sizes, query_from
from opendata_hub.domain.errors import BadRowQuery, InvalidPackage, NoRows, UnknownDataset
from opendata_hub.flows.catalog.serving import rows as flow
from opendata_hub.flows.catalog.serving.rows import Asked
from opendata_hub.flows.ckan.show import shown_in
from opendata_hub.store import datasets
from opendata_hub.web.ckan.call import MISSING, Call, parsed
from opendata_hub.web.ckan.packages import slug_of

ID = "_id"
USUAL_ROWS, MOST_ROWS = 100, 32_000
FORMATS = ("objects", "lists", "csv", "tsv")
TYPES: Mapping[ColumnKind, str] = {
    ColumnKind.TEXT: "text", ColumnKind.WHOLE: "int8", ColumnKind.NUMBER: "numeric",
    ColumnKind.BOOLEAN: "bool", ColumnKind.DATE: "date", ColumnKind.MOMENT: "timestamp",
}  # fmt: skip
READ_ONLY = "Rows come from the published file: hand in another one with resource_update"
NUMBER = Column(ROW_NUMBER, ColumnKind.WHOLE)


def datastore_search(call: Call) -> dict[str, Any]:
    """Rows of a table that meet filters, a page of them."""
    wanted = call.text("resource_id") or call.text("id")
    if not wanted:
        raise InvalidPackage({"resource_id": [MISSING]})
    form = call.text("records_format", "objects")
    if form not in FORMATS:
        raise InvalidPackage({"records_format": [f"Must be one of {', '.join(FORMATS)}"]})
    if call.is_true("distinct"):
        raise InvalidPackage(
            {"distinct": ["Not offered here: SELECT DISTINCT in datastore_search_sql"]}
        )
    _, file = _table(call, wanted)
    with asking(file) as rows:
        query, fields = _question(call, rows.columns)
        records = _records(rows, query, fields, form)
        total = rows.total(query) if call.is_true("include_total", otherwise=True) else None
    counted = {"total": total, "total_was_estimated": False} if total is not None else {}
    return {
        **_echoed(call),
        "include_total": total is not None,
        "limit": query.limit,
        "records_format": form,
        "resource_id": wanted,
        "total_estimation_threshold": None,
        "records": records,
        "fields": [_field(each, is_info=False) for each in fields],
        "_links": _links(call, query),
        **counted,
    }


def datastore_search_sql(call: Call) -> dict[str, Any]:
    """Rows by a SELECT of one table, which is named by the id of its resource."""
    sql = call.needed("sql")
    asked = checked(sql)
    _, file = _table(call, asked.table)
    with asking(file) as rows:
        types, records = rows.selected(asked.table, asked.sql, ID, most=MOST_ROWS + 1)
    cut = {"records_truncated": True} if len(records) > MOST_ROWS else {}
    return {
        "sql": sql,
        "records": [_record(each) for each in records[:MOST_ROWS]],
        "fields": [{"id": name, "type": _sql_type(kind)} for name, kind in types],
        **cut,
    }


def _record(line: str) -> Any:
    """A row; NaN and the infinities, which JSON has not, are null."""
    return json.loads(line, parse_constant=lambda _: None)


def datastore_info(call: Call) -> dict[str, Any]:
    """What a table has: its columns, with their titles, and how many rows."""
    wanted = call.text("id") or call.needed("resource_id", "id")
    asked, file = _table(call, wanted)
    with asking(file) as rows:
        columns = tuple(each for each in rows.columns if each.name != ROW_NUMBER)
        count = rows.total(RowQuery(columns))
    said = _said(call, asked.dataset)
    return {
        "meta": {
            "id": wanted,
            "count": count,
            "table_type": "BASE TABLE",
            "size": file.stat().st_size,
            "db_size": file.stat().st_size,
            "idx_size": 0,
            "aliases": [],
        },
        "fields": [
            {**_field(each, is_info=True), "info": said.get(each.name, {})} for each in columns
        ],
    }


def datastore_create(_: Call) -> None:
    """Refused: rows come from the published file."""
    raise InvalidPackage({"resource_id": [READ_ONLY]})


def datastore_upsert(_: Call) -> None:
    """Refused: rows come from the published file."""
    raise InvalidPackage({"resource_id": [READ_ONLY]})


def datastore_delete(_: Call) -> None:
    """Refused: rows come from the published file."""
    raise InvalidPackage({"resource_id": [READ_ONLY]})


def dumped(rows: Rows, query: RowQuery, form: str) -> Iterator[str]:
    """All rows that are asked for as a file: csv, tsv or json."""
    fields = (NUMBER, *query.select)
    if form == "json":
        head = json.dumps([_field(each, is_info=False) for each in fields], ensure_ascii=False)
        yield f'{{\n  "fields": {head},\n  "records": [\n'
        before = "    "
        for line in rows.lines(query, json_line):
            yield before + json.dumps(list(json.loads(line).values()), ensure_ascii=False)
            before = ",\n    "
        yield "\n]}\n"
        return
    lines = rows.lines(query, csv_line)
    names = _csv_line([ID, *(each.name for each in query.select)])
    for line in chain([names], (f"{each}\r\n" for each in lines)):
        yield line if form == "csv" else _tabbed(line)


def table_of(call: Call, wanted: str) -> tuple[Asked, Path]:
    """The rows of the file with that id, made now if they were not; raises UnknownDataset."""
    return _table(call, wanted)


def _table(call: Call, wanted: str) -> tuple[Asked, Path]:
    with call.hub.reading() as session:
        shown = shown_in(session, call.hub.frame)
        slug = slug_of(session, shown, call, wanted)
        dataset = datasets.find(session, slug) if slug else None
    if dataset is None or shown.names.resource(dataset.slug) != wanted.lower():
        raise UnknownDataset(f'Resource "{wanted[:100]}" was not found.')
    try:
        asked = flow.asked(call.hub.frame, call.hub.files, dataset)
        return asked, flow.ready(call.hub.rows, asked)
    except NoRows:
        raise UnknownDataset(f'Resource "{wanted[:100]}" has no rows.') from None


def _question(call: Call, columns: Sequence[Column]) -> tuple[RowQuery, tuple[Column, ...]]:
    """What is asked, and the columns that are given, the number of the row among them or not."""
    own = {each.name: each for each in columns}
    named = call.many("fields")
    for name in named:
        if name != ID and name not in own:
            raise InvalidPackage({"fields": [f'field "{name[:60]}" not in table']})
    try:
        query = query_from(
            _parameters(call), columns, version="", sizes=Sizes(usual=None, most=None)
        )
    except BadRowQuery as problem:
        raise InvalidPackage({_key_of(problem.parameter): [str(problem)]}) from None
    given = named or (ID, *(each.name for each in query.select))
    fields = tuple(NUMBER if name == ID else own[name] for name in given)
    text = call.given.get("q")
    return (
        replace(
            query,
            select=tuple(each for each in fields if each != NUMBER),
            anywhere=text.strip()
            if isinstance(text, str) and not isinstance(parsed(text), dict)
            else "",
            limit=call.count("limit", USUAL_ROWS, most=MOST_ROWS),
            offset=call.count("offset", 0, most=10**9),
        ),
        fields,
    )


def _parameters(call: Call) -> list[tuple[str, str]]:
    """Filters, words in columns and the order, as our own rows are asked."""
    found = [_filter(key, value) for key, value in call.mapping("filters").items()]
    words = parsed(call.given.get("q"))
    if isinstance(words, dict):
        found += [(f"{_ours(key)}.contains", str(value)) for key, value in words.items()]
    keys = [each.strip().split() for each in call.many("sort")]
    order = [
        ("-" if [part.lower() for part in each[1:2]] == ["desc"] else "")
        + _ours(each[0].strip('"'))
        for each in keys
        if each
    ]
    return [*found, ("sort", ",".join(order))] if order else found


def _filter(key: str, value: object) -> tuple[str, str]:
    if value is None:
        return f"{_ours(key)}.empty", "true"
    if isinstance(value, list):
        return f"{_ours(key)}.in", _csv_line([_plain(each) for each in value]).rstrip("\r\n")
    return f"{_ours(key)}.eq", _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, dict | list):
        raise InvalidPackage({"filters": ["A value, or a list of values"]})
    return str(value).lower() if isinstance(value, bool) else str(value)


def _ours(name: str) -> str:
    return ROW_NUMBER if name == ID else name


def _key_of(parameter: str) -> str:
    """The key of CKAN's that a parameter of ours came from."""
    return "sort" if parameter == "sort" else "filters"


def _records(rows: Rows, query: RowQuery, fields: Sequence[Column], form: str) -> Any:
    if query.limit == 0:
        return [] if form in {"objects", "lists"} else ""
    lines = [_values(line, fields) for line in rows.lines(query, json_line)]
    if form == "objects":
        return [
            {_name(column): value for column, value in zip(fields, each, strict=True)}
            for each in lines
        ]
    if form == "lists":
        return lines
    text = io.StringIO()
    csv.writer(text, "excel" if form == "csv" else "excel-tab", lineterminator="\n").writerows(
        lines
    )
    return text.getvalue()


def _values(line: str, fields: Sequence[Column]) -> list[Any]:
    said = json.loads(line)
    return [said[each.name] for each in fields]


def _name(column: Column) -> str:
    return ID if column.name == ROW_NUMBER else column.name


def _field(column: Column, *, is_info: bool) -> dict[str, Any]:
    if column.name == ROW_NUMBER:
        return {"id": ID, "type": "int"}
    kind = TYPES[column.kind]
    if not is_info:
        return {"id": column.name, "type": kind}
    schema = {
        "native_type": kind, "notnull": False, "index_name": None, "is_index": False,
        "uniquekey": False,
    }  # fmt: skip
    return {"id": column.name, "type": kind, "schema": schema}


def _said(call: Call, dataset: Dataset) -> dict[str, dict[str, str]]:
    """Title and description of each column, as the family's schema has them."""
    fields: Any = call.hub.frame.families[dataset.family].schema.get("fields", ())
    return {
        each["name"]: {
            "label": str(each.get("title") or each["name"]),
            "notes": str(each.get("description") or ""),
        }
        for each in fields
    }


def _echoed(call: Call) -> dict[str, Any]:
    """What was asked, as CKAN repeats it."""
    asked = {
        "filters": call.mapping("filters"),
        "sort": call.text("sort"),
        "q": call.given.get("q"),
    }
    return {key: value for key, value in asked.items() if value}


def _links(call: Call, query: RowQuery) -> dict[str, str]:
    parts = urlsplit(call.path)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "offset"]
    start = f"{parts.path}?{urlencode(kept)}" if kept else parts.path
    ahead = query.offset + (query.limit or 0)
    following = urlencode([*kept, ("offset", str(ahead))])
    return {"start": start, "next": f"{parts.path}?{following}"}


def _csv_line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _tabbed(line: str) -> str:
    text = io.StringIO()
    csv.writer(text, "excel-tab").writerows(csv.reader([line]))
    return text.getvalue()


def _sql_type(kind: str) -> str:
    named = kind.partition("(")[0]
    return {
        "BIGINT": "int8", "HUGEINT": "numeric", "INTEGER": "int4", "DECIMAL": "numeric",
        "DOUBLE": "float8", "FLOAT": "float4", "VARCHAR": "text", "BOOLEAN": "bool",
        "DATE": "date", "TIMESTAMP": "timestamp", "SMALLINT": "int2",
    }.get(named, named.lower())  # fmt: skip
