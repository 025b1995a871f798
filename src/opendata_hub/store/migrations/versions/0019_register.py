"""the entries of the public register; queues by last day at scale

Revision: 0019
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register_entry",
        sa.Column("info_request_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_year", sa.Integer(), nullable=False),
        sa.Column("received_month", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("extended_on", sa.Date(), nullable=True),
        sa.Column("extension_ground", sa.String(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("net_days", sa.Integer(), nullable=True),
        sa.Column("complained_on", sa.Date(), nullable=True),
        sa.Column("head_decided_on", sa.Date(), nullable=True),
        sa.Column("commission_on", sa.Date(), nullable=True),
        sa.Column("commission_decided_on", sa.Date(), nullable=True),
        sa.Column("commission_ground", sa.String(), nullable=False),
        sa.Column("sued_on", sa.Date(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("folded_subject", sa.String(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("is_withheld", sa.Boolean(), nullable=False),
        sa.Column("old_reference", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["info_request_id"],
            ["info_request.id"],
            name=op.f("fk_register_entry_info_request_id"),
        ),
        sa.PrimaryKeyConstraint("info_request_id", name=op.f("pk_register_entry")),
        sa.UniqueConstraint("reference", name=op.f("uq_register_entry_reference")),
        sa.UniqueConstraint("authority", "old_reference", name="uq_register_entry_old_reference"),
    )
    op.create_index("ix_register_entry_newest", "register_entry", ["received_on", "reference"])
    op.create_index(
        "ix_register_entry_newest_of", "register_entry", ["authority", "received_on", "reference"]
    )
    op.create_index("ix_register_entry_state", "register_entry", ["state", "due_on", "reference"])
    op.create_index("ix_info_request_queue", "info_request", ["is_open", "due_on", "reference"])
    op.create_index(
        "ix_info_request_queue_of",
        "info_request",
        ["authority", "is_open", "due_on", "reference"],
    )


def downgrade() -> None:
    op.drop_index("ix_info_request_queue_of", "info_request")
    op.drop_index("ix_info_request_queue", "info_request")
    op.drop_table("register_entry")
