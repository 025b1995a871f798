"""The tasks of the queue: asked for by the schedule, done by workers, shown by commands."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from typer.testing import CliRunner

import build
from opendata_hub import cli, clock
from opendata_hub.domain.errors import UnknownWork
from opendata_hub.domain.harvest.source import Source, SourceKind
from opendata_hub.domain.operations.task import MOST_ATTEMPTS, Lane, Task, Work
from opendata_hub.operations import schedule, tasks
from opendata_hub.operations import worker as operations_worker
from opendata_hub.operations.worker import EVERY_LANE, TableWorker, lanes_named, worker_of
from opendata_hub.store.correspondence import outbox
from opendata_hub.store.harvest import sources
from opendata_hub.store.operations.turns import Turns
from opendata_hub.store.queue import waiting as queue
from opendata_hub.store.tables import JobRow


def until(is_so, *, seconds=15):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def waiting(hub):
    with hub.reading() as session:
        return hub.queue.waiting(session)


def written(hub):
    with hub.writing() as session:
        return outbox.add(
            session, "link", email="a@commune.example", language="fr", now=clock.now()
        )


def asked_by(hub, name):
    return schedule.run(hub, schedule.entry_named(name), Turns(hub.engine), hands_on=True)


def a_source(hub, name, *, due_at):
    source = Source(
        name, SourceKind.DCAT, f"http://127.0.0.1:9/{name}", "commune-exemple", build.NOW, due_at,
        is_private=True,
    )  # fmt: skip
    with hub.writing() as session:
        sources.add(session, source)


def test_whoever_writes_a_mail_asks_for_it_to_be_sent(hub):
    assert waiting(hub) == set()
    written(hub)
    assert waiting(hub) == {Work(Task.SEND_LETTERS).key}


def test_a_worker_beside_the_pages_is_woken_by_what_is_committed(hub, client):
    worker = worker_of(hub)
    worker.start()
    try:
        answer = client.post("/api/v1/requests", json=build.filing())
        assert answer.status_code == 201
        until(lambda: len(list(hub.mailer.folder.glob("*.eml"))) == 1)
        until(lambda: not waiting(hub))
    finally:
        worker.shutdown()


def test_the_schedule_asks_for_what_is_due_and_does_not_wait_already(hub):
    asked_by(hub, "harvest-due")
    assert waiting(hub) == set()
    a_source(hub, "ville", due_at=build.NOW)
    a_source(hub, "autre", due_at=clock.now() + timedelta(days=1))
    for _ in range(2):
        asked_by(hub, "harvest-due")
    assert waiting(hub) == {Work(Task.READ_SOURCE, {"source": "ville"}).key}
    asked_by(hub, "publish-registers")
    body = Work(Task.PUBLISH_REGISTER, {"authority": hub.frame.site.publisher})
    assert body.key in waiting(hub)
    with hub.reading() as session:
        assert hub.queue.backlog(session, clock.now()).depth[Lane.HARVEST] == 1


def test_a_mail_that_nobody_asks_for_any_more_is_asked_for_by_the_schedule(hub):
    written(hub)
    with hub.writing() as session:
        taken = queue.take(
            session, EVERY_LANE, holder="x", now=clock.now(), lease=timedelta(minutes=1)
        )
        queue.end(session, taken)
    assert waiting(hub) == set()
    asked_by(hub, "send-letters")
    assert waiting(hub) == {Work(Task.SEND_LETTERS).key}


def test_by_hand_a_job_is_done_and_not_asked_for(hub):
    written(hub)
    schedule.run(hub, schedule.entry_named("send-letters"), Turns(hub.engine))
    with hub.reading() as session:
        assert not outbox.is_due(session, clock.now())


def test_every_task_is_a_function_and_every_asker_a_job():
    assert set(tasks.TASKS) == set(Task)
    assert set(tasks.WANTED) <= set(schedule.entries())


def test_every_task_does_no_harm_twice(hub):
    body = {"authority": hub.frame.site.publisher}
    given = {Task.READ_SOURCE: {"source": "ville"}, Task.PUBLISH_REGISTER: body}
    for task in Task:
        for _ in range(2):
            tasks.do(hub, Work(task, given.get(task, {})))


def test_a_source_that_is_not_due_any_more_is_not_read_again(hub):
    a_source(hub, "ville", due_at=clock.now() + timedelta(days=1))
    assert tasks.TASKS[Task.READ_SOURCE](hub, source="ville") is None


def test_a_list_of_queues_names_queues():
    assert lanes_named("") == EVERY_LANE
    assert lanes_named("letters, search") == (Lane.LETTERS, Lane.SEARCH)
    with pytest.raises(UnknownWork, match="letters"):
        lanes_named("lettres")


def given_up(hub):
    with hub.writing() as session:
        queue.enqueue(session, Task.READ_SOURCE, now=clock.now(), source="ville")
    with hub.writing() as session:
        for _ in range(MOST_ATTEMPTS + 1):
            queue.take(session, EVERY_LANE, holder="x", now=clock.now(), lease=timedelta(0))
        (lost,) = hub.queue.given_up(session)
    return lost.number


def test_what_was_given_up_is_listed_and_tried_again(hub):
    number = given_up(hub)
    listed = CliRunner().invoke(cli.app, ["queue", "list"]).output.splitlines()
    assert listed[1] == "harvest\t0 due\toldest -"
    assert listed[-1].split("\t")[:4] == ["given up", str(number), "read-source", "source=ville"]
    again = CliRunner().invoke(cli.app, ["queue", "again", str(number)])
    assert (again.exit_code, again.output) == (0, f"{number} waits again: read-source\n")
    assert waiting(hub) == {Work(Task.READ_SOURCE, {"source": "ville"}).key}
    with hub.writing() as session, pytest.raises(UnknownWork):
        hub.queue.try_again(session, number, clock.now())


class Faulty:
    """A hub whose database fails so many times, once somebody says so."""

    def __init__(self, hub):
        self.reading, self.hub, self.faults = hub.reading, hub, 0

    def writing(self):
        if self.faults:
            self.faults -= 1
            raise OperationalError("end", {}, TimeoutError())
        return self.hub.writing()


def worker_on(hub, do, *, held_for=timedelta(seconds=30)):
    faulty = Faulty(hub)
    return TableWorker(
        faulty, hub.queue, partial(do, faulty), EVERY_LANE, at_once=1, held_for=held_for
    )


@pytest.mark.parametrize("faults", [1, 3])
def test_a_fault_of_the_database_at_its_end_leaves_work_to_nobody_for_ever(
    hub, monkeypatch, faults
):
    monkeypatch.setattr(operations_worker, "NOTED_AGAIN_AFTER_SECONDS", (0.01,))
    done = []

    def do(faulty, work):
        faulty.faults = 0 if done else faults
        done.append(work)

    with hub.writing() as session:
        queue.enqueue(session, Task.CHECK_LINKS, now=clock.now())
    worker = worker_on(hub, do, held_for=timedelta(seconds=0.4))
    worker.start()
    try:
        until(lambda: hub_is_idle(hub))
    finally:
        worker.shutdown()
    assert len(done) == (1 if faults == 1 else 2)


def hub_is_idle(hub):
    with hub.reading() as session:
        return not any(hub.queue.backlog(session, clock.now()).depth.values())


def test_only_what_is_done_now_is_held(hub):
    now, lease = clock.now(), timedelta(minutes=1)
    with hub.writing() as session:
        for task in (Task.CHECK_LINKS, Task.KEEP_PACKAGES):
            queue.enqueue(session, task, now=now)
    with hub.writing() as session:
        held, left = (
            queue.take(session, EVERY_LANE, holder="x", now=now, lease=lease) for _ in range(2)
        )
        queue.hold(session, "x", {held.number}, now + 3 * lease)
    with hub.writing() as session:
        again = queue.take(session, EVERY_LANE, holder="y", now=now + 2 * lease, lease=lease)
        assert again.number == left.number
        assert not queue.is_waiting(session, EVERY_LANE, now + 2 * lease)


def test_a_task_of_a_newer_version_is_put_off_given_up_and_shown(hub):
    now = clock.now()
    with hub.writing() as session:
        queue.enqueue(session, Task.CHECK_LINKS, now=now)
        row = session.exec(select(JobRow)).one()
        row.task = "of-a-newer-version"
    for attempt in range(MOST_ATTEMPTS):
        with hub.writing() as session:
            moment = now + attempt * timedelta(hours=1)
            lease = timedelta(minutes=1)
            assert queue.take(session, EVERY_LANE, holder="x", now=moment, lease=lease) is None
    listed = CliRunner().invoke(cli.app, ["queue", "list"]).output.splitlines()
    assert listed[-1].split("\t")[2:] == ["of-a-newer-version", "-", "5 attempts", "unknown-work"]
    again = CliRunner().invoke(cli.app, ["queue", "again", listed[-1].split("\t")[1]])
    assert isinstance(again.exception, UnknownWork) or again.exit_code == 2


def test_a_thread_lives_on_whatever_is_raised(hub, monkeypatch):
    done, take, faults = [], queue.take, [ValueError("once")]

    def raising(*given, **named):
        if faults:
            raise faults.pop()
        return take(*given, **named)

    monkeypatch.setattr(queue, "take", raising)
    monkeypatch.setattr(operations_worker, "LOOK_EVERY_SECONDS", 0.05)
    with hub.writing() as session:
        queue.enqueue(session, Task.CHECK_LINKS, now=clock.now())
    worker = TableWorker(hub, hub.queue, done.append, EVERY_LANE, at_once=1)
    worker.start()
    try:
        until(lambda: done == [Work(Task.CHECK_LINKS)])
    finally:
        worker.shutdown()


@pytest.mark.slow
def test_a_worker_of_its_own_works_until_it_is_told_to_stop(hub):
    written(hub)
    environment = {**os.environ, "OPENDATA_HUB_HOME": str(hub.settings.home)}
    worker = subprocess.Popen(
        [sys.executable, "-m", "opendata_hub", "worker", "--queues", "letters"],
        env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until(lambda: not waiting(hub), seconds=30)
        worker.send_signal(signal.SIGTERM)
        told, _ = worker.communicate(timeout=30)
    finally:
        worker.kill()
    assert worker.returncode == 0
    assert told.splitlines()[-1] == "Ending; what has begun is done first"
