"""When a job is due, and what became of it the last time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AFTER_FAILURE = timedelta(hours=1)
AFTER_INTERRUPTION = timedelta(minutes=15)
"""A job that ended with its process is tried again, and not at once: it may be what ended it."""


class Outcome(StrEnum):
    """How a run ended. interrupted: its process ended first."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a job is done: every day at an hour (UTC), or every minute where there is none."""

    hour: int | None = None

    def next_after(self, moment: datetime) -> datetime:
        """The first moment after ``moment`` at which the job is due."""
        if self.hour is None:
            return moment + MINUTE
        today = moment.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return today if today > moment else today + DAY

    def after_failure(self, moment: datetime) -> datetime:
        """When to try again what failed: after an hour, or at its own time if that is sooner."""
        return min(self.next_after(moment), moment + AFTER_FAILURE)

    def after_interruption(self, moment: datetime) -> datetime:
        """When to try again what began at ``moment``, if nobody tells of its end."""
        return min(self.next_after(moment), moment + AFTER_INTERRUPTION)

    def __str__(self) -> str:
        return "every minute" if self.hour is None else f"every day at {self.hour:02}:00 UTC"


@dataclass(frozen=True, slots=True)
class JobRun:
    """A job as it is known: when it is due, and its last run.

    took_ms: of the last run that ended. done_at: when one last ended well.
    problem: the stable code, or the kind of error, of a run that failed; nothing of what it said.
    """

    name: str
    due_at: datetime
    began_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    took_ms: int | None = None
    done_at: datetime | None = None
    problem: str = ""
