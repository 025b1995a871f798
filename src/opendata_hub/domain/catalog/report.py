"""What a check of a file found, and whether it stops publication."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters. Only an error stops publication."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where a spreadsheet shows it.

    code:   a frictionless error type, or one of ours for a file that is no table.
    row:    frictionless' row number: records are counted from 1, the header included.
    column: the field's name in the schema; None when a whole row or file is meant.
    """

    code: str
    message: str
    row: int | None = None
    column: str | None = None
    level: Level = Level.ERROR


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on one file.

    rows:           records read, without the header.
    findings:       in reading order, at most as many as were asked for.
    total_findings: how many were met before reading stopped.
    is_complete:    False when reading stopped because the limit of findings was reached.
    is_readable:    False when the file is no table at all (empty, binary, broken encoding).
    encoding:       how the bytes were read; None when they could not be.
    """

    rows: int
    findings: tuple[Finding, ...]
    total_findings: int
    is_complete: bool = True
    is_readable: bool = True
    encoding: str | None = None

    @property
    def is_valid(self) -> bool:
        """Whether nothing stops publication; warnings don't."""
        return self.is_readable and not any(f.level is Level.ERROR for f in self.findings)


def unreadable(code: str, message: str) -> Report:
    """The report on a file that is no table: one finding, nothing read."""
    return Report(rows=0, findings=(Finding(code, message),), total_findings=1, is_readable=False)
