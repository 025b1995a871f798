"""whose a withdrawn dataset was, and how the maker of a key had signed in

Revision: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tombstone", schema=None) as batch_op:
        batch_op.add_column(sa.Column("publisher", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        # Earlier keys were made by commands: who may type them has the whole hub.
        batch_op.add_column(
            sa.Column("is_proved", sa.Boolean(), nullable=False, server_default=sa.true())
        )


def downgrade() -> None:
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_column("is_proved")
    with op.batch_alter_table("tombstone", schema=None) as batch_op:
        batch_op.drop_column("publisher")
