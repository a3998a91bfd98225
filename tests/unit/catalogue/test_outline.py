"""The footprint that a map draws: whatever a catalogue writes, it is valid, small and lies on the map."""

import json
import math
from itertools import pairwise
from typing import Any

import pytest
import shapely
from fakes.item_defects import BEYOND_180, NEARLY_CLOSED, TEN_METRES, polygon, rectangle
from fakes.stac_documents import cube_item, real_documents
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.outline import MOST_POSITIONS, Outline, outline_of

DEGREES = st.floats(-360, 360) | st.sampled_from([-180.0, 180.0, -90.0, 90.0, 0.0, 1e-9])
LATITUDES = st.floats(-90, 90)
RINGS = st.lists(st.tuples(DEGREES, LATITUDES).map(list), min_size=1, max_size=12)
POLYGONS = st.builds(
    lambda rings: {"type": "MultiPolygon", "coordinates": [[ring, ring[::-1]] for ring in rings]},
    st.lists(RINGS, min_size=1, max_size=4),
)


def drawn(geometry: Any, bbox: Any = None) -> Any:
    """The shape that is drawn, after it was checked to be one that a map can draw."""
    outline = outline_of({"geometry": geometry, "bbox": bbox})
    assert outline.geometry is not None
    return checked(outline)


def checked(outline: Outline) -> Any:
    shape = shapely.from_geojson(json.dumps(outline.geometry))
    assert shape.is_valid
    assert not shape.is_empty
    assert shapely.get_num_coordinates(shape) <= MOST_POSITIONS
    west, south, east, north = shape.bounds
    assert west >= -180
    assert east <= 180
    assert -90.001 <= south <= north <= 90.001
    return shape


def test_a_sound_footprint_stays_as_it_is() -> None:
    outline = outline_of(cube_item())
    assert shapely.equals(checked(outline), shapely.box(-135, 15, -47, 60))
    assert outline.bbox == (-135, 15, -47, 60)


def test_a_field_of_ten_metres_keeps_its_area() -> None:
    shape = drawn(TEN_METRES)
    given_shape = shapely.from_geojson(json.dumps(TEN_METRES))
    assert shape.area == pytest.approx(given_shape.area, rel=0.01)
    assert shapely.get_num_coordinates(shape) >= 9


def test_a_ring_whose_last_corner_but_one_nearly_closes_it_is_drawn_without_that_corner() -> None:
    shape = drawn(NEARLY_CLOSED)
    assert shape.area == pytest.approx(1, rel=1e-4)
    assert min(math.dist(*pair) for pair in pairwise(shape.exterior.coords)) > 0.9


def test_what_runs_past_180_degrees_is_drawn_on_both_sides() -> None:
    outline = outline_of({"geometry": BEYOND_180})
    shape = checked(outline)
    assert shape.intersects(shapely.box(179.1, -17.7, 179.95, -17))
    assert shape.intersects(shapely.box(-179.5, -17.7, -179.1, -17))
    assert outline.bbox == pytest.approx((179.33, -18.1, -178.6, -16.4))


@pytest.mark.parametrize("bbox", [[179, -18, -179, -17], [-180, -18, 180, -17], None])
def test_a_tile_across_180_degrees_is_cut_there_and_not_drawn_round_the_earth(bbox: Any) -> None:
    tile = polygon((179, -18), (-179, -18), (-179, -17), (179, -17), (179, -18))
    shape = drawn(tile, bbox)
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == pytest.approx(2)
    assert outline_of({"geometry": tile, "bbox": bbox}).bbox == (179, -18, -179, -17)


def test_longitudes_from_0_to_360_are_brought_back() -> None:
    assert drawn(polygon((350, 0), (359, 0), (359, 9), (350, 9), (350, 0))).bounds == (-10, 0, -1, 9)


