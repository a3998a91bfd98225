"""The same item has the same fingerprint in two catalogues, and another item has another."""

import json
from typing import Any

import pytest
from fakes.stac_documents import cube_item, real_documents
from fakes.stac_ugliness import UGLY_VALUES

from eohub_catalogue.fingerprint import fingerprint_of

GEOMETRY: Any = cube_item()["geometry"]


def test_a_copy_in_another_catalogue_has_the_same() -> None:
    copied: Any = {key: cube_item()[key] for key in reversed(cube_item())}
    copied["geometry"] = {
        "coordinates": [[[x + 1e-9, float(y), 0.0] for x, y in GEOMETRY["coordinates"][0]]],
        "type": "Polygon",
    }
    copied |= {"links": [1], "assets": {}, "properties": {"created": "now"}, "bbox": None}
    assert fingerprint_of(copied) == fingerprint_of(cube_item())


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "other"},
        {"collection": "other"},
        {"collection": None},
        {"geometry": None},
        {"geometry": {"type": "MultiPoint", "coordinates": GEOMETRY["coordinates"][0]}},
        {"geometry": {"type": "Polygon", "coordinates": [GEOMETRY["coordinates"][0][::-1]]}},
    ],
)
def test_another_item_has_another(changes: dict[str, Any]) -> None:
    assert fingerprint_of(cube_item(**changes)) not in (None, fingerprint_of(cube_item()))


def test_minus_zero_is_zero() -> None:
    plus, minus = ({"type": "Point", "coordinates": [sign * 0.0, 1]} for sign in (1, -1))
    assert fingerprint_of(cube_item(geometry=plus)) == fingerprint_of(cube_item(geometry=minus))


@pytest.mark.parametrize("own", [None, "", 7, "a\nb", "\ud800"])
def test_an_item_without_an_id_has_none(own: Any) -> None:
    assert fingerprint_of(cube_item(id=own)) is None


@pytest.mark.parametrize("value", UGLY_VALUES, ids=lambda value: repr(value)[:30])
def test_no_value_makes_it_raise(value: Any) -> None:
    for geometry in (
        value,
        {"type": value, "coordinates": value},
        {"coordinates": [value], "geometries": value},
    ):
        assert fingerprint_of({"id": "a", "collection": value, "geometry": geometry})


def test_real_items_that_differ_have_different_ones() -> None:
    by_print: dict[str, set[str]] = {}
    for _, item in real_documents():
        if (found := fingerprint_of(item)) is not None and item.get("type") == "Feature":
            by_print.setdefault(found, set()).add(json.dumps([item.get("collection"), item["id"]]))
    assert len(by_print) > 250
    assert all(len(items) == 1 for items in by_print.values())
