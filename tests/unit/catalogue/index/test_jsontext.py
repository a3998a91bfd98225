import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.index.jsontext import parse_json, to_json
from eohub_toolkit.errors import Invalid

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_every_value_survives_the_way_in_and_out(value: object) -> None:
    text = to_json(value)
    assert parse_json(text.encode()) == value
    assert json.loads(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "18446744073709551616", "-9223372036854775809", "123456789012345678901234567890", "1e300", "0.1",
        '{"a": [12345678901234567890123, 1e22]}', "5e-324", "1.7976931348623157e308", '"the+one e+5"',
    ],
)  # fmt: skip
def test_numbers_stay_exact(text: str) -> None:
    assert parse_json(text.encode()) == json.loads(text)
    assert json.loads(to_json(parse_json(text.encode()))) == json.loads(text)


def test_half_characters_are_escaped_so_that_they_can_be_stored() -> None:
    value = parse_json(b'{"a": "\\ud800"}')
    assert value == {"a": "\ud800"}
    assert to_json(value).encode() == b'{"a":"\\ud800"}'


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[1,]",
        b"NaN",
        b"Infinity",
        b'{"a": -Infinity}',
        b"\xff",
        b"'a'",
        b"[" * 200_000,
        b"1" * 10_000,
        b"{} {}",
    ],
)
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_json(text)


@pytest.mark.parametrize("value", [math.nan, math.inf, [1, {"a": -math.inf}]])
def test_numbers_that_json_lacks_do_not_get_out(value: object) -> None:
    text_or_error: object
    try:
        text_or_error = to_json(value)
    except Invalid as error:
        text_or_error = error
    assert isinstance(text_or_error, Invalid) or "null" in text_or_error


def test_deep_nesting_is_kept_or_refused_with_a_sentence() -> None:
    deep: object = 1
    for _ in range(500):
        deep = [deep]
    assert parse_json(to_json(deep).encode()) == deep
    for _ in range(200_000):
        deep = [deep]
    with pytest.raises(Invalid, match="nested too deeply"):
        to_json(deep)
