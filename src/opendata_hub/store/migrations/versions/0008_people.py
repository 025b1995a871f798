"""people, their roles, and whose things are

Revision: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EARLIER_TOKEN_ROLES = ("steward", "officer")
"""What every token could do before there were accounts."""


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_role_person_id")
        ),
        sa.PrimaryKeyConstraint(
            "person_id", "role", "authority", "unit", name=op.f("pk_person_role")
        ),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("deeds", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    _give_earlier_tokens_an_account()
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_api_token_person_id"), "person", ["person_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_api_token_person_id"), ["person_id"], unique=False)
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(sa.Column("authority", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_submission_person_id"), "person", ["person_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_submission_authority"), ["authority"], unique=False)
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_clearance_person_id"), "person", ["person_id"], ["id"]
        )
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("authority", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("unit", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_info_request_owner_id"), "person", ["owner_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_info_request_authority"), ["authority"], unique=False)
        batch_op.create_index(batch_op.f("ix_info_request_owner_id"), ["owner_id"], unique=False)


def _give_earlier_tokens_an_account() -> None:
    """A program that had a key goes on as before, under an account of its own."""
    connection, now = op.get_bind(), sa.func.current_timestamp()
    person = sa.table(
        "person", sa.column("id"), sa.column("name"), sa.column("language"),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )  # fmt: skip
    role = sa.table(
        "person_role", sa.column("person_id"), sa.column("role"), sa.column("authority"),
        sa.column("unit"),
    )  # fmt: skip
    token = sa.table("api_token", sa.column("id"), sa.column("name"), sa.column("person_id"))
    for token_id, name in connection.execute(sa.select(token.c.id, token.c.name)).all():
        made = connection.execute(
            person.insert().values(name=name, language="fr", created_at=now).returning(person.c.id)
        ).scalar_one()
        for each in EARLIER_TOKEN_ROLES:
            connection.execute(
                role.insert().values(person_id=made, role=each, authority="", unit="")
            )
        connection.execute(token.update().where(token.c.id == token_id).values(person_id=made))


def downgrade() -> None:
    with op.batch_alter_table("info_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_info_request_owner_id"))
        batch_op.drop_index(batch_op.f("ix_info_request_authority"))
        batch_op.drop_constraint(batch_op.f("fk_info_request_owner_id"), type_="foreignkey")
        batch_op.drop_column("owner_id")
        batch_op.drop_column("unit")
        batch_op.drop_column("authority")
    with op.batch_alter_table("clearance", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_clearance_person_id"), type_="foreignkey")
        batch_op.drop_column("person_id")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_authority"))
        batch_op.drop_constraint(batch_op.f("fk_submission_person_id"), type_="foreignkey")
        batch_op.drop_column("person_id")
        batch_op.drop_column("authority")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_person_id"))
        batch_op.drop_constraint(batch_op.f("fk_api_token_person_id"), type_="foreignkey")
        batch_op.drop_column("expires_at")
        batch_op.drop_column("deeds")
        batch_op.drop_column("person_id")
    op.drop_table("person_role")
    op.drop_table("person")
