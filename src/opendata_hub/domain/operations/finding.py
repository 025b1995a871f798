"""What an examination of a hub finds, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a finding weighs. note: worth knowing. wrong: it needs a person."""

    FINE = "fine"
    NOTE = "note"
    WRONG = "wrong"


CODES = {
    "fine": Weight.FINE,
    "no-hub": Weight.WRONG,
    "hub-broken": Weight.WRONG,
    "database-away": Weight.WRONG,
    "migrations-behind": Weight.WRONG,
    "migrations-ahead": Weight.WRONG,
    "files-not-writable": Weight.WRONG,
    "disk-low": Weight.WRONG,
    "secret-readable": Weight.WRONG,
    "home-readable": Weight.NOTE,
    "address-plain": Weight.WRONG,
    "queue-lags": Weight.WRONG,
    "work-lags": Weight.WRONG,
    "work-given-up": Weight.WRONG,
    "mail-not-set": Weight.NOTE,
    "mail-server-away": Weight.WRONG,
    "mailbox-away": Weight.WRONG,
    "mail-failed": Weight.WRONG,
    "mail-in-doubt": Weight.WRONG,
    "search-never": Weight.NOTE,
    "search-behind": Weight.WRONG,
    "clock-behind": Weight.WRONG,
    "calendar-runs-out": Weight.WRONG,
    "jobs-never": Weight.NOTE,
    "jobs-late": Weight.WRONG,
    "job-failed": Weight.WRONG,
    "job-interrupted": Weight.NOTE,
}
"""Every code of a finding, and how much it weighs."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a part of the hub. advice: what to do; empty where nothing is."""

    part: str
    code: str
    said: str
    advice: str = ""

    @property
    def weight(self) -> Weight:
        """How much it weighs; raises KeyError for a code that is not declared."""
        return CODES[self.code]


def needs_a_person(findings: Iterable[Finding]) -> bool:
    """Whether any of them does."""
    return any(finding.weight is Weight.WRONG for finding in findings)
