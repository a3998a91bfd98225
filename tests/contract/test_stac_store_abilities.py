"""Changes, collections and what is learned of properties, as every `StacStore` has them."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes.stac_store import MemoryStacStore

from eohub_catalogue.errors import ChangedMeanwhile
from eohub_catalogue.index.document import collection_record, item_record
from eohub_catalogue.index.etag import etag_of
from eohub_catalogue.index.ports import (
    ABSENT,
    PRESENT,
    CollectionRecord,
    ItemRecord,
    Keep,
    Put,
    Remove,
    StacStore,
)
from eohub_catalogue.index.query import collection_search, item_query
from eohub_catalogue.index.queryables import LearnedProperty
from eohub_catalogue.index.store import SqliteStore
from eohub_toolkit.errors import Conflict, NotFound

SINCE = "2010-01-01T00:00:00Z"


def item(identity: str, collection: str = "scenes", **properties: Any) -> ItemRecord:
    given = {"datetime": "2020-01-01T00:00:00Z", **properties}
    return item_record({"type": "Feature", "id": identity, "collection": collection, "properties": given})


def collection(identity: str, **fields: Any) -> CollectionRecord:
    return collection_record({"type": "Collection", "id": identity, "links": [], **fields})


def extent(boxes: Sequence[object], *ends: str | None) -> dict[str, Any]:
    return {"spatial": {"bbox": boxes}, "temporal": {"interval": [list(ends)]}}


async def ids(store: StacStore, **given: object) -> list[str]:
    return [one.id for one in (await store.search(item_query({"limit": 100, **given}))).items]


async def found(store: StacStore, **given: object) -> list[str]:
    page = await store.search_collections(collection_search(given))
    assert page.matched == len(page.collections)
    return [one.id for one in page.collections]


class StacStoreAbilities:
    """Give a fixture `store`, empty."""

    async def test_a_document_is_added_only_where_there_is_none(self, store: StacStore) -> None:
        changes = [Put(item("a"), ABSENT), Put(item("b/c"), ABSENT), Put(collection("scenes"), ABSENT)]
        assert await store.apply(changes) == 0
        assert await ids(store) == ["b/c", "a"]
        with pytest.raises(Conflict):
            await store.apply([Put(item("new"), ABSENT), Put(item("b/c", title="other"), ABSENT)])
        with pytest.raises(Conflict):
            await store.apply([Put(item("new"), ABSENT), Put(collection("scenes"), ABSENT)])
        assert await ids(store) == ["b/c", "a"]

    async def test_a_document_is_replaced_only_where_it_is_what_was_read(self, store: StacStore) -> None:
        with pytest.raises(NotFound):
            await store.apply([Put(item("a"), PRESENT)])
        with pytest.raises(NotFound):
            await store.apply([Put(item("a"), '"etag"')])
        await store.apply([Put(item("a"))])
        before = await store.item("scenes", "a")
        assert before
        etag = etag_of(before.body, before.links)
        await store.apply([Put(item("a", title="new"), etag)])
        assert await ids(store, q="new") == ["a"]
        with pytest.raises(ChangedMeanwhile):
            await store.apply([Put(item("a", title="late"), etag)])
        with pytest.raises(ChangedMeanwhile):
            await store.apply([Remove("scenes", "a", etag)])
        assert await ids(store, filter="title = 'new'") == ["a"]

    async def test_what_comes_earlier_counts_for_what_comes_later(self, store: StacStore) -> None:
        changes = [Put(item("a"), ABSENT), Remove("scenes", "a", PRESENT), Put(item("a", title="x"), ABSENT)]
        assert await store.apply(changes) == 1
        assert await ids(store, q="x") == ["a"]
        with pytest.raises(Conflict):
            await store.apply([Put(item("b"), ABSENT), Put(item("b"), ABSENT)])
        assert await ids(store) == ["a"]

    async def test_a_collection_goes_with_all_its_items(self, store: StacStore) -> None:
        await store.put_collections([collection("scenes"), collection("others")])
        await store.put_items([*(item(f"i{n}") for n in range(20)), item("other", "others")])
        with pytest.raises(NotFound):
            await store.apply([Remove("scenes", None, PRESENT), Remove("scenes", None, PRESENT)])
        assert len(await ids(store)) == 21
        assert await store.apply([Remove("scenes", None, PRESENT)]) == 21
        assert await ids(store) == ["other"]
        assert await ids(store, filter="datetime > '1990-01-01'", q="other") == ["other"]
        assert await store.collection("scenes") is None
        assert await store.queryables(["scenes"]) == {}

    async def test_a_collection_that_has_to_be_empty_stays_with_its_items(self, store: StacStore) -> None:
        await store.apply([Put(collection("scenes")), Put(item("a"))])
        with pytest.raises(Conflict):
            await store.apply([Remove("scenes", None, PRESENT, only_empty=True)])
        assert await ids(store) == ["a"]
        changes = [Remove("scenes", "a", PRESENT), Remove("scenes", None, PRESENT, only_empty=True)]
        assert await store.apply(changes) == 2
        assert await store.collection("scenes") is None

    async def test_a_change_may_need_what_it_does_not_change(self, store: StacStore) -> None:
        with pytest.raises(NotFound):
            await store.apply([Put(item("a")), Keep("scenes")])
        assert await ids(store) == []
        await store.put_collections([collection("scenes")])
        assert await store.apply([Keep("scenes"), Put(item("a")), Keep("scenes", "a"), Put(item("b"))]) == 0
        assert await ids(store) == ["b", "a"]
        with pytest.raises(ChangedMeanwhile):
            await store.apply([Keep("scenes", "a", '"other"'), Remove("scenes", "b")])
        assert await ids(store) == ["b", "a"]

    async def test_nothing_to_change_changes_nothing(self, store: StacStore) -> None:
        assert await store.apply([]) == 0

    async def test_collections_are_found_by_words_place_and_time(self, store: StacStore) -> None:
        await store.put_collections(
            [
                collection("a", title="Sea ice", extent=extent([[-10, 50, 10, 60]], SINCE, None)),
                collection("b", keywords=["ICE", "land"], extent=extent([[170, -10, -170, 10]], None, None)),
                collection("c", description="Wälder", extent=extent([[0, 0, 1], "x"], "soon", None)),
                collection("d", extent="none"),
            ]
        )
        assert await found(store) == ["a", "b", "c", "d"]
        assert await found(store, q="ice") == ["a", "b"]
        assert await found(store, q="sea ice,walder") == ["a", "c"]
        assert await found(store, bbox="0,52,1,53") == ["a"]
        assert await found(store, bbox="-180,0,-175,1") == await found(store, bbox=[175, 0, 180, 1]) == ["b"]
        assert await found(store, bbox="0,0,1,1") == []
        assert await found(store, datetime="2000-01-01T00:00:00Z/2005-01-01T00:00:00Z") == ["b"]
        assert await found(store, datetime="2020-01-01T00:00:00Z", q="ice", bbox="-180,-90,180,90") == [
            "a",
            "b",
        ]
        await store.put_collections([collection("a", title="Nothing")])
        assert await found(store, q="sea") == []
        await store.remove_collections(["b"])
        assert await found(store, q="ice") == []

    async def test_found_collections_come_in_pages_with_their_number(self, store: StacStore) -> None:
        await store.put_collections([collection(f"c{n}", title="ice") for n in range(5)])
        query = collection_search({"q": "ice", "limit": 2})
        first = await store.search_collections(query)
        assert ([one.id for one in first.collections], first.next, first.matched) == (["c0", "c1"], "c1", 5)

    async def test_properties_are_learned_from_items(self, store: StacStore) -> None:
        await store.put_items(
            [
                item(
                    "a",
                    gsd=10,
                    cover=0.5,
                    platform="x",
                    odd="text",
                    created="2020-01-01T00:00:00Z",
                    big={"a": 1},
                ),
                item("b", gsd=30, cover=7, platform="y", odd=1, on=True, bands=["a"], none=None),
                item("c", "others", gsd=2.5, platform="z"),
            ]
        )
        learned = await store.queryables(["scenes"])
        assert learned["gsd"] == LearnedProperty(frozenset({"integer"}), 10, 30)
        assert learned["cover"].kind == "number"
        assert learned["platform"] == LearnedProperty(frozenset({"string"}), values=frozenset("xy"))
        kinds = {name: one.kind for name, one in learned.items()}
        assert kinds["created"] == kinds["datetime"] == "datetime"
        assert (kinds["odd"], kinds["on"], kinds["bands"], kinds["big"]) == (
            "string",
            "boolean",
            "array",
            "object",
        )
        assert "none" not in kinds
        everything = await store.queryables()
        assert (everything["gsd"].minimum, everything["gsd"].kind) == (2.5, "number")
        assert everything["platform"].values == frozenset("xyz")
        assert await store.queryables(["nowhere"]) == {}

    async def test_what_was_learned_follows_changes(self, store: StacStore) -> None:
        await store.put_items([item("a", gsd=10, platform="x"), item("b", gsd=30, platform="y", only=1)])
        assert (await store.queryables(["scenes"]))["gsd"].maximum == 30
        await store.put_items([item("b", gsd=20, platform="z")])
        learned = await store.queryables(["scenes"])
        assert (learned["gsd"].maximum, learned["platform"].values) == (20, frozenset("xz"))
        assert "only" not in learned
        await store.remove_items([("scenes", "b")])
        await store.put_items([item("c", gsd=1)])
        learned = await store.queryables()
        assert (learned["gsd"].minimum, learned["gsd"].maximum, learned["platform"].values) == (
            1,
            10,
            frozenset("x"),
        )

    async def test_many_values_are_no_list(self, store: StacStore) -> None:
        await store.put_items([item(f"i{n}", tile=f"tile {n}", note="x" * 101) for n in range(30)])
        learned = await store.queryables()
        assert learned["tile"].values is learned["note"].values is None

    async def test_odd_ids_are_kept_apart(self, store: StacStore) -> None:
        names = ["a/b", "a", "b", "a%2Fb", "a b", "ü", "'; DROP TABLE item; --"]
        await store.put_items([item(name, other) for name in names for other in ("a", "a/b", "")])
        for name in names:
            stored = await store.item("a/b", name)
            assert stored
            assert (stored.collection, stored.id) == ("a/b", name)
        assert await store.apply([Remove("a", "a/b", PRESENT), Remove("a/b", "a", PRESENT)]) == 2
        assert len(await ids(store)) == 3 * len(names) - 2


class TestMemory(StacStoreAbilities):
    @pytest.fixture
    def store(self) -> StacStore:
        return MemoryStacStore()


class TestSqlite(StacStoreAbilities):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[SqliteStore]:
        store = SqliteStore.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
        yield store
        await store.close()
