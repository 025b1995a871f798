"""Small counts: which cells of a table of counts to leave blank, so that none can be worked out.

A family declares in its Table Schema, beside ``fields``:

    "smallCells": {
      "below": 5,                                    1 to 4 are small; 0 tells of nobody
      "mark": "s",                                   stands in a blanked cell; in missingValues
      "columns": ["nb_assujettis", "nb_deposees"],   the counts
      "sums": [{"total": "nb_assujettis", "parts": ["nb_deposees", "nb_non_deposees"]}],
      "groups": [{"column": "fonction", "total": "ensemble", "by": ["campagne"]}],
      "unless": {"fonction": ["president_conseil"]}  rows whose counts are public as they are
    }

``sums`` add up along a row; a group's row of which ``column`` says ``total`` adds up the others
that agree in ``by``, for each of the counts. ``groups`` and ``unless`` may be left out.

A reader knows the published cells, the sums, and that no count is negative. A blanked cell is safe
when all the blanked cells together could be other counts by one with every sum kept, its own among
them. Source: the practice of statistical offices (primary and complementary suppression).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opendata_hub.domain.errors import Invalid

STEPS = 20_000
"""How long to look for other counts; what is not found by then counts as not there."""

Cell = tuple[int, str]
"""A row by its place in the table from 0, and a column."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Parts that add up to a total along a row."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The row whose ``column`` says ``total`` adds up those that agree with it in ``by``."""

    column: str
    total: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SmallCells:
    """What a family says of its small counts; see the module."""

    below: int
    mark: str
    columns: tuple[str, ...]
    sums: tuple[Sum, ...]
    groups: tuple[Group, ...]
    unless: Mapping[str, tuple[str, ...]]

    def is_small(self, row: Mapping[str, str], column: str) -> bool:
        """Whether the cell tells of so few that they could be known."""
        if any(row.get(name) in values for name, values in self.unless.items()):
            return False
        count = count_in(row.get(column, ""))
        return column in self.columns and count is not None and 0 < count < self.below


@dataclass(slots=True)
class _Table:
    """The counts that are known, the sums they take part in, and what is blanked so far.

    sums: cells that add up, the total (with -1) first; of: the numbers of a cell's sums.
    """

    counts: Mapping[Cell, int | None]
    sums: list[Mapping[Cell, int]]
    of: Mapping[Cell, list[int]]
    blanked: set[Cell] = field(default_factory=set)

    def is_open(self, cell: Cell) -> bool:
        """Whether a reader does not see the cell: it is blanked, or was empty before."""
        return cell in self.blanked or self.counts[cell] is None


def declared(schema: Mapping[str, Any]) -> SmallCells | None:
    """What the schema says of small counts; None when it says nothing.

    Raises Invalid when that is not of the form that the module tells.
    """
    said = schema.get("smallCells")
    if said is None:
        return None
    try:
        rule = SmallCells(
            below=int(said["below"]),
            mark=str(said["mark"]),
            columns=tuple(said["columns"]),
            sums=tuple(Sum(each["total"], tuple(each["parts"])) for each in said.get("sums", ())),
            groups=tuple(
                Group(each["column"], each["total"], tuple(each["by"]))
                for each in said.get("groups", ())
            ),
            unless={name: tuple(values) for name, values in said.get("unless", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise Invalid(f"smallCells: {type(problem).__name__}: {problem}") from None
    _require_sound(rule, schema)
    return rule


def count_in(text: str) -> int | None:
    """A whole number of persons; None for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() else None


def small(rows: Sequence[Mapping[str, str]], rule: SmallCells) -> Iterator[Cell]:
    """The cells that tell of too few, in reading order."""
    for place, row in enumerate(rows):
        yield from ((place, column) for column in rule.columns if rule.is_small(row, column))


def to_blank(rows: Sequence[Mapping[str, str]], rule: SmallCells) -> list[Cell]:
    """The cells to blank, in reading order: the small ones, and others that would give them away.

    The next smallest count of a sum is taken, a zero only when there is nothing else, the total
    last. Cells that are empty or no counts stay as they are: nobody can work them out.
    """
    table = _table(rows, rule)
    waiting = list(small(rows, rule))
    table.blanked.update(waiting)
    while waiting:
        cell = waiting.pop()
        while not _could_be_another(table, cell):
            companion = _companion(table, cell)
            table.blanked.add(companion)
            waiting.append(companion)
    order = {column: place for place, column in enumerate(rule.columns)}
    return sorted(table.blanked, key=lambda c: (c[0], order.get(c[1], len(order)), c[1]))


def blanked(
    records: Sequence[Sequence[str]], rule: SmallCells
) -> tuple[list[list[str]], list[tuple[int, str]]]:
    """A copy of a table with the mark in each blank, and the blanks by record number and column.

    records: the header first; its number is 1.
    """
    if not records:
        return [], []
    header = list(records[0])
    cells = to_blank([dict(zip(header, record, strict=False)) for record in records[1:]], rule)
    copy = [list(record) for record in records]
    for place, column in cells:
        copy[place + 1][header.index(column)] = rule.mark
    return copy, [(place + 2, column) for place, column in cells]


