"""The migrations make the tables that the code expects, up and down, on both databases."""

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from opendata_hub.domain.errors import DatabaseHeld, DatabaseNewer
from opendata_hub.store import migrate, tables
from opendata_hub.store.engine import open_engine


def is_ours(name, kind, _parents):
    """Whether a table is one of ours: the queue on PostgreSQL brings its own."""
    return kind != "table" or not name.startswith("procrastinate_")


def test_all_the_way_up_the_tables_are_those_of_the_code(engine):
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def test_the_files_are_read_as_alembic_reads_them():
    config = Config()
    config.set_main_option("script_location", str(migrate.SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    assert migrate.heads() == set(scripts.get_heads())
    assert migrate.known() == {script.revision for script in scripts.walk_revisions()}


def test_an_empty_database_has_come_to_nothing(empty_engine):
    with empty_engine.connect() as connection:
        assert migrate.revisions(connection) == frozenset()


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


MIGRATING = """
import sys
from opendata_hub.store import migrate
from opendata_hub.store.engine import open_engine
migrate.upgrade(open_engine(sys.argv[1]))
"""


def test_processes_that_start_together_migrate_once(empty_engine):
    url = empty_engine.url.render_as_string(hide_password=False)
    started = [subprocess.Popen([sys.executable, "-c", MIGRATING, url]) for _ in range(2)]
    assert [each.wait(timeout=60) for each in started] == [0, 0]
    with empty_engine.connect() as connection:
        assert migrate.revisions(connection) == migrate.heads()


@pytest.mark.slow
def test_a_table_that_somebody_holds_stops_the_migration_and_nobody_waits_behind_it(new_database):
    engine = open_engine(new_database())
    migrate.upgrade_to(engine, "0034")
    with engine.connect() as reader:
        reader.execute(text("SELECT * FROM entity_entry"))
        with pytest.raises(DatabaseHeld, match="try again"):
            migrate.upgrade(engine)
        assert migrate.revisions(reader) == {"0034"}
    migrate.upgrade(engine)
    engine.dispose()
