"""Which type values get that do not agree, and that they come back as they were."""

import json
from typing import Any

import pyarrow as pa
import pytest

from eohub_catalogue.service.geoparquet_kinds import MOST_FIELDS, Kind


def kind_of(*values: object) -> Kind:
    kind = Kind()
    for value in values:
        kind.learn(value)
    return kind


def stored(kind: Kind, *values: object) -> list[Any]:
    """What Arrow gives back for values of this kind."""
    encode = kind.encoder()
    field = kind.arrow_field("x")
    given = [encode(value) for value in values] if encode else list(values)
    return pa.array(given, type=field.type).to_pylist()


@pytest.mark.parametrize(
    ("values", "arrow"),
    [
        ([True, None], pa.bool_()),
        ([1, 2], pa.int64()),
        ([1, 2.5], pa.float64()),
        (["a"], pa.string()),
        ([[1], [], None], pa.list_(pa.field("element", pa.int64()))),
        ([{"a": 1}, {"b": "x"}, {}], pa.struct([("a", pa.int64()), ("b", pa.string())])),
        ([[], None], pa.list_(pa.field("element", pa.string()))),
        ([{"a": None, "b": 1}], pa.struct([("b", pa.int64())])),
    ],
)
def test_values_that_agree_have_a_type(values: list[object], arrow: Any) -> None:
    kind = kind_of(*values)
    assert kind.arrow_field("x").type == arrow
    assert not kind.arrow_field("x").metadata
    assert kind.encoder() is None


@pytest.mark.parametrize(
    "values",
    [
        [1, "a"],
        [True, 1],
        [{"a": 1}, [1]],
        ["a", {"a": 1}],
        [[1], "a"],
        [2**63],
        [2**53 + 1, 0.5],
        [{}],
        [{"a": None}],
        [{str(number): 1 for number in range(MOST_FIELDS + 1)}],
    ],
    ids=lambda values: str(values)[:30],
)
def test_values_without_a_type_in_common_become_json_and_come_back(values: list[object]) -> None:
    kind = kind_of(*values, None)
    assert kind.arrow_field("x").metadata[b"ARROW:extension:name"] == b"arrow.json"
    assert [json.loads(text) for text in stored(kind, *values)] == values
    assert stored(kind, None) == [None]


def test_only_the_part_that_does_not_agree_becomes_json() -> None:
    kind = kind_of({"a": [{"n": 1}], "b": 1}, {"a": [{"n": "nan"}], "b": 2})
    assert stored(kind, {"a": [{"n": "nan"}], "b": 2}) == [{"a": [{"n": '"nan"'}], "b": 2}]


def test_nesting_without_end_becomes_json() -> None:
    value: list[object] = []
    for _ in range(100):
        value = [value]
    assert pa.array([None], type=kind_of(value).arrow_field("x").type).null_count == 1


def test_an_object_without_names_among_others_stays_an_object() -> None:
    assert stored(kind_of({"a": 1}, {}), {}, None) == [{"a": None}, None]
