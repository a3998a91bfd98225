"""Freezing searches: to their end, once each item, with what is wanted of the assets, all or nothing."""

import asyncio
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pystac
import pytest
from fakes.catalogue_documents import an_item
from fakes.catalogue_items import COLLECTIONS, ITEMS
from fakes.catalogue_web import open_web
from fakes.frozen_searches import NOW, NoNetwork, freeze, ids_of, nothing, open_frozen
from fakes.stac_catalogue import MemoryCatalogue
from fakes.static_site import StaticSite

from eohub_catalogue.contract import CatalogueSource, FreezeQuery, SearchQuery
from eohub_catalogue.errors import CatalogueBusy
from eohub_catalogue.frozen_documents import SEARCH
from eohub_catalogue.item_contract import FilterName
from eohub_catalogue.ports import RawPage
from eohub_catalogue.server.freezing import Freezing
from eohub_catalogue.wire import MAX_PAGE
from eohub_toolkit.errors import Conflict, Unavailable

SOURCE = CatalogueSource(id="example", title="Example", url="https://stac.example.org")
PICTURE = b"\x89PNG" + b"x" * 100
HOST = "https://data.example.org"


def query(target: Path, *searches: SearchQuery, **fields: Any) -> FreezeQuery:
    asked = searches or (SearchQuery(catalogue="example"),)
    return FreezeQuery.model_validate(
        {"searches": asked, "title": "T", "path": target.name, "assets": "none", **fields}
    )


def documents_of(folder: Path) -> dict[str, Any]:
    return {str(path.relative_to(folder)): json.loads(path.read_text()) for path in folder.rglob("*.json")}


async def test_a_frozen_folder_is_a_sound_static_catalogue(tmp_path: Path) -> None:
    freezing = await freeze(MemoryCatalogue(ITEMS), tmp_path / "frozen", title="All of it")
    assert (freezing.count.items, freezing.count.problems) == (len(ITEMS), [])
    assert os.listdir(tmp_path) == ["frozen"]
    catalogue = pystac.Catalog.from_file(str(tmp_path / "frozen" / "catalog.json"))
    assert catalogue.title == "All of it"
    assert sorted(item.id for item in catalogue.get_items(recursive=True)) == sorted(
        item["id"] for item in ITEMS
    )
    assert {child.id for child in catalogue.get_children()} == {"optical", "radar"}
    for item in catalogue.get_items(recursive=True):
        collection = item.get_collection()
        assert collection is not None
        assert item.get_root() is catalogue
    assert all(pystac.link.is_absolute_href(link.href) is False for link in catalogue.get_child_links())
    root = json.loads((tmp_path / "frozen" / "catalog.json").read_text())
    assert root[SEARCH] == [{"catalogue": "example"}]


async def test_pages_are_followed_to_the_end(tmp_path: Path) -> None:
    many = [an_item(f"{number:04}") for number in range(2 * MAX_PAGE + 7)]
    freezing = await freeze(MemoryCatalogue(many), tmp_path / "frozen.zip")
    assert freezing.count.items == len(many)
    found = await open_frozen(tmp_path / "frozen.zip", tmp_path / "cache").search(
        SearchQuery(catalogue="f", limit=100)
    )
    assert len(found.features) == 100


@pytest.mark.parametrize(
    ("most", "kept", "said"), [(5, 5, True), (len(ITEMS), len(ITEMS), False), (100, len(ITEMS), False)]
)
async def test_no_more_than_the_most_are_kept_and_that_is_said(
    tmp_path: Path, most: int, kept: int, said: bool
) -> None:
    freezing = await freeze(MemoryCatalogue(ITEMS), tmp_path / "frozen", most_items=most)
    assert freezing.count.items == kept
    assert (f"Only the first {most} items are kept." in freezing.count.problems) is said


