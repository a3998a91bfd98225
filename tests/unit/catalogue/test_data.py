"""The data that an item offers, over what catalogues write."""

from typing import Any

import pytest
from fakes.stac_documents import cube_item, real_documents

from eohub_catalogue.data import data_of, named_data, source_of
from eohub_catalogue.errors import NothingToOpen
from eohub_catalogue.item_contract import ItemKey
from eohub_catalogue.reading import mapping
from eohub_catalogue.summary import summary_of

KEY = ItemKey(catalogue="mine", collection="cubes", item="one")
SECRET = "wJalrXUtnFEMI-this-is-a-key"


def item(assets: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """An item at an address of its own with these assets."""
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": "one",
        "collection": "cubes",
        "properties": properties,
        "links": [{"rel": "self", "href": "https://stac.example.org/items/one.json"}],
        "assets": assets,
    }


def only(**asset: Any) -> Any:
    """The one asset that is offered of an item that has one asset."""
    (found,) = source_of(item({"data": asset}), KEY).assets
    return found


@pytest.mark.parametrize(
    ("asset", "kind"),
    [
        ({"href": "s3://b/a.zarr"}, "zarr"),
        ({"href": "s3://b/a", "type": "application/vnd.zarr; version=3"}, "zarr"),
        ({"href": "s3://b/a.json", "type": "application/json", "roles": ["references"]}, "zarr"),
        ({"href": "s3://b/a.json", "type": "application/vnd.zarr+kerchunk"}, "zarr"),
        ({"href": "s3://b/a.nc"}, "netcdf"),
        ({"href": "s3://b/a", "type": "application/x-netcdf"}, "netcdf"),
        ({"href": "s3://b/a", "type": "application/x-hdf5"}, "netcdf"),
        ({"href": "s3://b/a", "type": "image/tiff; application=geotiff; profile=cloud-optimized"}, "geotiff"),
        ({"href": "s3://b/a.tif", "type": "image/tiff"}, "geotiff"),
        ({"href": "s3://b/a.grib2"}, "grib"),
        ({"href": "s3://b/a", "type": "application/wmo-GRIB2"}, "grib"),
        ({"href": "s3://b/a.geoparquet"}, "vector"),
        (
            {"href": "s3://b/a", "type": "application/x-parquet", "table:primary_geometry": "geometry"},
            "vector",
        ),
        ({"href": "s3://b/a", "type": "application/vnd.apache.parquet"}, "table"),
        ({"href": "s3://b/a", "type": "application/geopackage+sqlite3"}, "vector"),
        ({"href": "s3://b/a", "type": "application/geo+json"}, "vector"),
        ({"href": "s3://b/a.csv"}, "table"),
    ],
)
def test_data_is_known_by_media_type_or_ending(asset: dict[str, Any], kind: str) -> None:
    assert only(**asset).kind == kind


@pytest.mark.parametrize(
    ("asset", "refusal"),
    [
        ({"href": "s3://b/a.tif", "roles": ["thumbnail"]}, "None of its assets holds data to open."),
        ({"href": "s3://b/a.json", "type": "application/json"}, "None of its assets holds data to open."),
        ({"href": "s3://b/a.jp2"}, "JPEG 2000 cannot be opened from here."),
        (
            {"href": "ftp://host/a.nc"},
            "Its data lies at an address (ftp) that a notebook here cannot reach.",
        ),
        (
            {"href": f"https://host/a.tif?sv=1&sig={SECRET}"},
            "The address of its data carries a key, and keys do not belong in a notebook.",
        ),
        ({"href": "s3://b/a\\b.nc"}, "The address of its data cannot be read."),
        ({}, "None of its assets holds data to open."),
    ],
)
def test_what_cannot_be_opened_says_why(asset: dict[str, Any], refusal: str) -> None:
    with pytest.raises(NothingToOpen) as raised:
        source_of(item({"data": asset}), KEY)
    assert raised.value.detail == refusal
    assert summary_of(item({"data": asset}), "mine").data_refusal == refusal


def test_an_item_without_assets_says_so() -> None:
    assert named_data(item({})) == ((), "This item has no assets, so there is nothing to open.")


def test_an_item_without_an_id_offers_nothing() -> None:
    row = summary_of(item({"data": {"href": "s3://b/a.zarr"}}) | {"id": None}, "mine")
    assert (row.data, row.data_refusal) == ((), "It names no id, so it cannot be asked for again.")


def test_a_relative_address_starts_at_the_item() -> None:
    assert only(href="../data/a b.nc").href == "https://stac.example.org/data/a%20b.nc"


def test_zarr_comes_first_then_what_is_called_data() -> None:
    files = {
        "mask": {"href": "s3://b/mask.tif"},
        "B02": {"href": "s3://b/B02.tif", "roles": ["data"], "title": "Blue"},
        "cube": {"href": "s3://b/a.zarr"},
        "signed": {"href": f"s3://b/b.tif?X-Amz-Signature={SECRET}", "roles": ["data"]},
        "page": {"href": "s3://b/page.html", "type": "text/html"},
    }
    assert [each.key for each in source_of(item(files), KEY).assets] == ["cube", "B02", "mask"]
    named, refusal = named_data(item(files))
    assert [(each.key, each.title) for each in named] == [("cube", "cube"), ("B02", "Blue"), ("mask", "mask")]
    assert refusal is None


