"""how often something was suggested before filing

Revision: 0020c
Revises: 0018e
"""

import sqlalchemy as sa
from alembic import op

revision = "0020c"
down_revision = "0018e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suggestion_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "authority", "what", name=op.f("pk_suggestion_count")),
    )


def downgrade() -> None:
    op.drop_table("suggestion_count")