async def test_the_same_item_of_two_catalogues_is_kept_once(tmp_path: Path) -> None:
    other = CatalogueSource(id="other", title="Other", url="https://other.example.org")
    searches = (SearchQuery(catalogue="example"), SearchQuery(catalogue="other"))
    asked = [
        (searches[0], SOURCE, MemoryCatalogue(ITEMS[:3])),
        (searches[1], other, MemoryCatalogue([*ITEMS[1:5], an_item("more")])),
    ]
    target = tmp_path / "frozen"
    freezing = Freezing(query(target, *searches), asked, target, lambda: open_web(NoNetwork()), lambda: NOW)
    await freezing.run()
    items = [each["id"] for name, each in documents_of(target).items() if "/items/" in name]
    assert sorted(items) == ["more", "o1", "o2", "o3", "o4", "o5"]


async def test_one_item_in_two_places_is_kept_once_and_that_is_said(tmp_path: Path) -> None:
    moved = {**ITEMS[0], "geometry": {"type": "Point", "coordinates": [1, 2]}}
    searches = (SearchQuery(catalogue="example"), SearchQuery(catalogue="other"))
    asked = [
        (searches[0], SOURCE, MemoryCatalogue(ITEMS[:2])),
        (searches[1], SOURCE, MemoryCatalogue([moved, ITEMS[1]])),
    ]
    target = tmp_path / "frozen"
    freezing = Freezing(query(target, *searches), asked, target, lambda: open_web(NoNetwork()), lambda: NOW)
    await freezing.run()
    assert documents_of(target)["optical/items/o1.json"]["geometry"] == ITEMS[0]["geometry"]
    assert freezing.count.problems == [
        "1 items lie in another place in another catalogue; the first of each is kept."
    ]


async def test_collections_are_kept_with_all_that_is_told_of_them(tmp_path: Path) -> None:
    catalogue = MemoryCatalogue(ITEMS)
    summaries = {"platform": ["alpha"]}
    catalogue.described = {
        "optical": {**COLLECTIONS[0], "summaries": summaries, "links": [{"rel": "items", "href": "x"}]},
        "radar": {"id": "another"},
    }
    await freeze(catalogue, tmp_path / "frozen")
    kept = documents_of(tmp_path / "frozen")
    assert kept["optical/collection.json"]["summaries"] == summaries
    assert "items" not in {link["rel"] for link in kept["optical/collection.json"]["links"]}
    assert kept["radar/collection.json"]["description"] == "Items of radar"


async def test_what_a_catalogue_says_may_be_missing_is_said_once_as_it_says_it_last(tmp_path: Path) -> None:
    class Noting(MemoryCatalogue):
        done_here: tuple[FilterName, ...] = ()

        async def search(self, query: SearchQuery) -> RawPage:
            page = await super().search(query)
            at = "the beginning" if query.page is None else "the end"
            note = f"The index is being built, at {at}."
            return replace(page, note=note, done_here=self.done_here)

    many = Noting([an_item(f"{number:04}") for number in range(2 * MAX_PAGE + 7)])
    assert (await freeze(many, tmp_path / "one")).count.problems == ["The index is being built, at the end."]
    many.done_here = ("words",)
    assert (await freeze(many, tmp_path / "other")).count.problems == []


async def test_one_catalogue_that_fails_is_said_and_the_rest_is_kept(tmp_path: Path) -> None:
    failing = MemoryCatalogue([])
    failing.fault = Unavailable("It does not answer.")
    searches = (SearchQuery(catalogue="example"), SearchQuery(catalogue="other"))
    asked = [(searches[0], SOURCE, failing), (searches[1], SOURCE, MemoryCatalogue(ITEMS))]
    target = tmp_path / "frozen"
    freezing = Freezing(query(target, *searches), asked, target, lambda: open_web(NoNetwork()), lambda: NOW)
    await freezing.run()
    assert (freezing.count.items, freezing.count.problems) == (len(ITEMS), ["Example: It does not answer."])


async def test_where_all_fail_nothing_is_left(tmp_path: Path) -> None:
    failing = MemoryCatalogue([])
    failing.fault = Unavailable("It does not answer.")
    with pytest.raises(Unavailable):
        await freeze(failing, tmp_path / "frozen.zip")
    assert os.listdir(tmp_path) == []


