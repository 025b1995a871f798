"""The migrations make the tables that the code expects, up and down, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from opendata_hub.domain.errors import DatabaseNewer
from opendata_hub.store import migrate, tables


def is_ours(name, kind, _parents):
    """Whether a table is one of ours: the queue on PostgreSQL brings its own."""
    return kind != "table" or not name.startswith("procrastinate_")


def test_all_the_way_up_the_tables_are_those_of_the_code(engine):
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def test_all_the_way_down_nothing_is_left(engine):
    migrate.downgrade(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_up_again_after_down(engine):
    migrate.downgrade(engine, "base")
    migrate.upgrade(engine)
    migrate.upgrade(engine)
    assert set(tables.metadata.tables) <= set(inspect(engine).get_table_names())


def test_a_database_of_a_newer_version_is_left_as_it_is(engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNewer, match="9999"):
        migrate.upgrade(engine)
