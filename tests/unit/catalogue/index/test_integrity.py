"""Damage of each kind is found, where it is, and nothing is found where there is none."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eohub_catalogue.index import integrity
from eohub_catalogue.index.document import item_records
from eohub_catalogue.index.integrity import Fault, kept_items, self_tests
from eohub_catalogue.index.ports import ItemRecord
from eohub_catalogue.index.store import SqliteStore


def item(number: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": f"i{number}",
        "collection": "c",
        "geometry": {"type": "Point", "coordinates": [number, 1]},
        "bbox": [number, 1, number, 1],
        "properties": {"datetime": "2024-01-01T00:00:00Z", "title": f"Scene {number}"},
        "links": [{"rel": "license", "href": "https://example.org/"}],
        **more,
    }


ACROSS = item(3, bbox=[170, -10, -170, 10], geometry=None)


@pytest.fixture
async def store(tmp_path: Path) -> SqliteStore:
    store = SqliteStore.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    documents = [item(1), item(2), ACROSS, item(4, geometry=None, bbox=None, properties={})]
    await store.put_items([record for record in item_records(documents) if isinstance(record, ItemRecord)])
    return store


@pytest.fixture
def database(store: SqliteStore) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(str(store.engine.url.database), isolation_level=None)
    yield connection
    connection.close()


async def faults_of(store: SqliteStore) -> list[Fault]:
    rows = [fault async for page in kept_items(store) for kept in page for fault in kept.faults]
    return [*self_tests(store), *rows]


async def test_a_store_that_was_only_written_by_itself_has_no_fault(store: SqliteStore) -> None:
    assert await faults_of(store) == []
    kept = [kept async for page in kept_items(store) for kept in page]
    assert [one.name for one in kept] == ["c/i1", "c/i2", "c/i3", "c/i4"]
    assert kept[0].document == item(1)


async def test_it_stays_without_fault_when_items_change_and_go(store: SqliteStore) -> None:
    changed = [
        record for record in item_records([item(1, bbox=[170, 0, -170, 1])]) if isinstance(record, ItemRecord)
    ]
    await store.put_items(changed)
    await store.remove_items([("c", "i3")])
    assert await faults_of(store) == []


@pytest.mark.parametrize(
    ("damage", "kind", "where"),
    [
        ("UPDATE item SET body = '{\"id\": \"i2\"' WHERE id = 'i2'", "body_broken", "c/i2"),
        ("UPDATE item SET body = '[]' WHERE id = 'i2'", "body_broken", "c/i2"),
        ("UPDATE item SET links = 'x' WHERE id = 'i2'", "body_broken", "c/i2"),
        ("UPDATE item SET id = 'other' WHERE id = 'i2'", "key_differs", "c/other"),
        ("UPDATE item SET start_time = 5 WHERE id = 'i2'", "columns_differ", "c/i2"),
        ("UPDATE item SET west = -5 WHERE id = 'i2'", "columns_differ", "c/i2"),
        ("UPDATE item SET shape = NULL WHERE id = 'i3'", "columns_differ", "c/i3"),
        ("DELETE FROM item_text WHERE rowid = 2", "words_differ", "c/i2"),
        ("UPDATE item_text SET words = 'x' WHERE rowid = 2", "words_differ", "c/i2"),
        ("DELETE FROM item_facts WHERE pk = 2", "facts_differ", "c/i2"),
        ("UPDATE item_facts SET cloud_cover = 5 WHERE pk = 2", "facts_differ", "c/i2"),
        ("DELETE FROM item_extent WHERE id >> 1 = 2", "extent_differs", "c/i2"),
        ("DELETE FROM item_extent WHERE id = 7", "extent_differs", "c/i3"),
        ("UPDATE item_extent SET west = -5 WHERE id = 4", "extent_differs", "c/i2"),
    ],
)
async def test_what_does_not_follow_from_a_document_is_found(
    store: SqliteStore, database: sqlite3.Connection, damage: str, kind: str, where: str
) -> None:
    database.execute(damage)
    assert [(fault.kind, fault.where) for fault in await faults_of(store)] == [(kind, where)]


async def test_entries_that_belong_to_no_item_are_found(
    store: SqliteStore, database: sqlite3.Connection
) -> None:
    database.execute("DELETE FROM item WHERE pk = 3")
    found = [(fault.kind, fault.where) for fault in await faults_of(store)]
    assert found == [("extent_left", "row 3"), ("words_left", "row 3"), ("facts_left", "row 3")]


async def test_a_damaged_index_is_found(store: SqliteStore, database: sqlite3.Connection) -> None:
    database.execute("DELETE FROM item_text_data WHERE id > 10")
    assert "words_damaged" in {fault.kind for fault in self_tests(store)}
    database.execute("DELETE FROM item_extent_rowid WHERE rowid = 2")
    assert "extent_damaged" in {fault.kind for fault in self_tests(store)}


async def test_more_items_than_are_looked_at_at_once(tmp_path: Path) -> None:
    store = SqliteStore.open(f"sqlite:///{tmp_path / 'many.sqlite'}")
    count = integrity.ITEMS_AT_ONCE + 3
    records = item_records([item(number % 180, id=f"{number}") for number in range(count)])
    await store.put_items([record for record in records if isinstance(record, ItemRecord)])
    pages = [page async for page in kept_items(store)]
    assert [len(page) for page in pages] == [integrity.ITEMS_AT_ONCE, 3]
    assert not [fault for page in pages for kept in page for fault in kept.faults]
