"""Versions of datasets are kept, so that readers see what differs; the present ones are the first.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None
AT_ONCE = 1_000


def upgrade() -> None:
    version = op.create_table(
        "dataset_version",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("gone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"]),
        sa.PrimaryKeyConstraint("slug", "version"),
    )
    op.create_index(op.f("ix_dataset_version_submission_id"), "dataset_version", ["submission_id"])
    names = ("slug", "version", "family", "submission_id", "file_name")
    texts = ("title", "description", "keywords", "described")
    dataset = sa.table(
        "dataset",
        *(sa.column(name) for name in names),
        *(sa.column(name, sa.JSON()) for name in texts),
        sa.column("modified_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    found = connection.execute(sa.select(dataset)).mappings()
    while some := found.fetchmany(AT_ONCE):
        connection.execute(
            sa.insert(version),
            [
                {
                    **{name: row[name] for name in names},
                    "published_at": row["modified_at"],
                    "said": {
                        "title": row["title"],
                        "description": row["description"],
                        "keyword": row["keywords"],
                        **row["described"],
                    },
                    "columns": {},
                    "gone": "",
                }
                for row in some
            ],
        )


def downgrade() -> None:
    op.drop_table("dataset_version")
