"""The last plan for each CKAN that our datasets are brought to

Revision: 0033
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ckan_plan",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["target"], ["ckan_target.id"], name=op.f("fk_ckan_plan_target")),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_ckan_plan")),
    )


def downgrade() -> None:
    op.drop_table("ckan_plan")
