"""Queryables from JSON Schema, real and odd, and learned from items."""

import json
from pathlib import Path
from typing import Any

import pytest

from eohub_catalogue.contract import Queryable
from eohub_catalogue.queryables import learned_from, queryables_of

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "stac-api"


def recorded(name: str) -> dict[str, Queryable]:
    schema = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    return {each.name: each for each in queryables_of(schema)}


def one(raw: Any, name: str = "x", **schema: Any) -> Queryable | None:
    found = queryables_of({"properties": {name: raw}, **schema})
    return found[0] if found else None


def told(raw: Any, name: str = "x", **schema: Any) -> tuple[object, ...] | None:
    found = one(raw, name, **schema)
    return found and (found.type, found.values, found.minimum, found.maximum)


def test_those_of_landsat_make_controls() -> None:
    found = recorded("planetary-computer-queryables-landsat-c2-l2")
    assert found["eo:cloud_cover"] == Queryable(
        name="eo:cloud_cover", title="Cloud cover", type="number", values=(), minimum=0, maximum=100, unit="%"
    )
    assert found["platform"].values == ("SENTINEL-1A", "SENTINEL-1B", "SENTINEL-1C")
    assert (found["view:sun_elevation"].minimum, found["view:sun_elevation"].maximum) == (-90, 90)
    assert (found["proj:epsg"].type, found["proj:epsg"].title) == ("integer", "EPSG code")
    assert found["landsat:wrs_row"].title == "WRS Row"
    assert found["created"].type == "string"
    assert not {"id", "geometry", "datetime", "start_datetime", "end_datetime"} & found.keys()
    assert list(found) == sorted(found)


def test_those_of_fia_are_none_that_need_a_control() -> None:
    assert recorded("planetary-computer-queryables-fia") == {}


def test_those_of_sage_are_read_with_a_reference_that_leads_nowhere() -> None:
    found = recorded("sage-uvt-queryables")
    assert found["eo:cloud_cover"].maximum == 100
    assert found["eocubero:rain-detected"].type == "boolean"
    assert found["eocubero:rain-detected"].title == "Rain detected"
    assert "proj:geometry" not in found


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"type": "string"}, ("string", (), None, None)),
        ({"type": ["null", "integer"], "minimum": 1}, ("integer", (), 1, None)),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 5.5}, ("number", (), 0, 5.5)),
        ({"type": "string", "format": "date-time"}, ("datetime", (), None, None)),
        ({"type": "string", "format": "date"}, ("datetime", (), None, None)),
        ({"enum": ["a", "b", "a", None, {}]}, ("string", ("a", "b"), None, None)),
        ({"enum": [1, 2.5]}, ("number", (1.0, 2.5), None, None)),
        ({"const": "a"}, ("string", ("a",), None, None)),
        ({"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]}, ("string", ("a", "b"), None, None)),
        ({"anyOf": [{"type": "null"}, {"type": "number", "maximum": 3}]}, ("number", (), None, 3)),
        ({"allOf": [{"type": "number"}, {"minimum": 1}], "title": "x"}, ("number", (), 1, None)),
        ({"title": "Anything"}, ("string", (), None, None)),
        ({"type": "array", "items": {"type": "string"}}, ("array", (), None, None)),
        ({"type": "number", "minimum": "0", "maximum": float("nan")}, ("number", (), None, None)),
        ({"type": "object"}, None),
        ({"type": "null"}, None),
        ({"type": 7}, None),
        ({}, None),
        (None, None),
        ("string", None),
        ({"$ref": "https://elsewhere.example.org/schema.json#/x"}, None),
    ],
)
def test_a_schema_becomes_a_control_or_none(raw: object, expected: object) -> None:
    assert told(raw) == expected


def test_references_inside_the_document_are_followed_and_end() -> None:
    definitions = {"cover": {"type": "number", "maximum": 100}, "again": {"$ref": "#/$defs/cover"}}
    assert told({"$ref": "#/$defs/again", "minimum": 1}, **{"$defs": definitions}) == ("number", (), 1, 100)
    assert told({"$ref": "#/$defs/x"}, **{"$defs": {"x": {"$ref": "#/$defs/x"}}}) is None
    assert told({"oneOf": [{"$ref": "#/$defs/cover"}]}, **{"$defs": definitions}) == ("number", (), None, 100)
    assert told({"$ref": "#/a~1b/~0"}, **{"a/b": {"~": {"type": "string"}}}) == ("string", (), None, None)


@pytest.mark.parametrize("schema", [{}, {"properties": []}, {"properties": {"": {"type": "string"}}}])
def test_a_schema_without_properties_tells_none(schema: dict[str, Any]) -> None:
    assert queryables_of(schema) == ()


def test_a_schema_without_end_is_bounded() -> None:
    values = [str(number) for number in range(1_000)]
    many = {f"p{number}": {"type": "string", "enum": values} for number in range(1_000)}
    found = queryables_of({"properties": many})
    assert (len(found), len(found[0].values)) == (500, 200)


def item(**properties: Any) -> dict[str, Any]:
    return {"properties": {"datetime": "2020-01-01T00:00:00Z", **properties}}


def test_they_are_learned_from_items() -> None:
    items = [
        item(
            **{"eo:cloud_cover": 3, "platform": "a", "count": 1, "when": "2020-01-01T00:00:00Z", "on": True}
        ),
        item(**{"eo:cloud_cover": 4.5, "platform": "a", "count": 2, "bands": ["x"], "mixed": 1, "odd": {}}),
        item(**{"platform": "b", "mixed": "x", "none": None}),
        None,
        {"properties": 3},
    ]
    found = {each.name: each for each in learned_from(items)}
    assert {name: each.type for name, each in found.items()} == {
        "bands": "array",
        "count": "integer",
        "eo:cloud_cover": "number",
        "on": "boolean",
        "platform": "string",
        "when": "datetime",
    }
    assert found["platform"].values == ("a", "b")
    assert (found["eo:cloud_cover"].maximum, found["eo:cloud_cover"].unit) == (100, "%")
    assert (found["count"].minimum, found["count"].maximum) == (None, None)


def test_texts_that_are_all_different_are_no_choice() -> None:
    (found,) = learned_from([item(name=str(number)) for number in range(30)])
    assert found.values == ()
