"""authorities, the days on which only one of them is closed, and a series of numbers for each

Revision: 0014
Revises: 0013
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

REFERENCE = re.compile(r"([A-Z0-9]+)-([0-9]{4})-([0-9]+)")
OLD_SERIES = re.compile(r"request-([0-9]{4})")
NEW_SERIES = re.compile(r"request-[A-Z0-9]+-([0-9]{4})")

counter = sa.table("counter", sa.column("series"), sa.column("last"))
request = sa.table("info_request", sa.column("reference"))


def upgrade() -> None:
    op.create_table(
        "authority",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("homepage", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("law", sa.String(), nullable=False),
        sa.Column("reference_prefix", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=False),
        sa.Column("families", sa.JSON(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority")),
        sa.UniqueConstraint("reference_prefix", name=op.f("uq_authority_reference_prefix")),
    )
    with op.batch_alter_table("authority", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authority_parent"), ["parent"], unique=False)
    op.create_table(
        "authority_logo",
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("authority", name=op.f("pk_authority_logo")),
    )
    with op.batch_alter_table("calendar_day", schema=None) as batch_op:
        batch_op.add_column(sa.Column("authority", sa.String(), nullable=False, server_default=""))
    numbered = _last_numbers()
    _forget(OLD_SERIES)
    _keep({f"request-{prefix}-{year}": last for (prefix, year), last in numbered.items()})


def _last_numbers() -> dict[tuple[str, str], int]:
    """The last number of each prefix and year, as the references have it."""
    found: dict[tuple[str, str], int] = {}
    for reference in op.get_bind().execute(sa.select(request.c.reference)).scalars():
        if parts := REFERENCE.fullmatch(reference):
            key = parts[1], parts[2]
            found[key] = max(int(parts[3]), found.get(key, 0))
    return found


def _forget(series: re.Pattern[str]) -> None:
    """Remove the counters whose name has that form."""
    connection = op.get_bind()
    for name in connection.execute(sa.select(counter.c.series)).scalars().all():
        if series.fullmatch(name):
            connection.execute(counter.delete().where(counter.c.series == name))


def _keep(numbers: dict[str, int]) -> None:
    """Let each series go on after its last number."""
    for name, last in numbers.items():
        op.get_bind().execute(counter.insert().values(series=name, last=last))


def downgrade() -> None:
    """One series a year again, as far as the largest number in it; own closures are lost."""
    years: dict[str, int] = {}
    for (_, year), last in _last_numbers().items():
        years[year] = max(last, years.get(year, 0))
    _forget(NEW_SERIES)
    _keep({f"request-{year}": last for year, last in years.items()})
    op.execute("DELETE FROM calendar_day WHERE authority <> ''")
    with op.batch_alter_table("calendar_day", schema=None) as batch_op:
        batch_op.drop_column("authority")
    op.drop_table("authority_logo")
    with op.batch_alter_table("authority", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_authority_parent"))
    op.drop_table("authority")
