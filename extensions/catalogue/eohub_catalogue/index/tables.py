"""The tables that SQLAlchemy can describe; the migration adds SQLite's R*Tree and full-text index."""

from sqlalchemy import REAL, BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

_Microseconds = BigInteger().with_variant(Integer, "sqlite")

item = Table(
    "item",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("collection", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("start_time", _Microseconds, nullable=False),
    Column("end_time", _Microseconds, nullable=False),
    Column("west", REAL),
    Column("south", REAL),
    Column("east", REAL),
    Column("north", REAL),
    Column("bottom", REAL),
    Column("top", REAL),
    # WKB, where the item's place is more than the box above.
    Column("shape", LargeBinary),
    # The long texts come last: SQLite reads the beginning of a row without them.
    Column("body", Text, nullable=False),
    Column("links", Text, nullable=False),
    Index("item_by_id", "id", "collection", unique=True),
    Index("item_by_time", "start_time", "id", "collection", "end_time"),
    Index("item_by_collection", "collection", "start_time", "id", "end_time"),
    sqlite_strict=True,
)

collection = Table(
    "collection",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("links", Text, nullable=False),
    sqlite_strict=True,
)

page_key = Table("page_key", metadata, Column("secret", LargeBinary, nullable=False), sqlite_strict=True)
