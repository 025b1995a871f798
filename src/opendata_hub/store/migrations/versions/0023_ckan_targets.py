"""CKANs that our datasets are brought to

Revision: 0023
Revises: 0018c
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0018c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ckan_target",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("organization", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("most_deleted", sa.Integer(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("key_name", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ckan_target")),
    )
    op.create_index(op.f("ix_ckan_target_authority"), "ckan_target", ["authority"])
    op.create_table(
        "ckan_sent",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["target"], ["ckan_target.id"], name=op.f("fk_ckan_sent_target")),
        sa.PrimaryKeyConstraint("target", "slug", name=op.f("pk_ckan_sent")),
    )


def downgrade() -> None:
    op.drop_table("ckan_sent")
    op.drop_table("ckan_target")
