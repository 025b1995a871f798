"""Files that come in pieces, and their pieces among the stored files.

Revision ID: 0038
Revises: 0036b
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0036b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_upload_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("key", name=op.f("uq_upload_key")),
    )
    op.create_table(
        "upload_piece",
        sa.Column("upload_id", sa.Integer(), nullable=False),
        sa.Column("first_byte", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_piece_upload_id")
        ),
        sa.PrimaryKeyConstraint("upload_id", "first_byte", name=op.f("pk_upload_piece")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_person_id"), ["person_id"], unique=False)
    with op.batch_alter_table("upload_piece", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_piece_sha256"), ["sha256"], unique=False)


def downgrade() -> None:
    op.drop_table("upload_piece")
    op.drop_table("upload")
