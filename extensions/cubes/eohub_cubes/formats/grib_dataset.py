"""From the fields of a GRIB file to one dataset: each hypercube is a variable with a name of its own."""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import numpy as np
import xarray as xr
from xarray.core import indexing

from eohub_cubes.formats.grib_array import GribArray, GribGrid, PlacesArray
from eohub_cubes.formats.grib_facts import FieldFacts
from eohub_cubes.formats.grib_messages import Field
from eohub_cubes.ports import ObjectReader

_AXES: Final = ("number", "time", "step", "level")
_ATTRIBUTES: Final[dict[str, dict[str, str]]] = {
    "number": {"long_name": "ensemble member", "standard_name": "realization"},
    "time": {"long_name": "start of the forecast", "standard_name": "forecast_reference_time"},
    "step": {"long_name": "time since the start of the forecast", "standard_name": "forecast_period"},
    "isobaricInhPa": {"long_name": "pressure", "units": "hPa", "standard_name": "air_pressure"},
    "isobaricInPa": {"long_name": "pressure", "units": "Pa", "standard_name": "air_pressure"},
    "heightAboveGround": {"long_name": "height above the ground", "units": "m", "standard_name": "height"},
    "hybrid": {"long_name": "model level", "units": "1", "standard_name": "model_level_number"},
}
_PLACES: Final = (
    {"long_name": "latitude", "units": "degrees_north", "standard_name": "latitude"},
    {"long_name": "longitude", "units": "degrees_east", "standard_name": "longitude"},
)


@dataclass(frozen=True)
class Known:
    """A field and what it is."""

    field: Field
    facts: FieldFacts


def dataset_of(
    known: Sequence[Known], reader: ObjectReader
) -> tuple[xr.Dataset, dict[str, GribArray], tuple[str, ...]]:
    """All fields as variables of one dataset, with notes on what does not fit."""
    names = _Names()
    grids = _Grids(reader)
    variables: dict[str, xr.Variable] = {}
    arrays: dict[str, GribArray] = {}
    twice = absent = 0
    for name, members in _hypercubes(known):
        first = members[0].facts
        axes = {axis: _values(members, axis) for axis in _AXES}
        long = {axis: values for axis, values in axes.items() if len(values) > 1}
        fields: dict[tuple[int, ...], Field] = {}
        for member in members:
            place = tuple(values.index(_value(member.facts, axis)) for axis, values in long.items())
            twice += place in fields
            fields.setdefault(place, member.field)
        absent += math.prod(map(len, long.values())) - len(fields)
        dimensions = [names.of(_called(axis, first), values) for axis, values in long.items()]
        array = GribArray(reader, fields, tuple(map(len, long.values())), first.shape)
        arrays[name] = array
        variables[name] = xr.Variable(
            (*dimensions, *grids.dimensions(members[0])),
            indexing.LazilyIndexedArray(array),
            _told(first, axes),
        )
    coordinates = {**names.coordinates(), **_single(known, names), **grids.coordinates()}
    return xr.Dataset(variables, coordinates), arrays, tuple(_notes(known, grids, twice, absent))


def _notes(known: Sequence[Known], grids: "_Grids", twice: int, absent: int) -> Iterable[str]:
    if twice:
        yield f"{twice} fields come more than once, and the first of each is shown."
    if absent:
        yield f"{absent} fields of the hypercubes are not in the file, and are shown as missing values."
    if any(not grid.is_placed for grid in grids.grids):
        yield "The file does not say where the values of a grid lie, so they are not placed on a map."
    if any(each.facts.time is None for each in known):
        yield "Some fields have a date that is none, so they have no time."


def _hypercubes(known: Sequence[Known]) -> list[tuple[str, list[Known]]]:
    """Fields of one kind on one grid, by a name that tells each kind from the others."""
    kinds: dict[tuple[str, ...], list[Known]] = defaultdict(list)
    for each in known:
        facts = each.facts
        kinds[facts.name, facts.level_type, facts.step_type, facts.grid].append(each)
    names = Counter(name for name, *_ in kinds)
    with_level = Counter(kind[:2] for kind in kinds)
    named: dict[str, list[Known]] = {}
    for (name, level_type, step_type, _), members in kinds.items():
        chosen = name if names[name] == 1 else f"{name}_{level_type}"
        if with_level[name, level_type] > 1 and step_type != "instant":
            chosen = f"{chosen}_{step_type}"
        for period, each in _by_period(members).items():
            named[_free(f"{chosen}{period}", named)] = each
    return [*named.items()]


def _by_period(members: Sequence[Known]) -> dict[str, list[Known]]:
    """Fields that end at one time and are of different periods, such as 6 and 12 hours of rain, apart."""
    ends = defaultdict[tuple[Any, ...], set[timedelta]](set)
    for each in members:
        ends[tuple(_value(each.facts, axis) for axis in _AXES)].add(each.facts.period)
    if all(len(periods) == 1 for periods in ends.values()):
        return {"": [*members]}
    found: dict[str, list[Known]] = defaultdict(list)
    for each in sorted(members, key=lambda member: member.facts.period):
        found[f"_{each.facts.period / timedelta(hours=1):g}h"].append(each)
    return found


