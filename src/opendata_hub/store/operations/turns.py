"""Turns: what only one process may do at a time, on whatever machine it runs.

A turn ends with its process, however that ends: PostgreSQL gives back the advisory locks of a
connection that is gone, the kernel those of a file. No lease has to run out, no clock is compared.
"""

import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

log = logging.getLogger(__name__)


class Turn(Protocol):
    """Somebody's turn."""

    def is_held(self) -> bool:
        """Whether it is still theirs."""

    def give_up(self) -> None:
        """Let others have it."""


class Turns:
    """The turns of all processes that share a database."""

    def __init__(self, engine: Engine) -> None:
        self._is_server = engine.dialect.name == "postgresql"
        self._file = Path(engine.url.database or "")
        # Connections of its own: a turn may last for hours, and no page must wait for one.
        self._server = (
            create_engine(
                engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True
            )
            if self._is_server
            else None
        )

    def try_take(self, name: str) -> Turn | None:
        """The turn of that name; None while somebody else has it."""
        if self._server is None:
            return _file_turn(self._file.with_name(f"{self._file.name}-{name}.lock"))
        return _server_turn(self._server, name)

    @contextmanager
    def taking(self, name: str) -> Iterator[bool]:
        """Whether the block has the turn; it gives it back at its end."""
        turn = self.try_take(name)
        try:
            yield turn is not None
        finally:
            if turn:
                turn.give_up()

    def is_free(self, name: str) -> bool:
        """Whether nobody has the turn now."""
        with self.taking(name) as is_ours:
            return is_ours


@dataclass(frozen=True, slots=True)
class _FileTurn:
    handle: int

    def is_held(self) -> bool:
        return True

    def give_up(self) -> None:
        os.close(self.handle)


@dataclass(frozen=True, slots=True)
class _ServerTurn:
    connection: Connection

    def is_held(self) -> bool:
        try:
            self.connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def give_up(self) -> None:
        try:
            self.connection.close()
        except SQLAlchemyError as problem:  # the server has taken the turn back already
            log.info("a turn had ended before it was given up: %s", type(problem).__name__)


def _file_turn(file: Path) -> Turn | None:
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return _FileTurn(handle)


def _server_turn(server: Engine, name: str) -> Turn | None:
    connection = server.connect()
    number = int.from_bytes(
        hashlib.sha256(f"opendata-hub {name}".encode()).digest()[:8], signed=True
    )
    taken = connection.execute(text("SELECT pg_try_advisory_lock(:number)"), {"number": number})
    if taken.scalar_one():
        return _ServerTurn(connection)
    connection.close()
    return None
