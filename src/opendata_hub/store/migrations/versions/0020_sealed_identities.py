"""who asked is kept sealed

What was kept in the clear waits in a table of its own until the hub is opened: a migration has no
key. There it is sealed in one transaction, and overwritten.

Revision: 0020
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0024"
branch_labels = None
depends_on = None

WORDS = ("name", "email", "address", "id_number")


def upgrade() -> None:
    _make_clear("requester_unsealed")
    _move("requester", "requester_unsealed")
    op.drop_table("requester")
    op.create_table(
        "requester",
        sa.Column("info_request_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_name", sa.String(), nullable=False),
        sa.Column("email_mark", sa.String(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["info_request_id"], ["info_request.id"], name=op.f("fk_requester_info_request_id")
        ),
        sa.PrimaryKeyConstraint("info_request_id", name=op.f("pk_requester")),
    )
    with op.batch_alter_table("requester", schema=None) as batch_op:
        for column in ("key_name", "email_mark"):
            batch_op.create_index(batch_op.f(f"ix_requester_{column}"), [column], unique=False)


def downgrade() -> None:
    sealed = op.get_bind().execute(sa.text("SELECT count(*) FROM requester")).scalar_one()
    if sealed:
        raise RuntimeError(f"{sealed} identities are sealed: an earlier version can't read them")
    op.drop_table("requester")
    _make_clear("requester")
    _move("requester_unsealed", "requester")
    op.drop_table("requester_unsealed")


def _make_clear(name: str) -> None:
    op.create_table(
        name,
        sa.Column("info_request_id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(word, sa.String(), nullable=False) for word in WORDS),
        sa.ForeignKeyConstraint(
            ["info_request_id"], ["info_request.id"], name=op.f(f"fk_{name}_info_request_id")
        ),
        sa.PrimaryKeyConstraint("info_request_id", name=op.f(f"pk_{name}")),
    )


def _move(source: str, target: str) -> None:
    columns = ", ".join(("info_request_id", *WORDS))
    op.execute(f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {source}")  # noqa: S608