def _free(name: str, taken: Any) -> str:
    return next(
        each for each in (name, *(f"{name}_{number}" for number in range(1, 10_000))) if each not in taken
    )


def _value(facts: FieldFacts, axis: str) -> Any:
    return getattr(facts, axis)


def _values(members: Sequence[Known], axis: str) -> list[Any]:
    """The values of an axis in order; pressure from the ground up."""
    found = {_value(each.facts, axis) for each in members}
    upward = axis == "level" and members[0].facts.level_type.startswith("isobaric")
    known = sorted((each for each in found if each is not None), reverse=upward)
    return [None, *known] if None in found else known


def _called(axis: str, facts: FieldFacts) -> str:
    return facts.level_type if axis == "level" else axis


def _told(facts: FieldFacts, axes: dict[str, list[Any]]) -> dict[str, Any]:
    told = {
        "long_name": facts.long_name,
        "units": facts.units,
        "standard_name": facts.standard_name,
        "GRIB_typeOfLevel": facts.level_type,
        "GRIB_stepType": facts.step_type,
        "GRIB_gridType": facts.grid_type,
        "GRIB_level": facts.level if len(axes["level"]) == 1 else None,
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def _numbers(values: Sequence[Any], axis: str) -> np.ndarray[Any, Any]:
    if axis == "time":
        return np.array(
            [np.datetime64("NaT") if each is None else np.datetime64(each) for each in values], "M8[s]"
        )
    if axis == "step":
        return np.array([np.timedelta64(int(each.total_seconds()), "s") for each in values])
    return np.array([-1 if each is None else each for each in values])


def _single(known: Sequence[Known], names: "_Names") -> dict[str, xr.Variable]:
    """What is the same for every field of the file, as coordinates without a dimension."""
    found: dict[str, xr.Variable] = {}
    for axis in _AXES:
        values = {(_called(axis, each.facts), _value(each.facts, axis)) for each in known}
        name, value = next(iter(values))
        if len(values) == 1 and value is not None and name not in names.taken:
            found[name] = xr.Variable((), _numbers([value], axis)[0], _ATTRIBUTES.get(name))
    return found


@dataclass
class _Names:
    """Names of dimensions: those of the same name and other values get a number behind it."""

    taken: dict[str, tuple[str, tuple[Hashable, ...]]] = field(
        default_factory=dict[str, tuple[str, tuple[Hashable, ...]]]
    )

    def of(self, wanted: str, values: Sequence[Any]) -> str:
        entry = (wanted, tuple(values))
        for name, each in self.taken.items():
            if each == entry:
                return name
        name = _free(wanted, self.taken)
        self.taken[name] = entry
        return name

    def coordinates(self) -> dict[str, xr.Variable]:
        return {
            name: xr.Variable(name, _numbers(values, wanted), _ATTRIBUTES.get(wanted, {"long_name": wanted}))
            for name, (wanted, values) in self.taken.items()
        }


class _Grids:
    """The grids of a file, each with dimensions of its own."""

    def __init__(self, reader: ObjectReader) -> None:
        self._reader = reader
        self.grids: list[GribGrid] = []
        self._by_key: dict[str, GribGrid] = {}

    def dimensions(self, member: Known) -> tuple[str, ...]:
        key = member.facts.grid
        if key not in self._by_key:
            self._by_key[key] = self._known(GribGrid(self._reader, member.field, member.facts))
        return self._dimensions(self._by_key[key])

    def _known(self, grid: GribGrid) -> GribGrid:
        """A grid, or the same one where the two editions of GRIB write it in two ways."""
        alike = (each for each in self.grids if grid.facts.has_lines and each.facts.shape == grid.facts.shape)
        for each in alike:
            if each.facts.has_lines and np.array_equal(each.places, grid.places):
                return each
        self.grids.append(grid)
        return grid

    def _dimensions(self, grid: GribGrid) -> tuple[str, ...]:
        if len(grid.facts.shape) == 1:
            return (self._named(grid, "values"),)
        names = ("latitude", "longitude") if grid.facts.has_lines else ("y", "x")
        return tuple(self._named(grid, name) for name in names)

    def _named(self, grid: GribGrid, name: str) -> str:
        number = self.grids.index(grid)
        return f"{name}_{number}" if number else name

    def coordinates(self) -> dict[str, xr.Variable]:
        found: dict[str, xr.Variable] = {}
        for grid in self.grids:
            if not grid.is_placed:
                continue
            dimensions = self._dimensions(grid)
            for which, name in enumerate(("latitude", "longitude")):
                if grid.facts.has_lines:
                    line = grid.places[which][:, 0] if which == 0 else grid.places[which][0, :]
                    found[dimensions[which]] = xr.Variable(dimensions[which], line, _PLACES[which])
                else:
                    lazy = indexing.LazilyIndexedArray(PlacesArray(grid, which))
                    found[self._named(grid, name)] = xr.Variable(dimensions, lazy, _PLACES[which])
        return found
