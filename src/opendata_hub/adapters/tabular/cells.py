"""Single cells of a file, as its sender wrote them: what a report shows beside its findings."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from opendata_hub.adapters.tabular.reading import headed, opened
from opendata_hub.domain.errors import NotATable

LONGEST_SHOWN = 300


def cells_at(
    file: Path, schema: Mapping[str, Any], places: Collection[tuple[int, str]], *, file_name: str
) -> dict[tuple[int, str], str]:
    """What stands at these places (record number from 1, field), cut where it is long.

    Reads no further than the last of them. A place that is not in the file is left out, and so
    is all of a file that is no table.
    """
    if not places:
        return {}
    rows, last = {row for row, _ in places}, max(row for row, _ in places)
    found: dict[tuple[int, str], str] = {}
    try:
        with opened(file, file_name) as table:
            head = headed(table, schema)
            if head is None:
                return {}
            positions = {label: at for at, label in enumerate(head.layout.labels)}
            for number, record in head.table.records():
                if number > last:
                    break
                if number not in rows:
                    continue
                for row, column in places:
                    at = positions.get(column, len(record))
                    if row == number and at < len(record):
                        found[row, column] = record[at][:LONGEST_SHOWN]
    except (NotATable, UnicodeDecodeError):
        return {}
    return found
