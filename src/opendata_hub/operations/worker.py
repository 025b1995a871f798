"""Does what waits in the queue, in threads of this process."""

import logging
import secrets
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from opendata_hub import clock
from opendata_hub.bootstrap import Hub
from opendata_hub.domain.errors import HubError, UnknownWork
from opendata_hub.domain.operations.task import Lane, Work
from opendata_hub.operations import tasks
from opendata_hub.store.queue import waiting as queue
from opendata_hub.store.queue.waiting import TableQueue, Taken

log = logging.getLogger(__name__)
AT_ONCE = 4
LOOK_EVERY_SECONDS = 2.0
HELD_FOR = timedelta(seconds=30)
NOTED_AGAIN_AFTER_SECONDS = (0.2, 1.0, 3.0)
"""The end of a task that can't be noted; after the last it is left to its lease."""
EVERY_LANE = tuple(Lane)
Do = Callable[[Work], None]


class Worker(Protocol):
    """Somebody who does what waits."""

    def start(self) -> None:
        """Begin to work; whoever starts it shuts it down."""

    def shutdown(self) -> None:
        """Begin nothing more, and wait for what is being done."""


def worker_of(hub: Hub, lanes: Collection[Lane] = EVERY_LANE, *, at_once: int = AT_ONCE) -> Worker:
    """A worker on the queue of the hub."""
    do = partial(tasks.do, hub)
    if isinstance(hub.queue, TableQueue):
        return TableWorker(hub, hub.queue, do, lanes, at_once=at_once)
    shared: Any = hub.queue
    worker: Worker = shared.worker(do, lanes, at_once=at_once)
    return worker


def lanes_named(names: str) -> tuple[Lane, ...]:
    """The queues of a list with commas, all of them for none; raises UnknownWork."""
    try:
        return tuple(Lane(each.strip()) for each in names.split(",") if each.strip()) or EVERY_LANE
    except ValueError:
        known = ", ".join(EVERY_LANE)
        raise UnknownWork(f"No queue {names[:60]!r}; known: {known}") from None


class TableWorker:
    """Takes from the table: woken by commits of this process, looking for those of others."""

    def __init__(
        self, hub: Hub, kept: TableQueue, do: Do, lanes: Collection[Lane], *,
        at_once: int, held_for: timedelta = HELD_FOR,
    ) -> None:  # fmt: skip
        self._hub, self._queue, self._do, self._lanes = hub, kept, do, lanes
        self._held_for, self._holder = held_for, secrets.token_hex(8)
        self._is_over, self._is_idle = Event(), Event()
        self._doing: set[int] = set()
        self._threads = [
            Thread(target=self._live, name=f"worker-{number}", daemon=True)
            for number in range(at_once)
        ]
        self._keeper = Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        """Begin to work; whoever starts it shuts it down."""
        for each in (*self._threads, self._keeper):
            each.start()

    def shutdown(self) -> None:
        """Begin nothing more, and wait for what is being done."""
        self._is_over.set()
        self._queue.woken.set()
        for each in self._threads:
            if each.is_alive():
                each.join()
        self._is_idle.set()
        if self._keeper.is_alive():
            self._keeper.join()

    def do_next(self) -> bool:
        """Do what is next; False where nothing waits."""
        now = clock.now()
        with self._hub.reading() as session:
            if not queue.is_waiting(session, self._lanes, now):
                return False
        with self._hub.writing() as session:
            taken = queue.take(
                session, self._lanes, holder=self._holder, now=now, lease=self._held_for
            )
        if taken is None:  # another was quicker
            return False
        self._do_it(taken)
        return True

    def _do_it(self, taken: Taken) -> None:
        self._doing.add(taken.number)
        try:
            self._note_end(taken, self._done(taken.work))
        finally:  # whatever happens: what is not done any more must not be held
            self._doing.discard(taken.number)

    def _done(self, work: Work) -> str:
        """Do it; returns the code or kind of what it failed by, nothing where it did not."""
        try:
            self._do(work)
        except Exception as raised:  # the outermost door of a thread
            log.exception("%s failed", work.task)
            return raised.code if isinstance(raised, HubError) else type(raised).__name__
        return ""

    def _note_end(self, taken: Taken, problem: str) -> None:
        """Note it, a few times where the database fails; then another does it again."""
        for pause in NOTED_AGAIN_AFTER_SECONDS:
            try:
                self._note(taken, problem)
            except SQLAlchemyError as fault:
                log.warning(
                    "the end of %s can't be noted: %s", taken.work.task, type(fault).__name__
                )
                self._is_idle.wait(pause)
            else:
                return
        self._note(taken, problem)

    def _note(self, taken: Taken, problem: str) -> None:
        with self._hub.writing() as session:
            if problem:
                queue.fail(session, taken, problem, clock.now())
            else:
                queue.end(session, taken)

    def _live(self) -> None:
        while not self._is_over.is_set():
            self._queue.woken.clear()
            try:
                is_busy = self.do_next()
            except SQLAlchemyError as problem:
                log.warning("the queue can't be reached: %s", type(problem).__name__)
                is_busy = False
            except Exception:  # the thread must live: nobody begins another
                log.exception("work can't be taken")
                is_busy = False
            if not is_busy and not self._is_over.is_set():
                self._queue.woken.wait(LOOK_EVERY_SECONDS)

    def _keep(self) -> None:
        """Say again and again that what is being done is ours, until nothing is."""
        while not self._is_idle.wait(self._held_for.total_seconds() / 3):
            numbers = self._doing.copy()
            if not numbers:
                continue
            try:
                with self._hub.writing() as session:
                    queue.hold(session, self._holder, numbers, clock.now() + self._held_for)
            except Exception as problem:  # noqa: BLE001  (the same)
                log.warning("what is done can't be held: %s", type(problem).__name__)
