"""From CQL2, as text or JSON, to a condition: the `cql2` library reads, here is understood."""

import json
from collections.abc import Sequence
from typing import NoReturn, cast

import shapely

from eohub_catalogue.filters import DEEPEST, LONGEST_FILTER, cql2_of_text
from eohub_catalogue.index.area import area_of
from eohub_catalogue.index.cql2_values import (
    as_moment,
    constant,
    flipped,
    is_time,
    name_of,
    property_of,
    span,
)
from eohub_catalogue.index.expression import (
    Calculated,
    Comparison,
    Condition,
    Constant,
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
    Order,
    Property,
    Some,
    Spatial,
    Temporal,
    Truth,
)
from eohub_catalogue.index.facts import Scalar
from eohub_catalogue.index.relations import ARITHMETIC, ARRAYS, ORDERS, SPATIAL, TEMPORAL, TURNED, folded
from eohub_toolkit.errors import Invalid

MOST_OPERATIONS = 500
MOST_VALUES = 1_000

_FOLDS = ("casei", "accenti")
_WORDS = ("and", "or", "not", *ORDERS, "between", "in", "like", "isNull", *_FOLDS, *ARITHMETIC)
_SUPPORTED = ", ".join([*_WORDS, "s_disjoint", *SPATIAL, "t_disjoint", *TEMPORAL, *ARRAYS])


def condition_of_text(text: str) -> Condition:
    """The condition that CQL2 text says; raises Invalid with what is wrong, or what is possible instead."""
    return condition_of(cql2_of_text(text))


def condition_of(document: object) -> Condition:
    """The condition that CQL2 JSON says; raises Invalid with what is wrong, or what is possible instead."""
    # Most searches have no filter.
    import cql2

    try:
        if len(json.dumps(document, allow_nan=False)) > LONGEST_FILTER:
            raise Invalid("The filter is too long.", hint="Simplify its shapes.")
        numbers: dict[float, int] = {}
        numbered = json.dumps(_numbered(document, numbers))
        read = _restored(cql2.parse_json(numbered).to_json(), list(numbers))
    except RecursionError:
        _refuse_depth()
    except (cql2.ParseError, ValueError, TypeError, OverflowError) as error:
        raise Invalid(f"The filter is not CQL2 JSON: {_first(error)}", hint=_WRITTEN) from None
    return _Reader().condition(read, 0)


def _numbered(node: object, numbers: dict[float, int]) -> object:
    """The same with the place of each number in `numbers`: the library reads long ones not quite exactly."""
    match node:
        case int() | float() if not isinstance(node, bool):
            return numbers.setdefault(float(node), len(numbers))
        case list() | tuple():
            return [_numbered(one, numbers) for one in cast("list[object]", node)]
        case dict():
            given = cast("dict[str, object]", node)
            return {name: _numbered(one, numbers) for name, one in given.items()}
        case _:
            return node


def _restored(node: object, numbers: Sequence[float]) -> object:
    match node:
        case int() | float() if not isinstance(node, bool):
            return numbers[int(node)]
        case list():
            return [_restored(one, numbers) for one in cast("list[object]", node)]
        case dict():
            given = cast("dict[str, object]", node)
            return {name: _restored(one, numbers) for name, one in given.items()}
        case _:
            return node


_WRITTEN = "Such as eo:cloud_cover < 20 AND platform = 'sentinel-2a'; texts stand in single quotes."


def _refuse_depth() -> NoReturn:
    raise Invalid("The filter is nested too deeply.", hint=f"Nest at most {DEEPEST} conditions.")


def _first(error: Exception) -> str:
    return f"{' '.join(str(error).split())[:300].rstrip('.')}."


