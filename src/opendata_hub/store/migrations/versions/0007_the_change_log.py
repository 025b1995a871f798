"""the change log

Revision: 0007
Revises: 0006
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("base_url", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "change_record",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_change_record_change_id")
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_change_record")),
    )
    op.create_table(
        "entry",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_entry_change_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_entry")),
        sa.UniqueConstraint("slug", name=op.f("uq_entry_slug")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_change_id"), ["change_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_changed_at"), ["changed_at"], unique=False)
    op.create_table(
        "tombstone",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["position"], ["entry.position"], name=op.f("fk_tombstone_position")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_tombstone")),
    )
    op.create_table(
        "catalog_key",
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_catalog_key")),
    )
    key = sa.table("catalog_key", sa.column("key", sa.String()))
    op.bulk_insert(key, [{"key": secrets.token_hex(16)}])
    op.execute(
        "INSERT INTO entry (position, slug, change_id, changed_at, is_withdrawn) "
        "SELECT dataset.id, dataset.slug, max(change.id), max(change.changed_at), false "
        "FROM dataset JOIN change ON change.slug = dataset.slug GROUP BY dataset.id, dataset.slug"
    )


def downgrade() -> None:
    op.drop_table("catalog_key")
    op.drop_table("tombstone")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_changed_at"))
        batch_op.drop_index(batch_op.f("ix_entry_change_id"))
    op.drop_table("entry")
    op.drop_table("change_record")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_column("base_url")