async def test_a_catalogue_that_asks_to_wait_is_waited_for(tmp_path: Path) -> None:
    class Busy(MemoryCatalogue):
        refusals = 3

        async def search(self, query: SearchQuery) -> RawPage:
            self.refusals -= 1
            if self.refusals >= 0:
                raise CatalogueBusy.for_seconds("host", 2)
            return await super().search(query)

    target = tmp_path / "frozen"
    asked = [(SearchQuery(catalogue="example"), SOURCE, Busy(ITEMS))]
    freezing = Freezing(query(target), asked, target, lambda: open_web(NoNetwork()), lambda: NOW, nothing)
    await freezing.run()
    assert freezing.count.items == len(ITEMS)


async def test_pages_without_end_or_news_end(tmp_path: Path) -> None:
    class Endless(MemoryCatalogue):
        pages = 0

        async def search(self, query: SearchQuery) -> RawPage:
            self.pages += 1
            return RawPage(ITEMS[:2], "again", None)

    endless = Endless([])
    freezing = await freeze(endless, tmp_path / "frozen")
    assert (freezing.count.items, endless.pages) == (2, 201)
    assert freezing.count.problems == ["Example gives page after page without new items."]


async def test_defective_items_are_kept_and_those_without_an_id_counted(tmp_path: Path) -> None:
    odd: Sequence[Any] = [
        an_item(
            "a",
            bbox=[[1, 2, 3, 4]],
            geometry={"type": "Polygon"},
            properties=None,
            assets=[1],
            links={"x": 1},
        ),
        {"type": "Feature"},
        "no item",
        an_item("b", collection=None),
    ]

    class Odd(MemoryCatalogue):
        async def search(self, query: SearchQuery) -> RawPage:
            return RawPage(odd, None, None)

    freezing = await freeze(Odd([]), tmp_path / "frozen")
    assert (freezing.count.items, freezing.count.problems) == (2, ["2 items without an id are left out."])
    assert set(documents_of(tmp_path / "frozen")) == {
        "catalog.json",
        "items/b.json",
        "scenes/collection.json",
        "scenes/items/a.json",
    }


def site() -> StaticSite:
    return StaticSite({f"{HOST}/small.png": PICTURE, f"{HOST}/large.tif": b"x" * 5000})


def with_assets(**hrefs: str) -> dict[str, Any]:
    return an_item("a", assets={key: {"href": href} for key, href in hrefs.items()})


async def test_headers_tell_size_and_etag_and_no_bytes_are_asked_for(tmp_path: Path) -> None:
    network = site()
    item = with_assets(small=HOST.upper() + "/small.png", large=f"{HOST}/large.tif", gone=f"{HOST}/gone.tif")
    freezing = await freeze(MemoryCatalogue([item]), tmp_path / "frozen", network, assets="headers")
    assert {method for method, _, _ in network.asked} == {"HEAD"}
    kept = documents_of(tmp_path / "frozen")["scenes/items/a.json"]["assets"]
    assert {key: asset.get("file:size") for key, asset in kept.items()} == {
        "small": 104,
        "large": 5000,
        "gone": None,
    }
    assert kept["small"]["eohub:etag"].startswith('"')
    assert (freezing.count.assets, freezing.count.problems) == (
        2,
        ["Files that could not be reached: 1. Their addresses are kept."],
    )


async def test_a_host_that_is_away_is_not_asked_for_each_of_its_assets(tmp_path: Path) -> None:
    class Away(httpx2.AsyncBaseTransport):
        asked = 0

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            self.asked += 1
            raise httpx2.ConnectError("the name is not known")

    away = Away()
    items = [an_item(str(number), assets={"a": {"href": f"{HOST}/{number}.tif"}}) for number in range(300)]
    freezing = await freeze(MemoryCatalogue(items), tmp_path / "frozen", away, assets="headers")
    assert away.asked <= 10
    assert freezing.count.items == 300
    assert freezing.count.problems == ["Files that could not be reached: 300. Their addresses are kept."]


