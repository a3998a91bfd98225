"""Whether a store agrees with itself: what it is searched by has to follow from the documents it keeps.

The database is looked at beside the store that it checks. What it should hold is not computed a second time
here: the documents are put into a new store, and the rows of both are compared.
"""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from eohub_catalogue.index.document import item_records
from eohub_catalogue.index.jsontext import parse_json
from eohub_catalogue.index.ports import ItemRecord
from eohub_catalogue.index.store import SqliteStore
from eohub_toolkit.db import transaction
from eohub_toolkit.errors import Invalid

ITEMS_AT_ONCE = 2_000
_MOST_OF_A_KIND = 100

type Row = Mapping[str, Any]

# An R*Tree has up to two entries for an item: see the migration that makes it.
_ROWS = text(
    "SELECT item.*, item_text.words AS found_by, item_facts.facts, item_facts.cloud_cover,"
    " (SELECT json_group_array(json_array(west, east, south, north, since, until)) FROM"
    "  (SELECT * FROM item_extent WHERE id IN (2 * item.pk, 2 * item.pk + 1) ORDER BY id)) AS extent"
    " FROM item LEFT JOIN item_text ON item_text.rowid = item.pk"
    " LEFT JOIN item_facts ON item_facts.pk = item.pk"
    " WHERE item.pk > :after ORDER BY item.pk LIMIT :most"
)
_ORPHANS = {
    "extent": "SELECT DISTINCT id >> 1 FROM item_extent"
    " WHERE id >> 1 NOT IN (SELECT pk FROM item) LIMIT :most",
    "words": "SELECT rowid FROM item_text WHERE rowid NOT IN (SELECT pk FROM item) LIMIT :most",
    "facts": "SELECT pk FROM item_facts WHERE pk NOT IN (SELECT pk FROM item) LIMIT :most",
}
_SELF_TESTS = {
    "database": "PRAGMA integrity_check(20)",
    "extent": "SELECT rtreecheck('item_extent')",
    "words": "INSERT INTO item_text(item_text) VALUES('integrity-check')",
    "collection_words": "INSERT INTO collection_text(collection_text) VALUES('integrity-check')",
}


@dataclass(frozen=True)
class Fault:
    """Where a store contradicts itself: what kind of fault it is, where, and a sentence about it."""

    kind: str
    where: str
    message: str


@dataclass(frozen=True)
class Kept:
    """A document as it is kept, and the faults of its row."""

    name: str
    document: Mapping[str, Any]
    faults: tuple[Fault, ...]


def self_tests(store: SqliteStore) -> Iterator[Fault]:
    """What SQLite and its indexes say about themselves, and entries of indexes that belong to no item."""
    for kind, statement in _SELF_TESTS.items():
        try:
            with transaction(store.engine) as connection:
                result = connection.execute(text(statement))
                said = [str(row[0]) for row in result.all()] if result.returns_rows else []
        except DatabaseError as error:
            said = [str(error.orig)]
        for sentence in said:
            if sentence != "ok":
                yield Fault(f"{kind}_damaged", "the database", sentence[:200])
    for kind, statement in _ORPHANS.items():
        try:
            with transaction(store.engine) as connection:
                keys = connection.execute(text(statement), {"most": _MOST_OF_A_KIND}).scalars().all()
        except DatabaseError:
            continue
        for key in keys:
            yield Fault(f"{kind}_left", f"row {key}", "The index has an entry for an item that is not there.")


async def kept_items(store: SqliteStore) -> AsyncIterator[list[Kept]]:
    """All items, some at a time, each compared with what the store would make of its document today."""
    with tempfile.TemporaryDirectory(prefix="eohub-check-") as folder:
        after, number = 0, 0
        while True:
            with transaction(store.engine) as connection:
                rows = _rows(connection, after)
            if not rows:
                return
            number += 1
            fresh = Path(folder, str(number))
            yield await _compared(rows, fresh / "catalogue.sqlite")
            shutil.rmtree(fresh)
            after = rows[-1]["pk"]


async def _compared(rows: Sequence[Row], path: Path) -> list[Kept]:
    documents = [_document(row) for row in rows]
    made = item_records([document or {} for document in documents])
    records = [record for record in made if isinstance(record, ItemRecord)]
    fresh = SqliteStore.open(f"sqlite:///{path}")
    try:
        await fresh.put_items(records)
        with transaction(fresh.engine) as connection:
            wanted = {(row["collection"], row["id"]): row for row in _rows(connection, 0)}
    finally:
        await fresh.close()
    return [
        Kept(name_of(row), document or {}, tuple(_faults(row, document, record, wanted)))
        for row, document, record in zip(rows, documents, made, strict=True)
    ]


def _faults(
    row: Row,
    document: Mapping[str, Any] | None,
    record: ItemRecord | Invalid,
    wanted: Mapping[tuple[str, str], Row],
) -> Iterator[Fault]:
    name = name_of(row)
    if document is None or isinstance(record, Invalid):
        yield Fault("body_broken", name, "What is kept of it is not a JSON object with an id.")
        return
    if (record.collection, record.id) != (row["collection"], row["id"]):
        yield Fault("key_differs", name, "It is kept under another id or collection than it has.")
        return
    expected = wanted[record.collection, record.id]
    if row["found_by"] != expected["found_by"]:
        yield Fault("words_differ", name, "The text index does not hold its words.")
    if row["extent"] != expected["extent"]:
        yield Fault("extent_differs", name, "The index of places and times does not hold its place and time.")
    if (row["facts"], row["cloud_cover"]) != (expected["facts"], expected["cloud_cover"]):
        yield Fault("facts_differ", name, "Filters see other properties than it has.")
    others = expected.keys() - {"pk", "found_by", "extent", "facts", "cloud_cover"}
    if any(row[column] != expected[column] for column in others):
        yield Fault("columns_differ", name, "Its row does not follow from its document.")


def name_of(row: Row) -> str:
    """An item's name for a person: its collection, if it has one, a slash and its id."""
    return f"{row['collection']}/{row['id']}" if row["collection"] else str(row["id"])


def _document(row: Row) -> Mapping[str, Any] | None:
    try:
        body, links = (parse_json(str(row[name]).encode()) for name in ("body", "links"))
    except ValueError:
        return None
    return {**cast("Mapping[str, Any]", body), "links": links} if isinstance(body, dict) else None


def _rows(connection: Connection, after: int) -> list[Row]:
    result = connection.execute(_ROWS, {"after": after, "most": ITEMS_AT_ONCE})
    return [dict(row) for row in result.mappings()]
