import math
import random
from typing import Any

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from eohub_catalogue.index.footprint import (
    Box,
    Footprint,
    bounds_of,
    box_shape,
    boxes_of,
    footprint_of,
    footprints_of,
    longitude_parts,
    normalise,
    parse_geometry,
    shape_of,
)
from eohub_catalogue.outline import outline_of


def ring(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in (*corners, corners[0])]]}


def nested(depth: int) -> object:
    value: object = 0
    for _ in range(depth):
        value = [value]
    return value


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    return ring((west, south), (east, south), (east, north), (west, north))


@pytest.mark.parametrize(
    ("west", "east", "parts"),
    [
        (10, 20, [(10, 20)]),
        (-180, 180, [(-180, 180)]),
        (180, 180, [(180, 180)]),
        (170, -170, [(170, 180), (-180, -170)]),
        (-190, -170, [(170, 180), (-180, -170)]),
        (170, 190, [(170, 180), (-180, -170)]),
        (190, 200, [(-170, -160)]),
        (-200, -190, [(160, 170)]),
        (-181, 181, [(-180, 180)]),
        (10, 9, [(10, 180), (-180, 9)]),
        (0, 360, [(-180, 180)]),
        (180, -180, [(-180, -180)]),
    ],
)
def test_longitudes_become_parts_on_earth(west: float, east: float, parts: list[tuple[float, float]]) -> None:
    assert list(longitude_parts(west, east)) == parts


def test_a_longitude_is_in_the_parts_exactly_where_it_is_in_the_range() -> None:
    chance = random.Random(1)
    for _ in range(2_000):
        west = chance.uniform(-360, 350)
        east = west + chance.uniform(0, 300)
        parts = longitude_parts(west, east)
        at = chance.uniform(-180, 180)
        turns = [at + 360 * turn for turn in range(-3, 4)]
        expected = any(west <= one <= east for one in turns)
        near_an_end = any(min(abs(one - west), abs(one - east)) < 1e-9 for one in turns)
        assert near_an_end or any(low <= at <= high for low, high in parts) == expected
        assert all(-180 <= low <= high <= 180 for low, high in parts)


@pytest.mark.parametrize(
    ("bbox", "bounds"),
    [
        ([1, 2, 3, 4], (1, 2, 3, 4)),
        ([1, 2, 0, 3, 4, 9], (1, 2, 0, 3, 4, 9)),
        ([[1, 2, 3, 4]], (1, 2, 3, 4)),
        ([[1, 2], [3, 4]], (1, 2, 3, 4)),
        ([[1, 2, 0], [3, 4, 9]], (1, 2, 0, 3, 4, 9)),
        ([170, -1, -170, 1], (170, -1, -170, 1)),
        ([0, -90.0000001, 1, 90], (0, -90.0000001, 1, 90)),
        ([1, 2, 3], None),
        ([1, 2, 3, 4, 5], None),
        ([[[1, 2], [3, 4]]], None),
        ([1, 4, 3, 2], None),
        ([1, 2, 3, "4"], None),
        ([1, 2, 3, True], None),
        ([1, 2, 3, None], None),
        ([1, 2, 3, math.nan], None),
        ([1, -91, 3, 4], None),
        ([-400, 2, 3, 4], None),
        ([1, 2, 10**400, 3, 4, 10**401], None),
        ([10**400, 2, 3, 4], None),
        ([], None),
        ("1,2,3,4", None),
        ({"west": 1}, None),
        (None, None),
    ],
)
def test_a_bbox_is_read_where_it_makes_sense(bbox: object, bounds: tuple[float, ...] | None) -> None:
    assert bounds_of(bbox) == bounds


def test_a_bbox_over_the_antimeridian_is_two_boxes() -> None:
    assert boxes_of((170, -1, -170, 1)) == ((170, -1, 180, 1), (-180, -1, -170, 1))
    assert boxes_of((170, -1, 0, -170, 1, 50)) == ((170, -1, 180, 1), (-180, -1, -170, 1))


@pytest.mark.parametrize(
    ("sides", "kind"),
    [
        ((0, 0, 1, 1), "Polygon"),
        ((0, 0, 0, 1), "LineString"),
        ((0, 0, 1, 0), "LineString"),
        ((5, 5, 5, 5), "Point"),
    ],
)
def test_a_box_without_width_or_height_is_a_line_or_a_point(sides: Box, kind: str) -> None:
    shape = box_shape(*sides)
    assert (shape.geom_type, shape.bounds, shape.is_valid) == (kind, sides, True)


