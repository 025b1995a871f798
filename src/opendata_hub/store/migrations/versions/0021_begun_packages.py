"""packages that CKAN's clients have begun and not given a file

Revision: 0021
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ckan_draft",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("package", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ckan_draft")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ckan_draft_person_id_person")
        ),
    )
    with op.batch_alter_table("ckan_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ckan_draft_slug"), ["slug"], unique=True)
        batch_op.create_index(batch_op.f("ix_ckan_draft_publisher"), ["publisher"], unique=False)


def downgrade() -> None:
    op.drop_table("ckan_draft")
