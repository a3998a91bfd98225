"""Defects of items are marked, and nothing makes the marking fail."""

import math
from typing import Any

import pytest
from fakes.item_defects import codes
from fakes.stac_documents import cube_item, real_documents, with_asset, with_properties
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.lint import defects_of

FIELDS = (
    "type",
    "id",
    "geometry",
    "bbox",
    "properties",
    "assets",
    "stac_version",
    "stac_extensions",
    "links",
)
PROPERTIES = (
    "cube:dimensions",
    "cube:variables",
    "datetime",
    "proj:code",
    "proj:shape",
    "eo:cloud_cover",
    "gsd",
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
DEGREES = st.floats(-400, 400) | st.sampled_from([-180.0, 180.0, -90.0, 0.0, 1e-9, math.nan])
POSITIONS = st.lists(st.lists(DEGREES, min_size=2, max_size=3), max_size=6)
POLYGONS = st.builds(
    lambda kind, rings: {"type": kind, "coordinates": rings if kind == "Polygon" else [rings, rings]},
    st.sampled_from(["Polygon", "MultiPolygon"]),
    st.lists(POSITIONS, max_size=3),
)


def test_a_good_item_has_no_defect() -> None:
    assert defects_of(cube_item()) == ()


@pytest.mark.parametrize("thing", [None, [], "item", 3, float("nan")])
def test_what_is_no_object_is_one_defect(thing: object) -> None:
    assert codes(thing) == {"not_an_item"}


@given(st.dictionaries(st.sampled_from(FIELDS), ANY_JSON))
def test_nothing_makes_the_checks_raise(members: dict[str, Any]) -> None:
    defects_of(cube_item(**members))


@given(st.dictionaries(st.sampled_from(PROPERTIES), ANY_JSON))
def test_no_property_makes_the_checks_raise(properties: dict[str, Any]) -> None:
    defects_of(with_properties(**properties))
    defects_of(with_asset(**properties))


@given(POLYGONS, st.lists(DEGREES, max_size=6))
def test_no_polygon_makes_the_checks_raise(geometry: dict[str, Any], bbox: list[float]) -> None:
    defects_of(cube_item(geometry=geometry, bbox=bbox))


def test_messages_are_sentences_that_say_what_follows() -> None:
    every = [cube_item(geometry=None, bbox=[[0]], assets={}, id=7, type=0, properties=None), [], {}]
    for item in [*every, *(document for _, document in real_documents())]:
        for defect in defects_of(item):
            assert defect.message.endswith(".")
            assert defect.message[0].isupper()
            assert ", so " in defect.message or ";" in defect.message or defect.code == "not_an_item"


def test_real_documents_are_checked_without_an_exception() -> None:
    found = [defect.code for _, document in real_documents() for defect in defects_of(document)]
    assert {
        "geometry_null", "bbox_world", "geometry_antimeridian", "version_old",
        "ring_crossing", "proj_conflict", "asset_relative", "end_datetime_unlikely", "bbox_mismatch",
    } <= set(found)  # fmt: skip


def test_items_of_planetary_computer_are_mostly_without_defects() -> None:
    items = [item for place, item in real_documents() if "stac-geoparquet/sentinel-2-l2a-pc" in place]
    assert items
    assert all(codes(item) == set() for item in items)
