"""the outbox: stable ids, mails about requests, what is being handed over

Revision: 0018
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEXED = ("reference", "letter_id", "handing_over_at", "bounced_at", "failed_at")


def upgrade() -> None:
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("token", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reference", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("letter_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("said", sa.JSON(), nullable=False, server_default="{}"))
        for column in ("handing_over_at", "bounced_at"):
            batch_op.add_column(sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    # Those of before never had an id that stays; from now on each mail has one.
    op.execute("UPDATE mail SET token = 'before-' || id")
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_foreign_key(
            batch_op.f("fk_mail_letter_id"), "letter", ["letter_id"], ["id"]
        )
        batch_op.create_unique_constraint(batch_op.f("uq_mail_token"), ["token"])
        for column in INDEXED:
            batch_op.create_index(batch_op.f(f"ix_mail_{column}"), [column], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("mail", schema=None) as batch_op:
        for column in INDEXED:
            batch_op.drop_index(batch_op.f(f"ix_mail_{column}"))
        batch_op.drop_constraint(batch_op.f("uq_mail_token"), type_="unique")
        batch_op.drop_constraint(batch_op.f("fk_mail_letter_id"), type_="foreignkey")
        for column in ("bounced_at", "handing_over_at", "said", "letter_id", "reference", "token"):
            batch_op.drop_column(column)
