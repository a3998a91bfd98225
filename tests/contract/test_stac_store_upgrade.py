"""A database that an older version has made: it is brought up to date, and everything in it is found."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from eohub_catalogue.index.database import MIGRATIONS
from eohub_catalogue.index.document import collection_record, item_record
from eohub_catalogue.index.ports import ItemQuery
from eohub_catalogue.index.query import collection_search, item_query
from eohub_catalogue.index.store import SqliteStore
from eohub_toolkit.db import open_engine

COUNT = 2_500


def document(number: int) -> dict[str, Any]:
    west = -180 + number % 350
    return {
        "type": "Feature",
        "id": f"i{number}",
        "collection": f"c{number % 2}",
        "geometry": {"type": "Point", "coordinates": [west, 0]},
        "properties": {
            "datetime": f"20{10 + number % 10}-01-01T00:00:00Z",
            "title": f"scene {number}",
            "eo:cloud_cover": number % 100,
            "platform": f"p{number % 3}",
        },
    }


def make_first_version(url: str) -> None:
    """A database with the tables of revision 0001, filled as the code of that time did."""
    engine = open_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for pk in range(1, COUNT + 1):
            record = item_record(document(pk))
            assert record.footprint
            assert record.interval
            west, south, east, north = record.footprint.boxes[0]
            start, end = record.interval
            row = (pk, record.collection, record.id, start, end, west, south, east, north, None, None)
            marks = ", ".join("?" * 14)
            connection.exec_driver_sql(
                f"INSERT INTO item VALUES ({marks})", (*row, record.footprint.shape, record.body, "[]")
            )
            connection.exec_driver_sql(
                "INSERT INTO item_text (rowid, words) VALUES (?, ?)", (pk, record.words)
            )
            days = start / 86_400_000_000
            connection.exec_driver_sql(
                "INSERT INTO item_extent VALUES (?, ?, ?, ?, ?, ?, ?)",
                (2 * pk, west, east, south, north, days, days),
            )
        for number in range(2):
            body = {
                "type": "Collection",
                "id": f"c{number}",
                "title": f"Collection {number}",
                "extent": {
                    "spatial": {"bbox": [[number, 0, number + 0.5, 1]]},
                    "temporal": {"interval": [[None, None]]},
                },
            }
            links = [{"rel": "license", "href": "https://example.org/"}]
            values = {"id": f"c{number}", "body": json.dumps(body), "links": json.dumps(links)}
            connection.execute(
                text("INSERT INTO collection (id, body, links) VALUES (:id, :body, :links)"), values
            )
    engine.dispose()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    url = f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    make_first_version(url)
    store = SqliteStore.open(url)
    yield store
    await store.close()


async def test_everything_in_it_is_found_by_what_it_could_not_search_before(store: SqliteStore) -> None:
    found = await store.search(item_query({"filter": "eo:cloud_cover < 1 AND platform = 'p1'", "limit": 100}))
    expected = {f"i{n}" for n in range(1, COUNT + 1) if n % 100 == 0 and n % 3 == 1}
    assert {one.id for one in found.items} == expected
    assert (await store.search(item_query({"filter": "datetime >= '2019-01-01'"}))).matched == COUNT // 10
    assert (await store.search(item_query({"q": "scene 17", "filter": "platform LIKE 'p%'"}))).matched
    least = await store.search(item_query({"sortby": "eo:cloud_cover,id", "limit": 1}))
    assert json.loads(least.items[0].body)["properties"]["eo:cloud_cover"] == 0
    everything = await store.search(ItemQuery(limit=COUNT))
    assert len(everything.items) == COUNT


async def test_its_collections_are_searched_and_its_properties_known(store: SqliteStore) -> None:
    page = await store.search_collections(collection_search({"bbox": "1,0,2,1", "q": "collection"}))
    assert [one.id for one in page.collections] == ["c1"]
    assert json.loads(page.collections[0].links)[0]["rel"] == "license"
    learned = await store.queryables(["c0"])
    assert (learned["eo:cloud_cover"].minimum, learned["eo:cloud_cover"].maximum) == (0, 98)
    assert learned["platform"].values == frozenset({"p0", "p1", "p2"})


async def test_it_is_written_to_as_before(store: SqliteStore) -> None:
    records = [item_record(document(number)) for number in range(COUNT + 3)]
    written = await store.put_items(records)
    assert (written.added, written.changed, written.same) == (3, 0, COUNT)
    assert (await store.put_collections([collection_record({"id": "c0", "title": "New"})])).changed == 1
    assert (await store.search_collections(collection_search({"q": "new"}))).matched == 1


async def test_it_is_brought_up_to_date_once(store: SqliteStore) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE item_facts SET facts = '{}' WHERE pk = 1"))
    again = SqliteStore.open(str(store.engine.url))
    assert (await again.search(item_query({"filter": "title IS NULL"}))).matched == 1
    await again.close()
