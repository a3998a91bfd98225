"""What the operators of CQL2 mean, once for both ways to evaluate a filter: SQL calls these, Python too."""

import json
import math
import operator
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from eohub_catalogue.index.facts import Scalar
from eohub_catalogue.index.footprint import is_tangled

_FEW_CORNERS = 20
"""A line of so few corners cannot cross itself often enough to matter."""

SPATIAL: Mapping[str, Callable[[BaseGeometry, BaseGeometry], object]] = {
    "s_contains": shapely.contains,
    "s_crosses": shapely.crosses,
    "s_equals": shapely.equals,
    "s_intersects": shapely.intersects,
    "s_overlaps": shapely.overlaps,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
}
"""All but `s_disjoint`, which is the opposite of `s_intersects`."""

TURNED = {"s_contains": "s_within", "s_within": "s_contains"}
"""The relation that says the same with the two sides swapped."""

_SAME_START, _SAME_END = ("left.start", "=", "right.start"), ("left.end", "=", "right.end")
_STARTS_LATER, _STARTS_BEFORE = ("left.start", ">", "right.start"), ("left.start", "<", "right.start")
_ENDS_LATER, _ENDS_BEFORE = ("left.end", ">", "right.end"), ("left.end", "<", "right.end")

TEMPORAL: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "t_after": (("left.start", ">", "right.end"),),
    "t_before": (("left.end", "<", "right.start"),),
    "t_contains": (_STARTS_BEFORE, _ENDS_LATER),
    "t_during": (_STARTS_LATER, _ENDS_BEFORE),
    "t_equals": (_SAME_START, _SAME_END),
    "t_finishedby": (_STARTS_BEFORE, _SAME_END),
    "t_finishes": (_STARTS_LATER, _SAME_END),
    "t_intersects": (("left.start", "<=", "right.end"), ("left.end", ">=", "right.start")),
    "t_meets": (("left.end", "=", "right.start"),),
    "t_metby": (("left.start", "=", "right.end"),),
    "t_overlappedby": (_STARTS_LATER, ("left.start", "<", "right.end"), _ENDS_LATER),
    "t_overlaps": (_STARTS_BEFORE, ("left.end", ">", "right.start"), _ENDS_BEFORE),
    "t_startedby": (_SAME_START, _ENDS_LATER),
    "t_starts": (_SAME_START, _ENDS_BEFORE),
}
"""Each relation as comparisons that all hold; `t_disjoint` is the opposite of `t_intersects`."""

ARRAYS: Mapping[str, Callable[[frozenset[object], frozenset[object]], bool]] = {
    "a_containedby": frozenset.issubset,
    "a_contains": frozenset.issuperset,
    "a_equals": operator.eq,
    "a_overlaps": lambda left, right: not left.isdisjoint(right),
}

ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_CALCULATIONS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
    "div": lambda left, right: float(math.trunc(left / right)),
    "^": math.pow,
}
ARITHMETIC = tuple(_CALCULATIONS)


def related(relation: str, mine: BaseGeometry, other: BaseGeometry) -> bool | None:
    """Whether two shapes are in a relation of `SPATIAL`; None for shapes that cannot be compared so.

    A track that crosses itself hundreds of times cannot, except that it can be asked whether it intersects.
    """
    if relation != "s_intersects" and _is_long_line(mine) and is_tangled(mine):
        return None
    try:
        return bool(SPATIAL[relation](mine, other))
    except ShapelyError:
        return None


def calculated(operation: str, left: float | None, right: float | None) -> float | None:
    """The result as a number; None where one is missing or where there is no finite result."""
    if left is None or right is None:
        return None
    try:
        result = _CALCULATIONS[operation](float(left), float(right))
    except (ArithmeticError, ValueError):
        return None
    return result if math.isfinite(result) else None


def folded(operation: str, text: str | None) -> str | None:
    """The text without regard to case or to accents."""
    if text is None:
        return None
    if operation == "casei":
        return text.casefold()
    split = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(one for one in split if not unicodedata.combining(one)))


def in_relation(relation: str, left: Sequence[Scalar], right: Sequence[Scalar]) -> bool:
    """Whether two lists are in a relation of `ARRAYS`."""
    return ARRAYS[relation](_as_set(left), _as_set(right))


def texts_in_relation(relation: str, left: str | None, right: str | None) -> bool | None:
    """As `in_relation`, of two JSON texts; None where one is missing."""
    if left is None or right is None:
        return None
    mine, other = (cast("list[Scalar]", json.loads(text)) for text in (left, right))
    return in_relation(relation, mine, other)


def is_like(text: str, pattern: Sequence[str | None]) -> bool:
    """Whether a text is as `like_parts` describe it, in time that grows with the product of their lengths."""
    at, after_wild, tried = 0, -1, 0
    position = 0
    while position < len(text):
        part = pattern[at] if at < len(pattern) else ""
        if part is None:
            after_wild, tried, at = at + 1, position, at + 1
        elif part == "_?" or (part and part == text[position]):
            at, position = at + 1, position + 1
        elif after_wild >= 0:
            tried += 1
            at, position = after_wild, tried
        else:
            return False
    return all(part is None for part in pattern[at:])


def like_parts(pattern: str) -> list[str | None]:
    """A pattern of `like` in parts: None for any characters, "_?" for one, else the character itself."""
    parts: list[str | None] = []
    characters = iter(pattern)
    for one in characters:
        match one:
            case "%":
                parts.append(None)
            case "_":
                parts.append("_?")
            case "\\":
                parts.append(next(characters, "\\"))
            case _:
                parts.append(one)
    return parts


def _is_long_line(shape: BaseGeometry) -> bool:
    return bool(shapely.get_dimensions(shape) == 1 and shapely.get_num_coordinates(shape) > _FEW_CORNERS)


def _as_set(values: Sequence[Scalar]) -> frozenset[object]:
    # To Python true and 1 are the same, to an item they are not.
    return frozenset(
        (type(value) is bool, float(value) if isinstance(value, int | float) else value) for value in values
    )
