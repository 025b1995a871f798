"""Whoever wants no mail of alerts at all is known by a keyed digest of the address.

Revision ID: 0044b
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0044b"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert_refusal",
        sa.Column("email_mark", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("email_mark", name=op.f("pk_alert_refusal")),
        sa.UniqueConstraint("salt", name=op.f("uq_alert_refusal_salt")),
    )


def downgrade() -> None:
    op.drop_table("alert_refusal")
