"""The description of a cube."""

from typing import Any

import pytest
from fakes.item_defects import codes
from fakes.stac_documents import with_asset, with_properties


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cube:variables": {"t": {"dimensions": ["level"]}}}, "cube_dimension"),
        ({"cube:variables": {"t": {"dimensions": [7]}}}, "cube_dimension"),
        ({"cube:variables": {"t": {}}}, "cube_variable"),
        ({"cube:variables": {"t": {"dimensions": ["time"], "shape": [1, 2]}}}, "cube_shape"),
        ({"cube:variables": {"t": {"dimensions": ["time"], "shape": ["many"]}}}, "cube_shape"),
        ({"cube:dimensions": {"time": {"extent": [0, 1]}}}, "cube_dimension_type"),
        ({"cube:dimensions": {"time": {"type": "temporal", "extent": [0]}}}, "cube_extent"),
        ({"cube:dimensions": {"time": {"type": "temporal", "extent": [1, 0]}}}, "cube_extent"),
        (
            {"cube:dimensions": {"time": {"type": "temporal", "extent": ["2021-01-01", "2020-01-01"]}}},
            "cube_extent",
        ),
    ],
)
def test_a_defect_of_the_cube_is_marked(changes: dict[str, Any], code: str) -> None:
    assert code in codes(with_properties(**changes))


def test_a_cube_that_an_asset_describes_is_checked_too() -> None:
    assert codes(with_asset(**{"cube:variables": {"t": {}}})) == {"cube_variable"}


def test_latitudes_from_north_to_south_are_no_defect() -> None:
    dimension = {"type": "spatial", "axis": "y", "extent": [60, 15], "step": -1.25}
    changes = {"cube:dimensions": {"latitude": dimension}, "cube:variables": {}}
    assert codes(with_properties(**changes)) == set()
