"""What is done here on items: words, conditions and areas, and a look at what a catalogue was to do."""

from typing import Any

import pytest
from fakes.stac_documents import cube_item

from eohub_catalogue.contract import PropertyFilter, SearchQuery
from eohub_catalogue.item_contract import FilterName
from eohub_catalogue.server.afterwards import Afterwards, Verdict, fails, was_in

CLOUD = PropertyFilter(property="eo:cloud_cover", op="<=", value=20)


def verdict(item: object, *here: FilterName, **fields: Any) -> Verdict | None:
    return Afterwards(SearchQuery(catalogue="x", **fields), here).verdict(item)


@pytest.mark.parametrize("item", [None, [], 3, {}, {"properties": 3, "geometry": "x", "bbox": [[1]]}])
def test_a_defective_item_is_left_out_of_no_search_that_asks_nothing(item: object) -> None:
    assert verdict(item) is None


@pytest.mark.parametrize("item", [None, {}, {"properties": None}, {"geometry": {"type": "Polygon"}}])
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("words", {"words": "x"}),
        ("properties", {"properties": (CLOUD,)}),
        ("cql2", {"cql2": "gsd = 10"}),
        ("area", {"area": {"bbox": (0, 0, 1, 1)}}),
    ],
)
def test_a_defective_item_has_nothing_that_is_asked_for(item: object, name: FilterName, fields: Any) -> None:
    found = verdict(item, name, **fields)
    assert found is not None
    assert (found.filter, found.ignored) == (name, False)


def test_an_item_without_the_property_does_not_match_here() -> None:
    missing = Verdict("properties", ignored=False, lacks="eo:cloud_cover")
    assert verdict(cube_item(), "properties", properties=(CLOUD,)) == missing
    assert verdict(cube_item(), properties=(CLOUD,)) is None


@pytest.mark.parametrize(
    ("bbox", "inside"),
    [
        ((-100, 20, -90, 30), True),
        ((0, 20, 10, 30), False),
        ((170, 20, -120, 30), True),
        ((170, 20, -140, 30), False),
        ((-100, 60, -90, 70), True),
    ],
)
def test_an_area_meets_a_footprint_or_not(bbox: tuple[float, ...], inside: bool) -> None:
    assert (verdict(cube_item(), "area", area={"bbox": bbox}) is None) is inside


def test_a_shape_meets_a_footprint_and_not_only_its_box() -> None:
    triangle = {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [0, 10], [0, 0]]]}
    item = cube_item(geometry=triangle, bbox=[0, 0, 10, 10])
    assert verdict(item, "area", area={"bbox": (8, 8, 9, 9)}) == Verdict("area", ignored=False)
    # A catalogue that searches by boxes is not called a liar.
    assert verdict(item, area={"bbox": (8, 8, 9, 9)}) is None


@pytest.mark.parametrize(
    ("op", "value", "found", "failed"),
    [
        ("<=", 20, 20, False),
        ("<=", 20, 20.1, True),
        ("<", 20, 20, True),
        (">", 1, 1, True),
        (">=", 1, 1, False),
        ("=", 0.3, 0.1 + 0.2, False),
        ("=", 1, 2, True),
        ("<>", 1, 1, False),
        ("=", "a", "b", False),
        ("<=", 20, None, False),
        ("<=", 20, "30", False),
        ("<=", 20, True, False),
        ("like", "a%", "b", False),
    ],
)
def test_only_numbers_fail_beyond_doubt(op: Any, value: Any, found: object, failed: bool) -> None:
    assert fails(PropertyFilter(property="p", op=op, value=value), found) is failed


def test_what_was_in_a_box_before_is_asked_of_coordinates_as_they_are() -> None:
    east = (170.0, -10.0, 180.0, 10.0)

    def ring(west: float, right: float) -> dict[str, Any]:
        corners = [[west, 0], [right, 0], [right, 1], [west, 1], [west, 0]]
        return {"geometry": {"type": "Polygon", "coordinates": [corners]}}

    assert was_in(ring(175, 185), east)
    assert not was_in(ring(-185, -175), east)
    bow = {
        "geometry": {"type": "Polygon", "coordinates": [[[171, 0], [175, 5], [175, 0], [171, 5], [171, 0]]]}
    }
    assert was_in(bow, east) in (True, False)
    for broken in (None, {}, {"geometry": None}, {"geometry": {"type": "Polygon", "coordinates": [[["a"]]]}}):
        assert not was_in(broken, east)
