"""Whom published rows speak of, and what readers say is wrong in a row.

Revision ID: 0029
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entity_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("amount", sa.String(), nullable=True),
        sa.Column("others", sa.JSON(), nullable=False),
        sa.Column("is_person", sa.Boolean(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity_entry")),
    )
    with op.batch_alter_table("entity_entry", schema=None) as batch_op:
        batch_op.create_index("ix_entity_entry_key", ["scheme", "value", "kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_entity_entry_slug"), ["slug"], unique=False)
    op.create_table(
        "entity_indexed",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_for", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_entity_indexed")),
    )
    op.create_table(
        "row_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["person.id"], name=op.f("fk_row_report_settled_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_report")),
    )
    with op.batch_alter_table("row_report", schema=None) as batch_op:
        for column in ("authority", "settled_at", "slug"):
            batch_op.create_index(batch_op.f(f"ix_row_report_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("row_report")
    op.drop_table("entity_indexed")
    op.drop_table("entity_entry")
