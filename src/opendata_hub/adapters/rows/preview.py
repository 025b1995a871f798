"""The first rows and the charts of a table, worked out once and kept beside its Parquet."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from opendata_hub.adapters.rows.ask import asking, json_line
from opendata_hub.adapters.rows.ready import made
from opendata_hub.adapters.rows.store import RowStore, Source
from opendata_hub.domain.catalog.rows.column import ROW_NUMBER
from opendata_hub.domain.catalog.rows.query import RowQuery
from opendata_hub.domain.portal.chart import Bar, Chart, Drawn, Preview

FIRST = 10
LAYOUT = "preview/2"
"""What a preview was made by; raise it when the same table would give another one."""
REMEMBERED = 500
Charts = Sequence[tuple[Chart, int]]
"""Charts, each with how many bars are kept of it."""


def previewed(store: RowStore, source: Source, charts: Charts) -> Preview:
    """The preview of a published file, made now when it is not there; raises NoRows.

    Costs one small file once it was made: the page of a dataset asks no database of rows.
    """
    path = store.beside(source, f"{_digest(charts)}.json")
    if not path.is_file():
        _write(_made(store, source, charts), path)
    return _read(path)


def cells(line: str) -> dict[str, Any]:
    """A row by column from its line; numbers keep their digits, as text."""
    found: dict[str, Any] = json.loads(line, parse_float=str, parse_int=str)
    return found


def _digest(charts: Charts) -> str:
    drawn = ([asdict(chart), most] for chart, most in charts)
    said = json.dumps([LAYOUT, *drawn], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _made(store: RowStore, source: Source, charts: Charts) -> Preview:
    with asking(made(store, source)) as found:
        served = tuple(column for column in found.columns if column.name != ROW_NUMBER)
        query = RowQuery(served, limit=FIRST)
        rows = tuple(cells(line) for line in found.lines(query, json_line))
        drawn = tuple(filter(None, (found.drawn(chart, most=most) for chart, most in charts)))
    return Preview(rows, drawn)


def _write(preview: Preview, path: Path) -> None:
    """Whole or not at all: another process may look at any moment."""
    said = json.dumps(asdict(preview), ensure_ascii=False, default=str)
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as aside:
        aside.write(said)
        aside.flush()
        os.fsync(aside.fileno())
    Path(aside.name).replace(path)


@lru_cache(REMEMBERED)
def _read(path: Path) -> Preview:
    """A preview that was written; its name says what it was made from, so it is never another."""
    said = json.loads(path.read_bytes())
    return Preview(tuple(said["rows"]), tuple(_drawn(each) for each in said["charts"]))


def _drawn(said: dict[str, Any]) -> Drawn:
    bars = tuple(Bar(each["label"], Decimal(each["value"]), each["rows"]) for each in said["bars"])
    return Drawn(said["chart"], bars, Decimal(said["left"]), said["left_groups"])
