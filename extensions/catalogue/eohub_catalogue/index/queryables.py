"""What is learned of properties from the items that have them: the kinds, ranges and values to search for."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import orjson

from eohub_catalogue.filters import TIMES
from eohub_catalogue.index.facts import Fact

MOST_PROPERTIES = 500
MOST_VALUES = 20
LONGEST_VALUE = 100

type PropertyKind = Literal["string", "datetime", "number", "integer", "boolean", "array", "object"]
type Learned = Mapping[str, "LearnedProperty"]
"""What is known of each property, by its name."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_KINDS: Mapping[type, PropertyKind] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
}


@dataclass(frozen=True)
class LearnedProperty:
    """A property: its kinds of values, the least and greatest number, and all texts where they are few.

    `values` is None where there are more than `MOST_VALUES`, or one that is too long.
    """

    kinds: frozenset[PropertyKind]
    minimum: float | None = None
    maximum: float | None = None
    values: frozenset[str] | None = frozenset()

    @property
    def kind(self) -> PropertyKind:
        """The one kind that describes all values; text where there are several."""
        if len(self.kinds) == 1:
            return next(iter(self.kinds))
        return "number" if self.kinds <= {"integer", "number"} else "string"

    def __or__(self, other: "LearnedProperty") -> "LearnedProperty":
        """What is known of both."""
        numbers = [
            one for one in (self.minimum, other.minimum, self.maximum, other.maximum) if one is not None
        ]
        values = None if self.values is None or other.values is None else self.values | other.values
        return LearnedProperty(
            self.kinds | other.kinds,
            min(numbers, default=None),
            max(numbers, default=None),
            None if values is None or len(values) > MOST_VALUES else values,
        )


def learn(texts: Iterable[str]) -> dict[str, LearnedProperty]:
    """What the facts of items, as JSON texts, tell of their properties."""
    columns: defaultdict[str, list[Fact]] = defaultdict(list)
    for text in texts:
        for name, fact in cast("dict[str, Fact | None]", orjson.loads(text)).items():
            if fact is not None:
                columns[name].append(fact)
    return {name: _column(name, column) for name, column in columns.items()}


def joined(parts: Iterable[Learned]) -> dict[str, LearnedProperty]:
    """What is known of the properties of several collections, or before and after."""
    known: dict[str, LearnedProperty] = {}
    for part in parts:
        for name, more in part.items():
            if name in known:
                known[name] |= more
            elif len(known) < MOST_PROPERTIES:
                known[name] = more
    return known


def to_text(learned: Learned) -> str:
    """As JSON text, for the store."""
    return json.dumps(
        {
            name: {
                "kinds": sorted(one.kinds),
                "minimum": one.minimum,
                "maximum": one.maximum,
                "values": None if one.values is None else sorted(one.values),
            }
            for name, one in learned.items()
        }
    )


def from_text(text: str) -> dict[str, LearnedProperty]:
    """From the JSON text that `to_text` made."""
    return {
        name: LearnedProperty(
            frozenset(one["kinds"]),
            one["minimum"],
            one["maximum"],
            None if one["values"] is None else frozenset(one["values"]),
        )
        for name, one in cast("dict[str, Any]", json.loads(text)).items()
    }


def _column(name: str, column: Sequence[Fact]) -> LearnedProperty:
    kinds = set(map(type, column))
    if kinds == {str}:
        return _texts(name, frozenset(cast("Sequence[str]", column)))
    if kinds <= {int, float}:
        numbers = cast("Sequence[float]", column)
        return LearnedProperty(
            frozenset(_KINDS[kind] for kind in kinds), float(min(numbers)), float(max(numbers))
        )
    known = LearnedProperty(frozenset(_KINDS[kind] for kind in kinds if kind is not str))
    if str in kinds:
        known |= _texts(name, frozenset(one for one in column if isinstance(one, str)))
    if numbers := [
        float(one) for one in column if isinstance(one, int | float) and not isinstance(one, bool)
    ]:
        known |= LearnedProperty(frozenset(), min(numbers), max(numbers))
    return known


def _texts(name: str, values: frozenset[str]) -> LearnedProperty:
    is_time = name in TIMES or all(map(_TIME.fullmatch, (min(values), max(values))))
    are_few = not is_time and len(values) <= MOST_VALUES and max(map(len, values)) <= LONGEST_VALUE
    return LearnedProperty(
        frozenset({"datetime" if is_time else "string"}), values=values if are_few else None
    )