class _Reader:
    """Reads one filter, and counts how much of it there is."""

    def __init__(self) -> None:
        self._operations = 0

    def condition(self, node: object, depth: int) -> Condition:
        """What can be true or false."""
        match node:
            case bool():
                return Truth(node)
            case {"property": str(name)}:
                return Flag(property_of(name))
            case {"op": str(written), "args": list(arguments)}:
                self._count(depth)
                given = cast("list[object]", arguments)
                return self._operation(written, written.lower(), given, depth + 1)
            case _:
                raise Invalid("A part of the filter is a value where a condition is expected.", hint=_WRITTEN)

    def _operation(self, written: str, name: str, given: list[object], depth: int) -> Condition:
        if name in ("and", "or"):
            if not given:
                raise Invalid(f"{written} has nothing to join.")
            parts = tuple(self.condition(one, depth) for one in given)
            return Every(parts) if name == "and" else Some(parts)
        needed = {"not": 1, "isnull": 1, "between": 3}.get(name, 2)
        known = name in ("not", "isnull", "between", "in", "like", "s_disjoint", "t_disjoint")
        if not (known or name in ORDERS or name in SPATIAL or name in TEMPORAL or name in ARRAYS):
            raise Invalid(f"A filter cannot use '{written[:50]}' here.", hint=f"Possible are {_SUPPORTED}.")
        if len(given) != needed:
            raise Invalid(f"{written} takes {needed} operands, not {len(given)}.", hint=_WRITTEN)
        match name[:2]:
            case "s_":
                return _spatial(name, given)
            case "t_":
                return self._temporal(name, given)
            case "a_":
                return Listed(name, self._listed(written, given[0]), self._listed(written, given[1]))
            case _:
                return self._plain(name, given, depth)

    def _plain(self, name: str, given: list[object], depth: int) -> Condition:
        match name:
            case "not":
                return Not(self.condition(given[0], depth))
            case "isnull":
                return Missing(self._operand(given[0], depth, geometry=True))
            case "between":
                value, low, high = (self._operand(one, depth) for one in given)
                return Every((_comparison(">=", value, low), _comparison("<=", value, high)))
            case "in":
                return self._one_of(given, depth)
            case "like":
                return self._like(given, depth)
            case _:
                left, right = (self._operand(one, depth) for one in given)
                return _comparison(cast("Order", name), left, right)

    def _operand(self, node: object, depth: int, *, geometry: bool = False) -> Operand:
        """What has a value."""
        match node:
            case {"property": "geometry"} if geometry:
                return Property("geometry")
            case {"property": str(name)}:
                return property_of(name)
            case {"op": str(written), "args": list(arguments)} if written.lower() in (*_FOLDS, *ARITHMETIC):
                self._count(depth)
                given = cast("list[object]", arguments)
                return self._value_operation(written.lower(), given, depth + 1)
            case {"op": str(written)}:
                raise Invalid(
                    f"A filter cannot use '{written[:50]}' as a value.", hint=f"Possible are {_SUPPORTED}."
                )
            case _:
                return constant(node)

    def _value_operation(self, name: str, given: list[object], depth: int) -> Operand:
        kind: Kind = "text" if name in _FOLDS else "number"
        needed = 1 if name in _FOLDS else 2
        if len(given) != needed:
            raise Invalid(f"{name} takes {needed} operands, not {len(given)}.")
        operands = [self._operand(one, depth) for one in given]
        wrong = [one for one in operands if kind_of(one) not in (None, kind)]
        if wrong:
            raise Invalid(f"{name} needs a {kind}, not a {kind_of(wrong[0])}.")
        if name not in _FOLDS:
            return Calculated(name, operands[0], operands[1])
        if isinstance(operands[0], Constant):
            return Constant("text", folded(name, str(operands[0].value)) or "")
        return Folded(name, operands[0])

    def _one_of(self, given: list[object], depth: int) -> Condition:
        operand, values = self._operand(given[0], depth), given[1]
        if not isinstance(values, list) or not 0 < len(cast("list[object]", values)) <= MOST_VALUES:
            raise Invalid(f"in takes a list of 1 to {MOST_VALUES} values.")
        members = [self._operand(one, depth) for one in cast("list[object]", values)]
        constants = [as_moment(one, operand) for one in members if isinstance(one, Constant)]
        kinds = {one.kind for one in constants}
        if len(constants) != len(members) or len(kinds) != 1:
            raise Invalid("in takes a list of values that are all texts, all numbers or all times.")
        if constants[0].kind in ("moment", "boolean"):
            self._operations += len(constants)
            self._count(depth)
            return Some(tuple(_comparison("=", operand, one) for one in constants))
        if kind_of(operand) not in (None, constants[0].kind):
            raise Invalid(f"in compares a {kind_of(operand)} with a {constants[0].kind}.")
        return OneOf(constants[0].kind, operand, tuple(cast("Scalar", one.value) for one in constants))

    def _like(self, given: list[object], depth: int) -> Condition:
        operand, pattern = (self._operand(one, depth) for one in given)
        if not isinstance(pattern, Constant) or pattern.kind != "text":
            raise Invalid("like needs a text as its pattern.", hint="Such as platform LIKE 'sentinel-%'.")
        if kind_of(operand) not in (None, "text"):
            raise Invalid(f"like needs a text, not a {kind_of(operand)}.")
        return Like(operand, str(pattern.value))

    def _temporal(self, name: str, given: list[object]) -> Condition:
        left, right = (span(one) for one in given)
        if name == "t_disjoint":
            return Not(Temporal("t_intersects", left, right))
        return Temporal(name, left, right)

    def _listed(self, written: str, node: object) -> Property | tuple[Scalar, ...]:
        if isinstance(node, list):
            members = [constant(one) for one in cast("list[object]", node)]
            if len(members) <= MOST_VALUES and all(one.kind != "moment" for one in members):
                return tuple(cast("Scalar", one.value) for one in members)
        elif (name := name_of(node)) is not None:
            return property_of(name)
        raise Invalid(f"{written} takes lists of at most {MOST_VALUES} texts, numbers or truth values.")

    def _count(self, depth: int) -> None:
        self._operations += 1
        if depth > DEEPEST:
            _refuse_depth()
        if self._operations > MOST_OPERATIONS:
            raise Invalid(f"The filter has more than {MOST_OPERATIONS} operations.", hint="Use IN for lists.")


