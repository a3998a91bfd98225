"""The geometry of an item, as catalogues in the field write it."""

from typing import Any

import pytest
from fakes.item_defects import BEYOND_180, NEARLY_CLOSED, TEN_METRES, codes, polygon, rectangle
from fakes.stac_documents import cube_item

OUTER = rectangle(0, 0, 10, 10)
HOLE = rectangle(2, 2, 4, 4)[::-1]


def of(geometry: Any, bbox: Any = None) -> set[str]:
    """Defects of an item with this geometry; a missing box is expected where none is given."""
    return codes(cube_item(geometry=geometry, bbox=bbox)) - {"bbox_missing"}


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        ({"type": "Circle", "coordinates": [0, 0]}, "geometry_broken"),
        ({"type": ["Polygon"], "coordinates": [0, 0]}, "geometry_broken"),
        ("POINT (1 1)", "geometry_broken"),
        ([1, 2], "geometry_broken"),
        ({"type": "Point", "coordinates": [0, "north"]}, "geometry_broken"),
        ({"type": "Point", "coordinates": [float("nan"), 1]}, "geometry_broken"),
        ({"type": "Point", "coordinates": []}, "geometry_empty"),
        ({"type": "Polygon", "coordinates": [[]]}, "geometry_empty"),
        ({"type": "Polygon"}, "geometry_empty"),
        ({"type": "GeometryCollection", "geometries": []}, "geometry_collection"),
        ({"type": "Point", "coordinates": [500_000.0, 4_000_000.0]}, "geometry_projected"),
        (polygon((48, 110), (49, 110), (49, 111), (48, 110)), "geometry_swapped"),
        ({"type": "Point", "coordinates": [400, 10]}, "geometry_range"),
        (BEYOND_180, "geometry_antimeridian"),
        (polygon((170, 0), (190, 0), (190, 9), (170, 0)), "geometry_antimeridian"),
        (polygon((179, 0), (-179, 0), (-179, 1), (179, 1), (179, 0)), "geometry_crossing"),
        (polygon((0, 0), (1, 0), (1, 1), (0, 1)), "ring_open"),
        (polygon((0, 0), (1, 0), (0, 0)), "ring_short"),
        (NEARLY_CLOSED, "ring_nearly_closed"),
        (TEN_METRES, "ring_tiny"),
        (polygon((0, 0), (1, 1), (2, 2), (0, 0)), "ring_flat"),
        (polygon((0, 0), (1, 1), (1, 0), (0, 1), (0, 0)), "ring_crossing"),
        ({"type": "Polygon", "coordinates": [OUTER, HOLE[::-1]]}, "hole_orientation"),
        ({"type": "Polygon", "coordinates": [OUTER, rectangle(20, 20, 21, 21)[::-1]]}, "hole_outside"),
    ],
)
def test_a_defect_of_the_geometry_is_marked_and_nothing_else(geometry: Any, code: str) -> None:
    found = of(geometry)
    assert code in found
    assert found <= {code, "ring_crossing", "ring_flat", "number_not_finite"}


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [7, 50]},
        {"type": "Point", "coordinates": [7, 50, 120.5]},
        {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        {"type": "Polygon", "coordinates": [OUTER, HOLE]},
        {"type": "MultiPolygon", "coordinates": [[OUTER, HOLE], [rectangle(20, 20, 21, 21)]]},
        {"type": "Polygon", "coordinates": [rectangle(-180, -90, 180, 90)]},
        {"type": "MultiPolygon", "coordinates": [[rectangle(179, 0, 180, 1)], [rectangle(-180, 0, -179, 1)]]},
        # Clockwise, as a third of all real items have it: RFC 7946 asks readers to take it.
        {"type": "Polygon", "coordinates": [OUTER[::-1]]},
    ],
)
def test_a_sound_geometry_is_no_defect(geometry: Any) -> None:
    assert of(geometry) == set()


def test_a_geometry_that_is_null_or_missing_is_told_apart() -> None:
    item = cube_item(geometry=None)
    del item["geometry"]
    assert codes(cube_item(geometry=None)) == codes(item) == {"geometry_null"}


def test_a_large_footprint_is_looked_at_in_part_only() -> None:
    ring = [[number / 10_000, 0] for number in range(100_000)]
    assert of({"type": "Polygon", "coordinates": [ring]}) <= {"ring_open", "ring_flat"}
