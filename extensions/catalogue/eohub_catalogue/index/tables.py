"""The tables that SQLAlchemy can describe; the migration adds SQLite's R*Tree and full-text index."""

from sqlalchemy import REAL, BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

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

# What filters see of an item, apart from its long texts so that many can be looked at.
item_facts = Table(
    "item_facts",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("cloud_cover", REAL),
    # The property `datetime`, which is not always the beginning of the item's time.
    Column("instant", _Microseconds),
    Column("facts", Text, nullable=False),
    Index("item_by_cloud_cover", "cloud_cover", sqlite_where=text("cloud_cover IS NOT NULL")),
    Index("item_by_instant", "instant", sqlite_where=text("instant IS NOT NULL")),
    sqlite_strict=True,
)

collection = Table(
    "collection",
    metadata,
    Column("pk", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("start_time", _Microseconds, nullable=False),
    Column("end_time", _Microseconds, nullable=False),
    # A JSON list of [west, south, east, north].
    Column("boxes", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("links", Text, nullable=False),
    Index("collection_by_id", "id", unique=True),
    sqlite_strict=True,
)

# What was learned of the properties of a collection's items; '' for those without a collection.
learned = Table(
    "learned",
    metadata,
    Column("collection", Text, primary_key=True),
    Column("properties", Text, nullable=False),
    # Items were changed or removed since: what is learned may say more than is there.
    Column("is_stale", Integer, nullable=False),
    sqlite_strict=True,
)

derived = Table(
    "derived",
    metadata,
    # Of the code that has made what is made from the documents.
    Column("version", Integer, nullable=False),
    # The key of the last item that was learned from.
    Column("learned_to", Integer, nullable=False),
    # While it is being made: of the code that makes it, and the key of the last item that it has come to.
    Column("begun", Integer, nullable=False, server_default="0"),
    Column("derived_to", Integer, nullable=False, server_default="0"),
    sqlite_strict=True,
)

page_key = Table("page_key", metadata, Column("secret", LargeBinary, nullable=False), sqlite_strict=True)
