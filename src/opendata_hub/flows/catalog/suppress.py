"""A table's small counts are blanked in a copy, and the blanks are listed without their counts."""

import csv
from pathlib import Path

from opendata_hub.adapters.tabular import reading
from opendata_hub.domain.catalog.family import Family
from opendata_hub.domain.catalog.privacy.suppression import blanked, declared
from opendata_hub.domain.errors import Invalid


def suppress(file: Path, family: Family, *, copy: Path, places: Path) -> int:
    """Write the copy, and where its blanks are; returns how many.

    The header is the first record. Both are CSV in UTF-8; the list has the columns ``row`` (the
    header is 1) and ``column``.
    Raises Invalid when the family declares no small counts, and NotATable.
    """
    rule = declared(family.schema)
    if rule is None:
        raise Invalid(f"{family.name} declares no small counts (smallCells in its schema.json)")
    with reading.opened(file, file.name) as table:
        records, cells = blanked([cells for _, cells in table.records()], rule)
    _write(copy, records)
    _write(places, [["row", "column"], *([str(row), column] for row, column in cells)])
    return len(cells)


def _write(target: Path, records: list[list[str]]) -> None:
    with target.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(records)
