"""The rows that a document becomes, in the tables and in each index: added and removed together."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, text

from eohub_catalogue.index import tables
from eohub_catalogue.index.candidates import extent_row
from eohub_catalogue.index.facts import CLOUD_COVER
from eohub_catalogue.index.interval import UNKNOWN
from eohub_catalogue.index.ports import CollectionRecord, ItemRecord
from eohub_catalogue.index.queryables import from_text, joined, learn, to_text

# Positional and given to the driver as they are: a batch of thousands is bound twice as fast that way.
_INSERT_ITEM = f"INSERT INTO item VALUES ({', '.join('?' * len(tables.item.c))})"  # noqa: S608
_INSERT_EXTENT = (
    "INSERT INTO item_extent (id, west, east, south, north, since, until) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_WORDS = "INSERT INTO item_text (rowid, words) VALUES (?, ?)"
_INSERT_FACTS = "INSERT INTO item_facts VALUES (?, ?, ?)"
_INSERT_COLLECTION = "INSERT INTO collection VALUES (?, ?, ?, ?, ?, ?, ?)"
_INSERT_COLLECTION_WORDS = "INSERT INTO collection_text (rowid, words) VALUES (?, ?)"
_LEARN = (
    "INSERT INTO learned VALUES (?, ?, 0)"
    " ON CONFLICT (collection) DO UPDATE SET properties = excluded.properties"
)
_LEARNED = text(
    "SELECT collection, properties FROM learned"
    " WHERE collection IN (SELECT value FROM json_each(:collections))"
)


def add_items(connection: Connection, records: Mapping[int, ItemRecord]) -> None:
    """Add items by their keys."""
    if not records:
        return
    connection.exec_driver_sql(_INSERT_ITEM, [_item_row(pk, record) for pk, record in records.items()])
    connection.exec_driver_sql(_INSERT_WORDS, [(pk, record.words) for pk, record in records.items()])
    extents = [row for pk, record in records.items() for row in _extent_rows(pk, record)]
    connection.exec_driver_sql(_INSERT_EXTENT, extents)
    add_facts(connection, {pk: record.facts for pk, record in records.items()})


def remove_items(connection: Connection, keys: Sequence[int]) -> None:
    """Remove items by their keys."""
    if not keys:
        return
    values = [{"key": key, "east_part": 2 * key + 1} for key in keys]
    connection.execute(text("DELETE FROM item_extent WHERE id IN (2 * :key, :east_part)"), values)
    connection.execute(text("DELETE FROM item_text WHERE rowid = :key"), values)
    connection.execute(delete(tables.item_facts).where(tables.item_facts.c.pk == bindparam("key")), values)
    connection.execute(delete(tables.item).where(tables.item.c.pk == bindparam("key")), values)


def add_facts(connection: Connection, facts: Mapping[int, str]) -> None:
    """Add what filters see of items, as JSON texts by the items' keys."""
    if facts:
        rows = [(pk, _cloud_cover(one), one) for pk, one in facts.items()]
        connection.exec_driver_sql(_INSERT_FACTS, rows)


def add_learned(connection: Connection, facts: Mapping[str, Sequence[str]]) -> None:
    """Learn from new items, whose facts are given as JSON texts by their collection."""
    if not facts:
        return
    rows = connection.execute(_LEARNED, {"collections": json.dumps(list(facts))}).all()
    known = {collection: from_text(properties) for collection, properties in rows}
    values = [
        (collection, to_text(joined([known.get(collection, {}), learn(texts)])))
        for collection, texts in facts.items()
    ]
    connection.exec_driver_sql(_LEARN, values)


def add_collections(connection: Connection, records: Mapping[int, CollectionRecord]) -> None:
    """Add collections by their keys."""
    if not records:
        return
    rows = [
        (pk, one.id, *(one.interval or (UNKNOWN, UNKNOWN)), json.dumps(one.boxes), one.body, one.links)
        for pk, one in records.items()
    ]
    connection.exec_driver_sql(_INSERT_COLLECTION, rows)
    connection.exec_driver_sql(_INSERT_COLLECTION_WORDS, [(pk, one.words) for pk, one in records.items()])


def remove_collections(connection: Connection, keys: Sequence[int]) -> None:
    """Remove collections by their keys."""
    if not keys:
        return
    values = [{"key": key} for key in keys]
    connection.execute(text("DELETE FROM collection_text WHERE rowid = :key"), values)
    connection.execute(delete(tables.collection).where(tables.collection.c.pk == bindparam("key")), values)


def _item_row(pk: int, record: ItemRecord) -> tuple[Any, ...]:
    """The values of a row of `tables.item`, in the order of its columns."""
    times = record.interval or (UNKNOWN, UNKNOWN)
    place = record.footprint
    lies = (*place.envelope, place.bottom, place.top, place.shape) if place else (None,) * 7
    return pk, record.collection, record.id, *times, *lies, record.body, record.links


def _extent_rows(pk: int, record: ItemRecord) -> list[tuple[float, ...]]:
    start, end = record.interval or (UNKNOWN, UNKNOWN)
    boxes = record.footprint.boxes if record.footprint else (None,)
    return [(2 * pk + part, *extent_row(box, start, end)) for part, box in enumerate(boxes)]


def _cloud_cover(facts: str) -> float | None:
    if CLOUD_COVER not in facts:
        return None
    value = orjson.loads(facts).get(CLOUD_COVER)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
