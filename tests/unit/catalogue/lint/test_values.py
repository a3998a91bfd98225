"""Numbers and texts that no part of an item should hold."""

import json
from typing import Any

import pytest
from fakes.item_defects import codes
from fakes.stac_documents import cube_item, with_properties


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (float("nan"), "number_not_finite"),
        ({"a": [float("-inf")]}, "number_not_finite"),
        (10**30, "number_huge"),
        ("x" * 100_001, "text_huge"),
        ("a\ud800b", "text_surrogate"),
        ({"\udfff": 1}, "text_surrogate"),
        (json.loads("[" * 100 + "]" * 100), "too_deep"),
    ],
)
def test_a_value_that_breaks_software_is_marked_wherever_it_stands(value: Any, code: str) -> None:
    assert codes(with_properties(note=value)) == {code}
    assert codes(cube_item(note=value)) == {code}


def test_text_in_any_script_is_no_defect() -> None:
    assert codes(with_properties(note="Grüße 温度 \U0001f600")) == set()


def test_an_endless_item_is_looked_at_in_part_only() -> None:
    assert codes(with_properties(note=[[0] * 1000] * 1000)) == set()
