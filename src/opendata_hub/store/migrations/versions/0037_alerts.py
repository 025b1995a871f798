"""Readers are told by e-mail of what is new of a dataset, a search or an entity.

Revision ID: 0037
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _alert()
    op.create_table(
        "alert_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_key_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_key")),
    )
    op.create_index(op.f("ix_alert_key_alert_id"), "alert_key", ["alert_id"])
    op.create_index("ix_alert_key_value", "alert_key", ["scheme", "value", "kind"])
    _by_dataset("alert_news", sa.Column("change_id", sa.Integer(), nullable=False))
    _by_dataset("alert_told")
    cursor = op.create_table(
        "alert_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_cursor")),
    )
    change = sa.table("change", sa.column("id", sa.Integer()))
    last = sa.select(sa.literal(1), sa.func.coalesce(sa.func.max(change.c.id), 0))
    op.execute(cursor.insert().from_select(["id", "change_id"], last))


def downgrade() -> None:
    for name in ("alert_cursor", "alert_told", "alert_news", "alert_key", "alert"):
        op.drop_table(name)


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_sha256", sa.String(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("email_mark", sa.String(), nullable=False),
        sa.Column("key_name", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint(
            "email_mark", "about_sha256", name=op.f("uq_alert_email_mark_about_sha256")
        ),
        sa.UniqueConstraint("salt", name=op.f("uq_alert_salt")),
    )
    op.create_index("ix_alert_kind", "alert", ["kind", "about"])
    for column in ("key_name", "confirmed_at"):
        op.create_index(op.f(f"ix_alert_{column}"), "alert", [column])


def _by_dataset(name: str, *more: sa.Column[int]) -> None:
    op.create_table(
        name,
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f(f"fk_{name}_alert_id")),
        sa.PrimaryKeyConstraint("alert_id", "slug", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_slug"), name, ["slug"])
