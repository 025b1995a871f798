"""How a hub stands: what waits, for how long, and what is late. Numbers only; nobody is named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opendata_hub.domain.operations.job_run import JobRun
from opendata_hub.domain.operations.task import Backlog


class Queue(StrEnum):
    """What waits for a job that runs every minute."""

    MAIL = "mail"
    NOTICES = "notices"
    HARVEST = "harvest"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much is due in a queue. since: when the oldest became due; None where nothing waits."""

    depth: int
    since: datetime | None = None

    def age_seconds(self, now: datetime) -> float:
        """How long the oldest has waited; 0 where nothing waits."""
        return max(0.0, (now - self.since).total_seconds()) if self.since else 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a hub stands at a moment.

    mails_failed:   nobody tries any more; a person has to.
    mails_in_doubt: given to a server that never said whether it took them.
    overdue:        open requests whose last day is over. open_requests: all that are open.
    sources:        how many active sources ended their last run in each state.
    jobs:           the last run of each job, by its name.
    work:           what waits in the queue for a worker.
    """

    queues: Mapping[Queue, Waiting]
    mails_failed: int
    mails_in_doubt: int
    open_requests: int
    overdue: int
    sources: Mapping[str, int]
    jobs: Mapping[str, JobRun]
    work: Backlog
