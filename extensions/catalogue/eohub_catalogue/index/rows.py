"""The rows that a document becomes, in the tables and in each index: added and removed together."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, text

from eohub_catalogue.index import tables
from eohub_catalogue.index.candidates import extent_row
from eohub_catalogue.index.interval import UNKNOWN
from eohub_catalogue.index.ports import CollectionRecord, ItemRecord

# Positional and given to the driver as they are: a batch of thousands is bound twice as fast that way.
_INSERT_ITEM = f"INSERT INTO item VALUES ({', '.join('?' * len(tables.item.c))})"  # noqa: S608
_INSERT_EXTENT = (
    "INSERT INTO item_extent (id, west, east, south, north, since, until) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_WORDS = "INSERT INTO item_text (rowid, words) VALUES (?, ?)"
_INSERT_FACTS = "INSERT INTO item_facts VALUES (?, ?, ?, ?)"
_REPLACE_FACTS = "INSERT OR REPLACE INTO item_facts VALUES (?, ?, ?, ?)"
_INSERT_COLLECTION = "INSERT INTO collection VALUES (?, ?, ?, ?, ?, ?, ?)"
_INSERT_COLLECTION_WORDS = "INSERT INTO collection_text (rowid, words) VALUES (?, ?)"

type FactsRow = tuple[int, float | None, int | None, str]
"""What filters see of an item: its key, cloud cover, the moment of its `datetime`, and JSON text."""


def add_items(connection: Connection, records: Mapping[int, ItemRecord]) -> None:
    """Add items by their keys."""
    if not records:
        return
    connection.exec_driver_sql(_INSERT_ITEM, [_item_row(pk, record) for pk, record in records.items()])
    connection.exec_driver_sql(_INSERT_WORDS, [(pk, record.words) for pk, record in records.items()])
    extents = [row for pk, record in records.items() for row in _extent_rows(pk, record)]
    connection.exec_driver_sql(_INSERT_EXTENT, extents)
    facts = [(pk, record.cloud_cover, record.instant, record.facts) for pk, record in records.items()]
    connection.exec_driver_sql(_INSERT_FACTS, facts)


def remove_items(connection: Connection, keys: Sequence[int]) -> None:
    """Remove items by their keys."""
    if not keys:
        return
    values = [{"key": key, "east_part": 2 * key + 1} for key in keys]
    connection.execute(text("DELETE FROM item_extent WHERE id IN (2 * :key, :east_part)"), values)
    connection.execute(text("DELETE FROM item_text WHERE rowid = :key"), values)
    connection.execute(delete(tables.item_facts).where(tables.item_facts.c.pk == bindparam("key")), values)
    connection.execute(delete(tables.item).where(tables.item.c.pk == bindparam("key")), values)


def replace_facts(connection: Connection, rows: Sequence[FactsRow]) -> None:
    """Put what filters see of items in place of what is there."""
    connection.exec_driver_sql(_REPLACE_FACTS, list(rows))


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
