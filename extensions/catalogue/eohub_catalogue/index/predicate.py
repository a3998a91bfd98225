"""A condition as SQL: its text is put together from constants, every value of a filter is bound."""

# ruff: noqa: S608

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from shapely.geometry.base import BaseGeometry

from eohub_catalogue.index.expression import (
    Calculated,
    Comparison,
    Condition,
    Constant,
    Ending,
    Every,
    Flag,
    Folded,
    Kind,
    Like,
    Listed,
    Missing,
    Not,
    OneOf,
    Operand,
    Property,
    Some,
    Spatial,
    Temporal,
    Truth,
)
from eohub_catalogue.index.facts import CLOUD_COVER, Scalar
from eohub_catalogue.index.footprint import Box
from eohub_catalogue.index.interval import UNKNOWN
from eohub_catalogue.index.relations import TEMPORAL

type Parameters = dict[str, str | int | float]

_FACTS = "item_facts.facts"
_OWN = {"id": "item.id", "collection": "NULLIF(item.collection, '')"}
_KINDS: tuple[Kind, ...] = ("text", "number", "boolean")
_GLOB = {"*": "[*]", "?": "[?]", "[": "[[]"}


@dataclass(frozen=True)
class Predicate:
    """SQL that is true, false or null, its parameters, and shapes whose handles are to be bound by name."""

    sql: str
    parameters: Parameters
    shapes: dict[str, BaseGeometry]


def predicate_of(condition: Condition) -> Predicate:
    """The SQL of a condition on the tables `item` and `item_facts`."""
    writer = _Writer()
    return Predicate(writer.condition(condition), writer.parameters, writer.shapes)


def overlaps(boxes: Sequence[Box], bind: Callable[[float], str]) -> str:
    """SQL that tells whether the box of an item, or of an R*Tree's entry, meets one of the boxes."""
    parts = [
        f"(west <= {bind(east)} AND east >= {bind(west)}"
        f" AND south <= {bind(north)} AND north >= {bind(south)})"
        for west, south, east, north in boxes
    ]
    return f"({' OR '.join(parts)})"


def glob_of(pattern: str) -> str:
    """The pattern of SQLite's GLOB, which heeds case, for a pattern of CQL2's LIKE."""
    characters = iter(pattern)
    parts: list[str] = []
    for one in characters:
        match one:
            case "%":
                parts.append("*")
            case "_":
                parts.append("?")
            case "\\":
                escaped = next(characters, "\\")
                parts.append(_GLOB.get(escaped, escaped))
            case _:
                parts.append(_GLOB.get(one, one))
    return "".join(parts)


