"""Brings the tables to the shape this version of the code expects."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import OperationalError

from opendata_hub.domain.errors import DatabaseHeld, DatabaseNewer

LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's word for a wait that took longer than ``lock_timeout``."""
SCRIPTS = Path(__file__).parent / "migrations"
_SAID = re.compile(r"^(revision|down_revision) = (.+)$", re.MULTILINE)


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
            upgrade_to(engine, "head")
        except OperationalError as problem:
            if getattr(problem.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                raise
            raise DatabaseHeld(
                "Somebody holds a table that must change, and nothing was changed: try again, or "
                "end what takes long (pg_stat_activity shows it)"
            ) from None


def revisions(connection: Connection) -> frozenset[str]:
    """The migrations that the database has come to; none for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return frozenset()
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
    return frozenset(found.scalars())


@cache
def heads() -> frozenset[str]:
    """The migrations that this version of the code ends with; one, but while it is written."""
    return known() - {earlier for said in _scripts() for earlier in said[1]}


@cache
def known() -> frozenset[str]:
    """Every migration that this version of the code has."""
    return frozenset(revision for revision, _ in _scripts())


@cache
def _scripts() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each migration and those before it, as their files say it: alembic would run them all."""
    found = []
    for file in SCRIPTS.glob("versions/*.py"):
        said = {n: ast.literal_eval(v) for n, v in _SAID.findall(file.read_text(encoding="utf-8"))}
        before = said["down_revision"] or ()
        found.append((said["revision"], (before,) if isinstance(before, str) else tuple(before)))
    return tuple(found)


def upgrade_to(engine: Engine, revision: str) -> None:
    """Run the migrations up to ``revision``; raises what alembic does for one it does not know."""
    from alembic import command

    command.upgrade(_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to ``revision``; ``base`` empties the database."""
    from alembic import command

    command.downgrade(_config(engine), revision)


def _config(engine: Engine) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["engine"] = engine
    return config