def test_several_boxes_are_one_shape() -> None:
    shape = shape_of(((170, 0, 180, 1), (-180, 0, -170, 1)))
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == pytest.approx(20)


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        5,
        "POINT (0 0)",
        [],
        {},
        {"type": "Point"},
        {"type": "point", "coordinates": [0, 0]},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [0, 0]}},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": None},
        {"type": "Point", "coordinates": ["0", 0]},
        {"type": "Point", "coordinates": [math.nan, 0]},
        {"type": "Point", "coordinates": [0, 91]},
        {"type": "Point", "coordinates": [400, 0]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": {"0": 1}},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, None], [1, 1], [0, 0]]]},
        {"type": "MultiPolygon", "coordinates": [[]]},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "GeometryCollection", "geometries": [5]},
        {"type": "GeometryCollection"},
        {"type": ["Point"], "coordinates": [0, 0]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
        {"type": "Point", "coordinates": nested(200)},
        {"type": "Point", "coordinates": nested(100_000)},
    ],
    ids=lambda geometry: str(type(geometry)),
)
def test_what_is_no_geometry_is_none_and_gives_no_footprint(geometry: object) -> None:
    assert parse_geometry(geometry) is None
    assert footprint_of(geometry, None) is None
    assert footprints_of([(geometry, None)]) == [None]


def test_a_rectangle_needs_no_shape() -> None:
    assert footprint_of(box(1, 2, 3, 4), None) == Footprint(((1, 2, 3, 4),), None, None, None)
    turned = ring((3, 4), (3, 2), (1, 2), (1, 4))
    assert footprint_of(turned, None) == Footprint(((1, 2, 3, 4),), None, None, None)


@pytest.mark.parametrize(
    "geometry",
    [
        ring((0, 0), (2, 0), (0, 2)),
        ring((0, 0), (2, 0.1), (2, 2), (0, 2)),
        ring((0, 0), (2, 2), (2, 0), (0, 2)),
    ],
)
def test_what_only_looks_like_a_rectangle_keeps_its_shape(geometry: dict[str, Any]) -> None:
    found = footprint_of(geometry, None)
    assert found is not None
    assert found.boxes == ((0, 0, 2, 2),)
    assert found.shape is not None
    assert shapely.from_wkb(found.shape).is_valid


def test_the_geometry_counts_more_than_the_bbox() -> None:
    found = footprint_of(box(1, 2, 3, 4), [50, 50, 60, 60])
    assert found is not None
    assert found.boxes == ((1, 2, 3, 4),)


def test_without_a_geometry_the_bbox_counts() -> None:
    assert footprint_of(None, [1, 2, 3, 4]) == Footprint(((1, 2, 3, 4),), None, None, None)
    crossing = footprint_of({"type": "broken"}, [170, -1, -170, 1])
    assert crossing is not None
    assert crossing.boxes == ((170, -1, 180, 1), (-180, -1, -170, 1))
    assert crossing.shape is not None
    assert crossing.envelope == (-180, -1, 180, 1)


def test_heights_come_from_the_bbox_or_else_from_the_geometry() -> None:
    point = {"type": "Point", "coordinates": [1, 2, 300]}
    line = {"type": "LineString", "coordinates": [[1, 2, 300], [3, 4, -5]]}
    for geometry, bbox, heights in [
        (point, None, (300, 300)),
        (line, None, (-5, 300)),
        (point, [1, 2, 7, 1, 2, 8], (7, 8)),
        (point, [1, 2, 8, 1, 2, 7], (7, 8)),
        (box(1, 2, 3, 4), [1, 2, 7, 3, 4, 8], (7, 8)),
        (None, [1, 2, 7, 3, 4, 8], (7, 8)),
        (None, [1, 2, 3, 4], (None, None)),
    ]:
        found = footprint_of(geometry, bbox)
        assert found is not None
        assert (found.bottom, found.top) == heights


