"""What every `StacStore` promises, asked of the SQLite store and of the store in memory alike."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fakes.stac_store import MemoryStacStore
from sqlalchemy import event, text

from eohub_catalogue.index import tables
from eohub_catalogue.index.document import collection_record, item_record
from eohub_catalogue.index.ports import ItemPage, ItemQuery, Position, StacStore, StoredCollection, Written
from eohub_catalogue.index.query import item_query
from eohub_catalogue.index.store import SqliteStore
from eohub_toolkit.db import open_engine
from eohub_toolkit.errors import Conflict, NotFound, Unavailable

type Document = dict[str, Any]


def box(west: float, south: float, east: float, north: float) -> Document:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def item(identity: str, collection: str | None = "scenes", **fields: Any) -> Document:
    properties = {"datetime": "2020-01-01T00:00:00Z"} | fields.pop("properties", {})
    document = {"type": "Feature", "id": identity, "collection": collection, "geometry": box(0, 0, 1, 1)}
    return document | {"properties": properties, "links": [], "assets": {}} | fields


def on(day: str, **more: Any) -> Document:
    return {"datetime": f"{day}T00:00:00Z", **more}


async def stored(store: StacStore, *documents: Mapping[str, Any]) -> Written:
    return await store.put_items([item_record(document) for document in documents])


async def ids(store: StacStore, **given: object) -> list[str]:
    page = await store.search(item_query({"limit": 100, **given}))
    assert page.matched in (None, len(page.items))
    return [one.id for one in page.items]


async def every_page(store: StacStore, query: ItemQuery) -> list[list[str]]:
    pages: list[list[str]] = []
    while len(pages) < 1_000:
        page = await store.search(query)
        pages.append([one.id for one in page.items])
        if page.next is None:
            return pages
        query = replace(query, after=page.next)
    raise AssertionError("the pages do not end")


class StacStoreContract:
    """Subclasses give the fixture `store`: an empty store."""

    async def test_a_stored_item_comes_back_as_it_was_but_for_its_links(self, store: StacStore) -> None:
        license_link = {"rel": "license", "href": "https://example.org/license"}
        document = item(
            "a", links=[{"rel": "self", "href": "./a.json"}, license_link], odd={"ü": [1.0, 2e-7, None]}
        )
        await stored(store, document)
        found = await store.item("scenes", "a")
        assert found is not None
        assert json.loads(found.body) == {key: value for key, value in document.items() if key != "links"}
        assert json.loads(found.links) == [license_link]

    async def test_an_item_that_is_not_there_is_none(self, store: StacStore) -> None:
        await stored(store, item("a"))
        assert await store.item("scenes", "b") is None
        assert await store.item("others", "a") is None

    async def test_writing_again_changes_nothing_and_says_so(self, store: StacStore) -> None:
        assert await stored(store, item("a"), item("b")) == Written(added=2)
        assert await stored(store, item("b"), item("a")) == Written(same=2)
        assert await ids(store) == ["b", "a"]

    async def test_a_changed_item_replaces_the_old_one_wherever_it_can_be_found(
        self, store: StacStore
    ) -> None:
        await stored(store, item("a", properties=on("2020-01-01", title="old snow")))
        moved = item("a", geometry=box(50, 50, 51, 51), properties=on("2021-01-01", title="new ice"))
        assert await stored(store, moved, item("b", properties=on("2019-01-01"))) == Written(
            added=1, changed=1
        )
        assert await ids(store, bbox="0,0,1,1") == ["b"]
        assert await ids(store, bbox="50,50,51,51") == ["a"]
        assert await ids(store, q="snow") == []
        assert await ids(store, q="ice") == ["a"]
        assert await ids(store, datetime="2020-01-01T00:00:00Z") == []

    async def test_the_last_of_two_alike_in_one_write_wins(self, store: StacStore) -> None:
        await stored(store, item("a", properties=on("2020-01-01")), item("a", properties=on("2022-01-01")))
        assert await ids(store, datetime="2022-01-01T00:00:00Z") == ["a"]
        assert await ids(store) == ["a"]

    async def test_the_same_id_in_two_collections_is_two_items(self, store: StacStore) -> None:
        await stored(store, item("a", "one"), item("a", "two"))
        assert await ids(store, ids="a") == ["a", "a"]
        assert await ids(store, ids="a", collections="two") == ["a"]

    async def test_results_are_newest_first_then_by_id_then_by_collection(self, store: StacStore) -> None:
        await stored(
            store,
            item("a", properties=on("2020-01-01")),
            item("c", "one", properties=on("2020-06-01")),
            item("c", "two", properties=on("2020-06-01")),
            item("b", properties=on("2020-06-01")),
            item("z", properties={"datetime": None}),
        )
        page = await store.search(item_query({}))
        order = [(one.id, one.collection) for one in page.items]
        assert order == [("c", "two"), ("c", "one"), ("b", "scenes"), ("a", "scenes"), ("z", "scenes")]

    @pytest.mark.parametrize("limit", [1, 2, 7, 100])
    async def test_pages_show_every_item_once_in_order(self, store: StacStore, limit: int) -> None:
        days = [f"2020-01-{1 + number % 3:02}" for number in range(20)]
        documents = [item(f"i{number:02}", properties=on(day)) for number, day in enumerate(days)]
        await stored(store, *documents, item("undated", properties={"datetime": None}))
        pages = await every_page(store, item_query({"limit": limit}))
        assert [one for page in pages for one in page] == await ids(store)
        assert all(len(page) == limit for page in pages[:-1])

    async def test_pages_stay_in_step_while_items_are_added(self, store: StacStore) -> None:
        await stored(store, *(item(f"i{number}", properties=on("2020-01-01")) for number in range(6)))
        first = await store.search(item_query({"limit": 3}))
        await stored(store, item("newer", properties=on("2024-01-01")))
        second = await store.search(replace(item_query({"limit": 3}), after=first.next))
        assert [one.id for one in (*first.items, *second.items)] == ["i5", "i4", "i3", "i2", "i1", "i0"]

    async def test_the_total_does_not_shrink_from_page_to_page(self, store: StacStore) -> None:
        await stored(store, *(item(f"i{number}") for number in range(5)))
        first = await store.search(item_query({"limit": 2, "q": "i"}))
        second = await store.search(replace(item_query({"limit": 2, "q": "i"}), after=first.next))
        assert (first.matched, second.matched) == (5, 5)

    async def test_ids_and_collections_narrow_each_other(self, store: StacStore) -> None:
        await stored(store, item("a", "one"), item("b", "one"), item("b", "two"))
        assert await ids(store, ids="a,b", collections="two") == ["b"]
        assert await ids(store, ids=["a", "nothing"]) == ["a"]

    async def test_an_unknown_collection_is_refused_by_name(self, store: StacStore) -> None:
        await stored(store, item("a", "one"))
        with pytest.raises(NotFound, match="'typo'"):
            await store.search(item_query({"collections": "one,typo"}))

    async def test_a_collection_without_items_and_items_without_a_collection_are_known(
        self, store: StacStore
    ) -> None:
        await store.put_collections([collection_record({"type": "Collection", "id": "empty"})])
        await stored(store, item("a", "undescribed"))
        assert await ids(store, collections="empty") == []
        assert await ids(store, collections="undescribed") == ["a"]

    async def test_an_item_that_names_no_collection_is_found(self, store: StacStore) -> None:
        await stored(store, item("lonely", None))
        page = await store.search(item_query({"bbox": "0,0,1,1"}))
        assert [(one.id, one.collection) for one in page.items] == [("lonely", "")]

    async def test_touching_a_box_is_meeting_it(self, store: StacStore) -> None:
        await stored(store, item("a", geometry=box(0, 0, 1, 1)))
        assert await ids(store, bbox="1,1,2,2") == ["a"]
        assert await ids(store, bbox="1.0000001,1,2,2") == []
        assert await ids(store, bbox="0.5,0.5,0.5,0.5") == ["a"]

    async def test_a_box_meets_the_shape_and_not_only_its_envelope(self, store: StacStore) -> None:
        triangle = {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [0, 10], [0, 0]]]}
        await stored(store, item("triangle", geometry=triangle))
        assert await ids(store, bbox="8,8,9,9") == []
        assert await ids(store, bbox="1,1,2,2") == ["triangle"]
        assert await ids(store, bbox="-20,-20,20,20") == ["triangle"]

    async def test_intersects_is_exact(self, store: StacStore) -> None:
        triangle = {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [0, 10], [0, 0]]]}
        hole = {
            "type": "Polygon",
            "coordinates": [box(0, 0, 9, 9)["coordinates"][0], box(1, 1, 8, 8)["coordinates"][0]],
        }
        point = {"type": "Point", "coordinates": [3, 3]}
        await stored(store, item("triangle", geometry=triangle), item("hole", geometry=hole), item("box"))
        assert await ids(store, intersects=point) == ["triangle"]
        assert await ids(store, intersects={"type": "LineString", "coordinates": [[0.5, 9], [0.6, 8]]}) == [
            "triangle",
            "hole",
        ]

    async def test_a_box_over_the_antimeridian_finds_both_sides_and_nothing_between(
        self, store: StacStore
    ) -> None:
        await stored(
            store,
            item("west-side", geometry=box(175, -1, 176, 1)),
            item("east-side", geometry=box(-176, -1, -175, 1)),
            item("greenwich", geometry=box(0, -1, 1, 1)),
            item("bbox-over-it", geometry=None, bbox=[179, -1, -179, 1]),
            item("uncut", geometry=box(-179.5, 2, 179.5, 3), bbox=[179.5, 2, -179.5, 3]),
            item("beyond", geometry=box(-180.67, -9, -179, -8)),
        )
        found = ["west-side", "uncut", "east-side", "beyond", "bbox-over-it"]
        assert await ids(store, bbox="170,-10,-170,10") == found
        assert await ids(store, bbox="179.4,-9,179.9,-8") == ["beyond"]
        assert await ids(store, bbox="-170,-10,170,10") == ["greenwich"]
        assert await ids(store, bbox="-190,-10,-170,10") == found

    @pytest.mark.parametrize("bbox", [None, [179, -18, -179, -17], [-179, -18, 179, -17]])
    @pytest.mark.parametrize("north", [-17, -17.5])
    async def test_a_tile_that_was_not_cut_is_found_from_both_sides_and_not_in_between(
        self, store: StacStore, bbox: object, north: float
    ) -> None:
        ring = [[179, -18], [-179, -18], [-179, -17], [179, north], [179, -18]]
        await stored(store, item("tile", geometry={"type": "Polygon", "coordinates": [ring]}, bbox=bbox))
        for asked in ("179.2,-17.9,179.8,-17.8", "-179.8,-17.9,-179.2,-17.8", "170,-20,-170,-10"):
            assert await ids(store, bbox=asked) == ["tile"], asked
        for asked in ("-10,-20,10,-10", "-178.9,-20,178.9,-10", "-179.8,-16.9,-179.2,-16.8"):
            assert await ids(store, bbox=asked) == [], asked
        point = {"type": "Point", "coordinates": [179.9, -17.9]}
        assert await ids(store, intersects=point) == ["tile"]
        assert await ids(store, filter="S_WITHIN(geometry, BBOX(178.9,-18.1,-178.9,-16.9))") == ["tile"]
        assert await ids(store, filter="S_INTERSECTS(geometry, POINT(0 -17.9))") == []

    async def test_heights_count_where_both_sides_have_them(self, store: StacStore) -> None:
        await stored(
            store,
            item("low", bbox=[0, 0, 0, 1, 1, 100]),
            item("high", bbox=[0, 0, 5000, 1, 1, 9000]),
            item("flat", bbox=[0, 0, 1, 1]),
        )
        assert await ids(store, bbox="0,0,50,1,1,200") == ["low", "flat"]
        assert await ids(store, bbox="0,0,1,1") == ["low", "high", "flat"]

    async def test_instants_and_ranges_match_by_overlap_ends_included(self, store: StacStore) -> None:
        year = {
            "datetime": None,
            "start_datetime": "2020-01-01T00:00:00Z",
            "end_datetime": "2020-12-31T00:00:00Z",
        }
        await stored(store, item("instant", properties=on("2020-06-01")), item("year", properties=year))
        assert await ids(store, datetime="2020-06-01T00:00:00Z") == ["instant", "year"]
        assert await ids(store, datetime="2020-06-01T02:00:00+02:00") == ["instant", "year"]
        assert await ids(store, datetime="2020-06-01T00:00:01Z") == ["year"]
        assert await ids(store, datetime="2020-12-31T00:00:00Z/..") == ["year"]
        assert await ids(store, datetime="../2020-01-01T00:00:00Z") == ["year"]
        assert await ids(store, datetime="2021-01-01T00:00:00Z/") == []

    @pytest.mark.parametrize(
        "defects",
        [
            {"geometry": None, "properties": {"datetime": None}},
            {"geometry": {"type": "Polygon"}, "bbox": "nonsense"},
            {
                "geometry": {"type": "Point", "coordinates": ["x", None]},
                "properties": {"datetime": "yesterday"},
            },
            {"geometry": {"type": "Point", "coordinates": [5, 95]}, "bbox": [1, 2, 3]},
            {"properties": {"datetime": 5, "title": {"not": "text"}, "keywords": "one text"}},
            {"links": "none", "assets": None, "stac_version": 0},
        ],
    )
    async def test_a_defective_item_is_kept_and_hides_no_other(
        self, store: StacStore, defects: Document
    ) -> None:
        broken = item("broken") | defects
        await stored(store, item("sound"), broken)
        assert sorted(await ids(store)) == ["broken", "sound"]
        found = await store.item("scenes", "broken")
        assert found is not None
        assert json.loads(found.body) == {key: value for key, value in broken.items() if key != "links"}
        assert await ids(store, ids="broken") == ["broken"]

    async def test_a_defective_item_is_found_by_what_is_sound_in_it(self, store: StacStore) -> None:
        await stored(
            store,
            item("no-geometry", geometry=None, bbox=[10, 10, 11, 11]),
            item("nested", geometry=None, bbox=[[20, 20], [21, 21]]),
            item("only-start", properties={"datetime": None, "start_datetime": "2015-05-05T00:00:00Z"}),
            item(
                "swapped",
                properties=on(
                    "2016-01-01", start_datetime="2018-01-01T00:00:00Z", end_datetime="2017-01-01T00:00:00Z"
                ),
            ),
        )
        assert await ids(store, bbox="10,10,11,11") == ["no-geometry"]
        assert await ids(store, bbox="20.5,20.5,22,22") == ["nested"]
        assert await ids(store, datetime="2015-05-05T00:00:00Z") == ["only-start"]
        assert await ids(store, datetime="2016-01-01T00:00:00Z") == ["swapped"]

    async def test_words_are_found_in_title_description_keywords_and_id(self, store: StacStore) -> None:
        await stored(
            store,
            item("by-id"),
            item("b", properties=on("2020-01-02", title="Air Temperature over Zürich")),
            item("c", properties=on("2020-01-03", description="Sea ice")),
            item("d", properties=on("2020-01-04", keywords=["glacier", "ice", 7])),
            item("e", properties=on("2020-01-05", other="ice")),
        )
        assert await ids(store, q="id") == ["by-id"]
        assert await ids(store, q="ICE") == ["d", "c"]
        assert await ids(store, q="zurich temp") == ["b"]
        assert await ids(store, q="air ice") == []
        assert await ids(store, q="glacier,sea") == ["d", "c"]
        assert await ids(store, q=["sea ice", "air"]) == ["c", "b"]

    @pytest.mark.parametrize(
        "words",
        [
            '"',
            "ice*",
            "ice OR",
            "NEAR(ice",
            "title:ice",
            "-ice",
            "ice AND NOT",
            "(",
            "^ice",
            "'; DROP TABLE item",
            "{}",
        ],
    )
    async def test_free_text_is_never_syntax(self, store: StacStore, words: str) -> None:
        await stored(store, item("a", properties=on("2020-01-01", title="or and not near: drop table item")))
        assert await ids(store, q=words) in ([], ["a"])
        assert await ids(store) == ["a"]

    async def test_a_word_with_signs_is_a_phrase(self, store: StacStore) -> None:
        await stored(store, item("S2B_MSIL2A_20190629T212529"), item("MSIL2A_S2B"))
        assert await ids(store, q="S2B_MSIL2A") == ["S2B_MSIL2A_20190629T212529"]
        assert await ids(store, q="s2b") == ["S2B_MSIL2A_20190629T212529", "MSIL2A_S2B"]

    async def test_everything_asked_for_has_to_hold(self, store: StacStore) -> None:
        await stored(
            store,
            item("right", properties=on("2020-01-01", title="ice"), geometry=box(5, 5, 6, 6)),
            item("late", properties=on("2021-01-01", title="ice"), geometry=box(5, 5, 6, 6)),
            item("far", properties=on("2020-01-01", title="ice"), geometry=box(50, 5, 51, 6)),
            item("dry", properties=on("2020-01-01", title="sand"), geometry=box(5, 5, 6, 6)),
            item("other", "others", properties=on("2020-01-01", title="ice"), geometry=box(5, 5, 6, 6)),
        )
        asked = {"q": "ice", "bbox": "4,4,7,7", "datetime": "2020-01-01T00:00:00Z", "collections": "scenes"}
        assert await ids(store, **asked) == ["right"]

    async def test_collections_come_in_the_order_of_their_ids_in_pages(self, store: StacStore) -> None:
        records = [
            collection_record({"type": "Collection", "id": one, "title": one}) for one in ("b", "c", "a")
        ]
        assert await store.put_collections(records) == Written(added=3)
        assert await store.put_collections(records) == Written(same=3)
        changed = collection_record({"type": "Collection", "id": "b", "title": "new"})
        assert await store.put_collections([changed]) == Written(changed=1)
        first = await store.collections(2)
        assert ([one.id for one in first.collections], first.next) == (["a", "b"], "b")
        second = await store.collections(2, first.next)
        assert ([one.id for one in second.collections], second.next) == (["c"], None)
        assert await store.collection("b") == StoredCollection("b", changed.body, changed.links)
        assert await store.collection("d") is None

    async def test_an_empty_store_answers(self, store: StacStore) -> None:
        assert await store.search(item_query({})) == ItemPage((), None, 0)
        assert (await store.collections(10)).collections == ()

    async def test_searches_at_the_same_time_do_not_disturb_each_other(self, store: StacStore) -> None:
        await stored(store, *(item(f"i{n}", geometry=box(n, 0, n + 0.5, 1)) for n in range(20)))
        triangles = [
            {"type": "Polygon", "coordinates": [[[n, 0], [n + 0.4, 0], [n, 1], [n, 0]]]} for n in range(20)
        ]
        found = await asyncio.gather(*(ids(store, intersects=triangle) for triangle in triangles))
        assert found == [[f"i{n}"] for n in range(20)]

    async def test_what_is_removed_is_found_no_more_and_the_rest_stays(self, store: StacStore) -> None:
        await stored(store, *(item(f"river-{n}", title="river", **box(0, 0, 1, 1)) for n in range(4)))
        await stored(store, item("river-1", "others", title="river", **box(0, 0, 1, 1)))
        keys = [("scenes", "river-1"), ("scenes", "river-3"), ("scenes", "river-3"), ("no", "river-0")]
        assert await store.remove_items(keys) == 2
        assert await store.remove_items(keys) == 0
        left = ["river-2", "river-1", "river-0"]
        assert await ids(store) == left
        assert await ids(store, q="river") == left
        assert await ids(store, bbox="0,0,1,1") == left

    async def test_a_removed_collection_leaves_its_items(self, store: StacStore) -> None:
        await store.put_collections([collection_record({"id": each}) for each in ("a", "b")])
        await stored(store, item("one", "a"))
        assert await store.remove_collections(["a", "none"]) == 1
        assert [one.id for one in (await store.collections(10)).collections] == ["b"]
        assert await ids(store) == ["one"]

    async def test_the_page_key_is_secret_and_stays(self, store: StacStore) -> None:
        key = await store.page_key()
        assert len(key) >= 32
        assert await store.page_key() == key


class TestMemory(StacStoreContract):
    """The store in memory."""

    @pytest.fixture
    def store(self) -> StacStore:
        return MemoryStacStore()


class TestSqlite(StacStoreContract):
    """The SQLite store in a file."""

    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[SqliteStore]:
        store = SqliteStore.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
        yield store
        await store.close()


class TestSqliteAlone:
    """What only the SQLite store promises."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'folder' / 'catalogue.sqlite'}"

    @pytest.fixture
    async def store(self, url: str) -> AsyncIterator[SqliteStore]:
        store = SqliteStore.open(url)
        yield store
        await store.close()

    async def test_random_searches_give_what_comparing_every_item_gives(self, store: SqliteStore) -> None:
        memory = MemoryStacStore()
        chance = random.Random(20261125)
        documents = [random_item(chance, number) for number in range(1_500)]
        for one in (store, memory):
            await stored(one, *documents)
        found = 0
        for _ in range(300):
            query = item_query(random_query(chance))
            page, expected = await store.search(query), await memory.search(query)
            assert page == expected, query
            found += len(page.items)
        assert found > 1_000

    async def test_walking_the_time_index_gives_the_same_as_starting_from_candidates(
        self, store: SqliteStore
    ) -> None:
        memory = MemoryStacStore()
        chance = random.Random(7)
        # More than one index may hand over, so that the second way to search is taken.
        documents = [random_item(chance, number) for number in range(7_000)]
        for one in (store, memory):
            await stored(one, *documents)
        wide: list[dict[str, Any]] = [
            {"bbox": "-180,-90,180,90"},
            {"bbox": "-180,-90,180,60", "q": "scene"},
            {"q": "scene", "datetime": "1992-01-01T00:00:00Z/.."},
            {},
            {"intersects": box(-179, -89, 179, 89)},
            {"filter": "title LIKE 'scene%' AND title IS NOT NULL"},
            {"filter": "S_INTERSECTS(geometry, BBOX(-180,-90,180,90)) OR title = 'x'"},
            {"sortby": "title"},
            {"sortby": "-title,datetime", "filter": "title > 'scene of l'"},
            {"sortby": "datetime"},
        ]
        for given in wide:
            query = item_query({"limit": 100, **given})
            for _ in range(3):
                page, expected = await store.search(query), await memory.search(query)
                assert [one.id for one in page.items] == [one.id for one in expected.items], given
                assert page.next == expected.next
                assert page.matched is None
                query = replace(query, after=page.next)

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"bbox": "0,0,90,90"},
            {"bbox": "170,-10,-170,10", "datetime": "2020-01-01T00:00:00Z/2020-12-31T00:00:00Z"},
            {"q": "scene ice", "collections": "c1,c2"},
            {"ids": "i1,i2", "intersects": {"type": "Point", "coordinates": [0, 0]}},
        ],
    )
    async def test_a_page_of_100_takes_two_statements(self, store: SqliteStore, given: Document) -> None:
        chance = random.Random(1)
        await stored(store, *(random_item(chance, number) for number in range(500)))
        with counted_statements(store) as statements:
            await store.search(item_query({"limit": 100, **given}))
        assert len(statements) == 2

    async def test_one_document_takes_one_statement(self, store: SqliteStore) -> None:
        await stored(store, item("a"))
        with counted_statements(store) as statements:
            await store.item("scenes", "a")
        assert len(statements) == 1

    async def test_the_page_key_is_read_once(self, store: SqliteStore) -> None:
        with counted_statements(store) as statements:
            assert await store.page_key() == await store.page_key()
        assert len(statements) == 1

    async def test_who_has_written_reads_with_no_more_cache_than_others(
        self, store: SqliteStore, url: str
    ) -> None:
        reader = SqliteStore.open(url)
        await stored(store, item("a"))
        caches: list[object] = []
        for one in (store, reader):
            assert await ids(one) == ["a"]
            with one.engine.connect() as connection:
                caches.append(connection.exec_driver_sql("PRAGMA cache_size").scalar())
        assert caches[0] == caches[1]
        await reader.close()

    async def test_writing_takes_as_many_statements_for_many_items_as_for_one(
        self, store: SqliteStore
    ) -> None:
        with counted_statements(store) as one:
            await stored(store, item("a"))
        with counted_statements(store) as many:
            await stored(store, *(item(f"i{number}") for number in range(1_000)))
        assert len(one) == len(many)

    async def test_a_search_that_takes_too_long_is_stopped(self, url: str) -> None:
        clock = chain([0.0], repeat(100.0))
        store = SqliteStore(open_engine(url), search_seconds=3, clock=lambda: next(clock))
        SqliteStore.open(url).engine.dispose()
        await stored(
            store,
            *(item(f"i{number}", properties=on("2020-01-01", title="scene")) for number in range(9_000)),
        )
        with pytest.raises(Unavailable, match="longer than 3 s"):
            await store.search(item_query({"q": "scene"}))
        await store.close()

    async def test_a_reader_is_not_kept_waiting_by_a_writer(self, store: SqliteStore) -> None:
        await stored(store, item("a"))
        with store.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.execute(text("UPDATE item SET links = '[]'"))
            assert await ids(store) == ["a"]

    async def test_a_write_that_fails_leaves_nothing_behind(self, store: SqliteStore) -> None:
        good = item_record(item("a"))
        bad = replace(item_record(item("b")), links=object())  # type: ignore[arg-type]
        with pytest.raises(Exception, match=r"links|bind|type"):
            await store.put_items([good, bad])
        assert await ids(store) == []
        assert await ids(store, q="a") == []

    async def test_the_migration_makes_the_tables_that_the_code_knows(self, store: SqliteStore) -> None:
        with store.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"include_object": not_virtual})
            assert compare_metadata(context, tables.metadata) == []
            strict = connection.execute(
                text("SELECT name, strict FROM pragma_table_list WHERE name IN ('item', 'collection')")
            )
            assert dict(strict.all()) == {"item": 1, "collection": 1}
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"

    async def test_opening_again_keeps_items_and_key(self, store: SqliteStore, url: str) -> None:
        await stored(store, item("a"))
        again = SqliteStore.open(url)
        assert await ids(again) == ["a"]
        assert await again.page_key() == await store.page_key()
        await again.close()

    def test_two_processes_may_make_the_database_at_the_same_moment(self, url: str) -> None:
        async def both() -> list[SqliteStore]:
            return await asyncio.gather(*(asyncio.to_thread(SqliteStore.open, url) for _ in range(2)))

        for store in asyncio.run(both()):
            store.engine.dispose()

    def test_a_database_of_a_newer_version_is_refused(self, url: str) -> None:
        store = SqliteStore.open(url)
        with store.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        store.engine.dispose()
        with pytest.raises(Conflict, match="newer version"):
            SqliteStore.open(url)

    def test_a_file_that_is_no_database_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "catalogue.sqlite"
        path.write_text("not a database, but long enough to be looked at" * 100)
        with pytest.raises(Unavailable, match="cannot be opened"):
            SqliteStore.open(f"sqlite:///{path}")

    def test_a_folder_that_cannot_be_made_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")
        with pytest.raises(Unavailable, match="cannot be opened"):
            SqliteStore.open(f"sqlite:///{tmp_path / 'file' / 'catalogue.sqlite'}")

    async def test_a_position_of_the_last_item_ends_the_pages(self, store: SqliteStore) -> None:
        await stored(store, item("a"))
        page = await store.search(replace(item_query({}), after=Position(0, "a", "scenes")))
        assert page.items == ()


