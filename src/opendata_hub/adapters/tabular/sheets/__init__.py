"""Workbooks and Parquet as CSV, each read by a process of its own within limits."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from opendata_hub.domain.errors import NotATable

_WORKER = (sys.executable, "-m", f"{__name__}.worker")
_COLUMNS = (sys.executable, "-m", f"{__name__}.columns")
_BROKE = 1
"""How Python ends when nothing caught what its reader met; signals are negative numbers."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take: of CPU time, of addresses in memory, and of the disk."""

    seconds: int = 300
    memory_bytes: int = 4 * 2**30
    copy_bytes: int = 12 * 2**30


LIMITS = Limits()


def write_csv(file: Path, copy: Path, sheet: str, *, limits: Limits = LIMITS) -> str:
    """Write what a sheet shows as CSV in UTF-8, and give its name.

    sheet: its name; empty: the first visible one that holds something. Raises NotATable; a far
    cell alone makes a sheet larger than any memory, and would end whoever reads it.
    """
    heavy = (
        "The workbook takes more memory or time than it may: look for a cell far from the others"
    )
    asked = (*_WORKER, str(file), str(copy), sheet)
    try:
        told = _told(asked, limits, ("broken-workbook", "The workbook can't be read"), heavy)
    except ValueError:  # no name of a sheet: it has a NUL in it
        raise NotATable("broken-workbook", "The workbook has no sheet of that name") from None
    return str(told["sheet"])


def write_columns(file: Path, copy: Path, *, limits: Limits = LIMITS) -> None:
    """Write the rows of a Parquet file as CSV in UTF-8; raises NotATable."""
    heavy = "The Parquet file takes more memory or time than it may: send it in parts"
    broken = ("broken-parquet", "The Parquet file can't be read")
    _told((*_COLUMNS, str(file), str(copy)), limits, broken, heavy)


def _told(
    asked: tuple[str, ...], limits: Limits, broken: tuple[str, str], heavy: str
) -> dict[str, Any]:
    """What the process says; raises NotATable: its finding, or how it ended without one."""
    try:
        done = subprocess.run(  # noqa: S603  (our own module)
            [*asked, json.dumps(asdict(limits))],
            capture_output=True,
            check=False,
            timeout=2 * limits.seconds,
        )
    except subprocess.TimeoutExpired:
        raise NotATable("archive-bomb", heavy) from None
    if done.returncode == _BROKE:
        raise NotATable(*broken)
    if done.returncode:
        raise NotATable("archive-bomb", heavy)
    told: dict[str, Any] = json.loads(done.stdout)
    if "finding" in told:
        raise NotATable(told["finding"], told["reason"])
    return told
