"""Files that nobody published are erased after a while; that they came stays.

Revision ID: 0036b
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036b"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
