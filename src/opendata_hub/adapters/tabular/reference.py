"""Frictionless, in our words: a table, a schema and a way of matching give rows with errors."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from frictionless import Dialect, Error, FrictionlessException, Package, Schema
from frictionless.errors import SourceError
from frictionless.formats import CsvControl
from frictionless.resources import TableResource
from frictionless.table.row import Row

from opendata_hub.adapters.tabular.reading import Table
from opendata_hub.domain.catalog.headers import HeaderLayout
from opendata_hub.domain.errors import BadTableSchema

NumberedCells = tuple[int, list[str]]

BREAKS = (TypeError, ValueError, ArithmeticError, re.error)
"""What Frictionless lets through when a schema or a cell is more than it can take."""


class ReplayDialect(Dialect):
    """A dialect that can be told the labels of a table and which of its rows to read.

    labels: what the header means, once that is known; None: what it says.
    replayed: numbered records to read in place of all; None: all.
    """

    labels: list[str] | None = None
    replayed: Iterable[NumberedCells] | None = None

    def read_labels(self, sample: list[list[Any]]) -> list[str]:
        """The labels of the header."""
        said = super().read_labels(sample)
        return said if self.labels is None else self.labels

    def read_enumerated_content_stream(
        self, cell_stream: Iterable[list[Any]]
    ) -> Iterator[tuple[int, list[Any]]]:
        """The records to read with their numbers, decided when reading starts."""
        if self.replayed is None:
            yield from super().read_enumerated_content_stream(cell_stream)
        else:
            yield from self.replayed


def table_schema(descriptor: Mapping[str, object]) -> Schema:
    """A Table Schema as Frictionless reads it; raises BadTableSchema with all its reasons."""
    try:
        return Schema.from_descriptor(dict(descriptor))
    except FrictionlessException as problem:
        raise BadTableSchema(f"This is no Table Schema: {reasons_of(problem)}") from None


def reasons_of(problem: FrictionlessException) -> str:
    """Why Frictionless refused something, on one line."""
    return "; ".join(error.note for error in problem.reasons or [problem.error])


def opened(
    table: Table,
    schema: Schema | None,
    *,
    layout: HeaderLayout | None = None,
    dialect: Mapping[str, object] | None = None,
    package: Package | None = None,
    name: str = "table",
) -> TableResource:
    """The table as Frictionless has opened it; raises FrictionlessException when it can't.

    layout:  where the header is and what it means; None: as Frictionless sees it.
    package: where foreign keys are looked up; name is the table's in it.
    We never hand it a name that somebody chose.
    """
    resource = TableResource(
        name=name,
        path=table.file.name,
        basepath=str(table.file.parent),
        scheme="file",
        format="csv",
        encoding=table.encoding,
        dialect=dialect_of(table, layout, dialect),
    )
    resource.package = package
    if schema:
        resource.schema = schema
    resource.open()  # type: ignore[no-untyped-call]
    return resource


def dialect_of(
    table: Table, layout: HeaderLayout | None, said: Mapping[str, object] | None
) -> ReplayDialect:
    """How a table is written: as was said, else as it was found."""
    dialect = ReplayDialect.from_descriptor(dict(said or {}))
    if not isinstance(dialect, ReplayDialect):
        raise TypeError(type(dialect))
    if not dialect.has_control("csv"):
        dialect.add_control(CsvControl(delimiter=table.delimiter))
    if layout:
        dialect.header_rows = [layout.row]
        dialect.labels = list(layout.labels)
    return dialect


def errors_of_rows(resource: TableResource) -> Iterator[tuple[Row | None, Sequence[Error]]]:
    """Each row that is read, with its errors; None and an error where reading itself failed."""
    stream = resource.row_stream
    while True:
        try:
            row = next(stream)
        except StopIteration:
            return
        except FrictionlessException as problem:
            yield None, [problem.error]
            continue
        yield row, row.errors


def start_errors(resource: TableResource) -> list[Error]:
    """What is wrong before the first row: an empty source, the header."""
    is_empty = not (resource.labels or resource.fragment)
    empty = [SourceError(note="the source is empty")] if is_empty else []
    return [*empty, *resource.header.errors]


def require_applicable(schema: Schema, problem: Exception) -> None:
    """Raise BadTableSchema when the schema fails even on a row that is nothing but ones."""
    row = [[field.name for field in schema.fields], ["1"] * len(schema.fields)]
    try:
        TableResource(data=row, schema=schema).validate()
    except (*BREAKS, FrictionlessException):
        raise BadTableSchema(f"Frictionless can't apply this Table Schema: {problem}") from None


def first_row(resource: TableResource) -> int:
    """The number of the first record behind the header."""
    return int(resource.dialect.create_first_content_row())  # type: ignore[no-untyped-call]
