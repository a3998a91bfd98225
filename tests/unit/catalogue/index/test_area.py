"""From what a request says to the area that is searched."""

import math
from typing import Any

import pytest

from eohub_catalogue.index.area import area_of
from eohub_toolkit.errors import Invalid


def spiral(corners: int) -> list[list[float]]:
    """A line that never meets itself."""
    turns = [number / 20 for number in range(corners)]
    return [[turn / 5 * math.cos(turn), turn / 5 * math.sin(turn)] for turn in turns]


def star(corners: int) -> list[list[float]]:
    """A line of which every side crosses nearly every other one."""
    turns = [math.pi * 2 * (corners // 2) * number / corners for number in range(corners)]
    return [[50 * math.cos(turn), 50 * math.sin(turn)] for turn in turns]


def line(corners: list[list[float]]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": corners}


@pytest.mark.parametrize(
    "geometry",
    [line(star(999)), {"type": "GeometryCollection", "geometries": [line(star(999))]}],
    ids=["a line", "a line in a collection"],
)
def test_a_line_that_crosses_itself_hundreds_of_times_is_refused(geometry: dict[str, Any]) -> None:
    # One comparison with it takes GEOS a minute, and nothing can stop it.
    with pytest.raises(Invalid, match="intersects crosses itself too often"):
        area_of(geometry, "intersects")


def test_a_long_line_and_one_that_crosses_itself_a_few_times_are_searched() -> None:
    assert area_of(line(spiral(4_000)), "intersects").boxes
    assert area_of(line(star(9)), "intersects").boxes
