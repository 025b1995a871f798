"""when a file was released

Revision: 0026
Revises: 0020c
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0020c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.drop_column("released_at")
