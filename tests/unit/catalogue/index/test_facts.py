"""What filters see of properties, as a mapping and as the JSON text that the store keeps."""

import json
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.index.facts import (
    LONGEST_FACT,
    MOST_FACTS,
    cloud_cover_of,
    facts_of,
    facts_text,
    is_property_name,
    storable,
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800")
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2)
)


@given(st.dictionaries(st.text(max_size=5) | st.sampled_from(["gsd", "eo:cloud_cover"]), values, max_size=5))
def test_the_text_says_what_the_facts_say(properties: dict[str, Any]) -> None:
    facts = json.loads(facts_text(properties))
    known = {name: value for name, value in facts.items() if value is not None and is_property_name(name)}
    assert known == json.loads(json.dumps(facts_of(properties), allow_nan=False))
    connection = sqlite3.connect(":memory:")
    assert connection.execute("SELECT json_valid(?)", [facts_text(properties)]).fetchone() == (1,)


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        ("text", "text"),
        (7, 7),
        (2**70, float(2**70)),
        (10**400, {}),
        (True, True),
        ([1, "a", True], (1, "a", True)),
        ([1, None], {}),
        ([[1]], {}),
        ({"a": 1}, {}),
        ("\ud800\x00", "?\ufffd"),
        ("é" * 20_000, "é" * LONGEST_FACT),
    ],
)
def test_a_value_is_plain_or_only_there(value: object, fact: object) -> None:
    assert facts_of({"a": value}) == {"a": fact}


@pytest.mark.parametrize("value", [None, float("nan"), float("-inf")])
def test_what_is_no_value_is_absent(value: object) -> None:
    assert facts_of({"a": value}) == {}


def test_no_item_has_more_facts_than_can_be_looked_through() -> None:
    many = {f"p{number}": number for number in range(5_000)}
    assert len(facts_of(many)) == len(json.loads(facts_text(many))) == MOST_FACTS


@pytest.mark.parametrize("name", ['a"b', "a\\b", "a\nb", "x" * 201])
def test_a_name_that_cannot_be_asked_about_is_left_out(name: str) -> None:
    assert facts_of({name: 1}) == {}


@pytest.mark.parametrize(
    ("value", "cover"),
    [(5, 5.0), (2.5, 2.5), ("5", None), (True, None), (None, None), ({}, None), (2**70, 2.0**70)],
)
def test_cloud_cover_is_a_number_or_nothing(value: object, cover: float | None) -> None:
    assert cloud_cover_of({"eo:cloud_cover": value}) == cover


def test_a_text_that_can_be_stored_stays() -> None:
    assert storable("Čerčany") == "Čerčany"
