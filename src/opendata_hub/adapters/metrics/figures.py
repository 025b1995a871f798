"""What a process counts of its own work, and how all of it is told to Prometheus.

No label holds what a caller wrote: routes are templates, families are declared ones. Each process
counts for itself; what stands in the database is the same whichever process tells it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0

from opendata_hub.domain.operations.job_run import Outcome
from opendata_hub.domain.operations.standing import Standing
from opendata_hub.domain.operations.task import Lane

CONTENT_TYPE = CONTENT_TYPE_PLAIN_1_0_0
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
VALIDATION_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600)

_OWN = CollectorRegistry()
_ANSWERED = Counter(
    "opendata_hub_requests", "Answers given.", ("method", "route", "status"), registry=_OWN
)
_TOOK = Histogram(
    "opendata_hub_request_seconds", "How long an answer took, to its last byte.",
    ("method", "route"), buckets=REQUEST_SECONDS, registry=_OWN,
)  # fmt: skip
_CHECKED = Histogram(
    "opendata_hub_validation_seconds", "How long checking a file took.",
    ("family",), buckets=VALIDATION_SECONDS, registry=_OWN,
)  # fmt: skip


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answer. route: the template of its address, never the address."""
    known = method if method in METHODS else "other"
    _ANSWERED.labels(known, route, str(status)).inc()
    _TOOK.labels(known, route).observe(seconds)


@contextmanager
def checking(family: str) -> Iterator[None]:
    """Count how long the block takes to check a file of that family, which is declared."""
    with _CHECKED.labels(family).time():
        yield


def told(standing: Standing, *, version: str, now: datetime) -> bytes:
    """All figures of this process, and of the hub as it stands, in Prometheus' text format."""
    return generate_latest(_OWN) + generate_latest(_standing(standing, version, now))


def _standing(standing: Standing, version: str, now: datetime) -> CollectorRegistry:
    registry = CollectorRegistry()

    def gauge(name: str, said: str, *labels: str) -> Gauge:
        return Gauge(f"opendata_hub_{name}", said, labels, registry=registry)

    gauge("info", "The version that runs.", "version").labels(version).set(1)
    depth = gauge("queue_depth", "What is due and not done.", "queue")
    age = gauge("queue_age_seconds", "How long the oldest has been due.", "queue")
    for queue, waiting in standing.queues.items():
        depth.labels(queue).set(waiting.depth)
        age.labels(queue).set(waiting.age_seconds(now))
    work = gauge("work_depth", "Work that is due and not done.", "queue")
    work_age = gauge("work_age_seconds", "How long the oldest work has been due.", "queue")
    for lane in Lane:
        since = standing.work.since.get(lane)
        work.labels(lane).set(standing.work.depth.get(lane, 0))
        work_age.labels(lane).set(max(0.0, (now - since).total_seconds()) if since else 0)
    gauge("work_given_up", "Work that nobody tries any more.").set(standing.work.given_up)
    gauge("mails_failed", "Mails that nobody tries to send any more.").set(standing.mails_failed)
    gauge("mails_in_doubt", "Mails of which no server said whether it has them.").set(
        standing.mails_in_doubt
    )
    gauge("open_requests", "Requests that are open.").set(standing.open_requests)
    gauge("overdue_requests", "Open requests whose last day is over.").set(standing.overdue)
    sources = gauge("harvest_sources", "Active sources by how their last run ended.", "state")
    for state, count in standing.sources.items():
        sources.labels(state).set(count)
    done = gauge("job_done_timestamp_seconds", "When a job last ended well.", "job")
    failed = gauge("job_failed", "Whether the last run of a job failed.", "job")
    for name, job in standing.jobs.items():
        failed.labels(name).set(job.outcome is Outcome.FAILED)
        if job.done_at:
            done.labels(name).set(job.done_at.timestamp())
    return registry
