"""Brings the tables to the shape this version of the code expects."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from opendata_hub.domain.errors import DatabaseHeld, DatabaseNewer

LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's word for a wait that took longer than ``lock_timeout``."""
SCRIPTS = str(Path(__file__).parent / "migrations")


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; do nothing when none is.

    Several processes may do so at once: one works, the others wait for it. Raises DatabaseNewer
    where a newer version of the code has run some that this one has not, and DatabaseHeld where
    somebody holds a table that must change; nothing is changed then.
    """
    with engine.execution_options(is_reading=True).connect() as connection:
        there = revisions(connection)
    if unknown := there - known():
        raise DatabaseNewer(
            f"The database is of a newer version of the hub (migration {max(unknown)}): run that "
            "one, or restore the backup from before it"
        )
    if there != heads():
        try:
            command.upgrade(_config(engine), "head")
        except OperationalError as problem:
            if getattr(problem.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            raise DatabaseHeld(
                "Somebody holds a table that must change, and nothing was changed: try again, or "
                "end what takes long (pg_stat_activity shows it)"
            ) from None


def revisions(connection: Connection) -> frozenset[str]:
    """The migrations that the database has come to; none for an empty one."""
    return frozenset(MigrationContext.configure(connection).get_current_heads())


@cache
def heads() -> frozenset[str]:
    """The migrations that this version of the code ends with; one, but while it is written."""
    return frozenset(_scripts().get_heads())


@cache
def known() -> frozenset[str]:
    """Every migration that this version of the code has."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    return ScriptDirectory.from_config(config)


def upgrade_to(engine: Engine, revision: str) -> None:
    """Run the migrations up to ``revision``; raises what alembic does for one it does not know."""
    command.upgrade(_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to ``revision``; ``base`` empties the database."""
    command.downgrade(_config(engine), revision)


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["engine"] = engine
    return config
