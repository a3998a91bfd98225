"""What an item says about a cube: its dimensions, their sizes and its data variables (datacube extension)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eohub_catalogue.item_contract import Dimension, Variable
from eohub_catalogue.reading import count, duration_seconds, instant, mapping, number, sequence, text

MOST_DIMENSIONS = 20
MOST_VARIABLES = 50
_MOST_READ = 2_000


@dataclass(frozen=True)
class Axis:
    """A dimension with what plotting needs: its axis letter (x, y or z), and whether its steps are even."""

    name: str
    size: int | None
    kind: str | None
    axis: str | None
    is_regular: bool = False


@dataclass(frozen=True)
class Cube:
    """Axes and data variables; `auxiliary` are coordinates that lie along more than their own axis."""

    axes: tuple[Axis, ...]
    variables: tuple[Variable, ...]
    auxiliary: tuple[Variable, ...]
    variable_count: int

    def axis(self, name: str) -> Axis | None:
        """The axis of this name, or None."""
        return next((axis for axis in self.axes if axis.name == name), None)

    def dimensions(self) -> tuple[Dimension, ...]:
        """The axes in the order of the array with the most of them: an object in JSON has no order."""
        widest = sorted(self.variables, key=lambda each: -len(each.dimensions))
        order = list(dict.fromkeys(name for each in widest for name in each.dimensions))
        axes = sorted(
            self.axes, key=lambda axis: order.index(axis.name) if axis.name in order else len(order)
        )
        return tuple(Dimension(name=axis.name, size=axis.size, kind=axis.kind) for axis in axes)


def cube_of(item: object) -> Cube:
    """The cube that an item describes in its properties, or in its first asset that does; empty if none."""
    holder = _holder(mapping(item))
    described = mapping(holder.get("cube:dimensions"))
    variables = list(mapping(holder.get("cube:variables")).items())[:_MOST_READ]
    shapes = _sizes_by_shape(variables)
    axes = tuple(
        Axis(
            name=name,
            size=shapes.get(name) or _size(mapping(dimension)),
            kind=text(mapping(dimension).get("type"), 40),
            axis=text(mapping(dimension).get("axis"), 1),
            is_regular=bool(number(mapping(dimension).get("step"))),
        )
        for raw, dimension in list(described.items())[:MOST_DIMENSIONS]
        if (name := text(raw, 100)) is not None
    )
    data = [pair for pair in variables if mapping(pair[1]).get("type") != "auxiliary"]
    beside = [pair for pair in variables if mapping(pair[1]).get("type") == "auxiliary"]
    return Cube(axes, _variables(data), _variables(beside), len(data))


def _holder(item: Mapping[str, object]) -> Mapping[str, object]:
    assets = (mapping(asset) for asset in list(mapping(item.get("assets")).values())[:_MOST_READ])
    holders = (mapping(item.get("properties")), *assets)
    return next((each for each in holders if each.get("cube:variables") or each.get("cube:dimensions")), {})


def _variables(pairs: Sequence[tuple[str, object]]) -> tuple[Variable, ...]:
    return tuple(
        Variable(
            name=name,
            unit=text(mapping(raw).get("unit"), 60)
            or text(mapping(mapping(raw).get("attrs")).get("units"), 60),
            description=_variable_description(mapping(raw)),
            dimensions=_names(mapping(raw).get("dimensions")),
            extent=_extent(mapping(raw).get("extent")),
        )
        for raw_name, raw in pairs[:MOST_VARIABLES]
        if (name := text(raw_name, 100)) is not None
    )


def _variable_description(variable: Mapping[str, object]) -> str | None:
    attributes = mapping(variable.get("attrs"))
    candidates = (variable.get("description"), attributes.get("long_name"), attributes.get("standard_name"))
    return next((found for each in candidates if (found := text(each)) is not None), None)


def _extent(value: object) -> tuple[float, float] | None:
    ends = [number(end) for end in sequence(value)[:3]]
    first, last = ends if len(ends) == 2 else (None, None)
    return None if first is None or last is None or first > last else (first, last)


def _names(value: object) -> tuple[str, ...]:
    found = (text(part, 100) for part in sequence(value)[:MOST_DIMENSIONS])
    return tuple(part for part in found if part is not None)


def _sizes_by_shape(variables: Sequence[tuple[str, object]]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for _, raw in variables:
        names, shape = sequence(mapping(raw).get("dimensions")), sequence(mapping(raw).get("shape"))
        if len(names) == len(shape):
            pairs = zip(names, map(count, shape), strict=True)
            sizes |= {name: size for name, size in pairs if isinstance(name, str) and size is not None}
    return sizes


def _size(dimension: Mapping[str, object]) -> int | None:
    told = count(dimension.get("size"))
    if told is not None:
        return told
    values = sequence(dimension.get("values"))
    return len(values) or _steps(dimension)


def _steps(dimension: Mapping[str, object]) -> int | None:
    """Extent divided by a regular step; months and years count by their mean length."""
    ends = sequence(dimension.get("extent"))
    if len(ends) != 2:
        return None
    step: float | None
    first, last = number(ends[0]), number(ends[1])
    if first is not None and last is not None:
        length, step = abs(last - first), number(dimension.get("step"))
    else:
        begin, end = instant(ends[0]), instant(ends[1])
        if begin is None or end is None:
            return None
        length, step = abs((end - begin).total_seconds()), duration_seconds(dimension.get("step"))
    if not step or not math.isfinite(length / abs(step)):
        return None
    return count(float(round(length / abs(step)) + 1))
