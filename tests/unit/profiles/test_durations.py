import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.durations import format_duration, parse_duration, parse_limit


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1 s", 1),
        ("90 s", 90),
        ("10 min", 600),
        ("1 h", 3_600),
        ("24 h", 86_400),
        ("1 day", 86_400),
        ("7 days", 604_800),
    ],
)
def test_a_length_of_time_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds == parse_limit(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "h",
        "1h",
        "0 h",
        "-1 h",
        "1.5 h",
        "01 h",
        "1  h",
        "1 H",
        "1 h\n",
        " 1 h",
        "1 week",
        "never",
        "100000 s",
        "\u0661 h",
        3600,
        1.0,
        True,
        None,
        [],
        {},
    ],
)
def test_anything_else_is_none(text: object) -> None:
    with pytest.raises(ValueError, match=r"^must be"):
        parse_duration(text)


def test_never_is_no_limit_and_no_other_word_is() -> None:
    assert parse_limit("never") is None
    with pytest.raises(ValueError, match="not 'Never'"):
        parse_limit("Never")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (59, "59 s"),
        (60, "1 min"),
        (90, "90 s"),
        (3_600, "1 h"),
        (5_400, "90 min"),
        (86_400, "24 h"),
        (129_600, "36 h"),
        (172_800, "2 days"),
        (604_800, "7 days"),
    ],
)
def test_it_is_written_in_the_largest_unit_that_is_exact(seconds: int, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.integers(1, 99_999))
def test_what_is_written_means_the_same_when_it_is_read(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds
