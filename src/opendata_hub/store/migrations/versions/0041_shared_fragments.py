"""What many records say word for word is kept once; records are written anew at the next start.

Revision ID: 0041
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shared_fragment",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("syntax", sa.String(), nullable=False),
        sa.Column("written_for", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", "syntax"),
    )
    op.add_column("fragment", sa.Column("shares", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.execute(
        "UPDATE fragment SET body = body || CASE syntax WHEN 'jsonld' THEN ',' ELSE '' END || "
        "(SELECT said.body FROM shared_fragment AS said WHERE said.digest = fragment.shares "
        "AND said.syntax = fragment.syntax) WHERE shares <> ''"
    )
    op.drop_column("fragment", "shares")
    op.drop_table("shared_fragment")
