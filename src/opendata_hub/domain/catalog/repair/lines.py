"""Which line of a table names its columns, and which lines are no data."""

from collections.abc import Mapping, Sequence

from opendata_hub.domain.catalog.repair.cells import Column
from opendata_hub.domain.catalog.repair.proposal import Certainty, Kind, Proposal
from opendata_hub.domain.catalog.repair.reasons import Reason
from opendata_hub.domain.catalog.territory import fold

LONGEST_SHOWN = 120
_TOTALS = tuple(
    fold(word)
    for word in (
        "total", "total général", "sous-total", "totaux", "somme", "grand total", "subtotal", "sum",
        "المجموع", "المجموع العام", "مجموع", "الإجمالي", "المجموع الإجمالي", "المجموع الجزئي",
    )
)  # fmt: skip


class FieldNames:
    """The names of a schema's fields, by whatever a header may call them."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        """Take each field's name with its titles; one that two fields share names neither."""
        by_title: dict[str, set[str]] = {}
        for name, titles in names.items():
            for title in (name, *titles):
                by_title.setdefault(fold(title), set()).add(name)
        self.known = tuple(names)
        self._by_title = {key: found for key, found in by_title.items() if key}

    def of(self, header: Sequence[str]) -> tuple[str, ...]:
        """The header with the fields' own names; what is unknown, or would stand twice, stays."""
        found = [self._one(cell) for cell in header]
        return tuple(
            name if name and (name == cell or found.count(name) == 1) else cell
            for name, cell in zip(found, header, strict=True)
        )

    def _one(self, cell: str) -> str:
        if cell in self.known:
            return cell
        names = self._by_title.get(fold(cell), set())
        return next(iter(names)) if len(names) == 1 else ""

    def position(self, records: Sequence[Sequence[str]]) -> int:
        """Which of the first records is the header: the one that names most columns.

        The first that is not empty, when none names two.
        """
        named = [sum(1 for cell in cells if self._one(cell)) for cells in records]
        if named and max(named) > 1:
            return named.index(max(named))
        return next((n for n, cells in enumerate(records) if any(cells)), 0)


def title_row(cells: Sequence[str], *, row: int, header_row: int) -> Proposal:
    """To take away a line that stands above the header."""
    if not any(cell.strip() for cell in cells):
        return _removal(cells, row, Kind.EMPTY_LINE, Reason.NO_CELLS)
    return _removal(cells, row, Kind.TITLE_ROW, Reason.ABOVE_HEADER, str(header_row))


def header_names(before: Sequence[str], after: Sequence[str], *, row: int) -> tuple[Proposal, ...]:
    """To write the fields' own names in the place of their titles."""
    return tuple(
        Proposal(row, name, cell, name, Kind.HEADER_NAME, Reason.NAMED_IN_SCHEMA, Certainty.PROVED)
        for cell, name in zip(before, after, strict=True)
        if cell != name
    )


def no_data(cells: Sequence[str], columns: Sequence[Column | None], *, row: int) -> Proposal | None:
    """To take away a line without cells, or a line of totals; None for a line of data.

    A line of totals says so, and lacks what every row must have.
    """
    if not any(cell.strip() for cell in cells):
        return _removal(cells, row, Kind.EMPTY_LINE, Reason.NO_CELLS)
    lacking = [
        column.name
        for column, cell in zip(columns, cells, strict=False)
        if column and column.is_required and cell.strip() in column.missing
    ]
    if not lacking or not any(_is_total(cell) for cell in cells):
        return None
    return _removal(cells, row, Kind.TOTAL_LINE, Reason.TOTAL, ", ".join(lacking))


def _is_total(cell: str) -> bool:
    return fold(cell) in _TOTALS


def _removal(
    cells: Sequence[str], row: int, kind: Kind, reason: Reason, detail: str = ""
) -> Proposal:
    before = " | ".join(cell for cell in cells if cell.strip())
    shown = before if len(before) <= LONGEST_SHOWN else f"{before[:LONGEST_SHOWN]}…"
    # A word for a total may be a name as well; a person looks at the line.
    certainty = Certainty.LIKELY if kind is Kind.TOTAL_LINE else Certainty.PROVED
    return Proposal(row, None, shown, None, kind, reason, certainty, detail)