@pytest.mark.parametrize(
    ("geometry", "kind", "area"),
    [
        (polygon((1, 1), (2, 1), (2, 2)), "Polygon", 0.5),
        (polygon((1, 1), (2, 1), (2, 2), (1, 2), (1, 1.5)), "Polygon", 1),
        (polygon((1, 1), (2, 1)), "LineString", 0),
        (polygon((1, 1)), "Point", 0),
        (polygon((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)), "MultiPolygon", 0.5),
        (
            {"type": "Polygon", "coordinates": [[[1, 1], ["x", 2], [2, 1], [2, 2], [1, 1]]]},
            "Polygon",
            0.5,
        ),
        (
            {"type": "GeometryCollection", "geometries": [polygon((0, 0), (1, 0), (1, 1), (0, 0))]},
            "Polygon",
            0.5,
        ),
    ],
)
def test_a_broken_footprint_is_repaired(geometry: Any, kind: str, area: float) -> None:
    shape = drawn(geometry)
    assert shape.geom_type == kind
    assert shape.area == pytest.approx(area)


def test_the_box_stands_in_where_there_is_no_usable_geometry() -> None:
    for geometry in (None, "POINT (1 1)", {"type": "Point", "coordinates": [5e5, 4e6]}, {"type": "Polygon"}):
        assert drawn(geometry, [1, 2, 3, 4]).bounds == (1, 2, 3, 4)
        assert drawn(geometry, [[1, 2, 3, 4]]).bounds == (1, 2, 3, 4)
    outline = outline_of({"geometry": None, "bbox": [170, -10, 0, -170, 10, 100]})
    assert checked(outline).area == pytest.approx(400)
    assert outline.bbox == (170, -10, -170, 10)


@pytest.mark.parametrize("bbox", [None, [], [1, 2], [5e5, 4e6, 6e5, 5e6], ["a"] * 4, [1, 50, 2, 40]])
def test_without_any_place_nothing_is_drawn(bbox: Any) -> None:
    assert outline_of({"geometry": None, "bbox": bbox}) == Outline(None, None)


def test_a_coast_of_many_corners_is_thinned_and_keeps_its_place() -> None:
    circle = [[10 + math.cos(a / 1e4) * 3, 40 + math.sin(a / 1e4) * 3] for a in range(62_830)]
    shape = drawn({"type": "Polygon", "coordinates": [[*circle, circle[0]]]})
    assert shape.area == pytest.approx(math.pi * 9, rel=0.01)


def test_a_thousand_islands_become_what_lies_around_them() -> None:
    islands = [
        [rectangle(x / 10, y / 10, x / 10 + 0.05, y / 10 + 0.05)] for x in range(40) for y in range(25)
    ]
    assert drawn({"type": "MultiPolygon", "coordinates": islands}).bounds == pytest.approx((0, 0, 3.95, 2.45))
    both = [
        [rectangle(side * 170 + x / 10, 0, side * 170 + x / 10 + 0.05, 1)]
        for side in (-1, 1)
        for x in range(60)
    ]
    shape = drawn({"type": "MultiPolygon", "coordinates": both})
    assert not shape.intersects(shapely.box(-90, -90, 90, 90))


def test_a_long_track_is_a_line_still() -> None:
    track = [[math.sin(number / 500) * 90, number / 500] for number in range(40_000)]
    assert drawn({"type": "LineString", "coordinates": track}).bounds[3] == pytest.approx(79.998, abs=0.5)


@given(POLYGONS)
def test_whatever_rings_there_are_what_is_drawn_is_valid(geometry: dict[str, Any]) -> None:
    outline = outline_of({"geometry": geometry})
    if outline.geometry is not None:
        checked(outline)


def test_every_real_item_with_a_place_is_drawn() -> None:
    outlines = [(place, item, outline_of(item)) for place, item in real_documents()]
    assert sum(1 for _, _, outline in outlines if outline.geometry) > 260
    for place, item, outline in outlines:
        if outline.geometry is not None:
            checked(outline)
        else:
            assert item.get("geometry") is None or "stac_grib" in place, place
