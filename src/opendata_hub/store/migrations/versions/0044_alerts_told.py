"""What alerts have told has a day, to be forgotten by; it is found by dataset and then by alert.

Revision ID: 0044
Revises: 0042b
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0042b"
branch_labels = None
depends_on = None

alert = sa.table(
    "alert",
    sa.column("id", sa.Integer()),
    sa.column("asked_at", sa.DateTime(timezone=True)),
    sa.column("told_at", sa.DateTime(timezone=True)),
)
told = sa.table(
    "alert_told",
    sa.column("alert_id", sa.Integer()),
    sa.column("told_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """What was told before is as old as the last mail of its alert."""
    op.add_column("alert_told", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    last = sa.select(sa.func.coalesce(alert.c.told_at, alert.c.asked_at))
    of_alert = last.where(alert.c.id == told.c.alert_id).scalar_subquery()
    op.execute(told.update().values(told_at=of_alert))
    with op.batch_alter_table("alert_told") as batch:
        batch.alter_column("told_at", nullable=False, existing_type=sa.DateTime(timezone=True))
    op.create_index(op.f("ix_alert_told_told_at"), "alert_told", ["told_at"])
    for name in ("alert_told", "alert_news"):
        op.drop_index(op.f(f"ix_{name}_slug"), name)
        op.create_index(f"ix_{name}_slug", name, ["slug", "alert_id"])


def downgrade() -> None:
    for name in ("alert_told", "alert_news"):
        op.drop_index(f"ix_{name}_slug", name)
        op.create_index(op.f(f"ix_{name}_slug"), name, ["slug"])
    op.drop_index(op.f("ix_alert_told_told_at"), "alert_told")
    with op.batch_alter_table("alert_told") as batch:
        batch.drop_column("told_at")
