"""sources elsewhere, what was harvested from them, and what was kept apart

Revision: 0022
Revises: 0018b
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0018b"
branch_labels = None
depends_on = None

_NAMES = {"fk": "fk_%(table_name)s_%(column_0_N_name)s"}


def upgrade() -> None:
    # A fragment stands at a place of the catalogue, which a harvested dataset may have as well.
    with op.batch_alter_table("fragment", schema=None, naming_convention=_NAMES) as batch_op:
        batch_op.drop_constraint("fk_fragment_dataset_id", type_="foreignkey")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("iri", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "harvest_source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("filter", sa.String(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("most_gone", sa.Integer(), nullable=False),
        sa.Column("page_size", sa.Integer(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marker", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_whole_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvest_source")),
    )
    op.create_index(op.f("ix_harvest_source_authority"), "harvest_source", ["authority"])
    op.create_index(op.f("ix_harvest_source_due_at"), "harvest_source", ["due_at"])
    op.create_table(
        "harvest_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("marker", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        _of_source("harvest_run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvest_run")),
    )
    op.create_index(op.f("ix_harvest_run_source"), "harvest_run", ["source"])
    op.create_table(
        "harvest_page",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("following", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        _of_source("harvest_page"),
        sa.PrimaryKeyConstraint("source", "address", name=op.f("pk_harvest_page")),
    )
    op.create_table(
        "harvested",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("publisher", sa.JSON(), nullable=False),
        sa.Column("facets", sa.JSON(), nullable=False),
        sa.Column("landing_page", sa.Text(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("met", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        _of_source("harvested"),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_harvested")),
        sa.UniqueConstraint("source", "identifier", name=op.f("uq_harvested_source_identifier")),
        sa.UniqueConstraint("slug", name=op.f("uq_harvested_slug")),
    )
    op.create_index(op.f("ix_harvested_iri"), "harvested", ["iri"])
    op.create_index("ix_harvested_source_run", "harvested", ["source", "run"])
    op.create_table(
        "quarantine",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=False),
        _of_source("quarantine"),
        sa.PrimaryKeyConstraint("source", "identifier", name=op.f("pk_quarantine")),
    )


def _of_source(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_source")
    return sa.ForeignKeyConstraint(["source"], ["harvest_source.id"], name=name)


def downgrade() -> None:
    # What was harvested goes with its tables: without them nobody could keep it up to date.
    harvested = "SELECT position FROM entry WHERE iri <> ''"
    slugs = "SELECT slug FROM entry WHERE iri <> ''"
    op.execute(f"DELETE FROM fragment WHERE dataset_id IN ({harvested})")  # noqa: S608
    op.execute(f"DELETE FROM tombstone WHERE position IN ({harvested})")  # noqa: S608
    op.execute(
        f"DELETE FROM change_record WHERE change_id IN "  # noqa: S608
        f"(SELECT id FROM change WHERE slug IN ({slugs}))"
    )
    op.execute("DELETE FROM entry WHERE iri <> ''")
    for table in ("quarantine", "harvested", "harvest_page", "harvest_run", "harvest_source"):
        op.drop_table(table)
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_column("iri")
    with op.batch_alter_table("fragment", schema=None) as batch_op:
        batch_op.create_foreign_key("fk_fragment_dataset_id", "dataset", ["dataset_id"], ["id"])
