"""The values in a filter: names of properties, constants, moments and spans of time."""

import math
import re
from typing import cast

from eohub_catalogue.filters import TIMES
from eohub_catalogue.index.expression import Constant, Ending, Operand, Order, Property, Span
from eohub_catalogue.index.facts import is_property_name, storable
from eohub_catalogue.index.interval import BEGINNING, END, Interval, moment
from eohub_toolkit.errors import Invalid

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MICROSECONDS_PER_DAY = 86_400_000_000
_FLIPPED: dict[Order, Order] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def flipped(order: Order) -> Order:
    """The comparison that says the same with the two sides swapped."""
    return _FLIPPED.get(order, order)


def name_of(node: object) -> str | None:
    """The name of the property that a part of CQL2 JSON stands for, if it is one."""
    match node:
        case {"property": str(name)}:
            return name.removeprefix("properties.")
        case _:
            return None


def property_of(name: str) -> Property:
    """A property by its name, `properties.` before it or not; raises Invalid."""
    plain = name.removeprefix("properties.")
    if not plain or not is_property_name(plain):
        raise Invalid(f"'{name[:100]}' cannot be the name of a property.")
    if plain == "geometry":
        raise Invalid("geometry can be compared by s_ operators only.", hint="Such as s_intersects.")
    return Property(plain)


def is_time(operand: Operand) -> bool:
    """Whether an operand is a property that STAC defines as a time."""
    return isinstance(operand, Property) and operand.name in TIMES


def constant(node: object) -> Constant:
    """A value of CQL2 JSON; a moment is a pair, the first and the last microsecond of it. Raises Invalid."""
    match node:
        case bool():
            return Constant("boolean", node)
        case int() | float() if math.isfinite(node):
            return Constant("number", float(node))
        case str():
            if storable(node) != node:
                raise Invalid("A text in the filter is too long, or holds half characters or NUL.")
            return Constant("text", node)
        case {"timestamp": str(text)} | {"date": str(text)}:
            return Constant("moment", _interval(text))
        case {"interval": _}:
            raise Invalid("An interval can be compared by t_ operators only.", hint="Such as t_intersects.")
        case None:
            raise Invalid("Nothing can be compared with null.", hint="Write IS NULL.")
        case _:
            raise Invalid("A part of the filter is neither a property, a text, a number nor a time.")


def as_moment(given: Constant, compared_with: Operand) -> Constant:
    """The value; where it is a text that a time is compared with, the time that it says."""
    if given.kind == "text" and is_time(compared_with):
        return Constant("moment", _interval(str(given.value)))
    return given


def span(node: object) -> Span:
    """What a t_ operator compares: the item's own time, a property's, a moment, a day or an interval."""
    match node:
        case {"interval": [first, last]}:
            return Span(_ending(cast("object", first), 0), _ending(cast("object", last), 1))
        case {"property": str(name)}:
            at = property_of(name)
            return Span("start", "end") if at.name == "datetime" else Span(at, at)
        case {"timestamp": str(text)} | {"date": str(text)} | str(text):
            return Span(*_interval(text))
        case _:
            raise Invalid("t_ operators compare times and intervals.", hint=_TIME_HINT)


_TIME_HINT = "Such as T_DURING(datetime, INTERVAL('2020-01-01', '2020-12-31'))."


def _ending(node: object, side: int) -> Ending:
    match node:
        case "..":
            return (BEGINNING, END)[side]
        case {"property": "datetime" | "properties.datetime"}:
            return "end" if side else "start"
        case {"property": str(name)}:
            return property_of(name)
        case {"timestamp": str(text)} | {"date": str(text)} | str(text):
            return _interval(text)[side]
        case _:
            raise Invalid("An interval goes from one time to another.", hint=_TIME_HINT)


def _interval(text: str) -> Interval:
    """The first and the last microsecond of a day, or a moment twice."""
    at = moment(text)
    if at is None:
        raise Invalid(f"'{text[:50]}' is not a time.", hint="Such as 2020-01-31 or 2020-01-31T12:00:00Z.")
    return (at, at + _MICROSECONDS_PER_DAY - 1) if _DAY.fullmatch(text) else (at, at)
