"""A sheet of a workbook as CSV, read by a process of its own (``worker``) within limits."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from opendata_hub.domain.errors import NotATable

_WORKER = (sys.executable, "-m", f"{__name__}.worker")
_BROKE = 1
"""How Python ends when nothing caught what its reader met; signals are negative numbers."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one workbook may take: of CPU time, and of addresses in memory."""

    seconds: int = 300
    memory_bytes: int = 4 * 2**30


LIMITS = Limits()


def write_csv(file: Path, copy: Path, sheet: str, *, limits: Limits = LIMITS) -> str:
    """Write what a sheet shows as CSV in UTF-8, and give its name.

    sheet: its name; empty: the first visible one that holds something. Raises NotATable; a far
    cell alone makes a sheet larger than any memory, and would end whoever reads it.
    """
    try:
        done = subprocess.run(  # noqa: S603  (our own module)
            [*_WORKER, str(file), str(copy), sheet, json.dumps(asdict(limits))],
            capture_output=True,
            check=False,
            timeout=2 * limits.seconds,
        )
    except subprocess.TimeoutExpired:
        raise _too_heavy() from None
    except ValueError:  # no name of a sheet: it has a NUL in it
        raise NotATable("broken-workbook", "The workbook has no sheet of that name") from None
    if done.returncode == _BROKE:
        raise NotATable("broken-workbook", "The workbook can't be read")
    if done.returncode:
        raise _too_heavy()
    told = json.loads(done.stdout)
    if "finding" in told:
        raise NotATable(told["finding"], told["reason"])
    return str(told["sheet"])


def _too_heavy() -> NotATable:
    reason = (
        "The workbook takes more memory or time than it may: look for a cell far from the others"
    )
    return NotATable("archive-bomb", reason)
