"""The one table of the service."""

from sqlalchemy import REAL, Column, Double, MetaData, Table, Text

metadata = MetaData()

SECONDS = Double().with_variant(REAL(), "sqlite")
"""8 bytes: PostgreSQL's REAL has four, which is minutes off in seconds since 1970."""

servers = Table(
    "lifetime_servers",
    metadata,
    Column("person", Text, primary_key=True),
    Column("server", Text, primary_key=True),
    Column("started_at", SECONDS, nullable=False),
    Column("active_at", SECONDS),
    Column("heard_at", SECONDS),
    Column("keep_until", SECONDS),
    Column("refused_since", SECONDS),
    Column("announced", Text, nullable=False),
    sqlite_strict=True,
)