def not_virtual(_: object, name: str | None, kind: str, *__: object) -> bool:
    return not (
        kind == "table"
        and name is not None
        and name.startswith(("item_extent", "item_text", "collection_text", "alembic"))
    )


@contextmanager
def counted_statements(store: SqliteStore) -> Iterator[list[str]]:
    statements: list[str] = []

    def count(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(store.engine, "before_cursor_execute", count)
    try:
        yield statements
    finally:
        event.remove(store.engine, "before_cursor_execute", count)


def random_item(chance: random.Random, number: int) -> Document:
    document = item(f"i{number}", f"c{chance.randrange(4)}", properties=random_properties(chance))
    west, south = chance.uniform(-180, 178), chance.uniform(-89, 87)
    width, height = chance.uniform(0, 8), chance.uniform(0, 2)
    match chance.randrange(8):
        case 0:
            document["geometry"] = {"type": "Point", "coordinates": [round(west, 1), round(south, 1), 100.0]}
        case 1:
            ring = [[west, south], [west + 2, south + 1], [west + 1, south + 2], [west, south]]
            document["geometry"] = {"type": "Polygon", "coordinates": [ring]}
        case 2:
            document |= {"geometry": None, "bbox": [179 - width, south, -179 + width, south + height]}
        case 3:
            document |= {"geometry": None, "bbox": [west, south, 10.0, west + 1, south + 1, 20.0]}
        case 4:
            bow = [[west, south], [west + 2, south + 2], [west + 2, south], [west, south + 2], [west, south]]
            document["geometry"] = {"type": "Polygon", "coordinates": [bow]}
        case 5:
            document["geometry"] = None
        case _:
            document["geometry"] = box(west, south, west + width, south + height)
    return document


def random_properties(chance: random.Random) -> Document:
    year, month = chance.randrange(1990, 2025), chance.randrange(1, 13)
    title = f"scene of {chance.choice(['ice', 'sea ice', 'land', 'sea'])} {chance.randrange(50)}"
    properties: Document = {"title": title, "datetime": f"{year}-{month:02}-01T00:00:00Z"}
    match chance.randrange(5):
        case 0:
            properties |= {
                "start_datetime": f"{year}-{month:02}-01T00:00:00Z",
                "end_datetime": f"{year + 9}-01-01T00:00:00Z",
            }
        case 1:
            properties["datetime"] = None
        case _:
            pass
    return properties


def random_query(chance: random.Random) -> Document:
    given: Document = {"limit": chance.choice([1, 10, 100])}
    west, south = chance.uniform(-180, 180), chance.uniform(-90, 80)
    match chance.randrange(6):
        case 0:
            given["bbox"] = [west, south, min(180, west + chance.uniform(0, 90)), south + 10]
        case 1:
            given["bbox"] = [chance.uniform(90, 180), south, chance.uniform(-180, -90), south + 10]
        case 2:
            ring = [[west, south], [west + 30, south], [west, south + 10], [west, south]]
            given["intersects"] = {"type": "Polygon", "coordinates": [ring]}
        case 3:
            given["bbox"] = [west, south, 15.0, min(180, west + 60), south + 10, 99.0]
        case _:
            pass
    if chance.random() < 0.5:
        year = chance.randrange(1990, 2030)
        given["datetime"] = chance.choice(
            [f"{year}-01-01T00:00:00Z/..", f"../{year}-01-01T00:00:00Z", f"{year}-06-01T00:00:00Z"]
        )
    if chance.random() < 0.4:
        given["q"] = chance.choice(["ice", "sea ice", "land, 17", "sc", "sea-ice", "nothing"])
    if chance.random() < 0.4:
        given["collections"] = chance.sample(["c0", "c1", "c2", "c3"], chance.randrange(1, 4))
    if chance.random() < 0.1:
        given["ids"] = [f"i{chance.randrange(1500)}" for _ in range(200)]
    return given
