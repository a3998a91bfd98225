"""Filters and orders: what every `StacStore` gives, and what Python gives on the items as they came."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fakes.stac_store import MemoryStacStore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eohub_catalogue.filters import cql2_of_text
from eohub_catalogue.index.cql2_reading import condition_of
from eohub_catalogue.index.document import item_record
from eohub_catalogue.index.matching import is_true_for, matches
from eohub_catalogue.index.ports import ItemQuery, StacStore
from eohub_catalogue.index.query import item_query
from eohub_catalogue.index.store import SqliteStore

type Document = dict[str, Any]

TEXTS = ["", "a", "A", "é", "E", "b%", "b_c", "*", "[a]", "?", "2020-01-01", "\x00", "\ud800", "x" * 12_000]
NUMBERS = [0, 1, -1, 2, 7.5, -0.0, 1e300, 2**53, 2**53 + 1, 2**63 - 1, 2**70, 10**400]
TIMES = [
    "2020-01-01T00:00:00Z",
    "2020-01-01T01:00:00+01:00",
    "2020-01-02T00:00:00Z",
    "1999-12-31T23:59:60Z",
    "9999-12-31T23:59:59.999999Z",
    "soon",
]
NAMES = [
    "eo:cloud_cover",
    "platform",
    "gsd",
    "created",
    "keywords",
    "flag",
    "datetime",
    "start_datetime",
    "id",
]
LISTS: list[Any] = [[], ["a"], ["a", "b"], [1, True], [True, 1.0, "a"], [{"a": 1}], [None], [[1]]]
ODD: list[Any] = [None, True, False, {}, {"a": 1}]


def random_filter_item(chance: random.Random, number: int) -> Document:
    properties: Document = {"datetime": chance.choice([*TIMES, None])}
    for name in NAMES[:6]:
        if chance.random() < 0.8:
            properties[name] = chance.choice(chance.choice([TEXTS, NUMBERS, TIMES, LISTS, ODD]))
    if chance.random() < 0.3:
        properties |= {"start_datetime": chance.choice(TIMES), "end_datetime": chance.choice(TIMES)}
    west, south = chance.uniform(-190, 185), chance.uniform(-90, 88)
    corners = [[west, south], [west + 9, south], [west + 9, south + 2], [west, south + 2], [west, south]]
    geometry = chance.choice(
        [
            None,
            {"type": "Point", "coordinates": [west, south]},
            {"type": "Polygon", "coordinates": [corners]},
            {"type": "Polygon", "coordinates": [[*corners[:2], corners[2], corners[0]]]},
            {"type": "LineString", "coordinates": corners[:3]},
        ]
    )
    document: Document = {
        "type": "Feature",
        "id": f"i{number}",
        "geometry": geometry,
        "properties": properties,
    }
    if chance.random() < 0.3:
        document["bbox"] = chance.choice(
            [[170, -10, -170, 10], [west, south, west + 9, south + 2], [0, 0], "x"]
        )
    return document | {"collection": chance.choice(["c0", "c1", None])}


def operation(name: str, *arguments: Any) -> Document:
    return {"op": name, "args": list(arguments)}


properties = st.sampled_from([*NAMES, "collection", "absent", "properties.gsd"]).map(
    lambda n: {"property": n}
)
texts = st.sampled_from([one for one in TEXTS if one.isprintable() and len(one) < 100]) | st.text(
    "ab%_\\*?[]é", max_size=4
)
numbers = st.sampled_from([one for one in NUMBERS if abs(one) < 1e301]) | st.floats(-10, 10)
moments = st.sampled_from(TIMES[:-1]).map(lambda t: {"timestamp": t}) | st.just({"date": "2020-01-01"})
number_values = st.recursive(
    numbers | properties,
    lambda inner: st.builds(operation, st.sampled_from(["+", "-", "*", "/", "%", "div", "^"]), inner, inner),
    max_leaves=3,
)
text_values = st.recursive(
    texts | properties,
    lambda inner: st.builds(operation, st.sampled_from(["casei", "accenti"]), inner),
    max_leaves=2,
)
orders = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
others = st.sampled_from([name for name in NAMES if name not in ("created", "datetime", "start_datetime")])
plain = others.map(lambda name: {"property": name})
spans = moments | st.just({"property": "datetime"}) | st.just({"property": "created"})
spans |= st.builds(
    lambda first, last: {"interval": [first, last]},
    st.sampled_from(["..", "2019-01-01", "2020-01-01"]),
    st.sampled_from(["..", "2020-01-01", "2021-01-01"]),
)
shapes = st.builds(
    lambda west, south, size: {"bbox": [west, south, min(west + size, 180), south + size / 4]},
    st.integers(-180, 179),
    st.integers(-90, 60),
    st.integers(1, 90),
) | st.sampled_from(
    [
        {"bbox": [170, -20, -170, 20]},
        {"type": "Point", "coordinates": [175, 0]},
        {"type": "LineString", "coordinates": [[-180, 0], [180, 1]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [90, 0], [0, 80], [0, 0]]]},
    ]
)
listed = plain | st.lists(st.sampled_from(["a", "b", 1, True, 2.5]), max_size=3)
temporal = [
    "after",
    "before",
    "contains",
    "disjoint",
    "during",
    "equals",
    "finishedBy",
    "finishes",
    "intersects",
]
temporal += ["meets", "metBy", "overlappedBy", "overlaps", "startedBy", "starts"]
spatial = ["intersects", "disjoint", "within", "contains", "overlaps", "crosses", "touches", "equals"]
conditions = st.one_of(
    st.booleans(),
    properties,
    st.builds(operation, orders, plain, text_values),
    st.builds(operation, orders, plain, number_values),
    st.builds(operation, orders, properties, moments),
    st.builds(operation, orders, properties, properties),
    st.builds(operation, st.sampled_from(["=", "<>"]), plain, st.booleans()),
    st.builds(operation, st.just("between"), plain, numbers, numbers),
    st.builds(operation, st.just("in"), plain, st.lists(texts, min_size=1, max_size=3)),
    st.builds(operation, st.just("in"), plain, st.lists(numbers, min_size=1, max_size=3)),
    st.builds(operation, st.just("in"), properties, st.lists(moments, min_size=1, max_size=2)),
    st.builds(operation, st.just("like"), text_values, texts),
    st.builds(operation, st.just("isNull"), properties | st.just({"property": "geometry"}) | number_values),
    st.builds(
        lambda n, s: operation(f"s_{n}", {"property": "geometry"}, s), st.sampled_from(spatial), shapes
    ),
    st.builds(
        lambda n, s: operation(f"s_{n}", s, {"property": "geometry"}), st.sampled_from(spatial), shapes
    ),
    st.builds(lambda n, one, other: operation(f"t_{n}", one, other), st.sampled_from(temporal), spans, spans),
    st.builds(
        lambda n, one, other: operation(f"a_{n}", one, other),
        st.sampled_from(["contains", "containedBy", "equals", "overlaps"]),
        listed,
        listed,
    ),
)
filters = st.recursive(
    conditions,
    lambda inner: (
        st.builds(lambda one: operation("not", one), inner)
        | st.builds(operation, st.sampled_from(["and", "or"]), inner, inner)
    ),
    max_leaves=4,
)


@contextmanager
def opened(folder: Path) -> Iterator[SqliteStore]:
    store = SqliteStore.open(f"sqlite:///{folder / 'catalogue.sqlite'}")
    try:
        yield store
    finally:
        store.engine.dispose()


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    chance = random.Random(20261126)
    return [random_filter_item(chance, number) for number in range(400)]


@pytest.fixture(scope="module")
def filled(documents: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    with opened(tmp_path_factory.mktemp("filters")) as store:
        asyncio.run(store.put_items([item_record(one) for one in documents]))
        yield store


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=filters)
def test_sql_finds_what_python_finds(filled: SqliteStore, documents: list[Document], asked: object) -> None:
    query = item_query({"filter": asked})
    page = asyncio.run(filled.search(ItemQuery(filter=query.filter, limit=1_000)))
    condition = condition_of(asked)
    expected = {one["id"] for one in documents if is_true_for(condition, one)}
    assert {one.id for one in page.items} == expected


SORTS = [
    "eo:cloud_cover",
    "-eo:cloud_cover",
    "-platform,gsd",
    "+gsd,-id",
    "flag,-keywords,collection",
    "datetime",
    "-datetime,id",
    "created,-absent",
    "-collection,-properties.created",
    "-absent",
]


class StacStoreFilters:
    """Give a fixture `store`, empty."""

    @pytest.fixture
    async def full(self, store: StacStore, documents: list[Document]) -> StacStore:
        await store.put_items([item_record(one) for one in documents])
        return store

    @pytest.mark.parametrize("sortby", SORTS)
    async def test_every_order_is_the_same_in_pages_and_in_one(
        self, full: StacStore, documents: list[Document], sortby: str
    ) -> None:
        memory = MemoryStacStore()
        await memory.put_items([item_record(one) for one in documents])
        sort = item_query({"sortby": sortby}).sort
        expected = [one.id for one in (await memory.search(ItemQuery(sort=sort, limit=1_000))).items]
        found: list[str] = []
        query = ItemQuery(sort=sort, limit=7)
        while True:
            page = await full.search(query)
            found += [one.id for one in page.items]
            if page.next is None:
                break
            query = ItemQuery(sort=sort, limit=7, after=page.next)
        assert found == expected

    @pytest.mark.parametrize(
        ("asked", "is_found"),
        [
            ("least = 9007199254740991 AND least <> 9007199254740990", True),
            ("even = 9007199254740993 AND odd = 9007199254740992", True),
            ("even IN (9007199254740993) AND odd IN (9007199254740992)", True),
            ("even = odd AND NOT even < odd AND NOT odd <> even", True),
            ("A_EQUALS(list, (9007199254740992))", True),
            ("odd = 9007199254740995", False),
        ],
    )
    async def test_large_integers_are_compared_after_rounding(
        self, store: StacStore, asked: str, is_found: bool
    ) -> None:
        numbers = {"least": 2**53 - 1, "even": 2**53, "odd": 2**53 + 1, "list": [2**53 + 1]}
        large = {"type": "Feature", "id": "large", "properties": numbers}
        await store.put_items([item_record(large)])
        found = await store.search(item_query({"filter": asked}))
        assert [one.id for one in found.items] == (["large"] if is_found else [])
        assert matches(large, cql2_of_text(asked)) == is_found

    async def test_a_filter_holds_with_everything_else_that_is_asked(
        self, full: StacStore, documents: list[Document]
    ) -> None:
        asked = {"filter": "gsd > 0 OR platform IS NULL", "collections": "c0", "bbox": "-180,-90,180,90"}
        expected = sorted(
            one["id"]
            for one in documents
            if one["collection"] == "c0" and matches(one, cql2_of_text(asked["filter"]))
        )
        page = await full.search(item_query({**asked, "limit": 100, "sortby": "id"}))
        placed = {one.id for one in (await full.search(item_query({**asked, "limit": 100}))).items}
        assert [one.id for one in page.items] == [one for one in expected if one in placed]
        assert page.matched == len(page.items) > 5

    @pytest.mark.parametrize(
        ("west", "asked", "is_there"),
        [
            (-180.67, {"bbox": "179.1,-17.7,179.95,-17"}, True),
            (-180.67, {"bbox": "-180,-17.7,-179.95,-17"}, True),
            (-180.67, {"bbox": "179,-18,-179,-17"}, True),
            (-180.67, {"filter": "S_INTERSECTS(geometry, BBOX(179.1,-17.7,179.95,-17))"}, True),
            (-180.67, {"filter": "S_INTERSECTS(geometry, BBOX(-180,-17.7,-179.95,-17))"}, True),
            (-180.67, {"filter": "S_WITHIN(geometry, BBOX(179,-18,-179,-16))"}, True),
            (-180.67, {"filter": "S_DISJOINT(geometry, BBOX(-178,-90,178,90))"}, True),
            (-180.67, {"filter": "S_INTERSECTS(geometry, BBOX(0,-90,178,90))"}, False),
            (-180.67, {"intersects": {"type": "Point", "coordinates": [179.5, -17.2]}}, True),
            (-180.67, {"intersects": {"type": "Point", "coordinates": [-179.9, -17.2]}}, True),
            (179.5, {"bbox": "-180,-17.7,-179.95,-17"}, True),
            (179.5, {"filter": "S_CONTAINS(geometry, POINT(-179.9 -17.2))"}, True),
            (179.5, {"bbox": "-170,-20,170,-10"}, False),
        ],
    )
    async def test_an_item_beyond_180_degrees_is_found_from_both_sides(
        self, store: StacStore, west: float, asked: Document, is_there: bool
    ) -> None:
        east = west + 0.9
        ring = [[west, -17.5], [east, -17.5], [east, -17], [west, -17], [west, -17.5]]
        beyond = {"type": "Polygon", "coordinates": [ring]}
        await store.put_items([item_record({"id": "far", "properties": {}, "geometry": beyond})])
        assert len((await store.search(item_query(asked))).items) == is_there

    async def test_a_sort_by_time_alone_is_the_order_by_itself(self, full: StacStore) -> None:
        newest = await full.search(item_query({"limit": 20}))
        assert await full.search(item_query({"limit": 20, "sortby": "-properties.datetime"})) == newest


class TestMemory(StacStoreFilters):
    @pytest.fixture
    def store(self) -> StacStore:
        return MemoryStacStore()


class TestSqlite(StacStoreFilters):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[SqliteStore]:
        with opened(tmp_path) as store:
            yield store
