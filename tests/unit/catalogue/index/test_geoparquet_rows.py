"""An item as the columns of a row, and back."""

from typing import Any

import pytest

from eohub_catalogue.index.geoparquet_rows import item_of, row_of, time_text
from eohub_toolkit.errors import Invalid

ITEM: dict[str, Any] = {
    "type": "Feature",
    "stac_version": "1.1.0",
    "id": "i",
    "collection": "c",
    "geometry": {"type": "Polygon", "coordinates": [[[0, 0, 5], [1.5, 0, 5], [1, 1, 5], [0, 0, 5]]]},
    "bbox": [0, 0, 5, 1.5, 1, 5],
    "properties": {"datetime": "2024-01-01T00:00:00Z", "gsd": 10},
    "assets": {"a": {"href": "x"}},
    "links": [],
}


def test_an_item_comes_back_equal() -> None:
    assert item_of(row_of(ITEM), frozenset()) == ITEM


def test_properties_are_columns_and_the_box_is_a_struct() -> None:
    row = row_of(ITEM | {"bbox": [1, 2, 3, 4]})
    assert row["gsd"] == 10
    assert "properties" not in row
    assert row["bbox"] == {"xmin": 1.0, "ymin": 2.0, "xmax": 3.0, "ymax": 4.0}
    assert isinstance(row["geometry"], bytes)


def test_members_that_stac_does_not_know_come_back_beside_the_properties() -> None:
    item = ITEM | {"$comment": "hello"}
    assert item_of(row_of(item), frozenset({"$comment"})) == item


def test_a_property_named_like_a_member_does_not_become_one() -> None:
    item = {name: value for name, value in ITEM.items() if name != "collection"}
    item["properties"] = {"datetime": None, "collection": "other", "id": "other", "geometry": "x"}
    row = row_of(item)
    assert "collection" not in row
    assert row["id"] == "i"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"geometry": {"type": "Polygon", "coordinates": "x"}}, "Its geometry is not GeoJSON."),
        ({"geometry": "x"}, "Its geometry is not GeoJSON."),
        ({"bbox": [[1, 2, 3, 4]]}, "Its bounding box is not four or six numbers."),
        ({"bbox": [1, 2, "3", 4]}, "Its bounding box is not four or six numbers."),
        ({"properties": {"datetime": "yesterday"}}, "Its datetime is no time."),
        ({"properties": {"datetime": None, "end_datetime": 5}}, "Its end_datetime is no time."),
    ],
)
def test_what_the_layout_cannot_hold_is_told(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        row_of(ITEM | change)
    assert caught.value.detail == reason


def test_no_geometry_and_no_properties_are_kept() -> None:
    item = item_of(row_of({"type": "Feature", "id": "i", "geometry": None, "properties": None}), frozenset())
    assert item["geometry"] is None
    assert item["properties"] == {"datetime": None}


def test_columns_of_the_table_library_are_no_properties() -> None:
    assert item_of({"id": "i", "__index_level_0__": 4, "geometry": None}, frozenset())["properties"] == {
        "datetime": None
    }


def test_bytes_that_are_no_geometry_are_told() -> None:
    with pytest.raises(Invalid, match="not WKB"):
        item_of({"id": "i", "geometry": b"nonsense"}, frozenset())


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_500_000, "1970-01-01T00:00:01.500000Z"),
        (-1_000_000, "1969-12-31T23:59:59Z"),
    ],
)
def test_times_have_a_fraction_only_where_there_is_one(microseconds: int, text: str) -> None:
    assert time_text(microseconds) == text