def test_a_polygon_beyond_the_antimeridian_lies_on_both_sides() -> None:
    found = footprint_of(ring((-180.67, -18), (-178, -18), (-178.5, -17), (-180.5, -17)), None)
    assert found is not None
    assert found.shape is not None
    shape = shapely.from_wkb(found.shape)
    assert shape.intersects(shapely.Point(179.5, -17.5))
    assert shape.intersects(shapely.Point(-179.5, -17.5))
    assert not shape.intersects(shapely.Point(0, -17.5))
    assert len(found.boxes) == 2
    assert shape.area == pytest.approx(
        shapely.geometry.shape(ring((-180.67, -18), (-178, -18), (-178.5, -17), (-180.5, -17))).area
    )


def test_a_polygon_that_was_not_cut_is_cut_where_its_bbox_says_so() -> None:
    strip = ring((-179, 0), (179, 0), (178, 1), (-178, 1))
    cut = footprint_of(strip, [178, 0, -178, 1])
    assert cut is not None
    assert cut.shape is not None
    assert not shapely.from_wkb(cut.shape).intersects(shapely.Point(0, 0.5))
    assert shapely.from_wkb(cut.shape).area == pytest.approx(3)


def drawn(geometry: object, bbox: object) -> BaseGeometry:
    outline = outline_of({"geometry": geometry, "bbox": bbox}).geometry
    assert outline is not None
    return shapely.geometry.shape(outline)


@pytest.mark.parametrize("bbox", [[179, -18, -179, -17], [-179, -18, 179, -17], None])
@pytest.mark.parametrize(
    "tile", [box(-179, -18, 179, -17), ring((179, -18), (-179, -18), (-179.5, -17), (179.5, -17))]
)
def test_an_uncut_tile_lies_where_the_map_draws_it(tile: dict[str, Any], bbox: object) -> None:
    found = footprint_of(tile, bbox)
    assert found is not None
    assert found.shape is not None
    on_map = drawn(tile, bbox)
    assert shapely.from_wkb(found.shape).symmetric_difference(on_map).area == pytest.approx(0, abs=1e-5)
    assert found.boxes == ((-180, -18, -179, -17), (179, -18, 180, -17))
    assert footprints_of([(tile, bbox)]) == [found]


def test_a_tile_with_heights_keeps_them_where_it_is_continued() -> None:
    tile = ring((179, 0), (-179, 0), (-179, 1), (179, 1))
    for number, corner in enumerate(tile["coordinates"][0]):
        corner.append(100 * (number % 2))
    found = footprint_of(tile, None)
    assert found is not None
    assert (len(found.boxes), found.bottom, found.top) == (2, 0, 100)


@pytest.mark.parametrize("band", [box(-180, 0, 180, 1), box(-179.5, -89.5, 179.5, 89.5), box(-95, 0, 95, 1)])
def test_a_band_round_the_earth_stays_one(band: dict[str, Any]) -> None:
    found = footprint_of(band, None)
    assert found is not None
    assert len(found.boxes) == 1
    assert found.envelope[2] - found.envelope[0] >= 190


def test_a_track_that_its_bbox_says_to_cross_is_drawn_where_it_is_found() -> None:
    track = {"type": "LineString", "coordinates": [[170, 0], [-170, 10]]}
    on_map = drawn(track, [170, 0, -170, 10])
    assert on_map.length == pytest.approx(math.hypot(20, 10))
    assert not on_map.intersects(shapely.box(-169, -90, 169, 90))


def test_parts_on_both_sides_of_the_earth_get_a_box_each() -> None:
    both = {
        "type": "MultiPolygon",
        "coordinates": [box(170, 0, 180, 1)["coordinates"], box(-180, 0, -170, 1)["coordinates"]],
    }
    found = footprint_of(both, None)
    assert found is not None
    assert sorted(found.boxes) == [(-180, 0, -170, 1), (170, 0, 180, 1)]


def scribble(corners: int, reach: int, kind: str = "Polygon") -> dict[str, Any]:
    chance = random.Random(corners)
    points = [(chance.uniform(-reach, reach), chance.uniform(-89, 89)) for _ in range(corners)]
    return ring(*points) if kind == "Polygon" else {"type": kind, "coordinates": points}


