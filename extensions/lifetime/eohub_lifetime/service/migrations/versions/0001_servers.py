"""What is remembered of running servers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the table."""
    # 8 bytes: a REAL of PostgreSQL has four, which is minutes off in seconds since 1970.
    seconds = sa.Double().with_variant(sa.REAL(), "sqlite")
    op.create_table(
        "lifetime_servers",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("server", sa.Text, primary_key=True),
        sa.Column("started_at", seconds, nullable=False),
        sa.Column("active_at", seconds),
        sa.Column("heard_at", seconds),
        sa.Column("keep_until", seconds),
        sa.Column("refused_since", seconds),
        sa.Column("announced", sa.Text, nullable=False),
        sqlite_strict=True,
    )