def kind_of(operand: Operand) -> Kind | None:
    """What an operand's value is; None for a property, which may be anything."""
    match operand:
        case Property():
            return None
        case Constant(kind):
            return kind
        case Calculated():
            return "number"
        case Folded():
            return "text"


def _comparison(order: Order, left: Operand, right: Operand) -> Condition:
    if isinstance(left, Constant) and not isinstance(right, Constant):
        order, left, right = flipped(order), right, left
    right = as_moment(right, left) if isinstance(right, Constant) else right
    mine, other = kind_of(left), kind_of(right)
    if None not in (mine, other) and mine != other:
        raise Invalid(f"'{order}' compares a {mine} with a {other}.", hint="Texts stand in single quotes.")
    kind = mine or other
    if kind == "boolean" and order not in ("=", "<>"):
        raise Invalid(f"'{order}' cannot compare true and false.", hint="Use = or <>.")
    if kind == "moment":
        return _moment_comparison(order, left, right)
    if kind is None and is_time(left) and is_time(right):
        kind = "moment"
    return Comparison(order, kind, left, right)


def _moment_comparison(order: Order, left: Operand, right: Operand) -> Condition:
    """A comparison with a moment or a whole day, whose first and last microsecond are in the constant."""
    if not isinstance(left, Property) or not isinstance(right, Constant):
        raise Invalid(f"'{order}' compares a time with something that is no property.")
    first, last = cast("tuple[int, int]", right.value)

    def against(order: Order, moment: int) -> Condition:
        return Comparison(order, "moment", left, Constant("moment", moment))

    match order:
        case "=":
            return Every((against(">=", first), against("<=", last)))
        case "<>":
            return Some((against("<", first), against(">", last)))
        case "<" | ">=":
            return against(order, first)
        case "<=" | ">":
            return against(order, last)


def _spatial(name: str, given: list[object]) -> Condition:
    turned = name_of(given[0]) != "geometry"
    mine, other = (given[1], given[0]) if turned else (given[0], given[1])
    if name_of(mine) != "geometry" or not isinstance(other, dict) or name_of(other) is not None:
        raise Invalid(f"{name} compares the property geometry with a GeoJSON geometry or a bbox.")
    area = area_of(cast("dict[str, object]", other), name)
    if name == "s_disjoint":
        return Not(Spatial("s_intersects", shapely.to_wkb(area.shape), area.boxes))
    return Spatial(TURNED.get(name, name) if turned else name, shapely.to_wkb(area.shape), area.boxes)
