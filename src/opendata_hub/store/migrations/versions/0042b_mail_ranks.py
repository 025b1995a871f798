"""What hurries is sent before news, however many of these wait.

Revision ID: 0042b
Revises: 0043b
"""

import sqlalchemy as sa
from alembic import op

revision = "0042b"
down_revision = "0043b"
branch_labels = None
depends_on = None

mail = sa.table("mail", sa.column("kind", sa.String()), sa.column("rank", sa.Integer()))


def upgrade() -> None:
    op.add_column("mail", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    op.execute(mail.update().where(mail.c.kind == "alert-news").values(rank=1))
    op.create_index("ix_mail_rank", "mail", ["rank", "due_at"])


def downgrade() -> None:
    op.drop_index("ix_mail_rank", "mail")
    op.drop_column("mail", "rank")
