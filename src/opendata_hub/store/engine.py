"""One engine; one transaction for each request or command."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import finalize

from sqlalchemy import Connection, Engine, Table, event, insert, make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, create_engine

from opendata_hub.domain.errors import IdentityUnreadable
from opendata_hub.domain.identities.vault import Vault
from opendata_hub.store.queue.waiting import ASKED_FOR, Queue

WAIT_SECONDS = 10
"""How long a writer waits for those of this process, and then for those of others."""
MAPPED_BYTES = 2**30
"""Of a SQLite file, read as memory: a page of a hundred records in a third of the time of reads by
the system, each of four kilobytes. It is the system's cache and no memory of the process's own,
though RSS counts it for every connection. Who cuts the file under a hub that reads ends the hub."""
_WRITERS, _TURN, _SHARED = "writers", "turn", "shared"


class DatabaseBusy(OperationalError):
    """Others write for longer than anybody should wait; nothing was done, and it may be done later.

    No refusal: whoever treats refusals as the last word must not take it for one.
    """

    def __init__(self) -> None:
        super().__init__("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))


def open_engine(url: str, vault: Vault | None = None, queue: Queue | None = None) -> Engine:
    """An engine for SQLite (``sqlite:///…``) or PostgreSQL (``postgresql+psycopg://…``).

    vault: what identities are sealed with; without one they can be neither kept nor read.
    queue: where work waits; without one in a table that nobody looks at.
    """
    options: dict[str, object] = {"vault": vault, "queue": queue, _SHARED: {}}
    # What a statement was given may be somebody's address: it never goes into an exception.
    if not url.startswith("sqlite"):
        return create_engine(
            url, pool_pre_ping=True, hide_parameters=True, execution_options=options
        )
    options[_WRITERS] = Lock()
    engine = create_engine(url, hide_parameters=True, execution_options=options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def file_of(url: str) -> Path | None:
    """The file of a SQLite database; None for one that is a server's."""
    address = make_url(url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one state of the store, however long it reads, and changes nothing."""
    if engine.dialect.name == "postgresql":
        one_state = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    else:
        one_state = engine.execution_options(is_reading=True)
    with Session(one_state) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that is committed once, at the end, or not at all.

    Raises DatabaseBusy where others write for too long.
    """
    with _turn(engine) as in_turn, Session(in_turn) as session:
        with session.begin():
            yield session
        has_work = session.info.pop(ASKED_FOR, None)
    if has_work and (queue := engine.get_execution_options().get("queue")):
        queue.committed()


@contextmanager
def _turn(engine: Engine) -> Iterator[Engine]:
    """The same engine for one transaction, with a turn that it takes when it begins to write."""
    writers: Lock | None = engine.get_execution_options().get(_WRITERS)
    if writers is None:
        yield engine
        return
    turn = Turn(writers)
    try:
        yield engine.execution_options(**{_TURN: turn})
    finally:
        turn.give_back()


class Turn:
    """Lets one thread of this process write to SQLite at a time.

    SQLite itself lets whoever waits ask again, ever later, and the luckiest comes first: of twelve
    writers one waited for more than ten seconds while nobody held the file.
    """

    def __init__(self, writers: Lock) -> None:
        self._writers, self._is_held = writers, False

    def take(self) -> None:
        """Wait for the writers before; raises DatabaseBusy where they take too long."""
        if not self._writers.acquire(timeout=WAIT_SECONDS):
            raise DatabaseBusy
        self._is_held = True

    def give_back(self) -> None:
        """Let the next one write, where it was taken."""
        if self._is_held:
            self._is_held = False
            self._writers.release()


def insert_many(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same columns; PostgreSQL takes them as a stream.

    Each statement costs it and us as much as a row does: so many rows come in a third of the time.
    """
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as stream:
        for row in rows:
            stream.write_row([row[name] for name in names])


def vault_of(session: Session) -> Vault:
    """What the store seals identities with; raises IdentityUnreadable where it was opened without.

    It comes with the connection, as the settings of a transaction do: no flow has to hand on a
    key that it has no business to know.
    """
    vault: Vault | None = session.connection().get_execution_options().get("vault")
    if vault is None:
        raise IdentityUnreadable("The store was opened without the keys of identities")
    return vault


def shared_texts(session: Session) -> dict[tuple[str, str], bytes]:
    """What records of this store shared lately, by syntax and digest, for whoever reads them."""
    kept: dict[tuple[str, str], bytes] = session.connection().get_execution_options()[_SHARED]
    return kept


def forget_erased(engine: Engine) -> None:
    """Let what was erased be gone from the file as well: SQLite keeps it in its log a while."""
    if engine.dialect.name != "sqlite":
        return
    driver = engine.raw_connection()  # outside of any transaction, where SQLite takes it
    try:
        driver.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        driver.close()


class Watch:
    """Tells whether anything was committed, by any process, for a hundredth of a query's cost."""

    def __init__(self, engine: Engine) -> None:
        self._lock, self._connection = Lock(), None
        file = engine.url.database
        if engine.dialect.name == "sqlite" and file and file != ":memory:":
            # It never writes: SQLite counts for a connection what the others commit.
            kept = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
            self._connection = kept
            finalize(self, kept.close)

    def stamp(self) -> int | None:
        """A number that is another after every commit; None where the database can't tell so."""
        if self._connection is None:
            return None
        try:
            with self._lock:
                return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.OperationalError:  # held by who repairs it: ask in the long way
            return None


def snapshot(engine: Engine) -> str:
    """What a PostgreSQL has committed, as a text that is another after every commit.

    Of a transaction that writes, the end either raises the second number or leaves the list behind.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return str(connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar_one())


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late and too weak; ours is in _begin_sqlite.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={WAIT_SECONDS * 1000}",
        "foreign_keys=ON",
        f"mmap_size={MAPPED_BYTES}",
        "secure_delete=ON",  # what is erased is overwritten, not only unlinked
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails or loses updates beside another
    # (measured: 417 of 1,200 kept); an immediate one waits its turn. Readers must not wait.
    options = connection.get_execution_options()
    if options.get("is_reading", False):
        connection.exec_driver_sql("BEGIN")
        return
    if turn := options.get(_TURN):
        turn.take()
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as problem:
        if getattr(problem.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            raise
        raise DatabaseBusy from None
