from datetime import UTC, datetime

import pytest

from eohub_catalogue.index.interval import BEGINNING, END, UNKNOWN, interval_of, moment, searched_interval
from eohub_toolkit.errors import Invalid


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1970-01-01T00:00:00.0000019Z", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:59:59.5Z", -500_000),
        ("1970-01-01t00:00:01z", 1_000_000),
        ("1970-01-01T00:00:60Z", 59_999_999),
        ("0001-01-01T00:00:00+14:00", -62_135_647_200_000_000),
        ("9999-12-31T23:59:59.999999-12:00", 253_402_343_999_999_999),
        ("1970-01-02", 86_400_000_000),
        ("1970-01-01T00:00:01", 1_000_000),
        ("19700101T000001Z", 1_000_000),
    ],
)
def test_times_of_items_are_read_as_they_come(text: str, microseconds: int) -> None:
    assert moment(text) == microseconds
    assert UNKNOWN < BEGINNING < microseconds < END


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        True,
        "",
        "yesterday",
        "2020",
        "2020-13-01T00:00:00Z",
        "x" * 100_000,
        ["2020-01-01"],
        "2020-02-30",
    ],
)
def test_what_is_no_time_is_none(value: object) -> None:
    assert moment(value) is None


START, MIDDLE, STOP = "2020-01-01T00:00:00Z", "2020-06-01T00:00:00Z", "2020-12-31T00:00:00Z"


@pytest.mark.parametrize(
    ("properties", "interval"),
    [
        ({"datetime": MIDDLE}, (MIDDLE, MIDDLE)),
        ({"datetime": None, "start_datetime": START, "end_datetime": STOP}, (START, STOP)),
        ({"datetime": STOP, "start_datetime": START, "end_datetime": STOP}, (START, STOP)),
        ({"datetime": MIDDLE, "start_datetime": STOP, "end_datetime": START}, (MIDDLE, MIDDLE)),
        ({"start_datetime": STOP, "end_datetime": START}, (START, STOP)),
        ({"start_datetime": START}, (START, START)),
        ({"end_datetime": STOP}, (STOP, STOP)),
        ({"datetime": "soon", "end_datetime": STOP}, (STOP, STOP)),
        ({"datetime": MIDDLE, "start_datetime": START}, (MIDDLE, MIDDLE)),
    ],
)
def test_an_item_is_valid_in_the_best_interval_it_gives(
    properties: dict[str, object], interval: tuple[str, str]
) -> None:
    assert interval_of(properties) == (at(interval[0]), at(interval[1]))


@pytest.mark.parametrize("properties", [{}, {"datetime": None}, {"datetime": 5, "start_datetime": "never"}])
def test_an_item_without_a_usable_time_has_none(properties: dict[str, object]) -> None:
    assert interval_of(properties) is None


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        (START, (at(START), at(START))),
        (f"{START}/{STOP}", (at(START), at(STOP))),
        (f"{START}/{START}", (at(START), at(START))),
        (f"{START}/..", (at(START), END)),
        (f"{START}/", (at(START), END)),
        (f"../{STOP}", (BEGINNING, at(STOP))),
        (f"/{STOP}", (BEGINNING, at(STOP))),
        ("2020-01-01T02:00:00.0+02:00", (at(START), at(START))),
    ],
)
def test_a_searched_time_is_an_instant_or_a_range(text: str, interval: tuple[int, int]) -> None:
    assert searched_interval(text) == interval


@pytest.mark.parametrize(
    "text",
    [
        "", "..", "/", "../..", "/..", "../", f"{START}/{STOP}/{STOP}", f"/{START}/{STOP}", "2020",
        "2020-01-01",
        "2020-01-01T00:00:00", "2020-01-01 00:00:00Z", "2020-13-01T00:00:00Z", "2020-01-32T00:00:00Z",
        "2020-01-01T25:00:00Z", "2020-01-01T00:60:00Z", "2020-01-01T00:00:61Z", "2020-01-01T00:00:00.Z",
        "2020-01-01T00:00:00,5Z", "2020-01-01T00:00:00+0100", "12020-01-01T00:00:00Z", "20-01-01T00:00:00Z",
        f"{STOP}/{START}", "٢٠٢٠-01-01T00:00:00Z", "x" * 100_000, f" {START}",
    ],
)  # fmt: skip
def test_any_other_text_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        searched_interval(text)
    assert refusal.value.hint
    assert len(refusal.value.detail) < 200


def test_a_range_that_runs_backwards_says_to_swap_it() -> None:
    with pytest.raises(Invalid, match="ends before it starts") as refusal:
        searched_interval(f"{STOP}/{START}")
    assert refusal.value.hint == "Swap the two dates."
