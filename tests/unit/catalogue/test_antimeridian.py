"""A polygon across 180 degrees is told from a band round the Earth, and continued where it can be cut."""

from typing import Any

import pytest
from fakes.item_defects import polygon
from fakes.stac_documents import real_documents

from eohub_catalogue.antimeridian import continued, corners_of, crosses_uncut

TILE = polygon((179, -18), (-179, -18), (-179, -17), (179, -17), (179, -18))
HALF = polygon((-95, 0), (95, 0), (95, 1), (-95, 1), (-95, 0))
GRID = polygon((-179.5, -89.5), (179.5, -89.5), (179.5, 89.5), (-179.5, 89.5), (-179.5, -89.5))
STRIP = polygon((-180, 0), (180, 0), (180, 1), (-180, 1), (-180, 0))


def test_a_tile_crosses_and_grids_of_the_earth_do_not() -> None:
    assert [crosses_uncut(each, None) for each in (TILE, GRID, STRIP, HALF)] == [True, False, False, False]


def test_the_box_may_say_that_a_wide_polygon_crosses() -> None:
    assert crosses_uncut(HALF, [95, 0, -95, 1])
    assert not crosses_uncut(HALF, [-95, 0, 95, 1])
    assert not crosses_uncut(polygon((0, 0), (9, 0), (9, 9), (0, 0)), [95, 0, -95, 1])


@pytest.mark.parametrize(
    "geometry", [None, [], {}, {"type": "Point", "coordinates": [1, 2]}, {"type": "Polygon"}]
)
def test_what_is_no_polygon_does_not_cross(geometry: Any) -> None:
    assert not crosses_uncut(geometry, [1, 2, 0, 3])


def test_a_polygon_is_continued_with_its_holes_beside_it() -> None:
    hole = [[-179.5, -17.8], [-179.2, -17.8], [-179.2, -17.2], [-179.5, -17.8]]
    geometry: Any = {"type": "Polygon", "coordinates": [*TILE["coordinates"], hole]}
    (rings,) = continued(geometry, None)["coordinates"]  # type: ignore[misc]
    assert [corner[0] for corner in rings[0]] == [179, 181, 181, 179, 179]
    assert [corner[0] for corner in rings[1]] == pytest.approx([180.5, 180.8, 180.8, 180.5])


def test_only_the_polygons_that_cross_are_continued() -> None:
    other = polygon((0, 0), (1, 0), (1, 1), (0, 0))["coordinates"]
    geometry = {"type": "MultiPolygon", "coordinates": [other, TILE["coordinates"]]}
    first, second = continued(geometry, None)["coordinates"]  # type: ignore[misc]
    assert first == [[tuple(corner) for corner in other[0]]]
    assert max(corner[0] for corner in second[0]) == 181


def test_a_position_that_is_none_makes_no_corners() -> None:
    assert corners_of([[1, 2], ["a", 3]]) is None
    assert corners_of([[1, 2, 500]]) == [(1, 2)]


def test_real_tiles_of_the_dateline_are_found() -> None:
    found = {
        item["id"] for _, item in real_documents() if crosses_uncut(item.get("geometry"), item.get("bbox"))
    }
    assert {"60W-2023", "60U-2023", "60N-2023"} <= found
