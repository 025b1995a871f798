"""Families are counted with the rows of their files from an index, not from every whole record.

Revision ID: 0045
Revises: 0044b
"""

from alembic import op

revision = "0045"
down_revision = "0044b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index(op.f("ix_dataset_family"), "dataset")
    op.create_index("ix_dataset_family", "dataset", ["family", "submission_id"])


def downgrade() -> None:
    op.drop_index("ix_dataset_family", "dataset")
    op.create_index(op.f("ix_dataset_family"), "dataset", ["family"])
