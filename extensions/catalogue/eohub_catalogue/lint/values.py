"""What no part of an item should hold: numbers and texts that break the software that reads them."""

import math
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final, cast

# Enough for the largest real items; what lies beyond is not looked at.
_MOST_VALUES: Final = 20_000
_DEEPEST: Final = 30
_LONGEST_TEXT: Final = 100_000
_MANY_VALUES: Final = 500_000


def check(item: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Defects of single values, wherever they stand."""
    for value, depth in _walk(item):
        match value:
            case float() if not math.isfinite(value):
                yield "number_not_finite", "It holds a number that is not finite, so it is no valid JSON."
            case int() if abs(value) >= 2**63:
                yield (
                    "number_huge",
                    "It holds a number of more than 64 bits, so software rounds or refuses it.",
                )
            case str() if len(value) > _LONGEST_TEXT:
                yield "text_huge", "It holds a very long text, so it is slow to load and shown cut."
            case str() if not _can_be_encoded(value):
                yield "text_surrogate", "It holds text that cannot be encoded, so a sign in it is replaced."
            case _ if depth > _DEEPEST:
                yield "too_deep", "It is nested very deeply, so not all of it is shown."
                return
            case _:
                pass


def _can_be_encoded(value: str) -> bool:
    return value.isascii() or value.encode("utf-8", "ignore").decode("utf-8") == value


def _walk(item: Mapping[str, object]) -> Iterator[tuple[object, int]]:
    waiting: list[tuple[object, int]] = [(item, 0)]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        value, depth = waiting.pop()
        yield value, depth
        if len(waiting) > _MANY_VALUES or depth > _DEEPEST:
            continue
        if isinstance(value, dict):
            pairs = islice(cast("dict[object, object]", value).items(), _MOST_VALUES)
            waiting += [(part, depth + 1) for pair in pairs for part in pair]
        elif isinstance(value, list):
            waiting += [(part, depth + 1) for part in cast("list[object]", value)[:_MOST_VALUES]]