def star(points: int) -> list[tuple[float, float]]:
    """Every side crosses nearly every other one."""
    turns = [math.pi * 2 * (points // 2) * number / points for number in range(points)]
    return [(50 * math.cos(turn), 50 * math.sin(turn)) for turn in turns]


def collected(geometry: dict[str, Any], depth: int) -> dict[str, Any]:
    for _ in range(depth):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    return geometry


ONE_SQUARE = box(0, 0, 50, 50)["coordinates"]
TANGLES: dict[str, dict[str, Any]] = {
    "a scribble": scribble(5_000, 179),
    "a scribble beyond the antimeridian": scribble(5_000, 359),
    "a line that crosses itself": scribble(5_000, 359, "LineString"),
    "one square a thousand times": {"type": "MultiPolygon", "coordinates": [ONE_SQUARE] * 1_000},
    "a thousand squares over each other": {
        "type": "MultiPolygon",
        "coordinates": [box(number / 1_000, 0, 50, 50)["coordinates"] for number in range(1_000)],
    },
    "squares over each other and the antimeridian": {
        "type": "GeometryCollection",
        "geometries": [box(150 + number / 100, 0, 200 + number / 100, 50) for number in range(1_000)],
    },
    "a star in collections of collections": collected(ring(*star(999)), 4),
    "a scribble in collections of collections": collected(scribble(5_000, 179), 3),
    "a side that is drawn over and over": ring(
        (0, 0), *((number * 7_919 % 1_000 / 10, 0) for number in range(2_000)), (50, 1)
    ),
}


@pytest.mark.parametrize("geometry", TANGLES.values(), ids=TANGLES.keys())
def test_a_tangle_is_covered_and_not_mended(geometry: dict[str, Any]) -> None:
    # Mended or cut by overlay, each of these would take minutes.
    found = footprint_of(geometry, None)
    assert found is not None
    assert found.shape is not None
    assert shapely.get_num_coordinates(shapely.from_wkb(found.shape)) <= 20_000
    west, south, east, north = found.envelope
    assert -180 <= west <= east <= 180
    assert -90 <= south <= north <= 90


@pytest.mark.parametrize("crossings", [1, 5, 14])
def test_what_crosses_itself_a_few_times_is_mended(crossings: int) -> None:
    teeth = [(step / 2, step % 2) for step in range(2 * crossings + 1)]
    shape = parse_geometry(ring(*teeth, *[(x, 1 - y) for x, y in reversed(teeth)]))
    assert shape is not None
    assert not shape.is_valid
    mended = normalise(shape)
    assert mended.is_valid
    assert mended.area < shapely.envelope(shape).area


def test_normalising_a_valid_shape_changes_nothing() -> None:
    shape = shapely.Polygon([(0, 0), (5, 1), (3, 4)])
    assert normalise(shape).equals(shape)


def test_many_at_once_are_what_they_are_one_by_one() -> None:
    chance = random.Random(3)
    places: list[tuple[object, object]] = [random_place(chance) for _ in range(500)]
    assert footprints_of(places) == [footprint_of(*place) for place in places]
    assert footprints_of([]) == []


def random_place(chance: random.Random) -> tuple[object, object]:
    west, south = chance.uniform(-185, 180), chance.uniform(-91, 89)
    geometries: list[object] = [
        None,
        {"type": "nonsense"},
        {"type": "Point", "coordinates": [west, south]},
        {"type": "Point", "coordinates": [west, south, 7.5]},
        box(west, south, west + 1, south + 1),
        ring((west, south), (west + 3, south), (west + 1, south + 1)),
        ring((west, south), (west + 1, south + 1), (west + 1, south), (west, south + 1)),
        {"type": "LineString", "coordinates": [[west, south], [west + 1, south + 1]]},
        {"type": "LineString", "coordinates": [[west, south]]},
        box(-179, south, 179, south + 1),
    ]
    bboxes: list[object] = [
        None,
        [west, south, west + 1, south + 1],
        [west, south, 1, west + 1, south + 1, 2],
        [179, south, -179, south + 1],
        [1],
    ]
    return chance.choice(geometries), chance.choice(bboxes)


def test_an_area_of_which_a_part_is_a_point_keeps_its_place() -> None:
    ring = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]
    collapsed = [[[0.0, 2.0]] * 4, [[0.0, 2.0]] * 4]
    geometry = {"type": "MultiPolygon", "coordinates": [collapsed, [ring, ring[::-1]]]}
    footprint = footprint_of(geometry, None)
    assert footprint is not None
    assert footprint.envelope == (0, 0, 1, 2)
