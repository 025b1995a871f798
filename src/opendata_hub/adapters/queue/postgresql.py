"""Work waits in Procrastinate's tables, handed over on the connection of the transaction.

A job is fetched by one worker; one whose worker gives no sign of life for a while is put back by
a task that comes every few seconds, whoever of the workers does it.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from typing import Any

import psycopg
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from opendata_hub.domain.errors import UnknownWork
from opendata_hub.domain.operations.task import (
    MOST_ATTEMPTS,
    Backlog,
    GivenUp,
    Lane,
    Task,
    Work,
    again_after,
    key_of,
)

log = logging.getLogger(__name__)
RESCUE, RESCUE_TASK = "rescue", "rescue-stalled"
EVERY_FEW_SECONDS = "* * * * * */5"  # seconds come last
WITHOUT_DATABASE_SECONDS = 3.0
"""Between two looks for a database that went away."""
FURTHER_CONNECTIONS = 3
"""Of a worker beside those of its tasks: to listen, to live, to rescue."""
Do = Callable[[Work], None]


@dataclass(frozen=True, slots=True)
class Pulse:
    """How a worker shows that it lives, and how often it looks unasked; all in seconds."""

    every: float = 5
    lost_after: float = 20
    looks_every: float = 3


USUAL = Pulse()


class ProcrastinateQueue:
    """The queue in the database of that address (libpq's)."""

    def __init__(self, url: str) -> None:
        self._url = url
        # Never opened: what is handed over goes through the connection of a transaction.
        self._app = App(connector=PsycopgConnector(conninfo=url))

    def put(self, session: Any, work: Work, *, now: datetime) -> None:
        """Hand it over in the transaction of the session. ``now`` is the database's own."""
        del now
        self._app.configure_task(
            work.task, queue=work.lane, lock=work.lock or None, connection=_connection(session)
        ).defer(**work.args)

    def waiting(self, session: Any) -> set[str]:
        """The keys of what waits, and has not begun."""
        rows = _rows(
            session,
            "SELECT DISTINCT task_name, args FROM procrastinate_jobs "
            "WHERE status = 'todo' AND queue_name <> %(rescue)s",
            rescue=RESCUE,
        )
        return {key_of(row["task_name"], row["args"]) for row in rows}

    def committed(self) -> None:
        """Nothing: PostgreSQL itself tells the workers, wherever they are."""

    def backlog(self, session: Any, now: datetime) -> Backlog:
        """What is due and not done, by queue."""
        rows = _rows(
            session,
            "SELECT job.queue_name AS lane, count(*) AS depth, "
            "min(coalesce(job.scheduled_at, event.at)) FILTER (WHERE job.status = 'todo') AS since "
            "FROM procrastinate_jobs job "
            "LEFT JOIN procrastinate_events event "
            "ON event.job_id = job.id AND event.type = 'deferred' "
            "WHERE job.status IN ('todo', 'doing') AND job.queue_name <> %(rescue)s "
            "AND (job.scheduled_at IS NULL OR job.scheduled_at <= %(now)s) GROUP BY 1",
            rescue=RESCUE, now=now,
        )  # fmt: skip
        lost = _rows(
            session,
            "SELECT count(*) AS lost FROM procrastinate_jobs "
            "WHERE status = 'failed' AND queue_name <> %(rescue)s",
            rescue=RESCUE,
        )
        return Backlog(
            {Lane(row["lane"]): row["depth"] for row in rows},
            {Lane(row["lane"]): row["since"] for row in rows if row["since"]},
            lost[0]["lost"],
        )

    def given_up(self, session: Any) -> list[GivenUp]:
        """What nobody tries any more, oldest first; why stands in the log of its worker."""
        rows = _rows(
            session,
            "SELECT id, task_name, args, attempts FROM procrastinate_jobs "
            "WHERE status = 'failed' AND queue_name <> %(rescue)s ORDER BY id",
            rescue=RESCUE,
        )
        return [
            GivenUp(row["id"], row["task_name"], row["args"], row["attempts"], "") for row in rows
        ]

    def try_again(self, session: Any, number: int, now: datetime) -> Work:
        """Let it wait again, as if it had never been tried; raises UnknownWork."""
        rows = _rows(
            session,
            "UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = %(now)s "
            "WHERE id = %(id)s AND status = 'failed' RETURNING task_name, args",
            id=number, now=now,
        )  # fmt: skip
        if not rows:
            raise UnknownWork(f"No work number {number} was given up")
        return Work(Task(rows[0]["task_name"]), rows[0]["args"])

    def worker(
        self, do: Do, lanes: Collection[Lane], *, at_once: int, pulse: Pulse = USUAL
    ) -> "ProcrastinateWorker":
        """Somebody who does what waits in these queues."""
        return ProcrastinateWorker(self._url, do, lanes, at_once=at_once, pulse=pulse)


class ProcrastinateWorker:
    """Does what waits, in threads of this process, until it is told to stop."""

    def __init__(
        self, url: str, do: Do, lanes: Collection[Lane], *, at_once: int, pulse: Pulse
    ) -> None:
        self._url, self._do, self._lanes = url, do, lanes
        self._at_once, self._pulse = at_once, pulse
        self._is_over = Event()
        self._worker: Any = None  # half of its methods have no types
        self._thread = Thread(target=self._live, name="worker", daemon=True)

    def start(self) -> None:
        """Begin to work; whoever starts it shuts it down."""
        self._thread.start()

    def shutdown(self) -> None:
        """Begin nothing more, and wait for what is being done."""
        self._is_over.set()
        if self._worker:
            self._worker.stop()
        if self._thread.is_alive():
            self._thread.join()

    def _live(self) -> None:
        """Work; a database that is away is looked for again."""
        while not self._is_over.is_set():
            try:
                asyncio.run(self._work())
            except Exception as problem:  # noqa: BLE001  (the outermost door of a thread)
                log.warning("the queue can't be reached: %s", type(problem).__name__)
            self._is_over.wait(WITHOUT_DATABASE_SECONDS)

    async def _work(self) -> None:
        app = self._app()
        async with app.open_async():
            self._worker = Worker(
                app=app, queues=[*self._lanes, RESCUE], concurrency=self._at_once,
                delete_jobs="successful", install_signal_handlers=False,
                update_heartbeat_interval=self._pulse.every,
                stalled_worker_timeout=self._pulse.lost_after,
                fetch_job_polling_interval=self._pulse.looks_every,
            )  # fmt: skip
            running = asyncio.create_task(self._worker.run())
            if self._is_over.is_set():
                await asyncio.sleep(0)
                self._worker.stop()
            await running

    def _app(self) -> App:
        """The tasks as Procrastinate knows them."""
        connections = self._at_once + FURTHER_CONNECTIONS
        app = App(connector=PsycopgConnector(conninfo=self._url, min_size=1, max_size=connections))
        for task in Task:
            app.task(
                name=task, queue=Work(task).lane, retry=_AfterAWhile(), pass_context=True
            )(self._doing(task))  # fmt: skip

        @app.periodic(cron=EVERY_FEW_SECONDS)
        @app.task(name=RESCUE_TASK, queue=RESCUE, queueing_lock=RESCUE)
        async def rescue(timestamp: int) -> None:
            del timestamp  # Procrastinate gives it by its name
            await _rescue(app, self._pulse)

        return app

    def _doing(self, task: Task) -> Callable[..., None]:
        def done(context: JobContext, **args: str) -> None:
            work = Work(task, args)
            self._take_together(work, context.job)
            self._do(work)

        return done

    def _take_together(self, work: Work, job: Job) -> None:
        """Delete the same work where it waits, or was given up: that was committed before."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(
                "DELETE FROM procrastinate_jobs WHERE id IN (SELECT id FROM procrastinate_jobs "
                "WHERE status IN ('todo', 'failed') AND task_name = %s AND args = %s AND id <> %s "
                "FOR UPDATE SKIP LOCKED)",
                (str(work.task), Jsonb(dict(work.args)), job.id),
            )


class _AfterAWhile(BaseRetryStrategy):
    """When a task that failed is tried again."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        del exception
        wait = again_after(job.attempts + 1)
        if wait is None:
            return None
        # Behind what is asked for meanwhile: a lock is given in the order of priority.
        return RetryDecision(
            retry_in={"seconds": round(wait.total_seconds())}, priority=-(job.attempts + 1)
        )


async def _rescue(app: App, pulse: Pulse) -> None:
    """Put back what a worker had that gives no sign of life; give up what ended each of them."""
    lost = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=pulse.lost_after)
    for job in lost:
        log.warning("%s is taken up again: its worker is gone", job.task_name)
        try:
            if job.attempts + 1 < MOST_ATTEMPTS:
                await app.job_manager.retry_job(job)
            else:
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        except ConnectorException:  # another has just done it
            log.info("%s is not lost any more", job.task_name)


def _connection(session: Any) -> Any:
    """The driver's connection of the transaction."""
    return session.connection().connection.driver_connection


def _rows(session: Any, question: str, **given: object) -> list[dict[str, Any]]:
    with _connection(session).cursor(row_factory=dict_row) as cursor:
        cursor.execute(question, given)
        return list(cursor.fetchall())
