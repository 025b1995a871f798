"""A copy of the whole database at one moment, while others go on writing; and back again.

SQLite: its own backup, in one step, which a writer beside it neither waits for nor disturbs.
PostgreSQL: the rows of each table by COPY, all in one transaction that sees one moment; no client
tools are needed. Neither is made into the other.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, MetaData, Table, func, inspect, select, text
from sqlmodel import Session

from opendata_hub.domain.errors import BackupBroken, BackupMisplaced
from opendata_hub.store import migrate
from opendata_hub.store.answers import stored
from opendata_hub.store.engine import open_engine, reading
from opendata_hub.store.tables import metadata

FILE = "database.sqlite3"
FOLDER = "tables"
VERSIONS = "alembic_version"
QUEUE = "procrastinate_"
DIGESTS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Moment:
    """A database at one moment, open for reading. tables: how many rows each has."""

    session: Session
    kind: str
    migrations: tuple[str, ...]
    tables: Mapping[str, int]

    def digests(self) -> Iterator[str]:
        """Of every file that a row refers to, each once in the tables that name it."""
        for name in stored.REFERRING:
            column = metadata.tables[name].c.sha256
            question = select(column).distinct().execution_options(yield_per=DIGESTS_AT_ONCE)
            yield from self.session.connection().execute(question).scalars()


class Target(Protocol):
    """What a part of a copy is written into."""

    def write(self, content: bytes, /) -> object:
        """Take what follows."""


Keep = Callable[[str, Callable[[Target], None]], None]
"""Takes the name of a file of the copy, and what writes it."""


@contextmanager
def copied(engine: Engine, keep: Keep, scratch: Path) -> Iterator[Moment]:
    """Copy the database by ``keep``; gives the moment that was copied.

    scratch: a folder in which the copy of SQLite lies while it is read.
    """
    if engine.dialect.name != "sqlite":
        with reading(engine) as session:
            moment = _moment(session, engine.dialect.name)
            for name in moment.tables:
                keep(f"{FOLDER}/{name}", partial(_copy_out, session, name))
            yield moment
        return
    snapshot = scratch / FILE
    with (
        closing(sqlite3.connect(engine.url.database or "")) as source,
        closing(sqlite3.connect(snapshot)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
    keep(FILE, partial(_pour, snapshot))
    with opened(snapshot) as moment:
        yield moment


@contextmanager
def opened(file: Path) -> Iterator[Moment]:
    """The moment that lies in a file of SQLite; raises BackupBroken where the file is damaged."""
    engine = open_engine(f"sqlite:///{file}")
    try:
        with reading(engine) as session:
            found = session.connection().execute(text("PRAGMA integrity_check")).scalar()
            if found != "ok":
                raise BackupBroken(f"the copy of the database is damaged: {found}")
            yield _moment(session, "sqlite")
    finally:
        engine.dispose()


def require_empty(url: str) -> None:
    """Raise BackupMisplaced where the database is there and has a table."""
    engine = open_engine(url)
    try:
        file = Path(engine.url.database or "")
        if engine.dialect.name == "sqlite":
            is_empty = not file.exists()
        else:
            is_empty = not inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if not is_empty:
        raise BackupMisplaced("the database is not empty; restore into one that has no table")


def restore(url: str, copy: Path, migrations: tuple[str, ...]) -> Mapping[str, int]:
    """Fill an empty database of PostgreSQL from the folder of tables; returns the rows of each.

    It comes to the migrations of the copy first: what is newer is migrated when it is opened.
    """
    engine = open_engine(url)
    try:
        for revision in migrations:
            migrate.upgrade_to(engine, revision)
        with engine.begin() as connection:
            tables = _tables(connection)
            # Migrations put rows of their own into some: the copy has them as they were.
            names = ", ".join(f'"{table.name}"' for table in tables)
            connection.execute(text(f"TRUNCATE {names}"))
            for table in tables:
                _copy_in(connection, table, copy / table.name)
            _advance(connection)
        with reading(engine) as session:
            return _moment(session, engine.dialect.name).tables
    finally:
        engine.dispose()


def _moment(session: Session, kind: str) -> Moment:
    connection = session.connection()
    rows = {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in _tables(connection)
    }
    return Moment(session, kind, tuple(sorted(migrate.revisions(connection))), rows)


def _tables(connection: Connection) -> list[Table]:
    """Every table that is there, those that others refer to first; but for others' own.

    What waits in the queue is derived from the rest: the schedule asks for it again.
    """
    there = MetaData()
    there.reflect(connection)
    return [
        table
        for table in there.sorted_tables
        if table.name != VERSIONS and not table.name.startswith(QUEUE)
    ]


def _columns(connection: Connection, name: str) -> str:
    return ", ".join(f'"{each["name"]}"' for each in inspect(connection).get_columns(name))


def _copy_out(session: Session, name: str, target: Target) -> None:
    connection = session.connection()
    columns = _columns(connection, name)
    target.write(f"{columns}\n".encode())
    question = f'COPY "{name}" ({columns})'
    with _driver(connection).cursor() as cursor, cursor.copy(f"{question} TO STDOUT") as rows:
        for block in rows:
            target.write(block)


def _copy_in(connection: Connection, table: Table, file: Path) -> None:
    with file.open("rb") as source, _driver(connection).cursor() as cursor:
        columns = source.readline().decode().strip()
        if columns != _columns(connection, table.name):
            raise BackupBroken(f"the columns of {table.name} are not those of its migrations")
        with cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as rows:
            while block := source.read(1_048_576):
                rows.write(block)


def _advance(connection: Connection) -> None:
    """Let every sequence go on behind the highest number that its column holds."""
    for table in _tables(connection):
        for column in table.primary_key:
            owned = text("SELECT pg_get_serial_sequence(:table, :column)")
            named = {"table": f'"{table.name}"', "column": column.name}
            if sequence := connection.execute(owned, named).scalar():
                highest = select(func.max(column))
                last = connection.execute(highest).scalar()
                if last is not None:
                    connection.execute(select(func.setval(sequence, last)))


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


def _pour(file: Path, target: Target) -> None:
    with file.open("rb") as source:
        while block := source.read(1_048_576):
            target.write(block)
