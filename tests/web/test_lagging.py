"""Whoever is served never waits for a database, and is shown nothing that is older than told."""

import threading

import pytest
from sqlalchemy.exc import OperationalError

from opendata_hub import clock
from opendata_hub.web.passage.lagging import ASKED_EVERY_SECONDS, TRUSTED_SECONDS, LaggingStamp


class Database:
    """Answers when it is let, and fails when it is away."""

    def __init__(self):
        self.state, self.asked, self.is_away = "one", 0, False
        self.answers = threading.Event()

    def ask(self):
        self.asked += 1
        assert self.answers.wait(20)
        if self.is_away:
            raise OperationalError("SELECT", {}, OSError())
        return self.state


@pytest.fixture
def ticking(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(clock, "ticks", lambda: now[0])
    return now


def settled(stamps):
    """Wait until the question under way, if any, is answered."""
    with stamps._asking:  # noqa: SLF001
        pass


def test_it_is_told_as_it_was_a_moment_ago_and_no_longer(ticking):
    database = Database()
    stamps = LaggingStamp(database.ask)
    assert stamps.stamp() is None  # asked, and not waited for
    assert stamps.stamp() is None
    assert database.asked == 1
    database.answers.set()
    settled(stamps)
    assert stamps.stamp() == "one"
    database.state = "two"
    ticking[0] += ASKED_EVERY_SECONDS / 2
    assert (stamps.stamp(), database.asked) == ("one", 1)
    ticking[0] += ASKED_EVERY_SECONDS
    assert stamps.stamp() == "one"  # and asks
    settled(stamps)
    assert (stamps.stamp(), database.asked) == ("two", 2)
    ticking[0] += TRUSTED_SECONDS + 1
    assert stamps.stamp() is None
    settled(stamps)


@pytest.mark.usefixtures("ticking")
def test_a_database_that_is_away_tells_no_state_and_is_asked_again():
    database = Database()
    database.is_away = True
    database.answers.set()
    stamps = LaggingStamp(database.ask)
    for _ in range(2):
        assert stamps.stamp() is None
        settled(stamps)
    database.is_away = False
    stamps.stamp()
    settled(stamps)
    assert (stamps.stamp(), database.asked) == ("one", 3)


@pytest.mark.usefixtures("ticking")
def test_a_machine_without_a_thread_left_is_asked_again(monkeypatch):
    def no_thread(_):
        raise RuntimeError

    database = Database()
    database.answers.set()
    stamps = LaggingStamp(database.ask)
    with monkeypatch.context() as context:
        context.setattr(threading.Thread, "start", no_thread)
        assert stamps.stamp() is None
    stamps.stamp()
    settled(stamps)
    assert stamps.stamp() == "one"
