"""What is asked for is sent, what is not stays here."""

from typing import Any

import pytest

from eohub_catalogue.service.fields import fields_of
from eohub_toolkit.errors import Invalid

ITEM: dict[str, Any] = {
    "type": "Feature",
    "stac_version": "1.1.0",
    "id": "a",
    "collection": "c",
    "geometry": None,
    "bbox": [0, 0, 1, 1],
    "properties": {"datetime": "2020-01-01T00:00:00Z", "gsd": 10, "nested": {"deep": 1, "other": 2}},
    "assets": {"data": {"href": "x", "roles": ["data"]}},
}
ALWAYS = {"type", "id", "collection"}


def sent(value: object) -> dict[str, Any]:
    fields = fields_of(value)
    assert fields is not None
    return fields.of(ITEM)


def test_without_fields_nothing_is_cut() -> None:
    assert fields_of(None) is None


@pytest.mark.parametrize(
    "value", ["", {}, {"include": [], "exclude": []}, {"include": None, "exclude": None}]
)
def test_empty_fields_are_the_least_that_is_an_item(value: object) -> None:
    assert sent(value) == ITEM | {"properties": {"datetime": "2020-01-01T00:00:00Z"}}


@pytest.mark.parametrize(
    "value", ["bbox", "+bbox", " bbox", {"include": ["bbox"]}, {"include": ["bbox"], "exclude": None}]
)
def test_what_is_included_comes_with_what_tells_what_it_is(value: object) -> None:
    assert sent(value).keys() == {*ALWAYS, "bbox"}


@pytest.mark.parametrize("value", ["-geometry,-assets", {"exclude": ["geometry", "assets"]}])
def test_what_is_excluded_is_missing_from_all_else(value: object) -> None:
    assert sent(value) == {name: ITEM[name] for name in ITEM if name not in ("geometry", "assets")}


def test_an_empty_list_of_what_is_included_is_the_minimum() -> None:
    least = sent({"include": [], "exclude": ["bbox"]})
    assert least.keys() == ITEM.keys() - {"bbox"}
    assert least["properties"].keys() == {"datetime"}


@pytest.mark.parametrize(
    ("value", "properties"),
    [
        ("properties.gsd", {"gsd": 10}),
        ("-properties,properties.gsd", {"gsd": 10}),
        ("properties,-properties.nested", {"datetime": "2020-01-01T00:00:00Z", "gsd": 10}),
        ("properties.nested,-properties.nested.deep", {"nested": {"other": 2}}),
        ("properties.nested.deep", {"nested": {"deep": 1}}),
        ("+properties,-properties", ITEM["properties"]),
    ],
)
def test_the_longer_path_decides_and_to_include_wins(value: str, properties: dict[str, Any]) -> None:
    assert sent(value)["properties"] == properties


def test_a_field_that_the_item_lacks_is_no_error() -> None:
    assert sent("properties.no:such,nothing.at.all").keys() == ALWAYS


def test_what_tells_what_it_is_cannot_be_excluded() -> None:
    assert sent("-id,-type,-collection").keys() >= ALWAYS


def test_links_stay_unless_somebody_excludes_them() -> None:
    assert all((fields := fields_of(value)) and fields.links for value in ("bbox", "", "-bbox"))
    assert not (fields := fields_of("-links")) or not fields.links


@pytest.mark.parametrize(
    "value",
    [
        5,
        [],
        {"include": "bbox"},
        {"include": [1]},
        {"only": ["bbox"]},
        {"include": [""]},
        "x" * 501,
        "a," * 101,
    ],
)
def test_what_is_no_list_of_fields_is_a_sentence(value: object) -> None:
    with pytest.raises(Invalid, match=r"\.$"):
        fields_of(value)