def _table(rows: Sequence[Mapping[str, str]], rule: SmallCells) -> _Table:
    sums = [*_sums_of_rows(rows, rule), *_sums_of_groups(rows, rule)]
    of: defaultdict[Cell, list[int]] = defaultdict(list)
    for number, each in enumerate(sums):
        for cell in each:
            of[cell].append(number)
    counted = {*of, *((place, column) for place in range(len(rows)) for column in rule.columns)}
    return _Table({cell: count_in(rows[cell[0]].get(cell[1], "")) for cell in counted}, sums, of)


def _sums_of_rows(
    rows: Sequence[Mapping[str, str]], rule: SmallCells
) -> Iterator[Mapping[Cell, int]]:
    for place in range(len(rows)):
        for each in rule.sums:
            yield {(place, each.total): -1, **{(place, part): 1 for part in each.parts}}


def _sums_of_groups(
    rows: Sequence[Mapping[str, str]], rule: SmallCells
) -> Iterator[Mapping[Cell, int]]:
    for group in rule.groups:
        members: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        totals: dict[tuple[str, ...], int] = {}
        for place, row in enumerate(rows):
            key = tuple(row.get(name, "") for name in group.by)
            if row.get(group.column) == group.total:
                totals[key] = place
            else:
                members[key].append(place)
        for key, total in totals.items():
            for column in rule.columns:
                yield {(total, column): -1, **{(place, column): 1 for place in members[key]}}


def _could_be_another(table: _Table, cell: Cell) -> bool:
    """Whether the blanked cells could be other counts by one, this cell among them."""
    steps = [STEPS]
    return any(_is_kept(table, {cell: move}, steps) for move in (1, -1) if _may(table, cell, move))


def _may(table: _Table, cell: Cell, move: int) -> bool:
    """No count falls below zero; one that was empty before may be anything."""
    count = table.counts[cell]
    return count is None or count + move >= 0


def _is_kept(table: _Table, moves: dict[Cell, int], steps: list[int]) -> bool:
    """Whether further moves of blanked cells keep every sum; tries them one after the other."""
    steps[0] -= 1
    if steps[0] < 0:
        return False
    for number in {number for cell in moves for number in table.of.get(cell, ())}:
        terms = table.sums[number]
        excess = sum(factor * moves.get(cell, 0) for cell, factor in terms.items())
        if excess:
            return any(
                _is_kept(table, {**moves, cell: move}, steps)
                for cell, factor in terms.items()
                for move in (-factor if excess > 0 else factor,)
                if cell not in moves and table.is_open(cell) and _may(table, cell, move)
            )
    return True


def _companion(table: _Table, cell: Cell) -> Cell:
    """The published cell to blank next, in a sum where a blanked cell stands most alone."""
    best = min(
        (
            (sum(map(table.is_open, terms)), factor < 0, not table.counts[other],
             table.counts[other] or 0, other)
            for number in _reached(table, cell)
            for terms in (table.sums[number],)
            for other, factor in terms.items()
            if not table.is_open(other)
        ),
        default=None,
    )  # fmt: skip
    if best is None:
        raise Invalid("The sums of smallCells contradict each other: no blank hides a small count")
    return best[-1]


def _reached(table: _Table, cell: Cell) -> set[int]:
    """The sums that the cell takes part in, and those of the blanked cells beside it."""
    reached: set[int] = set()
    waiting = [cell]
    while waiting:
        for number in table.of.get(waiting.pop(), ()):
            if number not in reached:
                reached.add(number)
                waiting += [other for other in table.sums[number] if table.is_open(other)]
    return reached


def _require_sound(rule: SmallCells, schema: Mapping[str, Any]) -> None:
    """Raise Invalid for a mark that would not validate, or a column that is not there."""
    fields = {each["name"]: each for each in schema["fields"]}
    named = {
        *rule.columns, *rule.unless, *(each.total for each in rule.sums),
        *(part for each in rule.sums for part in each.parts),
        *(name for each in rule.groups for name in (each.column, *each.by)),
    }  # fmt: skip
    if unknown := sorted(named - set(fields)):
        raise Invalid(f"smallCells: there is no column {unknown[0]!r}")
    if rule.below < 2:  # noqa: PLR2004  (below one and below zero nobody is counted)
        raise Invalid("smallCells: below must be 2 or more")
    if not rule.mark or rule.mark not in schema.get("missingValues", ()):
        raise Invalid(f"smallCells: the mark {rule.mark!r} must be one of missingValues")
    for name in rule.columns:
        if fields[name].get("constraints", {}).get("required"):
            raise Invalid(f"smallCells: {name} is required, and could not be blanked")
