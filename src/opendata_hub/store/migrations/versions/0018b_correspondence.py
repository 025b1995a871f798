"""letters that left on paper, and how who asked is written to

Revision: 0018b
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0018b"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_delivery_letter_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_letter_delivery_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_delivery")),
    )
    with op.batch_alter_table("letter_delivery", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_letter_delivery_letter_id"), ["letter_id"], unique=False
        )
    op.create_table(
        "correspondent",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("code_salt", sa.String(), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_correspondent")),
    )


def downgrade() -> None:
    op.drop_table("correspondent")
    op.drop_table("letter_delivery")
