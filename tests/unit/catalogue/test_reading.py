"""Reading JSON that may be anything."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_catalogue.reading import (
    count,
    duration_seconds,
    identifier,
    instant,
    mapping,
    number,
    positions,
    sequence,
    text,
)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(ANY_JSON)
def test_no_value_makes_a_reader_raise(value: object) -> None:
    for read in (count, duration_seconds, identifier, instant, mapping, number, sequence, text):
        read(value)
    list(positions(value))


@given(ANY_JSON)
def test_a_text_can_always_be_sent(value: object) -> None:
    found = text(value, 10)
    assert found is None or (0 < len(found) <= 10 and found.encode("utf-8"))


def test_a_lone_surrogate_is_replaced() -> None:
    assert text("bad \ud800 text") == "bad ? text"


def test_an_id_is_kept_exactly_or_not_at_all() -> None:
    assert identifier(" spaced ") == " spaced "
    assert identifier("x" * 1025) is None
    assert identifier("half \ud800") is None
    assert identifier("") is None
    assert identifier("two\nlines") is None


@pytest.mark.parametrize("value", [True, "1", None, float("nan"), float("inf"), 10**400])
def test_what_is_no_finite_number_is_none(value: object) -> None:
    assert number(value) is None


def test_a_count_is_whole_and_bounded() -> None:
    assert count(13_002_342) == 13_002_342
    assert count(2.0) == 2
    assert count(2.5) is None
    assert count(-1) is None
    assert count(2**63) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2020-06-11T05:15:52.6Z", datetime(2020, 6, 11, 5, 15, 52, 600_000, UTC)),
        ("2020-06-11T02:00:00+02:00", datetime(2020, 6, 11, 0, 0, tzinfo=UTC)),
        ("2020-06-11", datetime(2020, 6, 11, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        (20200611, None),
        ("2020-06-11" * 10, None),
    ],
)
def test_a_time_is_aware_utc_or_none(value: object, expected: datetime | None) -> None:
    assert instant(value) == expected


@pytest.mark.parametrize(
    ("value", "seconds"), [("PT1H", 3600), ("P1D", 86_400), ("P1Y", 31_556_952), ("P", None), ("1 day", None)]
)
def test_a_duration_in_seconds(value: str, seconds: int | None) -> None:
    assert duration_seconds(value) == seconds


def test_positions_are_found_at_any_depth_and_bounded() -> None:
    assert list(positions([[[1, 2], [3, 4]]])) == [[1, 2], [3, 4]]
    assert len(list(positions([[0, 0]] * 50_000))) == 20_000


def test_deep_nesting_is_no_trouble() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert list(positions(deep)) == []
