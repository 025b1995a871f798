"""the last day of the answer beside that of what the desk has to do next

Revision: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_due_on", sa.Date(), nullable=True))
    op.execute("UPDATE info_request SET answer_due_on = due_on")
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.alter_column("answer_due_on", existing_type=sa.Date(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.drop_column("answer_due_on")
