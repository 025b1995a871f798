"""calendars that officers subscribe to

Revision: 0018e
Revises: 0018d
"""

import sqlalchemy as sa
from alembic import op

revision = "0018e"
down_revision = "0018d"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("sha256", name=op.f("uq_calendar_feed_sha256")),
    )


def downgrade() -> None:
    op.drop_table("calendar_feed")