def test_a_source_says_where_its_item_is_found_again() -> None:
    source = source_of(item({"data": {"href": "s3://b/a.zarr"}}, title="A cube"), KEY)
    assert source.title == "A cube"
    assert source.item.model_dump() == {
        "catalogue": "mine",
        "collection": "cubes",
        "item": "one",
        "href": "https://stac.example.org/items/one.json",
    }


def test_the_address_of_the_item_is_left_out_where_it_carries_a_key() -> None:
    signed = item({"data": {"href": "s3://b/a.zarr"}})
    signed["links"][0]["href"] += f"?token={SECRET}"
    assert source_of(signed, KEY).item.href is None


def test_the_options_of_an_asset_are_kept_without_a_secret() -> None:
    found = only(
        href="s3://b/a.zarr",
        **{
            "xarray:open_kwargs": {
                "engine": "zarr",
                "zarr_format": 3,
                "chunks": {},
                "backend_kwargs": {"a": 1},
            },
            "xarray:storage_options": {
                "key": SECRET,
                "secret": SECRET,
                "anon": False,
                "client_kwargs": {"endpoint_url": "https://s3.example.org", "aws_access_key_id": SECRET},
            },
        },
    )
    assert found.open_kwargs == {"zarr_format": 3, "chunks": {}}
    assert found.storage_options == {
        "anon": False,
        "client_kwargs": {"endpoint_url": "https://s3.example.org"},
    }


def test_options_that_no_cell_could_hold_are_left_out() -> None:
    deep: list[Any] = []
    for _ in range(50):
        deep = [deep]
    options = {"drop_variables": ["x"] * 5_000, "chunks": deep, "group": "a", "decode_cf": float("nan")}
    options |= {"decode_times": "\ud800", "mask_and_scale": {"\udfff": True}}
    assert only(href="s3://b/a.zarr", **{"xarray:open_kwargs": options}).open_kwargs == {"group": "a"}


@pytest.mark.parametrize(
    ("asset", "properties", "expected"),
    [
        (
            {"storage:region": "us-west-2", "storage:requester_pays": True},
            {},
            {"requester_pays": True, "client_kwargs": {"region_name": "us-west-2"}},
        ),
        (
            {"storage:region": "eu-central-1"},
            {"storage:region": "us-west-2", "storage:requester_pays": False},
            {"client_kwargs": {"region_name": "eu-central-1"}},
        ),
        (
            {"storage:refs": ["none", "aws"]},
            {
                "storage:schemes": {
                    "aws": {
                        "type": "aws-s3",
                        "platform": "https://{bucket}.s3.{region}.amazonaws.com",
                        "bucket": "b",
                        "region": "us-west-2",
                        "anonymous": True,
                    }
                }
            },
            {"anon": True, "client_kwargs": {"region_name": "us-west-2"}},
        ),
        (
            {"storage:refs": ["own"]},
            {
                "storage:schemes": {
                    "own": {
                        "type": "custom-s3",
                        "platform": "https://{bucket}.s3.{region}.example.org",
                        "region": "waw3",
                    }
                }
            },
            {"client_kwargs": {"endpoint_url": "https://s3.waw3.example.org", "region_name": "waw3"}},
        ),
        (
            {"storage:refs": ["own"], "xarray:storage_options": {"client_kwargs": {"region_name": "x"}}},
            {"storage:schemes": {"own": {"platform": "https://s3.example.org/{bucket}", "region": "waw3"}}},
            {"client_kwargs": {"endpoint_url": "https://s3.example.org", "region_name": "x"}},
        ),
        (
            {"storage:refs": "own"},
            {"storage:schemes": {"own": {"platform": f"https://u:{SECRET}@s3.example.org"}}},
            {},
        ),
        (
            {"storage:refs": ["own"]},
            {"storage:schemes": {"own": {"platform": f"https://u:{SECRET}@s3.example.org"}}},
            {},
        ),
    ],
)
def test_the_storage_extension_tells_region_endpoint_and_who_pays(
    asset: dict[str, Any], properties: dict[str, Any], expected: dict[str, Any]
) -> None:
    (found,) = source_of(item({"data": {"href": "s3://b/a.tif", **asset}}, **properties), KEY).assets
    assert found.storage_options == expected


def test_the_cube_offers_its_store() -> None:
    source = source_of(cube_item(), KEY)
    assert [(each.key, each.kind, each.href) for each in source.assets] == [
        ("data", "zarr", "s3://climate/a1b-north-america.zarr")
    ]
    assert source.assets[0].open_kwargs == {"consolidated": True, "chunks": {}}


@pytest.mark.parametrize(("name", "document"), real_documents(), ids=lambda each: str(each)[:60])
def test_every_real_document_offers_its_data_or_says_why_not(name: str, document: Any) -> None:
    raw = mapping(document)
    assert all((each.asset is None) == bool(each.refusal) for each in data_of(raw))
    named, refusal = named_data(raw)
    assert bool(named) != bool(refusal)
