"""the way a request came in

Revision: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(), nullable=False, server_default="web"))


def downgrade() -> None:
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.drop_column("channel")
