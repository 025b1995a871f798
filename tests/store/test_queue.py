"""What every queue promises, on SQLite's table and on Procrastinate in a real PostgreSQL."""

import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Lock

import pytest

import at_work
from opendata_hub import clock
from opendata_hub.domain.errors import UnknownWork
from opendata_hub.domain.harvest.source import Source, SourceKind
from opendata_hub.domain.operations import task as tasks
from opendata_hub.domain.operations.task import MOST_ATTEMPTS, Lane, Task, Work
from opendata_hub.domain.people.roles import OPERATOR
from opendata_hub.flows.harvest import declare
from opendata_hub.store.engine import reading, writing
from opendata_hub.store.harvest import sources
from opendata_hub.store.queue.waiting import enqueue, enqueue_missing, queue_of

EVERY = tuple(Lane)
SOURCE = Work(Task.READ_SOURCE, {"source": "ville"})


class Diary:
    """Does work by noting it. failing: how often it fails first. takes: how long, in seconds."""

    def __init__(self, *, failing=0, takes=0.0):
        self.failing, self.takes = failing, takes
        self.done, self.begun = Counter(), 0
        self.now, self.most = Counter(), Counter()
        self._lock = Lock()

    def __call__(self, work):
        with self._lock:
            self.begun += 1
            is_failing = self.begun <= self.failing
            self.now[work.key] += 1
            self.most[work.key] = max(self.most[work.key], self.now[work.key])
        time.sleep(self.takes)
        with self._lock:
            self.now[work.key] -= 1
            if not is_failing:
                self.done[work.key] += 1
        if is_failing:
            raise TimeoutError


@pytest.fixture
def url(engine):
    return engine.url.render_as_string(hide_password=False)


@pytest.fixture
def store(url):
    engine, _ = at_work.opened(url)
    yield engine
    engine.dispose()


@contextmanager
def working(url, do, lanes=EVERY, **options):
    worker = at_work.worker(url, do, lanes, **options)
    worker.start()
    try:
        yield
    finally:
        worker.shutdown()


def until(is_so, *, seconds=15):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def asked(store, work):
    with writing(store) as session:
        enqueue(session, work.task, now=clock.now(), **work.args)


def backlog(store):
    with reading(store) as session:
        return queue_of(session).backlog(session, clock.now())


def nothing_waits(store):
    return not any(backlog(store).depth.values())


def test_what_is_rolled_back_leaves_no_work(store, url):
    diary = Diary()

    def asked_and_rolled_back():
        with writing(store) as session:
            enqueue(session, Task.SEND_LETTERS, now=clock.now())
            raise InterruptedError

    with pytest.raises(InterruptedError):
        asked_and_rolled_back()
    assert nothing_waits(store)
    asked(store, SOURCE)
    with working(url, diary):
        until(lambda: nothing_waits(store))
    assert diary.done == {SOURCE.key: 1}


def test_it_is_done_once_and_then_forgotten(store, url):
    diary, works = Diary(), [Work(Task.READ_SOURCE, {"source": f"s{n}"}) for n in range(20)]
    for work in works:
        asked(store, work)
    assert backlog(store).depth == {Lane.HARVEST: 20}
    assert backlog(store).since[Lane.HARVEST] <= clock.now() + timedelta(seconds=1)
    with working(url, diary), working(url, diary):
        until(lambda: nothing_waits(store))
    assert diary.done == dict.fromkeys((work.key for work in works), 1)
    assert backlog(store).given_up == 0


def test_what_is_asked_for_many_times_before_it_begins_is_done_once(store, url):
    diary = Diary()
    with writing(store) as session:
        for _ in range(3):
            enqueue(session, Task.CHECK_LINKS, now=clock.now())
    for _ in range(3):
        asked(store, Work(Task.CHECK_LINKS))
    assert backlog(store).depth == {Lane.LINKS: 4}
    with working(url, diary):
        until(lambda: nothing_waits(store))
    assert diary.done == {Work(Task.CHECK_LINKS).key: 1}


def test_what_is_asked_for_while_it_is_done_is_done_again(store, url):
    diary = Diary(takes=0.5)
    asked(store, SOURCE)
    with working(url, diary):
        until(lambda: diary.begun == 1)
        asked(store, SOURCE)
        until(lambda: nothing_waits(store))
    assert diary.done == {SOURCE.key: 2}


def test_only_what_does_not_wait_is_asked_for_by_the_schedule(store):
    other = Work(Task.READ_SOURCE, {"source": "autre"})
    asked(store, SOURCE)
    with writing(store) as session:
        assert enqueue_missing(session, [SOURCE, other], now=clock.now()) == 1
    assert backlog(store).depth == {Lane.HARVEST: 2}


def test_what_fails_is_tried_again(store, url, monkeypatch):
    monkeypatch.setattr(tasks, "RETRIES", (timedelta(0),) * (MOST_ATTEMPTS - 1))
    diary = Diary(failing=2)
    asked(store, SOURCE)
    with working(url, diary):
        until(lambda: diary.done[SOURCE.key] == 1 and nothing_waits(store))
    assert diary.begun == 3


