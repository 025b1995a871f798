"""The tasks of the queue as functions, and what the schedule asks for instead of doing it itself.

What is to be done is derived from the tables (mails that are due, sources that are due): the queue
wakes and shares it. So work that was lost is asked for again, and work that was done does nothing.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlmodel import Session

from opendata_hub import clock, jobs
from opendata_hub.bootstrap import MOST_LETTERS, Hub
from opendata_hub.domain.errors import HubError
from opendata_hub.domain.operations.task import Task, Work
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.harvest import sources
from opendata_hub.store.queue.waiting import enqueue, enqueue_missing

log = logging.getLogger(__name__)
Wanted = Callable[[Hub, Session, datetime], Iterable[Work]]


def do(hub: Hub, work: Work) -> None:
    """Do it, for the hub with its authorities as they are now; raises what it raises."""
    TASKS[work.task](hub.current(), **work.args)


def ask(hub: Hub, wanted: Wanted) -> int:
    """Ask for what is to be done and does not wait already; returns how much."""
    now = clock.now()
    with hub.reading() as session:
        works = list(wanted(hub, session, now))
    if not works:
        return 0
    with hub.writing() as session:
        return enqueue_missing(session, works, now=now)


def _send_letters(hub: Hub) -> None:
    """Send what is due; so many at most, that another worker may go on."""
    if jobs.send_letters(hub) >= MOST_LETTERS:
        with hub.writing() as session:
            enqueue(session, Task.SEND_LETTERS, now=clock.now())


def _publish_register(hub: Hub, authority: str) -> None:
    """Publish the register of a body; what stops it is no fault of ours that passes by itself."""
    try:
        jobs.publish_registers(hub, authority=authority)
    except HubError as problem:
        log.warning("the register of %s is not published: %s", authority, problem)


TASKS: Mapping[Task, Callable[..., object]] = {
    Task.SEND_LETTERS: _send_letters,
    Task.READ_SOURCE: jobs.read_source,
    Task.KEEP_PACKAGES: jobs.keep_packages,
    Task.CHECK_LINKS: jobs.check_links,
    Task.PUBLISH_REGISTER: _publish_register,
}


def _due_letters(_hub: Hub, session: Session, now: datetime) -> Iterable[Work]:
    if outbox.is_due(session, now):
        yield Work(Task.SEND_LETTERS)


def _due_sources(_hub: Hub, session: Session, now: datetime) -> Iterable[Work]:
    for source in sources.due(session, now):
        yield Work(Task.READ_SOURCE, {"source": source.id})


def _packages(_hub: Hub, _session: Session, _now: datetime) -> Iterable[Work]:
    yield Work(Task.KEEP_PACKAGES)


def _links(_hub: Hub, _session: Session, _now: datetime) -> Iterable[Work]:
    yield Work(Task.CHECK_LINKS)


def _registers(hub: Hub, _session: Session, _now: datetime) -> Iterable[Work]:
    for body in hub.frame.site.publishers:
        yield Work(Task.PUBLISH_REGISTER, {"authority": body})


WANTED: Mapping[str, Wanted] = {
    "send-letters": _due_letters,
    "harvest-due": _due_sources,
    "keep-packages": _packages,
    "check-links": _links,
    "publish-registers": _registers,
}
"""By the names of the schedule: what it asks for."""
