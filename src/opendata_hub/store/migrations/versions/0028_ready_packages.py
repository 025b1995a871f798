"""packages as CKAN's clients are told them, kept ready

Revision: 0028
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ckan_package",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("written_for", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_ckan_package")),
    )
    with op.batch_alter_table("ckan_package", schema=None) as batch_op:
        batch_op.create_index("ix_ckan_package_form_change_id", ["form", "change_id"])


def downgrade() -> None:
    op.drop_table("ckan_package")
