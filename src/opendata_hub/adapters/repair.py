"""Repairs of a file: what is proposed for it, and a copy with what was accepted.

A table is read twice: first for what whole columns say (where the header is, whether days or
months come first), then record by record. Memory grows with the proposals that are kept, never
with the file.
"""

import csv
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, TextIO, TypeVar

from frictionless import Field, FrictionlessException, Schema

from opendata_hub.adapters.tabular.reading import Table, opened
from opendata_hub.domain.catalog import headers
from opendata_hub.domain.catalog.repair import lines
from opendata_hub.domain.catalog.repair.cells import Column, propose
from opendata_hub.domain.catalog.repair.dates import Order, OrderEvidence, OrderWitness
from opendata_hub.domain.catalog.repair.proposal import REMOVALS, Acceptance, Kind, Proposal, Survey
from opendata_hub.domain.catalog.territory import Gazetteer, TerritoryLevel
from opendata_hub.domain.errors import BadTableSchema, Invalid

Answer = TypeVar("Answer")

MAX_PROPOSALS = 10_000
CHANGES_HEADER = ("row", "column", "before", "after", "kind", "proof")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_REMEMBERED_CELLS, _WORKBOOK_HEAD_BYTES = 65_536, 65_536
_FROM_1904 = re.compile(rb"""<workbookPr[^>]*\bdate1904=["'](?:1|true)["']""")


@dataclass(frozen=True, slots=True)
class Rules:
    """What a table is repaired by.

    schema:      a Table Schema descriptor; ``identifier``, ``territory`` and ``territoryLevel`` of
                 its fields say what a repair may know of them.
    territories: the lists that ``territory`` names.
    orders:      the order of day and month that a person said, by the field's name.
    """

    schema: Mapping[str, object]
    territories: Mapping[str, Gazetteer]
    orders: Mapping[str, Order]


