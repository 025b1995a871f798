"""assignments

Revision: 0025
Revises: 0020b
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0020b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("officer_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answer_by", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_info_request_officer_id"), ["officer_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_info_request_officer_id"), "person", ["officer_id"], ["id"]
        )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("info_request_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["info_request_id"], ["info_request.id"], name=op.f("fk_assignment_info_request_id")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["person.id"], name=op.f("fk_assignment_officer_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_assignment_info_request_id"), ["info_request_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("assignment")
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_info_request_officer_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_info_request_officer_id"))
        batch_op.drop_column("answer_by")
        batch_op.drop_column("officer_id")
