"""Alembic's entry: one engine, handed over by ``store.migrate``."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text

from opendata_hub.store import tables

TURN = 3_113_073_180_313
"""The number of the advisory lock; any will do that nobody else uses."""
TURN_SECONDS, TABLE_SECONDS = 600, 5
"""How long to wait for another process that migrates, and for one that holds a table."""


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write SQLModel's own types as SQLAlchemy's, so that a migration needs only the latter."""
    names = {"AutoString": "sa.String()", "UTCDateTime": "sa.DateTime(timezone=True)"}
    return names.get(type(item).__name__, False) if kind == "type" else False


def wait_for_turn(connection: Connection) -> None:
    """Let one process migrate at a time; the others find its work done. SQLite has one writer.

    Once it is our turn no statement waits for long: whoever queues behind a change of a table
    waits for it too, and the old version must go on answering.
    """
    turn = {"number": TURN}
    connection.execute(text(f"SET LOCAL lock_timeout = '{TURN_SECONDS}s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), turn)
    connection.execute(text(f"SET LOCAL lock_timeout = '{TABLE_SECONDS}s'"))


engine = context.config.attributes["engine"]

with engine.connect() as connection:
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        # A table rebuilt by a batch migration would take its children along (ON DELETE CASCADE).
        # The pragma does nothing inside a transaction: it goes to the driver, before any begins.
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
    context.configure(
        connection=connection,
        target_metadata=tables.metadata,
        render_as_batch=is_sqlite,
        render_item=render_item,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            wait_for_turn(connection)
        context.run_migrations()
    connection.commit()
    if is_sqlite:
        driver.execute("PRAGMA foreign_keys=ON")
