"""Files of mails are found by their content.

Revision ID: 0032
Revises: 0027b
"""

from alembic import op

revision = "0032"
down_revision = "0027b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("incoming_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incoming_file_sha256"), ["sha256"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("incoming_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incoming_file_sha256"))
