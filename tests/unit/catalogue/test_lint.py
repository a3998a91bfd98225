"""Defects of items are marked, and nothing makes the marking fail."""

from typing import Any

import pytest
from fakes.stac_documents import cube_item, real_documents, with_asset, with_properties
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.lint import defects_of

FIELDS = ("type", "id", "geometry", "bbox", "properties", "assets", "stac_version", "links")
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


def codes(item: object) -> set[str]:
    return {defect.code for defect in defects_of(item)}


def polygon(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]}


def test_a_good_item_has_no_defect() -> None:
    assert defects_of(cube_item()) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"geometry": None}, "geometry_null"),
        ({"geometry": {"type": "Circle", "coordinates": [0, 0]}}, "geometry_broken"),
        ({"geometry": {"type": "Point", "coordinates": []}}, "geometry_broken"),
        ({"geometry": {"type": "Point", "coordinates": [0, "north"]}}, "geometry_broken"),
        ({"geometry": {"type": "Point", "coordinates": [500_000.0, 4_000_000.0]}}, "geometry_range"),
        ({"geometry": polygon((0, 0), (1, 0), (1, 1), (0, 1))}, "geometry_open"),
        (
            {"geometry": polygon((-180.67, -17), (-179, -17), (-179, -18), (-180.67, -17))},
            "geometry_antimeridian",
        ),
        ({"bbox": [[-135, 15, -47, 60]]}, "bbox_nested"),
        ({"bbox": [-135, 15, -47]}, "bbox_broken"),
        ({"bbox": [-135, 15, None, 60]}, "bbox_broken"),
        ({"bbox": [-135, 60, -47, 15]}, "bbox_swapped"),
        ({"bbox": [-1350, 15, -47, 60]}, "bbox_range"),
        ({"bbox": None}, "bbox_missing"),
        ({"assets": {}}, "assets_missing"),
        ({"assets": {"data": {"title": "no address"}}}, "asset_without_href"),
        ({"id": None}, "id_missing"),
        ({"type": "feature"}, "type"),
        ({"properties": []}, "properties_missing"),
        ({"stac_version": None}, "version_missing"),
        ({"stac_version": "0.8.1"}, "version_old"),
    ],
)
def test_a_defect_of_a_member_is_marked(changes: dict[str, Any], code: str) -> None:
    assert code in codes(cube_item(**changes))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start_datetime": None, "end_datetime": None}, "datetime_missing"),
        ({"start_datetime": "soon"}, "start_datetime_broken"),
        ({"end_datetime": None}, "interval_open"),
        ({"start_datetime": "2100-01-01T00:00:00Z"}, "times_swapped"),
        ({"proj:code": "EPSG:None"}, "proj_code"),
        ({"proj:code": 4326}, "proj_code"),
        ({"cube:variables": {"t": {"dimensions": ["level"]}}}, "cube_dimension"),
        ({"cube:variables": {"t": {}}}, "cube_variable"),
    ],
)
def test_a_defect_of_a_property_is_marked(changes: dict[str, Any], code: str) -> None:
    assert code in codes(with_properties(**changes))


def test_a_projection_code_of_an_asset_is_checked_too() -> None:
    assert "proj_code" in codes(with_asset(**{"proj:code": "EPSG:None"}))
    assert "proj_code" not in codes(with_asset(**{"proj:code": "EPSG:32630"}))


def test_a_world_wide_box_is_a_defect_only_where_the_footprint_crosses_180_degrees() -> None:
    world = [-180, -20, 180, -10]
    edges = {"type": "MultiPoint", "coordinates": [[179, -15], [-179, -15]]}
    everywhere = {"type": "MultiPoint", "coordinates": [[-179, -15], [0, -15], [179, -15]]}
    assert "bbox_world" in codes(cube_item(bbox=world, geometry=edges))
    assert "bbox_world" not in codes(cube_item(bbox=world, geometry=everywhere))


def test_a_box_across_the_antimeridian_is_no_defect() -> None:
    geometry = {"type": "MultiPoint", "coordinates": [[179, -15], [-179, -12]]}
    assert codes(cube_item(bbox=[170, -20, -170, -10], geometry=geometry)) == set()


def test_a_box_with_heights_is_no_defect() -> None:
    assert codes(cube_item(bbox=[-135, 15, 0, -47, 60, 9000])) == set()


@pytest.mark.parametrize("thing", [None, [], "item", 3, float("nan")])
def test_what_is_no_object_is_one_defect(thing: object) -> None:
    assert codes(thing) == {"not_an_item"}


@given(st.dictionaries(st.sampled_from(FIELDS), ANY_JSON))
def test_nothing_makes_the_checks_raise(members: dict[str, Any]) -> None:
    defects_of(cube_item(**members))


@given(
    st.dictionaries(st.sampled_from(("cube:dimensions", "cube:variables", "datetime", "proj:code")), ANY_JSON)
)
def test_no_property_makes_the_checks_raise(properties: dict[str, Any]) -> None:
    defects_of(with_properties(**properties))


def test_messages_are_sentences() -> None:
    for item in (cube_item(geometry=None, bbox=[[0]], assets={}, id=7, type=0, properties=None), [], {}):
        for defect in defects_of(item):
            assert defect.message.endswith(".")
            assert defect.message[0].isupper()


def test_real_documents_are_checked_without_an_exception() -> None:
    found = [defect.code for _, document in real_documents() for defect in defects_of(document)]
    assert {"geometry_null", "bbox_world", "geometry_antimeridian", "version_old"} <= set(found)


def test_items_of_planetary_computer_are_mostly_without_defects() -> None:
    items = [item for place, item in real_documents() if "stac-geoparquet/sentinel-2-l2a-pc" in place]
    assert items
    assert all(codes(item) == set() for item in items)
