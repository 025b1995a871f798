"""An address in a record: whether it answers, since when not, and when to look again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FOUND = range(200, 300)
"""The statuses that say that something is there, as the MQA counts them."""

# A little under whole days: the daily look begins at the same hour and takes its time.
SLACK = timedelta(hours=4)
LONGEST_WAIT_DAYS = 7


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """What one look at an address found.

    status:  of HTTP; 0 where nothing answered, and ``problem`` is then the code of the error.
    took_ms: all redirects together. led_to: the last address, when it is another one.
    """

    url: str
    checked_at: datetime
    status: int
    problem: str = ""
    took_ms: int = 0
    led_to: str = ""

    @property
    def is_reachable(self) -> bool:
        """Whether something is there."""
        return self.status in FOUND


@dataclass(frozen=True, slots=True)
class LinkState:
    """What is known of an address.

    fails_since: the first look of the failing ones in a row, ``failures`` of them; None when the
    last look was good. due_at: from when on it is looked at again.
    """

    last: LinkCheck
    fails_since: datetime | None
    failures: int
    due_at: datetime

    @property
    def is_reachable(self) -> bool:
        """Whether something was there at the last look."""
        return self.last.is_reachable


def after(before: LinkState | None, check: LinkCheck) -> LinkState:
    """What is known after a look. Who fails again and again is asked less and less often."""
    if check.is_reachable:
        return LinkState(check, None, 0, _due(check, 1))
    failures = before.failures + 1 if before else 1
    since = before.fails_since if before and before.fails_since else check.checked_at
    days = min(2 ** min(failures - 1, LONGEST_WAIT_DAYS), LONGEST_WAIT_DAYS)
    return LinkState(check, since, failures, _due(check, days))


def _due(check: LinkCheck, days: int) -> datetime:
    return check.checked_at + timedelta(days=days) - SLACK
