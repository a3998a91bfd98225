"""What filters see of an item's properties: plain values, whatever the document holds."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from math import isfinite
from typing import cast

import orjson

type Scalar = str | float | bool
type Fact = Scalar | tuple[Scalar, ...] | dict[str, str]
"""A text, a number, a truth value, a list of those, or {} for what is there but cannot be compared."""

CLOUD_COVER = "eo:cloud_cover"
"""The property that nearly every search of images asks about; the store has an index of it."""

MOST_FACTS = 1_000
LONGEST_NAME = 200
LONGEST_FACT = 10_000
"""Characters of a text that are compared; the rest of it is not looked at."""

# An object within another, a list within a list, null in a list, and what JSON has to escape.
_ODD = (b"{", b"[[", b",[", b"[null", b",null", b"\\")
_OTHER: dict[str, str] = {}
_HIGHEST = 2**63


def facts_of(properties: Mapping[str, object]) -> dict[str, Fact]:
    """The properties that can be asked about; one that is null is as good as absent."""
    facts: dict[str, Fact] = {}
    for name, value in properties.items():
        kind = type(value)
        if value is None or not is_property_name(name):
            continue
        if kind is str:
            facts[name] = storable(cast("str", value))
        elif kind is list:
            facts[name] = _list(cast("list[object]", value))
        elif kind is not float or isfinite(cast("float", value)):
            facts[name] = _fact(value)
    return facts if len(facts) <= MOST_FACTS else dict(islice(facts.items(), MOST_FACTS))


def facts_text(properties: Mapping[str, object]) -> str:
    """`facts_of` as JSON text, such as SQLite can look into; null may stand for what is absent."""
    try:
        text = orjson.dumps(properties)
    except TypeError:
        # Huge integers and half characters.
        return orjson.dumps(facts_of(properties)).decode()
    # Most properties are as they have to be, which is seen much faster in their text.
    is_odd = len(text) > LONGEST_FACT or len(properties) > MOST_FACTS or any(map(text[1:].count, _ODD))
    return (orjson.dumps(facts_of(properties)) if is_odd else text).decode()


def cloud_cover_of(properties: Mapping[str, object]) -> float | None:
    """The cloud cover, in percent, where there is a number."""
    value = _fact(properties.get(CLOUD_COVER))
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@lru_cache(4_096)
def is_property_name(name: str) -> bool:
    """Whether a property of this name can be asked about: SQLite's JSON paths know no escapes."""
    return len(name) <= LONGEST_NAME and name.isprintable() and '"' not in name and "\\" not in name


def storable(value: str) -> str:
    """A text as it is compared: cut, and without what neither SQLite nor UTF-8 can hold."""
    if value.isascii() and len(value) <= LONGEST_FACT and "\x00" not in value:
        return value
    return value[:LONGEST_FACT].replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _fact(value: object) -> Scalar | dict[str, str]:
    kind = type(value)
    if kind is str:
        return storable(cast("str", value))
    if kind is bool or (kind is float and isfinite(cast("float", value))):
        return cast("float", value)
    if isinstance(value, int):
        # Beyond 64 bits SQLite has floats only, and Python refuses to make one beyond 1e308.
        return value if -_HIGHEST <= value < _HIGHEST else _float(value)
    return _OTHER


def _list(values: list[object]) -> tuple[Scalar, ...] | dict[str, str]:
    facts = tuple(fact for value in values if not isinstance(fact := _fact(value), dict))
    return facts if len(facts) == len(values) else _OTHER


def _float(value: int) -> float | dict[str, str]:
    try:
        return float(value)
    except OverflowError:
        return _OTHER
