"""How rasters are placed, and percentages."""

from typing import Any

import pytest
from fakes.item_defects import codes
from fakes.stac_documents import cube_item, with_asset, with_properties

V1 = "https://stac-extensions.github.io/projection/v1.1.0/schema.json"
V2 = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"proj:code": "EPSG:None"}, "proj_code"),
        ({"proj:code": "EPSG:0"}, "proj_code"),
        ({"proj:code": 4326}, "proj_code"),
        ({"proj:code": ""}, "proj_code"),
        ({"proj:epsg": "32630"}, "proj_epsg"),
        ({"proj:epsg": 0}, "proj_epsg"),
        ({"proj:epsg": 32630, "proj:code": "EPSG:4326"}, "proj_conflict"),
        ({"proj:shape": [3660]}, "proj_shape"),
        ({"proj:shape": [0, 3660]}, "proj_shape"),
        ({"proj:shape": "3660 x 3660"}, "proj_shape"),
        ({"proj:transform": [30, 0, 600000, 0, -30]}, "proj_transform"),
        ({"proj:transform": [30, 0, 600000, 0, -30, None]}, "proj_transform"),
        ({"proj:bbox": [1, 2, 3]}, "proj_bbox"),
        ({"eo:cloud_cover": -1}, "cloud_cover"),
        ({"eo:cloud_cover": 100.5}, "cloud_cover"),
        ({"eo:cloud_cover": "20"}, "cloud_cover"),
        ({"eo:cloud_cover": float("nan")}, "cloud_cover"),
        ({"gsd": 0}, "gsd"),
        ({"gsd": "10 m"}, "gsd"),
    ],
)
def test_a_defect_of_a_value_is_marked_in_the_properties_and_in_an_asset(
    changes: dict[str, Any], code: str
) -> None:
    assert code in codes(with_properties(**changes))
    assert code in codes(with_asset(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"proj:code": "EPSG:32630", "proj:shape": [3660, 3660], "proj:transform": [30, 0, 6, 0, -30, 4]},
        {"proj:code": "IAU_2015:30100"},
        {"proj:code": None, "proj:wkt2": 'PROJCS["x"]'},
        {"proj:epsg": None},
        {"proj:epsg": 32630, "proj:code": "EPSG:32630"},
        {"eo:cloud_cover": 0},
        {"eo:cloud_cover": 100},
    ],
)
def test_sound_values_are_no_defect(changes: dict[str, Any]) -> None:
    assert codes(with_properties(**changes)) <= {"extension_undeclared"}


def test_an_epsg_number_is_old_only_in_the_version_that_replaced_it() -> None:
    properties = cube_item()["properties"] | {"proj:epsg": 32630}
    listed = cube_item()["stac_extensions"]
    assert codes(cube_item(properties=properties, stac_extensions=[*listed, V1])) == set()
    assert codes(cube_item(properties=properties, stac_extensions=[*listed, V2])) == {"proj_epsg_old"}
