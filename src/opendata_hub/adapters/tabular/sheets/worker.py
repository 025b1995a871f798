"""The process that reads one workbook: ``worker.py FILE COPY SHEET LIMITS``.

The reader holds a sheet as a rectangle up to its last cell, whatever is between, and ends the
process where that is too large or the file is broken in a way it did not think of. Gives JSON on
stdout: the sheet's name, or why there is none.
"""

import csv
import errno
import json
import sys
from datetime import datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from opendata_hub.adapters.tabular.sheets.limits import live_within

LARGEST_WHOLE = 10**15
"""Beyond that a spreadsheet's number has lost digits, and says so by its exponent."""
Told = dict[str, str]


def main(arguments: list[str]) -> None:
    """Do what the arguments say, within their limits; going beyond ends the process."""
    file, copy, sheet, limits = arguments
    live_within(**json.loads(limits))
    sys.stdout.write(json.dumps(told(Path(file), Path(copy), sheet)))


def told(file: Path, copy: Path, sheet: str) -> Told:
    """The sheet that was written, or the finding that says why none was."""
    try:
        with CalamineWorkbook.from_path(str(file)) as book:
            name = sheet or _first_sheet(book)
            if not name:
                return _refused("empty-file", "No visible sheet of the workbook holds anything")
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            with copy.open("w", encoding="utf-8", newline="") as text:
                lines = csv.writer(text, lineterminator="\n")
                lines.writerows([_shown(cell) for cell in row] for row in rows)
    except PasswordError:
        return _refused("encrypted-file", "The workbook has a password; save it without one")
    except (CalamineError, OSError, ValueError) as problem:
        if isinstance(problem, OSError) and problem.errno == errno.EFBIG:
            return _refused("archive-bomb", "The workbook unpacks to far more than it may")
        return _refused("broken-workbook", f"The workbook can't be read: {problem}")
    except MemoryError:
        return _refused("archive-bomb", "The workbook takes more memory than it may")
    return {"sheet": name}


def _refused(finding: str, reason: str) -> Told:
    return {"finding": finding, "reason": reason}


def _first_sheet(book: CalamineWorkbook) -> str:
    """The first visible sheet that holds something; empty for none."""
    visible = [s.name for s in book.sheets_metadata if s.visible is SheetVisibleEnum.Visible]
    return next((name for name in visible if book.get_sheet_by_name(name).height), "")


def _shown(cell: object) -> str:
    """A cell's text: whole numbers without a point, days and instants as ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < LARGEST_WHOLE:
        return str(int(cell))
    if isinstance(cell, datetime):
        is_day = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if is_day else cell.isoformat(timespec="seconds")
    return str(cell)


if __name__ == "__main__":
    main(sys.argv[1:])
