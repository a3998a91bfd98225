"""What filters see of items, what is learned of properties, and collections that can be searched.

What stands in the new tables is made from the documents when the store is opened: see `deriving.py`.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TEXT = "CREATE VIRTUAL TABLE collection_text USING fts5(words, tokenize='unicode61 remove_diacritics 2')"


def upgrade() -> None:
    """Create the tables; collections get a key that full-text search can refer to."""
    op.create_table(
        "item_facts",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("cloud_cover", sa.REAL),
        sa.Column("instant", sa.Integer),
        sa.Column("facts", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    for column in ("cloud_cover", "instant"):
        known = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"item_by_{column}", "item_facts", [column], sqlite_where=known)
    op.create_table(
        "learned",
        sa.Column("collection", sa.Text, primary_key=True),
        sa.Column("properties", sa.Text, nullable=False),
        sa.Column("is_stale", sa.Integer, nullable=False),
        sqlite_strict=True,
    )
    op.rename_table("collection", "collection_before")
    op.create_table(
        "collection",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("start_time", sa.Integer, nullable=False),
        sa.Column("end_time", sa.Integer, nullable=False),
        sa.Column("boxes", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("links", sa.Text, nullable=False),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO collection (id, start_time, end_time, boxes, body, links)"
        " SELECT id, 0, 0, '[]', body, links FROM collection_before ORDER BY id"
    )
    op.drop_table("collection_before")
    op.create_index("collection_by_id", "collection", ["id"], unique=True)
    op.execute(_TEXT)
    derived = op.create_table(
        "derived",
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("learned_to", sa.Integer, nullable=False),
        sqlite_strict=True,
    )
    op.bulk_insert(derived, [{"version": 0, "learned_to": 0}])
