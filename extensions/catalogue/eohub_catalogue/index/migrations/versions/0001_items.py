"""Items, collections, their indexes, and the key of page tokens."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Space in degrees and time in days. Two entries for an item that lies on both sides of the antimeridian.
# An item without a place lies outside the earth, one without a time outside of time.
_EXTENT = "CREATE VIRTUAL TABLE item_extent USING rtree(id, west, east, south, north, since, until)"
# Free text is matched without regard to case and accents; a row's id is the item's pk.
_TEXT = "CREATE VIRTUAL TABLE item_text USING fts5(words, tokenize='unicode61 remove_diacritics 2')"


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "item",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("collection", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("start_time", sa.Integer, nullable=False),
        sa.Column("end_time", sa.Integer, nullable=False),
        sa.Column("west", sa.REAL),
        sa.Column("south", sa.REAL),
        sa.Column("east", sa.REAL),
        sa.Column("north", sa.REAL),
        sa.Column("bottom", sa.REAL),
        sa.Column("top", sa.REAL),
        sa.Column("shape", sa.LargeBinary),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("links", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("item_by_id", "item", ["id", "collection"], unique=True)
    op.create_index("item_by_time", "item", ["start_time", "id", "collection", "end_time"])
    op.create_index("item_by_collection", "item", ["collection", "start_time", "id", "end_time"])
    op.create_table(
        "collection",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("links", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    page_key = op.create_table(
        "page_key", sa.Column("secret", sa.LargeBinary, nullable=False), sqlite_strict=True
    )
    op.bulk_insert(page_key, [{"secret": secrets.token_bytes(32)}])
    op.execute(_EXTENT)
    op.execute(_TEXT)
