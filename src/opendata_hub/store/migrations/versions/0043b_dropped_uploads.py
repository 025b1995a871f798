"""What had come of an upload that was dropped counts for its sender as long as it lies there.

Revision ID: 0043b
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0043b"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("upload") as batch:
        batch.add_column(
            sa.Column("is_dropped", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    with op.batch_alter_table("upload") as batch:
        batch.drop_column("is_dropped")
