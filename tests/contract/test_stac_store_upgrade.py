"""A database that an older version has made: it is brought up to date, and everything in it is found."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from eohub_catalogue.index.database import MIGRATIONS
from eohub_catalogue.index.deriving import COMPLETE, derive_more
from eohub_catalogue.index.document import collection_record, item_record
from eohub_catalogue.index.integrity import self_tests
from eohub_catalogue.index.ports import ItemQuery
from eohub_catalogue.index.query import collection_search, item_query
from eohub_catalogue.index.store import SqliteStore
from eohub_catalogue.index.upgrading import Upgrade
from eohub_catalogue.service.app import create_app
from eohub_catalogue.service.settings import CatalogueSettings
from eohub_toolkit.db import open_engine
from eohub_toolkit.errors import Unavailable

COUNT = 2_500
AT_ONCE = COUNT // 10


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
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    make_first_version(url)
    return url


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqliteStore]:
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


async def test_an_uncut_tile_in_it_is_found_where_it_lies(url: str) -> None:
    ring = [[179, -18], [-179, -18], [-179, -17], [179, -17], [179, -18]]
    tile = document(1) | {"geometry": {"type": "Polygon", "coordinates": [ring]}}
    engine = open_engine(url)
    with engine.begin() as connection:
        body = {"body": json.dumps(tile), "west": -179, "east": 179, "south": -18, "north": -17}
        sides = "west = :west, east = :east, south = :south, north = :north"
        connection.execute(text(f"UPDATE item SET body = :body, {sides} WHERE pk = 1"), body)
    engine.dispose()
    store = SqliteStore.open(url)
    for asked, found in (("179.2,-18,179.5,-17", 1), ("-179.5,-18,-179.2,-17", 1), ("-10,-18,10,-17", 0)):
        assert (await store.search(item_query({"bbox": asked}))).matched == found
    assert list(self_tests(store)) == []
    await store.close()


@pytest.mark.parametrize(("column", "value"), [("body", "{"), ("body", "[]"), ("body", "{}"), ("links", "{")])
async def test_a_damaged_document_in_it_hinders_nothing(url: str, column: str, value: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE item SET west = -179, east = 179 WHERE pk = 1"))
        for damaged in ("item SET {} = :value WHERE pk = 1", "collection SET {} = :value WHERE id = 'c1'"):
            connection.execute(text(f"UPDATE {damaged.format(column)}"), {"value": value})
    engine.dispose()
    store = SqliteStore.open(url)
    assert await found_by_cloud_cover(store) == COUNT - (column == "body")
    assert (await store.search(ItemQuery(limit=1))).matched == COUNT
    await store.close()


async def test_it_is_brought_up_to_date_once(store: SqliteStore) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE item_facts SET facts = '{}' WHERE pk = 1"))
    again = SqliteStore.open(str(store.engine.url))
    assert (await again.search(item_query({"filter": "title IS NULL"}))).matched == 1
    await again.close()


async def found_by_cloud_cover(store: SqliteStore) -> int | None:
    return (await store.search(item_query({"filter": "eo:cloud_cover >= 0", "limit": 1}))).matched


def killed_after(url: str, told: int) -> list[int]:
    """Open the database in a process that is killed as soon as it has told so much; returns what it told."""
    program = (
        "import sys\nfrom eohub_catalogue.index.store import SqliteStore\n"
        "from eohub_catalogue.index.upgrading import Upgrade\n"
        "def told(percent):\n    print(percent, flush=True)\n    sys.stdin.readline()\n"
        f"SqliteStore.open({url!r}, upgrade=Upgrade(told=told, items_at_once={AT_ONCE}))\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        heard = [int(process.stdout.readline())]
        for _ in range(told - 1):
            process.stdin.write("\n")
            process.stdin.flush()
            heard.append(int(process.stdout.readline()))
        process.kill()
    return heard


async def test_an_upgrade_that_was_killed_goes_on_where_it_was(url: str) -> None:
    first = killed_after(url, told=3)
    second = killed_after(url, told=2)
    rest: list[int] = []
    store = SqliteStore.open(url, upgrade=Upgrade(told=rest.append, items_at_once=AT_ONCE))
    assert [*first, *second, *rest] == [*range(10, 100, 10), 99, 100]
    assert await found_by_cloud_cover(store) == COUNT
    assert (await store.queryables(["c0"]))["eo:cloud_cover"].maximum == 98
    await store.close()


async def test_a_step_that_fails_is_made_again(url: str) -> None:
    def fail(percent: int) -> None:
        if percent >= 30:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        SqliteStore.open(url, upgrade=Upgrade(told=fail, items_at_once=AT_ONCE))
    engine = open_engine(url)
    with suppress(RuntimeError), engine.begin() as connection:
        assert derive_more(connection, AT_ONCE) == 40
        raise RuntimeError
    with engine.begin() as connection:
        assert derive_more(connection, AT_ONCE) == 40
    engine.dispose()


async def test_while_it_is_upgraded_it_says_how_far_it_is(url: str) -> None:
    may_go_on, has_come = threading.Event(), asyncio.Event()
    heard: list[int] = []
    loop = asyncio.get_running_loop()

    def told(percent: int) -> None:
        heard.append(percent)
        loop.call_soon_threadsafe(has_come.set)
        assert may_go_on.wait(60)

    store = SqliteStore.open(url, upgrade=Upgrade(in_background=True, told=told, items_at_once=AT_ONCE))
    app = create_app(CatalogueSettings(prefix="/"), store)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://hub.test/") as client:
        await has_come.wait()
        health, search = await client.get("health"), await client.get("search")
    assert health.status_code == 200
    assert (search.status_code, search.json()["code"]) == (503, "being_upgraded")
    assert search.json()["detail"] == "The catalogue is being upgraded, 10 % done."
    other = await asyncio.to_thread(SqliteStore.open, url)
    assert await found_by_cloud_cover(other) == COUNT
    await other.put_items([item_record(document(COUNT + 1))])
    may_go_on.set()
    await store.close()
    again = SqliteStore.open(url)
    assert await found_by_cloud_cover(again) == COUNT + 1
    assert heard[0] == 10
    for one in (other, again):
        await one.close()


async def test_a_large_document_ends_a_step(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        large = json.dumps({"properties": {"text": "x" * 17 * 2**20}})
        connection.execute(text("UPDATE item SET body = :large WHERE pk IN (2, 3)"), {"large": large})
        steps = 0
        while derive_more(connection) < COMPLETE:
            steps += 1
    engine.dispose()
    assert steps == 2 + 2


@pytest.mark.parametrize("error", [Unavailable("The database cannot be used now."), ValueError("odd")])
async def test_an_upgrade_that_fails_in_the_background_says_so(
    url: str, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    failed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def told(_: int) -> None:
        loop.call_soon_threadsafe(failed.set)
        raise error

    store = SqliteStore.open(url, upgrade=Upgrade(in_background=True, told=told, items_at_once=AT_ONCE))
    await failed.wait()
    await store.close()
    with pytest.raises(Unavailable, match="could not be brought up to date"):
        await store.item("c0", "i2")
    assert "could not be brought up to date" in caplog.text


async def test_an_upgrade_that_failed_is_tried_again_until_it_is_done(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    told: list[int] = []

    def sometimes(percent: int) -> None:
        told.append(percent)
        if len(told) <= 5:
            raise Unavailable("The database's disk is full.")
        if percent == COMPLETE:
            loop.call_soon_threadsafe(done.set)

    how = Upgrade(in_background=True, told=sometimes, items_at_once=AT_ONCE, pauses=(0, 0))
    store = SqliteStore.open(url, upgrade=how)
    await done.wait()
    assert await found_by_cloud_cover(store) == COUNT
    assert told[:6] == [10] * 6
    assert told[6:] == [*range(20, 100, 10), 99, 100]
    assert len([one for one in caplog.records if one.exc_info]) == 5
    await store.close()


async def test_a_new_database_is_not_upgraded(tmp_path: Path) -> None:
    heard: list[int] = []
    store = SqliteStore.open(f"sqlite:///{tmp_path / 'new.sqlite'}", upgrade=Upgrade(told=heard.append))
    await store.close()
    assert heard == []
