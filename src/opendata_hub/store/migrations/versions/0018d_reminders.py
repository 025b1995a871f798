"""reminders and digests, each once

Revision: 0018d
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0018d"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reference", "due_on", "distance", name=op.f("pk_reminder")),
    )
    op.create_table(
        "digest",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_digest_person_id")),
        sa.PrimaryKeyConstraint("person_id", "day", name=op.f("pk_digest")),
    )


def downgrade() -> None:
    op.drop_table("digest")
    op.drop_table("reminder")
