"""Earth Data Hub's item files become STAC: look-alikes of its public shape."""

from typing import Any

import pystac
import pytest

from eohub_catalogue.earthdatahub import collection_of, item_of, rectangle_of, size_of
from eohub_catalogue.summary import summary_of

LOOKALIKE: dict[str, Any] = {
    "links": [
        {"title": "A twin", "rel": "derived_from", "href": "https://twin.example.org", "type": "text/html"}
    ],
    "bbox": [-180.0, -90.0, 180.0, 90.0],
    "assets": {
        "data": {
            "href": "https://cubes.example.org/twin/model-sfc-hourly-v0.zarr",
            "roles": ["data"],
            "xarray:open_kwargs": {"engine": "zarr", "chunks": {}, "zarr_format": 3},
            "xarray:storage_options": {"client_kwargs": {"trust_env": True}},
        }
    },
    "properties": {
        "title": "Hourly surface data of a model",
        "dc:abstract": "All of it, every hour.",
        "datetime": "2049-12-31T23:00:00Z",
        "start_datetime": "2015-01-01T00:00:00Z",
        "end_datetime": "2049-12-31T23:00:00Z",
        "dc:extent": "205.9 TB",
        "dc:access_rights": "restricted",
        "edh:maturity": "draft",
        "keywords": ["twin", "edh:Zarr 3"],
        "cube:dimensions": {
            "time": {"type": "temporal", "extent": ["2015-01-01T00:00:00Z", None], "step": "PT1H"}
        },
        "cube:variables": {"t2m": {"type": "data", "dimensions": ["time"], "unit": "K"}},
    },
}


def test_an_item_file_is_a_sound_item() -> None:
    item = item_of(LOOKALIKE, "model-sfc-hourly", "twin")
    assert (item["id"], item["collection"], item["type"]) == ("model-sfc-hourly", "twin", "Feature")
    read = pystac.Item.from_dict(item)
    assert read.bbox == [-180, -90, 180, 90]
    row = summary_of(item, "edh")
    assert (row.title, row.description) == ("Hourly surface data of a model", "All of it, every hour.")
    assert row.stored is not None
    assert (row.stored.size_bytes, row.stored.complete) == (205_900_000_000_000, True)
    assert (row.start and row.start.year, row.end and row.end.year) == (2015, 2049)
    assert row.kind == "Zarr"
    assert [variable.name for variable in row.variables] == ["t2m"]
    assert row.code_refusal is None


def test_what_the_file_says_stays_and_the_file_is_not_changed() -> None:
    before = repr(LOOKALIKE)
    item = item_of({**LOOKALIKE, "id": "own", "collection": "theirs", "geometry": None}, "folder", "other")
    assert (item["id"], item["collection"], item["geometry"]) == ("own", "theirs", None)
    assert item["links"] == LOOKALIKE["links"]
    assert repr(LOOKALIKE) == before


@pytest.mark.parametrize("odd", [{}, {"assets": [1], "properties": "none", "bbox": {"a": 1}, "links": None}])
def test_an_odd_file_is_an_item_with_defects(odd: dict[str, Any]) -> None:
    item = item_of(odd, "odd", None)
    assert (item["id"], item["geometry"], item["assets"]) == ("odd", None, {})
    assert "collection" not in item


def test_a_collection_file_is_a_sound_collection() -> None:
    collection = collection_of(
        {"title": "Twin", "bbox": [-180, -90, 180, 90], "properties": LOOKALIKE["properties"]}, "twin"
    )
    read = pystac.Collection.from_dict(collection)
    assert (read.id, read.title, read.description) == ("twin", "Twin", "All of it, every hour.")
    assert read.extent.temporal.intervals[0][0] is not None
    assert pystac.Collection.from_dict(collection_of({}, "bare")).id == "bare"


@pytest.mark.parametrize(
    ("told", "size"),
    [
        ("205.9 TB", 205_900_000_000_000),
        ("6.3TB", 6_300_000_000_000),
        ("1 GiB", 2**30),
        ("12 kB", 12_000),
        ("7 B", 7),
        ("many TB", None),
        ("TB", None),
        ("1e9 TB", None),
        (5, None),
        (None, None),
        ("-1 TB", None),
    ],
)
def test_sizes_are_read_from_text(told: object, size: int | None) -> None:
    assert size_of(told) == size


@pytest.mark.parametrize(
    "bbox", [[170, -10, -170, 10], [0, 0, 0, 1], [0, 0, 1], [[0, 0, 1, 1]], None, ["a", 0, 1, 1]]
)
def test_a_box_that_is_no_rectangle_on_a_map_gives_no_polygon(bbox: object) -> None:
    assert rectangle_of(bbox) is None


def test_a_size_is_not_given_to_one_of_many_assets() -> None:
    many = {**LOOKALIKE, "assets": {"data": {"href": "a"}, "more": {"href": "b"}}}
    assert item_of(many, "x", None)["assets"] == many["assets"]
