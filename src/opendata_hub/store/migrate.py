"""Brings the tables to the shape this version of the code expects."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from opendata_hub.domain.errors import DatabaseNewer

SCRIPTS = str(Path(__file__).parent / "migrations")


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing; do nothing when none is.

    Raises DatabaseNewer where a newer version of the code has run some that this one has not.
    """
    with engine.execution_options(is_reading=True).connect() as connection:
        there = revisions(connection)
    if unknown := there - known():
        raise DatabaseNewer(
            f"The database is of a newer version of the hub (migration {max(unknown)}): run that "
            "one, or restore the backup from before it"
        )
    if there != heads():
        command.upgrade(_config(engine), "head")


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
