"""Numbers in sentences."""

import pytest

from eohub_cubes.wording import bytes_text, count_text, ordinal_text, seconds_text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"), (999, "999 B"), (1_000, "1.0 KiB"), (1_023, "1.0 KiB"), (1_932_735_283, "1.8 GiB"),
        (206 * 2**40, "206 TiB"), (2**80, "1048576 EiB"),
    ],
)  # fmt: skip
def test_bytes_have_a_unit_that_keeps_them_short(size: int, text: str) -> None:
    assert bytes_text(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "less than a second"), (40.4, "40 s"), (89, "89 s"), (420, "7 min"), (12_600, "3.5 h"),
        (1_036_800, "12 days"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_said_as_people_do(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


def test_one_is_not_many() -> None:
    assert count_text(1, "request", "requests") == "1 request"
    assert count_text(1_212, "request", "requests") == "1,212 requests"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (22, "22nd"),
        (113, "113th"),
    ],
)
def test_a_number_in_a_row_has_its_ending(number: int, text: str) -> None:
    assert ordinal_text(number) == text
