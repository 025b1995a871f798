"""Which line of a table names its columns, and which lines are no data."""

from collections.abc import Sequence

from opendata_hub.domain.catalog import headers
from opendata_hub.domain.catalog.repair.cells import Column
from opendata_hub.domain.catalog.repair.proposal import Certainty, Kind, Proposal
from opendata_hub.domain.catalog.repair.reasons import Reason

LONGEST_SHOWN = 120


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
    if not lacking or not headers.is_total_line(cells):
        return None
    return _removal(cells, row, Kind.TOTAL_LINE, Reason.TOTAL, ", ".join(lacking))


def _removal(
    cells: Sequence[str], row: int, kind: Kind, reason: Reason, detail: str = ""
) -> Proposal:
    before = " | ".join(cell for cell in cells if cell.strip())
    shown = before if len(before) <= LONGEST_SHOWN else f"{before[:LONGEST_SHOWN]}…"
    # A word for a total may be a name as well; a person looks at the line.
    certainty = Certainty.LIKELY if kind is Kind.TOTAL_LINE else Certainty.PROVED
    return Proposal(row, None, shown, None, kind, reason, certainty, detail)
