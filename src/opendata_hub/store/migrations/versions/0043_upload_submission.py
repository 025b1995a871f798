"""A file that came in pieces leads to its draft only while the draft has it.

Revision ID: 0043
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("upload", sa.Column("submission_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("upload") as batch:
        batch.drop_column("submission_id")
