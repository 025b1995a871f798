"""mail that comes in

Revision: 0018c
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0018c"
down_revision = "0021"
branch_labels = None
depends_on = None

INDEXED = ("authority", "state", "reference", "sender_mark", "message_id_sha256")


def upgrade() -> None:
    op.create_table(
        "mailbox",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox")),
    )
    op.create_table(
        "incoming_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("message_id_sha256", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("sender_mark", sa.String(), nullable=False),
        sa.Column("key_name", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_incoming_mail_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_mail")),
        sa.UniqueConstraint("sha256", name=op.f("uq_incoming_mail_sha256")),
    )
    with op.batch_alter_table("incoming_mail", schema=None) as batch_op:
        for column in INDEXED:
            batch_op.create_index(batch_op.f(f"ix_incoming_mail_{column}"), [column], unique=False)
    op.create_table(
        "incoming_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incoming_mail_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incoming_mail_id"], ["incoming_mail.id"],
            name=op.f("fk_incoming_file_incoming_mail_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_file")),
    )  # fmt: skip
    with op.batch_alter_table("incoming_file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incoming_file_incoming_mail_id"), ["incoming_mail_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("incoming_file")
    op.drop_table("incoming_mail")
    op.drop_table("mailbox")
