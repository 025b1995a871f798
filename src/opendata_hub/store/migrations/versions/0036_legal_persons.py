"""A supplier is listed only where a row says that it is a legal person.

What was indexed before does not say it: names of suppliers are erased until their tables are looked
through again, at the next minute.

Revision ID: 0036
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("entity_entry", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_legal", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    entry = sa.table(
        "entity_entry",
        sa.column("kind", sa.String()),
        sa.column("name", sa.JSON()),
        sa.column("folded", sa.Text()),
        sa.column("is_legal", sa.Boolean()),
    )
    is_supplier = entry.c.kind == "supplier"
    op.execute(entry.update().where(is_supplier).values(name={}, folded=""))
    op.execute(entry.update().where(~is_supplier).values(is_legal=True))
    with op.batch_alter_table("entity_entry", schema=None) as batch_op:
        batch_op.alter_column("is_legal", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("entity_entry", schema=None) as batch_op:
        batch_op.drop_column("is_legal")
