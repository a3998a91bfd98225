"""What no part of an item should hold: numbers and texts that break the software that reads them."""

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final, cast

# Enough for the largest real items; what lies beyond is not looked at.
_MOST_VALUES: Final = 20_000
_DEEPEST: Final = 30
_LONGEST_TEXT: Final = 100_000
_MESSAGES: Final = {
    "number_not_finite": "It holds a number that is not finite, so it is no valid JSON.",
    "number_huge": "It holds a number of more than 64 bits, so software rounds or refuses it.",
    "text_huge": "It holds a very long text, so it is slow to load and shown cut.",
    "text_surrogate": "It holds text that cannot be encoded, so a sign in it is replaced.",
    "too_deep": "It is nested very deeply, so not all of it is shown.",
}


def check(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Defects of single values, wherever they stand."""
    found = dict.fromkeys(_defects(item))
    return ((code, _MESSAGES[code]) for code in found)


def _defects(item: object) -> Iterator[str]:
    # By type and not by pattern: this is asked for every number of every footprint.
    level: list[object] = [item]
    left = _MOST_VALUES
    for _ in range(_DEEPEST):
        inner: list[object] = []
        for value in islice(level, left):
            kind = type(value)
            if kind is float:
                if not math.isfinite(cast(float, value)):
                    yield "number_not_finite"
            elif kind is str:
                yield from _text_defects(cast(str, value))
            elif kind is list:
                inner += islice(cast("list[object]", value), left)
            elif kind is dict:
                inner += islice(cast("dict[object, object]", value), left)
                inner += islice(cast("dict[object, object]", value).values(), left)
            elif kind is int and abs(cast(int, value)) >= 2**63:
                yield "number_huge"
            if len(inner) > left:
                break
        left -= len(level)
        level = inner
        if not level or left <= 0:
            return
    yield "too_deep"


def _text_defects(value: str) -> Iterator[str]:
    if len(value) > _LONGEST_TEXT:
        yield "text_huge"
    elif not value.isascii() and value.encode("utf-8", "ignore").decode("utf-8") != value:
        yield "text_surrogate"