@pytest.mark.parametrize("name", ["frozen", "frozen.zip"])
async def test_small_files_are_kept_whole_and_open_without_a_network(tmp_path: Path, name: str) -> None:
    network = site()
    item = with_assets(small=f"{HOST}/small.png", large=f"{HOST}/large.tif")
    freezing = await freeze(
        MemoryCatalogue([item]), tmp_path / name, network, assets="small", largest_asset_bytes=1000
    )
    assert [address for method, address, _ in network.asked if method == "GET"] == [f"{HOST}/small.png"]
    assert freezing.count.bytes > len(PICTURE)
    page = await open_frozen(tmp_path / name, tmp_path / "cache").search(SearchQuery(catalogue="frozen"))
    found: Any = page.features[0]
    small, large = found["assets"]["small"], found["assets"]["large"]
    assert large == {
        "href": f"{HOST}/large.tif",
        "file:size": 5000,
        "type": "application/json",
        **_etag(large),
    }
    assert small["file:checksum"] == "1220" + hashlib.sha256(PICTURE).hexdigest()
    assert small["alternate"]["origin"]["href"] == f"{HOST}/small.png"
    place = "scenes/assets/a/small.png"
    if name == "frozen":
        assert small["href"] == str(tmp_path / "frozen" / place)
        assert (tmp_path / "frozen" / place).read_bytes() == PICTURE
    else:
        assert small["href"] == f"zip://{place}::{tmp_path / 'frozen.zip'}"


def _etag(asset: dict[str, Any]) -> dict[str, Any]:
    return {"eohub:etag": asset["eohub:etag"]}


async def test_no_address_with_a_key_is_asked_or_written(tmp_path: Path) -> None:
    network = NoNetwork()
    item = with_assets(
        signed=f"{HOST}/a.tif?sig=SECRET",
        store="s3://bucket/a.zarr",
        cube=f"{HOST}/a.zarr",
        local="/etc/passwd",
        file="file:///etc/passwd",
    )
    await freeze(MemoryCatalogue([item]), tmp_path / "frozen", network, assets="small")
    written = (tmp_path / "frozen" / "scenes" / "items" / "a.json").read_text()
    assert "SECRET" not in written
    assert network.asked == 0


async def test_what_is_stopped_leaves_nothing_behind(tmp_path: Path) -> None:
    reached, gate = asyncio.Event(), asyncio.Event()

    class Slow(MemoryCatalogue):
        async def search(self, query: SearchQuery) -> RawPage:
            if query.page is not None:
                reached.set()
                await gate.wait()
            return await super().search(query)

    many = [an_item(f"{number}") for number in range(150)]
    task = asyncio.create_task(freeze(Slow(many), tmp_path / "frozen"))
    await reached.wait()
    assert os.listdir(tmp_path) != []
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert os.listdir(tmp_path) == []


async def test_what_is_there_already_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "frozen").mkdir()
    with pytest.raises(Conflict):
        await freeze(MemoryCatalogue(ITEMS), tmp_path / "frozen")
    assert os.listdir(tmp_path) == ["frozen"]


async def test_a_frozen_search_can_be_frozen_again(tmp_path: Path) -> None:
    await freeze(MemoryCatalogue(ITEMS), tmp_path / "one.zip")
    await freeze(open_frozen(tmp_path / "one.zip", tmp_path / "cache"), tmp_path / "two.zip")
    page = await open_frozen(tmp_path / "two.zip", tmp_path / "again").search(
        SearchQuery(catalogue="f", limit=100)
    )
    assert sorted(ids_of(page.features)) == sorted(item["id"] for item in ITEMS)
    assert len(COLLECTIONS) == 2


def test_the_transport_of_these_tests_refuses_everything() -> None:
    with pytest.raises(AssertionError):
        asyncio.run(NoNetwork().handle_async_request(httpx2.Request("GET", HOST)))
