"""Filters on items as they come, for catalogues that cannot filter: what the store does in SQL, in Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import shapely
from shapely.geometry.base import BaseGeometry

from eohub_catalogue.index.cql2_reading import condition_of
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
from eohub_catalogue.index.facts import Fact, Scalar, facts_of, storable
from eohub_catalogue.index.footprint import footprint_of, shape_of
from eohub_catalogue.index.interval import interval_of, moment
from eohub_catalogue.index.relations import (
    ORDERS,
    TEMPORAL,
    calculated,
    folded,
    in_relation,
    is_like,
    like_parts,
    related,
)

_KINDS: tuple[Kind, ...] = ("text", "number", "boolean")


def matches(item: object, cql2: object) -> bool:
    """Whether a filter in CQL2 JSON is true for an item; raises Invalid for what is no filter."""
    return is_true_for(condition_of(cql2), item)


def is_true_for(condition: Condition, item: object) -> bool:
    """Whether a condition is true for an item, however defective; what is unknown is not true."""
    raw = cast("Mapping[str, Any]", item) if isinstance(item, Mapping) else {}
    return _truth(condition, _Subject(raw)) is True


@dataclass(frozen=True)
class _Subject:
    """An item while it is looked at."""

    item: Mapping[str, Any]

    @cached_property
    def properties(self) -> Mapping[str, object]:
        found = self.item.get("properties")
        return cast("Mapping[str, object]", found) if isinstance(found, Mapping) else {}

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        own = {name: _identity(self.item.get(name)) for name in ("id", "collection")}
        return facts_of(self.properties) | {name: text for name, text in own.items() if text}

    @cached_property
    def span(self) -> tuple[int | None, int | None]:
        return interval_of(self.properties) or (None, None)

    @cached_property
    def place(self) -> BaseGeometry | None:
        found = footprint_of(self.item.get("geometry"), self.item.get("bbox"))
        if found is None:
            return None
        return shapely.from_wkb(found.shape) if found.shape is not None else shape_of(found.boxes)


def _identity(value: object) -> str | None:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return storable(text) if isinstance(text, str) else None


def _truth(condition: Condition, subject: _Subject) -> bool | None:
    match condition:
        case Truth(value):
            return value
        case Flag(asked):
            return cast("bool | None", _value(asked, "boolean", subject))
        case Not(part):
            inner = _truth(part, subject)
            return None if inner is None else not inner
        case Every(parts):
            return _joined([_truth(part, subject) for part in parts], decisive=False)
        case Some(parts):
            return _joined([_truth(part, subject) for part in parts], decisive=True)
        case Missing(operand):
            return _is_missing(operand, subject)
        case Spatial(relation):
            return None if subject.place is None else related(relation, subject.place, condition.shape)
        case Temporal():
            return _is_then(condition, subject)
        case _:
            return _compares(condition, subject)


def _compares(condition: Comparison | OneOf | Like | Listed, subject: _Subject) -> bool | None:
    match condition:
        case Comparison(order, kind, left, right):
            for one in _KINDS if kind is None else (kind,):
                values = _value(left, one, subject), _value(right, one, subject)
                comparable = one != "boolean" or order in ("=", "<>")
                if comparable and values[0] is not None and values[1] is not None:
                    return ORDERS[order](*values)
            return None
        case OneOf(kind, operand, values):
            mine = _value(operand, kind, subject)
            return None if mine is None else mine in values
        case Like(operand, pattern):
            text = _value(operand, "text", subject)
            return None if text is None else is_like(str(text), like_parts(pattern))
        case Listed(relation, left, right):
            lists = [_list(one, subject) for one in (left, right)]
            return None if lists[0] is None or lists[1] is None else in_relation(relation, lists[0], lists[1])


def _joined(truths: list[bool | None], *, decisive: bool) -> bool | None:
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def _value(operand: Operand, kind: Kind, subject: _Subject) -> Scalar | None:
    """The operand's value, if it has one of this kind."""
    match operand:
        case Constant(_, value):
            return cast("Scalar", value)
        case Calculated(operation, left, right):
            numbers = [cast("float | None", _value(one, "number", subject)) for one in (left, right)]
            return calculated(operation, *numbers)
        case Folded(operation, text):
            return folded(operation, cast("str | None", _value(text, "text", subject)))
        case Property(name):
            return _fact(subject.facts.get(name), kind)


def _fact(value: Fact | None, kind: Kind) -> Scalar | None:
    match value:
        case bool():
            return value if kind == "boolean" else None
        case int() | float():
            return float(value) if kind == "number" else None
        case str():
            if kind == "moment":
                return moment(value)
            return value if kind == "text" else None
        case _:
            return None


def _list(given: Property | tuple[Scalar, ...], subject: _Subject) -> tuple[Scalar, ...] | None:
    found = subject.facts.get(given.name) if isinstance(given, Property) else given
    return found if isinstance(found, tuple) else None


def _is_missing(operand: Operand, subject: _Subject) -> bool:
    match operand:
        case Property("geometry"):
            return subject.item.get("geometry") is None
        case Property(name):
            return name not in subject.facts
        case Calculated():
            return _value(operand, "number", subject) is None
        case _:
            return _value(operand, "text", subject) is None


def _is_then(condition: Temporal, subject: _Subject) -> bool | None:
    ends = {
        "left.start": _moment(condition.left.start, subject),
        "left.end": _moment(condition.left.end, subject),
        "right.start": _moment(condition.right.start, subject),
        "right.end": _moment(condition.right.end, subject),
    }
    truths = [
        None if ends[left] is None or ends[right] is None else ORDERS[order](ends[left], ends[right])
        for left, order, right in TEMPORAL[condition.relation]
    ]
    return _joined(truths, decisive=False)


def _moment(ending: Ending, subject: _Subject) -> int | None:
    match ending:
        case int():
            return ending
        case "start":
            return subject.span[0]
        case "end":
            return subject.span[1]
        case Property():
            return cast("int | None", _value(ending, "moment", subject))
