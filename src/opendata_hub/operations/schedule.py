"""Runs the jobs when they are due: one process at a time, each job once at a time, none forgotten.

When a job is due is kept in the database. Whoever leads (see ``Turns``) looks every few seconds
for what is due; what was missed while nothing ran is due still, and done once. A job that is run
by hand takes the same turn.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock

from apscheduler.schedulers.background import BackgroundScheduler

from opendata_hub import clock, jobs
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import HubError, JobRunning, UnknownJob
from opendata_hub.domain.operations.job_run import Cadence, JobRun, Outcome
from opendata_hub.operations import tasks
from opendata_hub.store.operations import job_runs
from opendata_hub.store.operations.turns import Turn, Turns

log = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 5
AT_ONCE = 8
LEADER = "scheduler"
Job = Callable[[Hub], object]


@dataclass(frozen=True, slots=True)
class Entry:
    """A job on the schedule."""

    job: Job
    cadence: Cadence

    @property
    def name(self) -> str:
        """What it is called in commands, in the database and in the documentation."""
        return self.job.__name__.replace("_", "-")

    @property
    def said(self) -> str:
        """What it does, in a sentence."""
        return (self.job.__doc__ or "").partition("\n")[0].partition("; returns")[0].rstrip(".")


def entries() -> Mapping[str, Entry]:
    """Every job by its name: those of every minute, then those of every day by their hour."""
    daily = sorted(jobs.DAILY, key=lambda each: each[0])
    every = [
        *(Entry(job, Cadence()) for job in jobs.EVERY_MINUTE),
        *(Entry(job, Cadence(hour)) for hour, job in daily),
    ]
    return {entry.name: entry for entry in every}


def entry_named(name: str) -> Entry:
    """The job of that name; raises UnknownJob, which lists those there are."""
    there = entries()
    if name in there:
        return there[name]
    raise UnknownJob(f"No job {name[:60]!r}; known: {', '.join(there)}")


def run(hub: Hub, entry: Entry, turns: Turns, *, hands_on: bool = False) -> JobRun:
    """Do a job now, and keep what became of it; returns that.

    hands_on: what workers share is only asked for, where it is such.

    Raises JobRunning while the same job is done elsewhere. What the job raises is logged and kept.
    """
    with turns.taking(entry.name) as is_ours:
        if not is_ours:
            raise JobRunning(f"{entry.name} runs in another process; wait until it has ended")
        return _run(hub, _asking(entry) if hands_on else entry.job, entry)


def _asking(entry: Entry) -> Job:
    """What asks the workers for a job; the job itself where it is none of theirs."""
    wanted = tasks.WANTED.get(entry.name)
    return partial(tasks.ask, wanted=wanted) if wanted else entry.job


def _run(hub: Hub, job: Job, entry: Entry) -> JobRun:
    began, ticks = clock.now(), clock.ticks()
    with hub.writing() as session:
        due_at = entry.cadence.after_interruption(began)
        job_runs.begin(session, entry.name, now=began, due_at=due_at)
    problem = _problem_of(hub, job, entry.name)
    now, took_ms = clock.now(), round((clock.ticks() - ticks) * 1000)
    due_at = entry.cadence.after_failure(now) if problem else entry.cadence.next_after(now)
    with hub.writing() as session:
        job_runs.end(
            session, entry.name, problem=problem, took_ms=took_ms, now=now, due_at=due_at
        )  # fmt: skip
        return job_runs.everyone(session)[entry.name]


def _problem_of(hub: Hub, job: Job, name: str) -> str:
    """Do the job for the hub with its authorities as they are now; returns what went wrong."""
    try:
        job(hub.current())
    except Exception as problem:  # the outermost door of a thread
        log.exception("the job %s failed", name)
        return problem.code if isinstance(problem, HubError) else type(problem).__name__
    return ""


def known(hub: Hub, turns: Turns) -> Mapping[str, JobRun]:
    """Every job that was planned, by its name; those whose process has ended as interrupted."""
    with hub.reading() as session:
        found = job_runs.everyone(session)
    return {name: _as_it_is(each, turns) for name, each in found.items()}


def _as_it_is(kept: JobRun, turns: Turns) -> JobRun:
    if kept.outcome is not Outcome.RUNNING or not turns.is_free(kept.name):
        return kept
    return JobRun(
        kept.name, kept.due_at, kept.began_at, kept.ended_at, Outcome.INTERRUPTED, kept.took_ms,
        kept.done_at, kept.problem,
    )  # fmt: skip


class Schedule:
    """Looks for what is due, and has it done in threads of this process."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._turns = hub, Turns(hub.engine)
        self._leads: Turn | None = None
        self._doing: set[str] = set()
        self._lock = Lock()
        self._ticks = BackgroundScheduler(timezone="UTC")
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="job")

    def start(self) -> None:
        """Begin to look; whoever starts it shuts it down."""
        self._ticks.add_job(
            self.look, trigger="interval", seconds=LOOK_EVERY_SECONDS, next_run_time=clock.now(),
            coalesce=True, max_instances=1, misfire_grace_time=None,
        )  # fmt: skip
        self._ticks.start()

    def shutdown(self) -> None:
        """Begin nothing more, wait for what is being done, and let another process lead."""
        if self._ticks.running:
            self._ticks.shutdown()
        self._threads.shutdown(cancel_futures=True)
        if self._leads:
            self._leads.give_up()
            self._leads = None

    @property
    def doing(self) -> frozenset[str]:
        """The names of the jobs that are being done, or about to be."""
        with self._lock:
            return frozenset(self._doing)

    def look(self) -> None:
        """Have done what is due, if this process leads; a database that is away is tried again."""
        try:
            due = self._due() if self._is_leading() else []
        except Exception as problem:  # noqa: BLE001  (the outermost door of a thread)
            log.warning("what is due can't be read: %s", type(problem).__name__)
            return
        for entry in due:
            with self._lock:
                if entry.name in self._doing:
                    continue
                self._doing.add(entry.name)
            self._threads.submit(self._do, entry)

    def _is_leading(self) -> bool:
        """Whether this process leads: as long as it lives, or until the database forgets it."""
        if self._leads and not self._leads.is_held():
            log.warning("another process may lead the schedule now")
            self._leads.give_up()
            self._leads = None
        if self._leads is None:
            self._leads = self._turns.try_take(LEADER)
            if self._leads:
                log.info("this process leads the schedule")
        return self._leads is not None

    def _due(self) -> list[Entry]:
        """The jobs that are due; those that were never planned are, from their next time on."""
        now, there = clock.now(), entries()
        with self._hub.reading() as session:
            kept = job_runs.everyone(session)
        if new := [entry for name, entry in there.items() if name not in kept]:
            with self._hub.writing() as session:
                for entry in new:
                    job_runs.plan(session, entry.name, entry.cadence.next_after(now))
        return [entry for name, entry in there.items() if name in kept and kept[name].due_at <= now]

    def _do(self, entry: Entry) -> None:
        try:
            run(self._hub, entry, self._turns, hands_on=True)
        except JobRunning:  # by hand, or by a leader that the database has forgotten
            log.info("%s is done elsewhere", entry.name)
        except Exception as problem:  # noqa: BLE001  (the outermost door of a thread)
            log.warning("what became of %s can't be kept: %s", entry.name, type(problem).__name__)
        finally:
            with self._lock:
                self._doing.discard(entry.name)
