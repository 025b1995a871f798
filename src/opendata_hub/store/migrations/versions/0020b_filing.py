"""what the model form asks besides, and what was filed lately

Revision: 0020b
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0020b"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("details", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "filing",
        sa.Column("once_sha256", sa.String(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("view_sha256", sa.String(), nullable=False),
        sa.Column("info_request_id", sa.Integer(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["info_request_id"], ["info_request.id"], name=op.f("fk_filing_info_request_id")
        ),
        sa.PrimaryKeyConstraint("once_sha256", name=op.f("pk_filing")),
        sa.UniqueConstraint("view_sha256", name=op.f("uq_filing_view_sha256")),
    )
    with op.batch_alter_table("filing", schema=None) as batch_op:
        for column in ("info_request_id", "filed_at"):
            batch_op.create_index(batch_op.f(f"ix_filing_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("filing")
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.drop_column("details")
