"""Items become rows, however broken they are."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fakes.stac_documents import cube_item, real_documents, with_asset, with_properties
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.item_contract import Dimension, StoredSize, Variable
from eohub_catalogue.ports import RawPage
from eohub_catalogue.summary import page_of, summary_of

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
FIELDS = ("id", "collection", "geometry", "bbox", "properties", "assets", "links")
CUBE_FIELDS = (
    "cube:dimensions",
    "cube:variables",
    "title",
    "description",
    "datetime",
    "start_datetime",
    "license",
)


def test_a_cube_becomes_a_row() -> None:
    row = summary_of(cube_item(), "embedded")
    assert (row.catalogue, row.collection, row.id) == (
        "embedded",
        "a1b-e1-north-america",
        "a1b-north-america",
    )
    assert row.title == "A1B North America 1860-2100"
    assert row.kind == "Zarr"
    assert row.stored == StoredSize(size_bytes=13_002_342, complete=True)
    assert row.dimensions == (
        Dimension(name="time", size=240, kind="temporal"),
        Dimension(name="latitude", size=37, kind="spatial"),
        Dimension(name="longitude", size=49, kind="spatial"),
    )
    assert row.variables == (
        Variable(
            name="air_temperature",
            unit="K",
            description="Air temperature at 1.5 m",
            dimensions=("time", "latitude", "longitude"),
            extent=None,
        ),
    )
    assert row.start == datetime(1860, 6, 1, tzinfo=UTC)
    assert row.end == datetime(2099, 6, 1, tzinfo=UTC)
    assert row.defects == ()
    assert row.code_refusal is None


def test_sizes_come_from_the_shape_of_variables_first() -> None:
    variables = {
        "t": {"type": "data", "dimensions": ["time", "latitude", "longitude"], "shape": [12, 37, 49]}
    }
    row = summary_of(with_properties(**{"cube:variables": variables}), "x")
    assert [dimension.size for dimension in row.dimensions] == [12, 37, 49]


@pytest.mark.parametrize(
    ("dimension", "size"),
    [
        ({"values": ["2020-01", "2020-02", "2020-03"]}, 3),
        ({"extent": ["2020-01-01T00:00:00Z", "2020-12-01T00:00:00Z"], "step": "P1M"}, 12),
        ({"extent": ["2015-01-01T00:00:00Z", "2015-01-02T00:00:00Z"], "step": "PT1H"}, 25),
        ({"extent": [0, 10]}, None),
        ({"extent": [0, 10], "step": 0}, None),
        ({"extent": [10, 0], "step": -2.5}, 5),
        ({"extent": ["a", "b"], "step": 1}, None),
        ({"size": 7, "values": [1]}, 7),
        ("broken", None),
    ],
)
def test_the_size_of_a_dimension(dimension: object, size: int | None) -> None:
    row = summary_of(with_properties(**{"cube:dimensions": {"time": dimension}}), "x")
    assert row.dimensions[0].size == size


def test_dimensions_stand_in_the_order_of_the_array_and_not_of_the_object() -> None:
    dimensions = {"y": {"size": 330}, "x": {"size": 360}, "time": {"size": 3}, "unused": {"size": 1}}
    variables = {
        "area": {"dimensions": ["x", "y"]},
        "tos": {"dimensions": ["time", "y", "x"], "extent": [-2, 34.5]},
    }
    row = summary_of(with_properties(**{"cube:dimensions": dimensions, "cube:variables": variables}), "x")
    assert [dimension.name for dimension in row.dimensions] == ["time", "y", "x", "unused"]
    assert [variable.extent for variable in row.variables] == [None, (-2.0, 34.5)]


def test_a_size_is_at_least_where_an_asset_does_not_tell_its_own() -> None:
    assets = {"a": {"href": "a.tif", "file:size": 10}, "b": {"href": "b.tif"}}
    assert summary_of(cube_item(assets=assets), "x").stored == StoredSize(size_bytes=10, complete=False)
    assert summary_of(cube_item(assets={"b": {"href": "b.tif"}}), "x").stored is None


@pytest.mark.parametrize("size", ["10", -1, None, True, 1.5])
def test_a_size_that_is_no_count_is_left_out(size: object) -> None:
    assert summary_of(with_asset(**{"file:size": size}), "x").stored is None


def test_a_single_time_is_start_and_end() -> None:
    row = summary_of(
        with_properties(datetime="2020-01-02T03:04:05Z", start_datetime=None, end_datetime=None), "x"
    )
    assert row.start == row.end == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_swapped_times_are_shown_in_order() -> None:
    row = summary_of(with_properties(start_datetime="2021-01-01", end_datetime="2020-01-01"), "x")
    assert row.start is not None
    assert row.end is not None
    assert row.start < row.end


def test_the_title_falls_back_to_the_id() -> None:
    assert summary_of(with_properties(title=""), "x").title == "a1b-north-america"
    assert summary_of({}, "x").title == "item without an id"


def test_long_texts_and_lists_are_cut() -> None:
    variables = {f"v{number}": {"dimensions": ["time"]} for number in range(500)}
    row = summary_of(with_properties(**{"title": "t" * 5000, "cube:variables": variables}), "x")
    assert len(row.title) == 300
    assert len(row.variables) == 50
    assert row.variable_count == 500


def test_auxiliary_coordinates_are_no_data_variables() -> None:
    variables = {
        "votemper": {"type": "data", "dimensions": ["y", "x"]},
        "nav_lon": {"type": "auxiliary", "dimensions": ["y", "x"]},
    }
    row = summary_of(with_properties(**{"cube:variables": variables}), "x")
    assert [variable.name for variable in row.variables] == ["votemper"]
    assert row.variable_count == 1


def test_an_item_without_id_or_collection_cannot_be_asked_for_again() -> None:
    refusal = summary_of(cube_item(collection=None), "x").code_refusal
    assert refusal is not None
    assert "cannot be asked for again" in refusal


def test_one_bad_item_hides_no_other() -> None:
    features = [cube_item(), None, 7, {"properties": "broken"}, cube_item(id="second")]
    page = page_of(RawPage(features, next=None, matched=None), "x")
    assert page.items[0].title == "A1B North America 1860-2100"
    assert len(page.items) == 5
    assert [bool(row.defects) for row in page.items] == [False, True, True, True, False]


def test_a_row_has_a_place_a_picture_and_a_fingerprint() -> None:
    picture = {"href": "https://a.example.org/t.png", "type": "image/png", "roles": ["thumbnail"]}
    row = summary_of(cube_item(assets={"data": cube_item()["assets"]["data"], "t": picture}), "x")
    assert row.bbox == (-135, 15, -47, 60)
    assert row.footprint is not None
    assert row.footprint["type"] == "Polygon"
    assert row.quicklook == "t"
    assert row.fingerprint is not None
    assert len(row.fingerprint) == 64


def test_a_row_without_a_place_or_an_id_has_neither() -> None:
    row = summary_of(cube_item(geometry=None, bbox=None, id=None), "x")
    assert (row.bbox, row.footprint, row.quicklook, row.fingerprint) == (None, None, None, None)


@pytest.mark.parametrize(
    ("told", "shown"), [(0, 0), (20.5, 20.5), (100, 100), (-1, None), (101, None), ("20", None), (True, None)]
)
def test_cloud_cover_is_a_percentage_or_unknown(told: Any, shown: float | None) -> None:
    assert summary_of(with_properties(**{"eo:cloud_cover": told}), "x").cloud_cover == shown


def test_an_old_item_is_read_as_if_brought_up_to_date() -> None:
    item = with_properties(title=None, **{"eo:cloud_cover": 12}) | {"stac_version": "0.8.1"}
    row = summary_of(item, "x")
    assert row.cloud_cover == 12
    assert "version_old" in {defect.code for defect in row.defects}
    assert item["stac_version"] == "0.8.1"


@given(st.dictionaries(st.sampled_from(FIELDS), ANY_JSON))
def test_no_member_makes_a_row_fail(members: dict[str, Any]) -> None:
    summary_of(cube_item(**members), "x").model_dump_json()


@given(st.dictionaries(st.sampled_from(CUBE_FIELDS), ANY_JSON))
def test_no_property_makes_a_row_fail(properties: dict[str, Any]) -> None:
    summary_of(with_properties(**properties), "x").model_dump_json()


def test_every_real_document_becomes_a_row() -> None:
    documents = real_documents()
    rows = [summary_of(document, "x") for _, document in documents]
    assert len(rows) > 300
    assert all(row.model_dump_json() for row in rows)
    assert {"GeoTIFF", "netCDF", "Zarr", "Parquet", "point cloud"} <= {row.kind for row in rows}


def test_a_real_cube_of_planetary_computer_tells_its_shape() -> None:
    (item,) = [item for place, item in real_documents() if "planetary-computer-item-cil-gdpcir" in place]
    row = summary_of(item, "x")
    assert {dimension.name: dimension.size for dimension in row.dimensions} == {
        "lat": 720,
        "lon": 1440,
        "time": 31_390,
    }
    assert row.kind == "Zarr"
