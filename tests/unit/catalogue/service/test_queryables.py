"""How what is learned of a property is told as JSON Schema."""

import json
from typing import Any

import pytest

from eohub_catalogue.index.queryables import learn
from eohub_catalogue.service.queryables import schema_of


def schema_for(*values: Any) -> dict[str, Any]:
    return schema_of(learn([json.dumps({"p": value}) for value in values])["p"])


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        ([1, 3], {"type": "integer", "minimum": 1, "maximum": 3}),
        ([1, 2.5], {"type": "number", "minimum": 1, "maximum": 2.5}),
        (["b", "a"], {"type": "string", "enum": ["a", "b"]}),
        (["2020-01-01T00:00:00Z"], {"type": "string", "format": "date-time"}),
        ([True], {"type": "boolean"}),
        ([1, "a"], {"type": "string"}),
    ],
)
def test_kind_range_and_values_are_told(values: list[Any], schema: dict[str, Any]) -> None:
    assert schema_for(*values) == schema


@pytest.mark.parametrize(
    ("values", "is_told"),
    [
        ([2**53 - 1, 0], False),
        ([2**53], True),
        ([0, -(2**53) - 1], True),
        ([2**60, "text"], False),
        ([2.0**60], False),
    ],
)
def test_it_is_told_where_numbers_are_compared_after_rounding(values: list[Any], is_told: bool) -> None:
    assert ("2^53" in schema_for(*values).get("description", "")) == is_told
