"""A draft keeps what was approved of it, and the version of the dataset that it began from.

Revision ID: 0035
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0036"
branch_labels = None
depends_on = None

BEGAN_FROM = """
UPDATE publication_draft SET began_from = (
    SELECT version FROM dataset
    WHERE dataset.slug = publication_draft.replaces
    AND dataset.modified_at <= publication_draft.created_at
) WHERE slug = ''
"""
"""A dataset that changed after the draft began leaves it unknown: such a draft begins anew."""


def upgrade() -> None:
    with op.batch_alter_table("publication_draft") as table:
        table.add_column(sa.Column("approved", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("began_from", sa.Integer(), nullable=True))
        table.add_column(sa.Column("given", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("publication_draft") as table:
        table.alter_column("approved", server_default=None)
        table.alter_column("given", server_default=None)
    op.execute(BEGAN_FROM)
    # Who approved which words was not kept: whoever schedules it again says so in their own name.
    op.execute(
        "UPDATE publication_draft SET publish_on = NULL, problem = 'day-off' "
        "WHERE slug = '' AND publish_on IS NOT NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table("publication_draft") as table:
        for column in ("approved", "began_from", "given"):
            table.drop_column(column)
