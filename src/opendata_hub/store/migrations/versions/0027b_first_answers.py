"""The first answer of a request keeps its last day when the request is reopened.

What was reopened before has lost that day: it is told by its last day of now.

Revision ID: 0027b
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0027b"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_due_on", sa.Date(), nullable=True))
    with op.batch_alter_table("register_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_due_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("reopened_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("register_entry", schema=None) as batch_op:
        batch_op.drop_column("reopened_on")
        batch_op.drop_column("first_due_on")
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.drop_column("first_due_on")