class _Writer:
    """Writes one condition and collects what is bound."""

    def __init__(self) -> None:
        self.parameters: Parameters = {}
        self.shapes: dict[str, BaseGeometry] = {}
        self._names = count()

    def condition(self, condition: Condition) -> str:
        match condition:
            case Truth(value):
                return "1" if value else "0"
            case Flag(asked):
                return self._value(asked, "boolean")
            case Not(part):
                return f"NOT ({self.condition(part)})"
            case Every(parts):
                return f"({' AND '.join(map(self.condition, parts))})"
            case Some(parts):
                return f"({' OR '.join(map(self.condition, parts))})"
            case Spatial(relation):
                return self._spatial(relation, condition)
            case Temporal(relation, left, right):
                ends: dict[str, Ending] = {"left.start": left.start, "left.end": left.end}
                ends |= {"right.start": right.start, "right.end": right.end}
                parts = [
                    f"{self._moment(ends[one])} {order} {self._moment(ends[other])}"
                    for one, order, other in TEMPORAL[relation]
                ]
                return f"({' AND '.join(parts)})"
            case _:
                return self._compared(condition)

    def _compared(self, condition: Comparison | OneOf | Like | Listed | Missing) -> str:
        match condition:
            case Comparison(order, kind, left, right):
                comparable = _KINDS if order in ("=", "<>") else _KINDS[:2]
                kinds = comparable if kind is None else (kind,)
                each = [f"{self._value(left, one)} {order} {self._value(right, one)}" for one in kinds]
                return f"({each[0]})" if kind else f"COALESCE({', '.join(each)})"
            case OneOf(kind, operand, values):
                listed = self._bind(json.dumps(values))
                return f"({self._value(operand, kind)} IN (SELECT value FROM json_each({listed})))"
            case Like(operand, pattern):
                return f"({self._value(operand, 'text')} GLOB {self._bind(glob_of(pattern))})"
            case Listed(relation, left, right):
                lists = f"{self._list(left)}, {self._list(right)}"
                return f"cql2_lists({self._bind(relation)}, {lists})"
            case Missing(operand):
                return self._missing(operand)

    def _missing(self, operand: Operand) -> str:
        match operand:
            case Property("geometry"):
                # SQLite refuses what is nested more deeply than it likes, and with it the whole search.
                geometry = (
                    "CASE WHEN json_valid(item.body) THEN json_type(item.body, '$.geometry') ELSE '' END"
                )
                return f"(COALESCE({geometry}, 'null') = 'null')"
            case Property(name) if name not in _OWN:
                return f"(COALESCE(json_type({_FACTS}, {self._path(name)}), 'null') = 'null')"
            case Calculated():
                return f"({self._value(operand, 'number')} IS NULL)"
            case _:
                return f"({self._value(operand, 'text')} IS NULL)"

    def _value(self, operand: Operand, kind: Kind) -> str:
        match operand:
            case Constant(_, value):
                assert not isinstance(value, tuple), "a day is compared by its ends"
                return self._bind(value)
            case Calculated(operation, left, right):
                numbers = f"{self._value(left, 'number')}, {self._value(right, 'number')}"
                return f"cql2_calculate({self._bind(operation)}, {numbers})"
            case Folded(operation, text):
                return f"cql2_fold({self._bind(operation)}, {self._value(text, 'text')})"
            case Property(name) if name in _OWN:
                moment = f"cql2_moment({_OWN[name]})" if kind == "moment" else "NULL"
                return _OWN[name] if kind == "text" else moment
            case Property(name):
                return self._fact(name, kind)

    def _fact(self, name: str, kind: Kind) -> str:
        if kind == "number" and name == CLOUD_COVER:
            return "item_facts.cloud_cover"
        if kind == "moment" and name == "datetime":
            return "item_facts.instant"
        path = self._path(name)
        held = f"json_type({_FACTS}, {path})"
        text = f"CASE {held} WHEN 'text' THEN {_FACTS} ->> {path} END"
        match kind:
            case "text":
                return f"({text})"
            case "moment":
                return f"cql2_moment({text})"
            case "number":
                return f"(CASE WHEN {held} IN ('integer', 'real') THEN CAST({_FACTS} ->> {path} AS REAL) END)"
            case "boolean":
                return f"(CASE {held} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END)"

    def _moment(self, ending: Ending) -> str:
        match ending:
            case "start" | "end":
                return f"NULLIF(item.{ending}_time, {UNKNOWN})"
            case int():
                return self._bind(ending)
            case Property():
                return self._value(ending, "moment")

    def _list(self, given: Property | tuple[Scalar, ...]) -> str:
        if not isinstance(given, Property):
            return self._bind(json.dumps(given))
        path = self._path(given.name)
        return f"CASE json_type({_FACTS}, {path}) WHEN 'array' THEN {_FACTS} -> {path} END"

    def _spatial(self, relation: str, condition: Spatial) -> str:
        name = f"filter_shape{len(self.shapes)}"
        self.shapes[name] = condition.shape
        exactly = f"is_related(:{name}, {self._bind(relation)}, item.shape, west, south, east, north)"
        meets = overlaps(condition.boxes, self._bind)
        # All relations need boxes that meet, and comparing shapes takes a hundred times as long.
        return f"(CASE WHEN west IS NULL THEN NULL WHEN {meets} THEN {exactly} ELSE 0 END)"

    def _path(self, name: str) -> str:
        return self._bind(f'$."{name}"')

    def _bind(self, value: str | float) -> str:
        name = f"filter{next(self._names)}"
        self.parameters[name] = value
        return f":{name}"
