"""What records were written for is asked at each start: from an index, not from every record.

Revision ID: 0046
Revises: 0045
"""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_fragment_written_for", "fragment", ["dataset_id", "written_for"])


def downgrade() -> None:
    op.drop_index("ix_fragment_written_for", "fragment")
