"""The files of an item."""

from typing import Any

import pytest
from fakes.item_defects import codes
from fakes.stac_documents import cube_item, with_asset

SELF = {"rel": "self", "href": "https://stac.example.org/items/a"}


def plain(**asset: Any) -> set[str]:
    """Defects of an item with one asset of these members."""
    return codes(cube_item(assets={"a": asset}))


@pytest.mark.parametrize(
    ("assets", "code"),
    [
        ({}, "assets_missing"),
        (None, "assets_missing"),
        ([{"href": "a"}], "assets_broken"),
        ({"data": "https://a.example.org/x.tif"}, "asset_broken"),
        ({"data": {"title": "no address"}}, "asset_without_href"),
        ({"data": {"href": 7}}, "asset_without_href"),
    ],
)
def test_a_defect_of_the_assets_is_marked(assets: Any, code: str) -> None:
    assert code in codes(cube_item(assets=assets))


@pytest.mark.parametrize(
    ("href", "code"),
    [
        ("./x.tif", "asset_relative"),
        ("/data/x.tif", "asset_relative"),
        ("file:///home/x.tif", "asset_local"),
        ("C:\\data\\x.tif", "asset_local"),
        ("https://a.example.org/x.tif?sig=abc", "asset_signed"),
        ("https://a.example.org/x.tif?X-Amz-Signature=abc", "asset_signed"),
        ("https://user:pw@a.example.org/x.tif", "asset_signed"),
        ("s3://bucket/x.tif", "asset_storage"),
        ("abfs://container/x.parquet", "asset_storage"),
    ],
)
def test_an_address_that_does_not_open_as_it_is_is_marked(href: str, code: str) -> None:
    assert plain(href=href, type="image/tiff") == {code}


def test_a_relative_address_is_sound_where_the_item_tells_its_own() -> None:
    assets = {"a": {"href": "./x.tif", "type": "image/tiff"}}
    assert codes(cube_item(assets=assets, links=[SELF])) == set()
    assert codes(cube_item(assets=assets, links=[{"rel": "self", "href": "./a.json"}])) == {"asset_relative"}


@pytest.mark.parametrize(
    ("own", "href", "found"),
    [
        ("/files/stac/a.json", "/files/stac/x.tif", set[str]()),
        ("/files/stac/many.ndjson", "/files/stac/x.tif", set[str]()),
        ("/files/stac/a.json", "../../../x.tif", {"asset_relative"}),
        ("/files/stac/a.json", "//a.example.org/x.tif", {"asset_relative"}),
        ("/collections/c/items/a", "/data/x.tif", {"asset_relative"}),
        ("//a.example.org/a.json", "/data/x.tif", {"asset_relative"}),
    ],
)
def test_a_path_is_sound_in_an_item_that_was_read_from_a_file_here(
    own: str, href: str, found: set[str]
) -> None:
    assets = {"a": {"href": href, "type": "image/tiff"}}
    assert codes(cube_item(assets=assets, links=[{"rel": "self", "href": own}])) == found


def test_a_bucket_is_sound_where_anything_tells_how_it_is_read() -> None:
    item = cube_item(assets={"a": {"href": "s3://b/x.tif", "type": "image/tiff", "storage:region": "eu-1"}})
    assert codes(item) == {"extension_undeclared"}
    assert codes(cube_item()) == set()


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("type", "GeoTIFF", "asset_type_unknown"),
        ("type", 7, "asset_type_unknown"),
        ("type", "image", "asset_type_unknown"),
        ("file:size", "12 MB", "asset_size"),
        ("file:size", -1, "asset_size"),
        ("roles", "data", "asset_roles"),
    ],
)
def test_a_defect_of_what_a_file_is_is_marked(member: str, value: Any, code: str) -> None:
    assert codes(with_asset(**{member: value})) == {code}


def test_a_file_of_no_type_and_no_ending_is_marked() -> None:
    assert plain(href="https://a.example.org/thing") == {"asset_type_missing"}
    assert plain(href="https://a.example.org/thing.tif") == set()


@pytest.mark.parametrize(
    "media_type",
    [
        "image/tiff; application=geotiff; profile=cloud-optimized", "application/vnd+zarr", "image/jp2",
        "application/vnd.zarr; version=3", "application/geo+json", "text/plain", "application/vnd/zarr",
    ],
)  # fmt: skip
def test_media_types_of_the_field_are_no_defect(media_type: str) -> None:
    assert codes(with_asset(type=media_type)) == set()


def test_many_assets_are_looked_at_in_part_only() -> None:
    assets = {str(number): {"href": "https://a.example.org/x.tif"} for number in range(3_000)}
    assert codes(cube_item(assets=assets)) == set()
