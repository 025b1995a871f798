"""What a check of a file found, and whether it stops publication."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from opendata_hub.domain.errors import Invalid


class Level(StrEnum):
    """How much a finding matters. Only an error stops publication."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where a spreadsheet shows it.

    code:   a frictionless error type, or one of ours for a file that is no table.
    row:    frictionless' row number: records are counted from 1, the header included.
    column: the field's name in the schema; None when a whole row or file is meant.
    rule:   the id of the family's rule that is broken; None for what is no such rule.
    """

    code: str
    message: str
    row: int | None = None
    column: str | None = None
    level: Level = Level.ERROR
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Clearance:
    """A steward's word that what looks like personal data in a column is none, and why.

    cleared_at: when it was kept; None before that.
    """

    code: str
    column: str | None
    reason: str
    cleared_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on one file.

    rows:           records read, without the header.
    findings:       in reading order, at most as many as were asked for.
    total_findings: how many were met, shown here or not.
    is_complete:    False when time ran out; what was not read may hold anything, so such a file
                    is never valid.
    is_readable:    False when the file is no table at all (empty, binary, broken encoding).
    encoding:       how the bytes were read; None when they could not be, or are no text.
    counts:         how many findings of each code were met.
    slow_because:   why Frictionless read every row itself; empty when it did not have to.
    """

    rows: int
    findings: tuple[Finding, ...]
    total_findings: int
    is_complete: bool = True
    is_readable: bool = True
    encoding: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    slow_because: str = ""

    def blocking(self, clearances: Iterable[Clearance] = ()) -> tuple[Finding, ...]:
        """The findings that stop publication, without those that a steward has cleared."""
        cleared = {(each.code, each.column) for each in clearances}
        return tuple(
            finding
            for finding in self.findings
            if finding.level is Level.ERROR and (finding.code, finding.column) not in cleared
        )

    def joined_by(self, findings: Sequence[Finding]) -> "Report":
        """The same verdict with what another reading of the file has found."""
        return replace(
            self,
            findings=(*self.findings, *findings),
            total_findings=self.total_findings + len(findings),
            counts=Counter(self.counts) + Counter(finding.code for finding in findings),
        )

    @property
    def is_valid(self) -> bool:
        """Whether nothing stops publication; warnings and information don't."""
        return self.is_readable and self.is_complete and not self.blocking()


def unreadable(code: str, message: str) -> Report:
    """The report on a file that is no table: one finding, nothing read."""
    return Report(
        rows=0,
        findings=(Finding(code, message),),
        total_findings=1,
        is_readable=False,
        counts={code: 1},
    )


def clearances_from(texts: Iterable[str]) -> tuple[Clearance, ...]:
    """``personal-phone/objet=service line`` as clearances; raises Invalid on another form.

    >>> [each.reason for each in clearances_from(["personal-phone/objet=the town hall's line"])]
    ["the town hall's line"]
    """
    found = []
    for text in texts:
        where, sign, reason = text.partition("=")
        code, slash, column = where.partition("/")
        if not sign or not slash or not reason.strip():
            raise Invalid(f"clear {text[:60]!r}: write code/column=reason")
        found.append(Clearance(code.strip(), column.strip() or None, reason.strip()))
    return tuple(found)