def test_it_waits_longer_after_each_failure(store, url):
    diary = Diary(failing=1)
    asked(store, SOURCE)
    with working(url, diary):
        until(lambda: diary.begun == 1 and nothing_waits(store))
        time.sleep(1)
    assert diary.begun == 1
    with reading(store) as session:
        assert queue_of(session).waiting(session) == {SOURCE.key}
    assert list(tasks.RETRIES) == sorted(tasks.RETRIES)


def test_what_fails_each_time_is_given_up_and_shown(store, url, monkeypatch):
    monkeypatch.setattr(tasks, "RETRIES", (timedelta(0),) * (MOST_ATTEMPTS - 1))
    diary = Diary(failing=MOST_ATTEMPTS)
    asked(store, SOURCE)
    with working(url, diary):
        until(lambda: backlog(store).given_up == 1, seconds=30)
    assert diary.begun == MOST_ATTEMPTS
    with writing(store) as session:
        queue = queue_of(session)
        (lost,) = queue.given_up(session)
        assert (lost.task, lost.args, lost.attempts) == (SOURCE.task, SOURCE.args, MOST_ATTEMPTS)
        assert queue.try_again(session, lost.number, clock.now()) == SOURCE
        with pytest.raises(UnknownWork):
            queue.try_again(session, lost.number, clock.now())
    with working(url, diary):
        until(lambda: nothing_waits(store))
    assert diary.done == {SOURCE.key: 1}
    assert backlog(store).given_up == 0


def test_a_source_that_somebody_asks_for_waits_for_no_tick_of_the_schedule(store, url):
    """Added to the queue in the same transaction, and once however often it is asked for."""
    source = Source(
        "ville", SourceKind.DCAT, "http://ville.example/catalog", "commune-exemple",
        clock.now(), clock.now() + timedelta(hours=3),
    )  # fmt: skip
    with writing(store) as session:
        sources.add(session, source)
    with suppress(ZeroDivisionError), writing(store) as session:
        declare.ask_to_read(session, "ville", by=OPERATOR, now=clock.now())
        raise ZeroDivisionError
    assert nothing_waits(store)
    for _ in range(2):
        with writing(store) as session:
            declare.ask_to_read(session, "ville", by=OPERATOR, now=clock.now())
    assert backlog(store).depth == {Lane.HARVEST: 1}
    diary = Diary()
    with working(url, diary):
        until(lambda: nothing_waits(store))
    assert diary.done == {SOURCE.key: 1}


@pytest.mark.parametrize(("active", "hours", "depth"), [(True, 0, 1), (True, 1, 0), (False, 0, 0)])
def test_a_source_that_is_changed_is_read_if_it_is_due_and_does_not_rest(
    store, active, hours, depth
):
    now = clock.now()
    source = Source(
        "ville", SourceKind.DCAT, "http://ville.example/catalog", "commune-exemple", now,
        now + timedelta(hours=hours), is_active=False,
    )  # fmt: skip
    with writing(store) as session:
        sources.add(session, source)
        declare.change(session, "ville", {"is_active": active}, by=OPERATOR, now=now)
    assert sum(backlog(store).depth.values()) == depth


def test_of_one_source_two_are_never_read_at_once(store, url):
    diary, other = Diary(takes=0.4), Work(Task.READ_SOURCE, {"source": "autre"})
    asked(store, SOURCE)
    with working(url, diary, at_once=3), working(url, diary, at_once=3):
        for _ in range(4):
            until(lambda: diary.now[SOURCE.key] == 1)
            asked(store, SOURCE)
            asked(store, other)
            time.sleep(0.3)
        until(lambda: nothing_waits(store))
    assert diary.most == {SOURCE.key: 1, other.key: 1}
    assert diary.done[SOURCE.key] > 1


def test_a_worker_takes_from_its_own_queues_only(store, url):
    diary = Diary()
    asked(store, SOURCE)
    asked(store, Work(Task.SEND_LETTERS))
    with working(url, diary, [Lane.LETTERS]):
        until(lambda: backlog(store).depth == {Lane.HARVEST: 1})
        time.sleep(0.3)
    assert diary.done == {Work(Task.SEND_LETTERS).key: 1}


def test_what_a_killed_worker_had_is_taken_up_again(store, url, tmp_path):
    begun, diary = tmp_path / "begun", Diary()
    asked(store, SOURCE)
    killed = subprocess.Popen([sys.executable, at_work.__file__, url, str(begun), Lane.HARVEST])
    try:
        until(begun.is_file, seconds=30)
        with working(url, diary):
            time.sleep(at_work.PULSE.lost_after + 1)
            assert diary.begun == 0  # its worker lives, and says so
    finally:
        killed.kill()
        killed.wait()
    assert begun.read_text("utf-8") == SOURCE.key
    with working(url, diary):
        until(lambda: diary.done[SOURCE.key] == 1 and nothing_waits(store), seconds=30)


def test_a_worker_that_is_told_to_stop_ends_what_it_has_begun(store, url):
    diary = Diary(takes=1)
    asked(store, SOURCE)
    with working(url, diary):
        until(lambda: diary.begun == 1)
    assert diary.done == {SOURCE.key: 1}
    assert nothing_waits(store)


def test_every_task_has_a_queue_and_all_but_letters_a_lock():
    assert {work.lane for work in map(Work, Task)} == set(Lane)
    assert [work.task for work in map(Work, Task) if not work.lock] == [Task.SEND_LETTERS]
