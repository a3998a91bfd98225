"""The raw item is shown without keys and of a bounded size, and says what was left out."""

import json
from typing import Any

import pytest
from fakes.stac_documents import cube_item, real_documents
from fakes.stac_ugliness import UGLY_VALUES

from eohub_catalogue.raw import MOST_VALUES, raw_of


def size_of(value: Any) -> int:
    inner: Any = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(size_of, inner))


def test_a_usual_item_stays_as_it_came() -> None:
    assert raw_of(cube_item()) == cube_item()


def test_real_items_stay_as_they_came_but_for_their_size() -> None:
    for place, item in real_documents():
        if "pc.json" in place and "us-census" not in place:
            assert list(raw_of(item)) == list(item)


def test_a_long_ring_says_how_many_positions_are_left_out() -> None:
    ring = [[number, 0] for number in range(3_000)]
    raw: Any = raw_of({"geometry": {"type": "Polygon", "coordinates": [ring]}})
    (shown,) = raw["geometry"]["coordinates"]
    assert len(shown) == 501
    assert shown[:2] == [[0, 0], [1, 0]]
    assert shown[-1] == "… 2500 more are left out"


def test_a_long_text_and_many_members_say_so_too() -> None:
    raw: Any = raw_of({"a": "x" * 6_000, "b": {str(number): number for number in range(2_001)}})
    assert raw["a"].endswith("x… 1000 more characters are left out")
    assert raw["b"]["…"] == "… 1 more are left out"


def test_an_endless_item_ends() -> None:
    raw = raw_of({"a": [[[0] * 400] * 400] * 400, "b": 1})
    assert size_of(raw) < 3 * MOST_VALUES
    assert "more are left out" in json.dumps(raw, ensure_ascii=False)


@pytest.mark.parametrize("value", UGLY_VALUES, ids=lambda value: repr(value)[:30])
def test_whatever_came_is_valid_json(value: Any) -> None:
    text = json.dumps(raw_of({"a": value, "b": [value]}), allow_nan=False, ensure_ascii=False)
    assert text.encode()


def test_no_key_is_shown() -> None:
    secret = "wJalrXUtnFEMI-this-is-a-key"
    raw = raw_of({"assets": {"a": {"href": f"https://a.example.org/x.tif?sig={secret}"}}})
    assert raw == {"assets": {"a": {"href": "https://a.example.org/x.tif"}}}
