"""Documents with what tells whether they have changed, and the items and collections that came from each."""

from alembic import op

revision = "0001"
down_revision = None

# The first notes were kept in a file without a version, which is taken over.
_TABLES = (
    "CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE IF NOT EXISTS document (
        address TEXT PRIMARY KEY, stamp TEXT, links TEXT NOT NULL, problem TEXT, round INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS item (
        collection TEXT NOT NULL, id TEXT NOT NULL, address TEXT NOT NULL, UNIQUE (collection, id, address)
    ) STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS collection (
        id TEXT NOT NULL, address TEXT NOT NULL, UNIQUE (id, address)
    ) STRICT
    """,
    "CREATE INDEX IF NOT EXISTS item_by_address ON item (address)",
    "CREATE INDEX IF NOT EXISTS collection_by_address ON collection (address)",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _TABLES:
        op.execute(statement)
