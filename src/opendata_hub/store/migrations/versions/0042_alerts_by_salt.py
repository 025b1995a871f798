"""Mails of alerts name their alert by its salt: SQLite gives the number of an erased one again.

Revision ID: 0042
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0037"
branch_labels = None
depends_on = None

mail = sa.table(
    "mail",
    sa.column("reference", sa.String()),
    sa.column("written_at", sa.DateTime(timezone=True)),
    sa.column("due_at", sa.DateTime(timezone=True)),
)
alert = sa.table(
    "alert",
    sa.column("id", sa.Integer()),
    sa.column("salt", sa.String()),
    sa.column("asked_at", sa.DateTime(timezone=True)),
)
BY_NUMBER = sa.literal("alert ") + sa.cast(alert.c.id, sa.String())
BY_SALT = sa.literal("alert ") + alert.c.salt
OF_ALERTS = mail.c.reference.like("alert %")


def upgrade() -> None:
    """A mail that is older than the alert of its number is another's, and is not sent."""
    theirs = sa.and_(mail.c.reference == BY_NUMBER, alert.c.asked_at <= mail.c.written_at)
    _rename(BY_SALT, theirs)
    known = sa.exists().where(mail.c.reference == BY_SALT)
    op.execute(mail.update().where(OF_ALERTS, ~known).values(due_at=None))


def downgrade() -> None:
    """What waits is not sent: it says its alert by the salt alone."""
    op.execute(mail.update().where(OF_ALERTS).values(due_at=None))
    _rename(BY_NUMBER, mail.c.reference == BY_SALT)


def _rename(name: sa.ColumnElement[str], same: sa.ColumnElement[bool]) -> None:
    found = sa.select(name).where(same).scalar_subquery()
    is_found = sa.exists().where(same)
    op.execute(mail.update().where(OF_ALERTS, is_found).values(reference=found))
