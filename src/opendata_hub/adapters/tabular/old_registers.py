"""The rows of an old register, whatever its format: columns by name, title or synonym."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opendata_hub.adapters.tabular.reading import headed, opened
from opendata_hub.domain.catalog import headers
from opendata_hub.domain.catalog.headers import is_total_line
from opendata_hub.domain.errors import NotATable


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table whose columns were found. ignored: labels of columns that mean none of the fields."""

    labels: tuple[str, ...]
    ignored: tuple[str, ...]
    records: Iterator[tuple[int, Mapping[str, str]]]


@contextmanager
def old_table(file: Path, file_name: str, schema: Mapping[str, Any]) -> Iterator[ReadTable]:
    """The table in a file, by the fields of the schema; raises NotATable where none is found.

    Blank records and total lines are passed over.
    """
    fields = [str(field["name"]) for field in schema["fields"]]
    with opened(file, file_name) as table:
        found = headed(table, schema)
        if found is None:
            known = ", ".join(sorted(headers.field_names(schema).values())[:5])
            raise NotATable("no-header", f"No row names a column of a register ({known} …)")
        labels = found.layout.labels
        known_labels = tuple(label for label in labels if label in fields)
        ignored = tuple(
            written
            for label, written in zip(labels, found.layout.written, strict=True)
            if label not in fields and written.strip()
        )

        def records() -> Iterator[tuple[int, Mapping[str, str]]]:
            for number, cells in found.table.records():
                if number <= found.layout.row or not any(cell.strip() for cell in cells):
                    continue
                if is_total_line(cells):
                    continue
                yield number, {k: v for k, v in zip(labels, cells, strict=False) if k in fields}

        yield ReadTable(known_labels, ignored, records())