@dataclass(frozen=True, slots=True)
class _Place:
    """A column where it stands in a record, and what it says of a cell."""

    position: int
    column: Column
    is_quiet: Callable[[str], bool]
    provinces: Callable[[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the first reading found. columns stand as the cells do; None is no field."""

    header_row: int
    header: tuple[str, ...]
    names: tuple[str, ...]
    columns: tuple[Column | None, ...]


def survey(
    file: Path, rules: Rules, *, file_name: str, max_proposals: int = MAX_PROPOSALS
) -> Survey:
    """What can be repaired in a file, and what can't and why; nothing is written.

    Raises BadTableSchema for a schema that can't be read, Invalid for an answer about a column that
    holds no dates, and NotATable for what is none.
    """
    kept: list[Proposal] = []
    counts: Counter[Kind] = Counter()
    repairs = 0
    with opened(file, file_name) as table:
        for _, _, proposals in _read(table, _plan(table, rules, is_1904=counts_from_1904(file))):
            for proposal in proposals:
                counts[proposal.kind] += 1
                repairs += proposal.is_repair
                if len(kept) < max_proposals:
                    kept.append(proposal)
    return Survey(tuple(kept), counts, repairs)


def write(
    file: Path,
    rules: Rules,
    *,
    file_name: str,
    acceptance: Acceptance,
    copy: Path,
    changes: Path,
    language: str,
) -> int:
    """Write the repaired copy and the list of its changes; gives how many were made.

    copy:     UTF-8 CSV; its cells are data and stay as they are, formula-like ones as well.
    changes:  for people, who open it in a spreadsheet: with a byte order mark, and an apostrophe
              before what a spreadsheet would take for a formula. Rows are those of the original.
    Raises as ``survey`` does.
    """
    made = 0
    with (
        opened(file, file_name) as table,
        _appearing(copy, "utf-8") as copy_stream,
        _appearing(changes, "utf-8-sig") as changes_stream,
    ):
        plan = _plan(table, rules, is_1904=counts_from_1904(file))
        rows, notes = _writer(copy_stream), _writer(changes_stream)
        notes.writerow(CHANGES_HEADER)
        for row, cells, proposals in _read(table, plan):
            accepted = [proposal for proposal in proposals if acceptance.takes(proposal)]
            made += len(accepted)
            notes.writerows(_note(proposal, language) for proposal in accepted)
            if not any(proposal.kind in REMOVALS for proposal in accepted):
                rows.writerow(_repaired(row, cells, accepted, plan))
    return made


@contextmanager
def _appearing(file: Path, encoding: str) -> Iterator[TextIO]:
    """A file that appears whole when the block ends well, and not at all otherwise."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        with unfinished.open("w", encoding=encoding, newline="") as stream:
            yield stream
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _writer(stream: TextIO) -> Any:
    # Lines end as RFC 4180 has it: with "\n" alone Python leaves a cell that holds "\r" unquoted.
    return csv.writer(stream, lineterminator="\r\n")


def _note(proposal: Proposal, language: str) -> list[str]:
    """One change as a line that no spreadsheet takes for a formula."""
    cells = (
        str(proposal.row),
        proposal.column or "",
        proposal.before,
        proposal.after or "",
        proposal.kind,
        proposal.proof(language),
    )
    return [f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in cells]


def _repaired(
    row: int, cells: Sequence[str], accepted: Sequence[Proposal], plan: _Plan
) -> list[str]:
    """The cells of a record with what was accepted for them."""
    after = {proposal.column: proposal.after for proposal in accepted}
    if row == plan.header_row:
        return [after.get(name) or cell for name, cell in zip(plan.names, cells, strict=True)]
    repaired = list(cells)
    for position, column in enumerate(plan.columns[: len(cells)]):
        if column and (new := after.get(column.name)) is not None:
            repaired[position] = new
    return repaired


def _read(table: Table, plan: _Plan) -> Iterator[tuple[int, list[str], tuple[Proposal, ...]]]:
    """Every record with what is proposed for it, in reading order."""
    fields = tuple(
        _Place(position, column, _remembered(column.is_quiet), _remembered(_provinces_in(column)))
        for position, column in enumerate(plan.columns)
        if column
    )
    for row, cells in table.records():
        if row < plan.header_row:
            yield row, cells, (lines.title_row(cells, row=row, header_row=plan.header_row),)
        elif row == plan.header_row:
            yield row, cells, lines.header_names(plan.header, plan.names, row=row)
        elif removal := lines.no_data(cells, plan.columns, row=row):
            yield row, cells, (removal,)
        else:
            yield row, cells, tuple(_of_record(cells, fields, row))


def _of_record(cells: Sequence[str], fields: Sequence[_Place], row: int) -> Iterator[Proposal]:
    told = [place for place in fields if not place.is_quiet(_cell(cells, place))]
    if not told:
        return
    provinces = frozenset[str]().union(*(place.provinces(_cell(cells, place)) for place in fields))
    for place in told:
        text = _cell(cells, place)
        if proposal := propose(place.column, text, row=row, provinces=provinces):
            yield proposal


def _cell(cells: Sequence[str], place: _Place) -> str:
    """The text of a field; empty in a record that is too short."""
    return cells[place.position] if place.position < len(cells) else ""


def _provinces_in(column: Column) -> Callable[[str], frozenset[str]]:
    """What gives the provinces that a code of the column lies in."""

    def provinces(text: str) -> frozenset[str]:
        known = column.territories
        return known.provinces_of([text.strip()]) if known else frozenset()

    return provinces


def _remembered(answer: Callable[[str], Answer]) -> Callable[[str], Answer]:
    """The same answer from memory: most cells of a table say what another of their column says."""
    return lru_cache(maxsize=_REMEMBERED_CELLS)(answer)


def _plan(table: Table, rules: Rules, *, is_1904: bool) -> _Plan:
    """Read the table once for what whole columns say."""
    schema = _schema(rules.schema)
    fields = [field.name for field in schema.fields]
    start = list(islice(table.records(), headers.SEARCHED_ROWS))
    layout = headers.layout_of([cells for _, cells in start], headers.field_names(rules.schema))
    if not start:
        return _Plan(1, (), (), ())
    if layout is None:
        raise Invalid(
            f"None of the first {headers.SEARCHED_ROWS} lines names a column of this family; "
            f"those are: {', '.join(fields)}"
        )
    # A name that stands twice is a fault of its own: only the first is read as the field.
    canonical = tuple(
        written if position in layout.repeated else label
        for position, (written, label) in enumerate(zip(layout.written, layout.labels, strict=True))
    )
    known = {
        field.name: _column(field, descriptor, rules, is_1904=is_1904)
        for field, descriptor in _with_descriptors(schema, rules)
    }
    _must_hold_dates(rules.orders, known)
    orders = _orders(table, canonical, known, layout.row)
    columns = {
        name: replace(each, order=orders.get(name, each.order)) for name, each in known.items()
    }
    standing = tuple(
        columns.get(name) if position not in layout.repeated else None
        for position, name in enumerate(canonical)
    )
    return _Plan(layout.row, layout.written, canonical, standing)


def _orders(
    table: Table, names: Sequence[str], known: Mapping[str, Column], header_row: int
) -> Mapping[str, OrderEvidence]:
    """What each column of dates says of the order of day and month, unless a person has said it."""
    witnesses = {
        position: (name, OrderWitness())
        for position, name in enumerate(names)
        if name in known and known[name].type == "date" and known[name].order.order is None
    }
    if not witnesses:
        return {}
    for row, cells in table.records():
        if row > header_row:
            for position, (_, witness) in witnesses.items():
                if position < len(cells):
                    witness.see(row, cells[position])
    return {name: witness.evidence() for name, witness in witnesses.values()}


def _must_hold_dates(orders: Mapping[str, Order], known: Mapping[str, Column]) -> None:
    for name in orders:
        if name not in known or known[name].type != "date":
            dates = ", ".join(column.name for column in known.values() if column.type == "date")
            raise Invalid(f"{name[:60]!r} is no column of dates; those are: {dates}")


def _schema(descriptor: Mapping[str, object]) -> Schema:
    try:
        return Schema.from_descriptor(dict(descriptor))
    except FrictionlessException as problem:
        raise BadTableSchema(f"This is no Table Schema: {problem.error.note}") from None


def _with_descriptors(schema: Schema, rules: Rules) -> Iterator[tuple[Field, Mapping[str, Any]]]:
    """Frictionless' fields beside what the schema says of them, our own properties included."""
    described: Any = rules.schema["fields"]
    return zip(schema.fields, described, strict=True)


def _column(field: Field, descriptor: Mapping[str, Any], rules: Rules, *, is_1904: bool) -> Column:
    order = rules.orders.get(field.name)
    level = descriptor.get("territoryLevel")
    return Column(
        name=field.name,
        type=field.type,
        accepts=_reader(field),
        is_required=field.required,
        missing=frozenset(field.missing_values),
        identifier=descriptor.get("identifier", ""),
        is_patterned="pattern" in field.constraints,
        territories=_territories(descriptor, rules),
        level=TerritoryLevel(level) if level else None,
        true_values=tuple(descriptor.get("trueValues", ("true",))),
        false_values=tuple(descriptor.get("falseValues", ("false",))),
        listed=tuple(str(each) for each in field.constraints.get("enum", ())),
        order=OrderEvidence(order) if order else OrderEvidence(),
        is_1904=is_1904,
    )


def _territories(descriptor: Mapping[str, Any], rules: Rules) -> Gazetteer | None:
    name = descriptor.get("territory")
    if name and name not in rules.territories:
        raise BadTableSchema(
            f"{descriptor['name']}: no list of territories {name!r}; "
            f"add catalog/territories/{name}.csv"
        )
    return rules.territories[name] if name else None


def _reader(field: Field) -> Callable[[str], bool]:
    """The field's own cell reader: whether a text is a value of it."""

    def accepts(text: str) -> bool:
        try:
            return not field.read_cell(text)[1]
        except (ArithmeticError, TypeError, ValueError):
            return False  # Frictionless breaks on cells that can't be compared, such as sNaN.

    return accepts


def counts_from_1904(file: Path) -> bool:
    """Whether a workbook says that its days are counted from 1904; False for what is none."""
    if not zipfile.is_zipfile(file):
        return False
    with zipfile.ZipFile(file) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return False
        with archive.open("xl/workbook.xml") as workbook:
            return bool(_FROM_1904.search(workbook.read(_WORKBOOK_HEAD_BYTES)))
