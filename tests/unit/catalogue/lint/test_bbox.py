"""The bounding box of an item."""

from typing import Any

import pytest
from fakes.item_defects import codes
from fakes.stac_documents import cube_item


@pytest.mark.parametrize(
    ("bbox", "code"),
    [
        ([[-135, 15, -47, 60]], "bbox_nested"),
        ([[-135, 15], [-47, 60]], "bbox_nested"),
        ([-135, 15, -47], "bbox_broken"),
        ([-135, 15, 0, -47, 60], "bbox_broken"),
        ([], "bbox_broken"),
        ("-135,15,-47,60", "bbox_broken"),
        ([-135, 15, None, 60], "bbox_broken"),
        ([-135, 60, -47, 15], "bbox_swapped"),
        ([-1350, 15, -47, 60], "bbox_range"),
        ([-135, 15, -47, 100], "bbox_range"),
        (None, "bbox_missing"),
        ([15, -135, 60, -47], "bbox_axes"),
        ([10, 15, 98, 60], "bbox_mismatch"),
        ([-180, -90, 180, 90], "bbox_mismatch"),
    ],
)
def test_a_defect_of_the_box_is_marked(bbox: Any, code: str) -> None:
    assert code in codes(cube_item(bbox=bbox))


@pytest.mark.parametrize("bbox", [[-135.05, 14.9, -46.99, 60.01], [-135, 15, 0, -47, 60, 9000]])
def test_a_rounded_box_and_one_with_heights_are_no_defect(bbox: list[float]) -> None:
    assert codes(cube_item(bbox=bbox)) == set()


def test_a_world_wide_box_is_a_defect_only_where_the_footprint_crosses_180_degrees() -> None:
    world = [-180, -20, 180, -10]
    edges = {"type": "MultiPoint", "coordinates": [[179, -15], [-179, -15]]}
    everywhere = {"type": "MultiPoint", "coordinates": [[-179, -15], [0, -15], [179, -15]]}
    assert "bbox_world" in codes(cube_item(bbox=world, geometry=edges))
    assert "bbox_world" not in codes(cube_item(bbox=world, geometry=everywhere))
    one_side = {"type": "MultiPoint", "coordinates": [[150, -15], [151, -15]]}
    assert "bbox_mismatch" in codes(cube_item(bbox=world, geometry=one_side))
    assert "bbox_world" not in codes(cube_item(bbox=world, geometry=one_side))


def test_a_box_across_the_antimeridian_is_no_defect() -> None:
    geometry = {"type": "MultiPoint", "coordinates": [[179, -15], [-179, -12]]}
    assert codes(cube_item(bbox=[170, -20, -170, -10], geometry=geometry)) == set()


def test_a_box_without_a_geometry_is_judged_by_itself() -> None:
    assert codes(cube_item(geometry=None, bbox=[0, 0, 1, 1])) == {"geometry_null"}
