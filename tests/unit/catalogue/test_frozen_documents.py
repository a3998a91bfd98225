"""A frozen search as STAC documents: sound, self-contained, without secrets."""

from datetime import UTC, datetime
from typing import Any

import pystac
import pytest
from fakes.catalogue_documents import an_item
from fakes.catalogue_items import ITEMS

from eohub_catalogue.contract import SearchQuery
from eohub_catalogue.frozen_documents import (
    SEARCH,
    Extent,
    collection_document,
    identity_of,
    kept_item,
    root_document,
    with_copy,
    with_extensions,
    with_file,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE = "https://stac.example.org/collections/optical"
TOLD: dict[str, Any] = {
    "type": "Collection",
    "stac_version": "1.1.0",
    "id": "optical",
    "title": "Optical",
    "description": "Scenes",
    "keywords": ["a"],
    "license": "CC-BY-4.0",
    "providers": [{"name": "ESA", "roles": ["producer"]}],
    "summaries": {"platform": ["sentinel-2a"]},
    "item_assets": {"red": {"type": "image/tiff", "roles": ["data"]}},
    "extent": {"spatial": {"bbox": [[0, 0, 1, 1]]}, "temporal": {"interval": [[None, None]]}},
    "assets": {"thumbnail": {"href": "small.png?token=SECRET"}},
    "links": [
        {"rel": "self", "href": HERE},
        {"rel": "items", "href": f"{HERE}/items"},
        {"rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables", "href": f"{HERE}/queryables"},
        {"rel": "license", "href": "../license.html"},
        {"rel": ["odd"], "href": 5},
    ],
}


def test_addresses_become_full_and_links_of_the_old_place_go() -> None:
    links = [
        {"rel": "self", "href": "https://stac.example.org/items/a.json"},
        {"rel": "parent", "href": "../c.json"},
        {"rel": "license", "href": "../license.txt"},
        {"rel": "via", "href": "https://example.org/a"},
        "odd",
    ]
    item = kept_item(an_item("a", links=links, assets={"data": {"href": "./a.tif"}, "odd": 5}))
    assert item["links"] == [
        {"rel": "license", "href": "https://stac.example.org/license.txt"},
        {"rel": "via", "href": "https://example.org/a"},
        {},
        {"rel": "canonical", "href": "https://stac.example.org/items/a.json"},
    ]
    assert item["assets"] == {"data": {"href": "https://stac.example.org/items/a.tif"}, "odd": {}}


def test_no_secret_of_an_address_or_option_is_kept() -> None:
    assets = {
        "signed": {"href": "https://data.example.org/a.tif?sig=SECRET&se=2030"},
        "user": {"href": "https://me:SECRET@data.example.org/a.tif"},
        "cube": {
            "href": "s3://bucket/a.zarr",
            "xarray:storage_options": {"key": "SECRET", "secret": "SECRET", "anon": False},
            "alternate": {"https": {"href": "https://data.example.org/a?X-Amz-Signature=SECRET"}},
        },
    }
    links = [{"rel": "via", "href": "https://example.org/?token=SECRET"}]
    item = kept_item(an_item("a", assets=assets, links=links))
    assert "SECRET" not in repr(item)
    kept: Any = item["assets"]
    assert kept["signed"]["href"].startswith("https://data.example.org/a.tif")
    assert kept["cube"]["xarray:storage_options"] == {"anon": False}


def test_a_collection_takes_in_where_and_when_its_items_are() -> None:
    taken = Extent()
    for item in ITEMS[:6]:
        taken.take_in(item)
    extent: Any = taken.document()
    assert extent["spatial"]["bbox"] == [[-180, -30, 180, 41]]
    assert extent["temporal"]["interval"] == [["2019-06-01T00:00:00Z", "2021-01-01T12:00:00Z"]]
    collection = pystac.Collection.from_dict(collection_document("optical", taken, TOLD))
    assert (collection.title, collection.license, collection.keywords) == ("Optical", "CC-BY-4.0", ["a"])
    assert collection.summaries.to_dict() == {"platform": ["sentinel-2a"]}
    assert [provider.name for provider in collection.providers or ()] == ["ESA"]
    bare = pystac.Collection.from_dict(collection_document("x", Extent(), None))
    assert (bare.description, bare.license) == ("Items of x", "other")


def test_a_collection_leads_where_it_did_but_for_what_is_not_kept() -> None:
    document: Any = collection_document("optical", Extent(), TOLD)
    assert [(link.get("rel"), link.get("href")) for link in document["links"]] == [
        ("license", "https://stac.example.org/license.html"),
        ("canonical", HERE),
    ]
    assert document["assets"]["thumbnail"]["href"] == "https://stac.example.org/collections/small.png"
    assert document["item_assets"] == TOLD["item_assets"]


@pytest.mark.parametrize(
    "told", [{}, {"id": 5, "links": 3, "assets": [1], "description": [], "license": None, "title": {}}]
)
def test_a_collection_that_is_told_badly_can_be_read(told: dict[str, object]) -> None:
    document: Any = collection_document("x", Extent(), told)
    assert (document["id"], document["description"], document["license"]) == ("x", "Items of x", "other")
    assert document["type"] == "Collection"


def test_an_old_collection_is_kept_as_a_new_one() -> None:
    document = collection_document("x", Extent(), {"id": "x", "stac_version": "0.9.0", "links": []})
    assert str(document["stac_version"]).startswith("1.")


def test_the_root_holds_the_search() -> None:
    search = SearchQuery(catalogue="example", words="river", start="2020-01-01")
    root: Any = root_document("River floods", [search], NOW)
    assert root[SEARCH] == [{"catalogue": "example", "words": "river", "start": "2020-01-01"}]
    assert (root["id"], root["title"]) == ("river-floods", "River floods")
    assert root["created"] == "2026-03-01T12:00:00Z"
    assert root["description"] == "Search frozen on 2026-03-01"


def test_what_a_host_tells_fills_what_the_item_leaves_out() -> None:
    asset = with_file({"href": "a", "type": "image/tiff"}, size=5, media_type="text/html", etag='"1"')
    assert asset == {"href": "a", "type": "image/tiff", "file:size": 5, "eohub:etag": '"1"'}
    copied = with_copy(asset, "../a.tif", 5, "ab" * 32)
    assert (copied["href"], copied["file:checksum"]) == ("../a.tif", "1220" + "ab" * 32)
    assert copied["alternate"] == {"origin": {"href": "a", "title": "Where it was copied from"}}
    named: Any = with_extensions(an_item("a", stac_extensions=["x", 5]), {"a": copied})["stac_extensions"]
    assert [each.split("/")[-3] for each in named[1:]] == ["file", "alternate-assets"]
    assert "stac_extensions" not in with_extensions(an_item("a"), {"a": {"href": "a"}})


@pytest.mark.parametrize(
    ("item", "identity"),
    [
        ({"id": "a", "collection": "c"}, ("c", "a")),
        ({"id": "a"}, ("", "a")),
        ({"id": "a", "collection": 5}, ("", "a")),
        ({"id": ""}, None),
        ({"id": 5}, None),
        ({}, None),
    ],
)
def test_an_item_is_known_by_collection_and_id(
    item: dict[str, object], identity: tuple[str, str] | None
) -> None:
    assert identity_of(item) == identity
