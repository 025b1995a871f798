"""One reading of a source, and what became of its records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

INTERRUPTED_AFTER = timedelta(minutes=15)
"""A run that has not moved for so long was interrupted: whoever comes next goes on with it."""


class RunState(StrEnum):
    """Where a run stands.

    waiting: everything was read, and more has vanished than may without somebody's word.
    """

    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    WAITING = "waiting"
    DONE = "done"


class Fate(StrEnum):
    """What becomes of a record that was met, or of one that was not."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Run:
    """One reading of a source.

    is_whole: read from its beginning, so that what was not met is gone; else since ``since``.
    cursor:   the page to read next; empty for the first.
    marker:   the latest change met so far, by the source's clock.
    code:     of what ended it, where it did not end well; problem says it in words.
    """

    id: int
    source: str
    state: RunState
    is_whole: bool
    since: datetime | None
    started_at: datetime
    seen_at: datetime
    cursor: str = ""
    pages: int = 0
    total: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    marker: datetime | None = None
    ended_at: datetime | None = None
    code: str = ""
    problem: str = ""

    def count(self, fate: Fate) -> int:
        """How many records had that fate."""
        return self.counts.get(fate, 0)

    @property
    def read(self) -> int:
        """Records that were met."""
        return sum(self.count(fate) for fate in Fate if fate is not Fate.GONE)

    def may_go_on(self, now: datetime) -> bool:
        """Whether its reading was broken off and can be taken up where it stopped."""
        if self.state in {RunState.STOPPED, RunState.FAILED}:
            return bool(self.cursor)
        return self.is_interrupted(now)

    def is_interrupted(self, now: datetime) -> bool:
        """Whether it is said to run, and nobody moves it."""
        is_running = self.state in {RunState.RUNNING, RunState.STOPPING}
        return is_running and now - self.seen_at > INTERRUPTED_AFTER


def may_vanish(gone: int, known: int, *, most_per_cent: int) -> bool:
    """Whether so many of those that were known may be taken for gone without a question.

    >>> may_vanish(20, 100, most_per_cent=20), may_vanish(21, 100, most_per_cent=20)
    (True, False)
    """
    return gone * 100 <= known * most_per_cent
