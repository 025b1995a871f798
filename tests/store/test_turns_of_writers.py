"""SQLite lets one write at a time: the others of a process wait in a row, and not for ever."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from held import held
from opendata_hub.domain.errors import HubError
from opendata_hub.store import engine as store
from opendata_hub.store.engine import DatabaseBusy, open_engine, reading, writing

WRITERS, EACH = 12, 20


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Opens the same file as often as it is called, as other processes would."""
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.3)
    engines = []

    def again():
        engines.append(open_engine(f"sqlite:///{tmp_path / 'counted.sqlite3'}"))
        return engines[-1]

    with writing(again()) as session:
        session.connection().execute(text("CREATE TABLE counted (number INTEGER)"))
        session.connection().execute(text("INSERT INTO counted VALUES (0)"))
    yield again
    for each in engines:
        each.dispose()


def count(engine):
    with writing(engine) as session:
        number = session.connection().execute(text("SELECT number FROM counted")).scalar_one()
        session.connection().execute(text("UPDATE counted SET number = :n"), {"n": number + 1})


def fail(engine):
    with writing(engine) as session:
        session.connection().execute(text("UPDATE counted SET number = number + 1"))
        session.info["none"] = 1 // 0


def test_many_writers_of_a_process_lose_nothing_and_none_is_turned_away(opened, monkeypatch):
    monkeypatch.setattr(store, "WAIT_SECONDS", 30)
    engine = opened()
    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(lambda _: [count(engine) for _ in range(EACH)], range(WRITERS)))
    with reading(engine) as session:
        found = session.connection().execute(text("SELECT number FROM counted")).scalar_one()
    assert found == WRITERS * EACH


@pytest.mark.parametrize("is_own", [True, False], ids=["of-this-process", "of-another"])
def test_who_waits_too_long_is_told_to_come_back_and_may(opened, is_own):
    engine = opened()
    other = engine if is_own else opened()
    with held(other):
        with pytest.raises(DatabaseBusy) as told:
            count(engine)
        # Jobs try again what the database was at fault for, and give up what is refused.
        assert isinstance(told.value, OperationalError)
        assert not isinstance(told.value, HubError)
        with reading(engine) as session:  # readers wait for nobody
            assert session.connection().execute(text("SELECT number FROM counted")).scalar() == 0
    count(engine)
    count(other)


def test_who_has_written_nothing_yet_keeps_nobody_waiting(opened):
    engine = opened()
    with writing(engine) as first:
        count(engine)
        first.connection().execute(text("UPDATE counted SET number = number + 1"))
        with reading(engine) as session:
            assert session.connection().execute(text("SELECT number FROM counted")).scalar() == 1
    with pytest.raises(ZeroDivisionError):
        fail(engine)
    count(engine)
    with reading(engine) as session:
        assert session.connection().execute(text("SELECT number FROM counted")).scalar() == 3
