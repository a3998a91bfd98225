"""JSON texts in and out, fast, and exact where speed would lose something."""

import json
import math
from typing import NoReturn, cast

import orjson

from eohub_toolkit.errors import Invalid

MOST_DIGITS = 1_000
_TO_ZERO = bytes(ord("0") if chr(one) in "123456789" else one for one in range(256))
_MANY_DIGITS = b"0" * 19


def parse_json(text: bytes) -> object:
    """The value of a JSON text; raises ValueError that says why not. NaN and infinity are not JSON."""
    try:
        value = cast("object", orjson.loads(text))
        # orjson turns integers beyond 64 bits into floats, which it writes with an exponent.
        if _MANY_DIGITS not in text.translate(_TO_ZERO) or b"e+" not in orjson.dumps(value):
            return value
    except (orjson.JSONDecodeError, TypeError):
        # Half characters, byte order marks and deep nesting are left to Python's own parser to judge.
        pass
    try:
        return json.loads(
            text, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_finite_number
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None


def to_json(value: object) -> str:
    """Compact JSON that can be stored and sent as UTF-8; raises Invalid for what JSON cannot express."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        # Huge integers, deep nesting and half characters, which Python escapes.
        pass
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError):
        raise Invalid("It holds a number that JSON cannot express, or is nested too deeply.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"it holds a number of {len(text)} digits")
    return int(text)


def _finite_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is too large a number")
    return number
