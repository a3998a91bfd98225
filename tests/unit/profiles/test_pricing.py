from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.pricing import (
    MAXIMUM_PRICE_MICRO_EUR_PER_HOUR,
    cost,
    format_amount,
    format_price,
    parse_price,
)

prices = st.integers(0, MAXIMUM_PRICE_MICRO_EUR_PER_HOUR)


@pytest.mark.parametrize(
    ("text", "micro_eur"),
    [
        ("0.04 EUR/h", 40_000),
        ("0.14 EUR/h", 140_000),
        # In floating point this is 1000999.9999999999 micro-EUR.
        ("1.001 EUR/h", 1_001_000),
        ("0.000001 EUR/h", 1),
        ("1.1 EUR/h", 1_100_000),
        ("3 EUR/h", 3_000_000),
        ("0 EUR/h", 0),
        ("10000 EUR/h", 10_000_000_000),
    ],
)
def test_a_price_is_read_exactly(text: str, micro_eur: int) -> None:
    assert parse_price(text) == micro_eur


@pytest.mark.parametrize("text", ["-0.04 EUR/h", "-1 EUR/h", "-0 EUR/h"])
def test_a_negative_price_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"must not be negative: {text}"):
        parse_price(text)


def test_a_price_finer_than_a_micro_eur_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 6 decimals"):
        parse_price("0.0000001 EUR/h")


def test_a_price_above_the_maximum_is_refused() -> None:
    with pytest.raises(ValueError, match=r"must be at most 10000\.00 EUR/h: 10000\.000001 EUR/h"):
        parse_price("10000.000001 EUR/h")


@pytest.mark.parametrize(
    "text",
    [
        "0.04",
        "0.04 EUR",
        "0.04EUR/h",
        "0,04 EUR/h",
        "EUR/h",
        ".04 EUR/h",
        "0. EUR/h",
        "1e-2 EUR/h",
        "+1 EUR/h",
        "0.04 USD/h",
        "0.04 eur/h",
        "0.04 EUR/h ",
        "0.04 EUR/h\n",
        "٠.٠٤ EUR/h",
        "NaN EUR/h",
        "inf EUR/h",
        "",
    ],
)
def test_a_price_written_otherwise_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 0\.04 EUR/h, not "):
        parse_price(text)


@pytest.mark.parametrize("value", [0.04, 40_000, True, None, ["0.04 EUR/h"]])
def test_a_price_without_a_unit_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"must be a price with its unit, such as 0\.04 EUR/h, not "):
        parse_price(value)


@pytest.mark.parametrize(
    ("micro_eur", "text"),
    [
        (40_000, "0.04 EUR"),
        (420_000, "0.42 EUR"),
        (5_000_000, "5.00 EUR"),
        (100_000, "0.10 EUR"),
        (125_000, "0.125 EUR"),
        (1, "0.000001 EUR"),
        (0, "0.00 EUR"),
        (-5_000_000, "-5.00 EUR"),
        (-1, "-0.000001 EUR"),
        (1_234_567_890_000, "1234567.89 EUR"),
    ],
)
def test_an_amount_is_written_exactly_with_two_decimals_or_more(micro_eur: int, text: str) -> None:
    assert format_amount(micro_eur) == text


def test_a_price_is_written_as_the_form_shows_it() -> None:
    assert format_price(40_000) == "0.04 EUR/h"


@given(prices)
def test_a_price_survives_being_written_and_read(price: int) -> None:
    assert parse_price(format_price(price)) == price


@given(st.integers(-(10**18), 10**18))
def test_a_written_amount_has_exactly_the_value_of_the_amount(micro_eur: int) -> None:
    assert Fraction(format_amount(micro_eur).removesuffix(" EUR")) * 1_000_000 == micro_eur


@given(st.text(max_size=40))
def test_any_text_is_a_price_or_a_value_error(text: str) -> None:
    try:
        price = parse_price(text)
    except ValueError:
        return
    assert 0 <= price <= MAXIMUM_PRICE_MICRO_EUR_PER_HOUR


@pytest.mark.parametrize(
    ("price", "seconds", "micro_eur"),
    [
        (40_000, 3600.0, 40_000),
        (40_000, 0.0, 0),
        (40_000, -5.0, 0),
        (1, 3599.999, 0),
        (1, 3600.0, 1),
        (140_000, 5400.0, 210_000),
        (10_000_000_000, 31_536_000.0, 87_600_000_000_000),
    ],
)
def test_time_costs_its_share_of_the_hour(price: int, seconds: float, micro_eur: int) -> None:
    assert cost(price, seconds) == micro_eur
