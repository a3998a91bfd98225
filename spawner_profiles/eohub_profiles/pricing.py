"""Money: integers of micro-EUR everywhere, `0.04 EUR/h` in files and on pages, nothing in floating point."""

import re

from eohub_profiles.wording import kind_of, shown

MICRO_EUR_PER_EUR = 1_000_000
MAXIMUM_PRICE_MICRO_EUR_PER_HOUR = 10_000 * MICRO_EUR_PER_EUR
_PRICE = re.compile(r"(-?)([0-9]{1,9})(?:\.([0-9]{1,12}))? EUR/h")
_DECIMALS = 6
_SHOWN_DECIMALS = 2
_MILLISECONDS_PER_HOUR = 3_600_000


def parse_price(text: object) -> int:
    """Return the micro-EUR per hour of a price such as `0.04 EUR/h`, exactly. Raises ValueError."""
    if not isinstance(text, str):
        raise ValueError(f"must be a price with its unit, such as 0.04 EUR/h, not {kind_of(text)}")
    match = _PRICE.fullmatch(text)
    if match is None:
        raise ValueError(f"must be a number, a space and EUR/h, such as 0.04 EUR/h, not {shown(text)}")
    sign, whole, decimals = match[1], match[2], match[3] or ""
    if sign:
        raise ValueError(f"must not be negative: {text}")
    if len(decimals) > _DECIMALS:
        raise ValueError(
            f"must have at most {_DECIMALS} decimals (one micro-EUR is the smallest unit): {text}"
        )
    price = int(whole) * MICRO_EUR_PER_EUR + int(decimals.ljust(_DECIMALS, "0"))
    if price > MAXIMUM_PRICE_MICRO_EUR_PER_HOUR:
        raise ValueError(f"must be at most {format_price(MAXIMUM_PRICE_MICRO_EUR_PER_HOUR)}: {text}")
    return price


def format_amount(micro_eur: int) -> str:
    """Write an amount exactly, with two decimals or as many as it needs: `0.42 EUR`, `-5.00 EUR`."""
    whole, micro = divmod(abs(micro_eur), MICRO_EUR_PER_EUR)
    decimals = f"{micro:0{_DECIMALS}d}".rstrip("0").ljust(_SHOWN_DECIMALS, "0")
    return f"{'-' if micro_eur < 0 else ''}{whole}.{decimals} EUR"


def format_price(micro_eur_per_hour: int) -> str:
    """Write a price per hour exactly, as the policy files and the form show it: `0.04 EUR/h`."""
    return f"{format_amount(micro_eur_per_hour)}/h"


def cost(price_micro_eur_per_hour: int, seconds: float) -> int:
    """Return the micro-EUR of so many seconds at a price per hour, to the millisecond, rounded down."""
    return price_micro_eur_per_hour * max(0, round(seconds * 1000)) // _MILLISECONDS_PER_HOUR
