"""Values along one dimension at a point, by as few pieces as the budget allows."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from eohub_cubes.axes import coordinate_of, kind_of_dimension
from eohub_cubes.budget import bytes_of, check_budget, read
from eohub_cubes.choosing import single, sizes_of, steps_of, thinned, variable_of
from eohub_cubes.contract import Range, Series, SeriesMember, SeriesQuery
from eohub_cubes.errors import BadSelection
from eohub_cubes.estimating import layout_of
from eohub_cubes.grid import length_of
from eohub_cubes.grids import Grid, grid_of
from eohub_cubes.labels import label_of
from eohub_cubes.places import middle_of, nearest_cell, place_text, steps_text
from eohub_cubes.ports import OpenCube, Traffic
from eohub_cubes.scaling import numbers_of
from eohub_cubes.wording import ordinal_text

MOST_VALUES = 10_000
MOST_MEMBERS = 128
"""More than the ensembles of weather services have: 51 or 101."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Point:
    """What is read: steps of every dimension, the dimension of members if there are some, and where it is."""

    steps: dict[str, Range]
    members: str | None
    place: str


def series_at(query: SeriesQuery, cube: OpenCube, traffic: Traffic) -> Series:
    """Read the values along a dimension; thinned to whole pieces where the budget does not allow all of them.

    Raises BadSelection, NotReadable for what holds no numbers, BeyondBudget where not even one piece fits,
    and what reading raises.
    """
    array = variable_of(cube, query.variable)
    if query.along not in array.dims:
        known = ", ".join(map(str, array.dims))
        raise BadSelection(
            f"{query.variable} has no dimension {query.along}.", hint=f"It has {known or 'none'}."
        )
    point = _point(query, cube, array)
    steps, every = _within_budget(cube, query, point)
    values = _values(cube, array, query.along, steps, point.members)
    mean = values[0] if len(values) == 1 else _mean(values)
    units = array.attrs.get("units")
    return Series(
        variable=query.variable,
        along=query.along,
        labels=_labels(cube.dataset, query.along, steps[query.along]),
        values=_told(mean),
        units="s" if array.dtype.kind == "m" else units if isinstance(units, str) else None,
        place=point.place,
        every=every,
        members=_members(cube.dataset, values, point.members, steps),
        bytes_read=traffic.bytes_read,
        requests=traffic.requests,
    )


def _point(query: SeriesQuery, cube: OpenCube, array: xr.DataArray) -> _Point:
    dataset, ranges = cube.dataset, dict(query.ranges)
    grid = _map_of(dataset, array)
    if query.place is not None:
        if grid is None:
            raise BadSelection(f"{query.variable} lies on no map, so a longitude and latitude name no cell.")
        ranges |= {
            name: step
            for name, step in nearest_cell(cube, grid, query.place, query.budget_bytes).steps.items()
            if name != query.along
        }
    steps = steps_of(dataset, array, ranges)
    members = _members_dimension(dataset, query, steps)
    steps = single(steps, ranges, {query.along, *([members] if members else [])})
    words: list[str] = []
    if members is not None:
        fewer = thinned(steps[members], MOST_MEMBERS)
        if fewer.every > 1:
            words.append(f"every {ordinal_text(fewer.every)} of {length_of(steps[members])} members")
        steps[members] = fewer.steps
    shown = {query.along, members}
    fixed = {name: each for name, each in steps.items() if name not in shown}
    if grid is not None and not shown & set(grid.dimensions):
        middle = middle_of(cube, grid, steps)
        if middle is not None:
            words.insert(0, place_text(*middle))
            fixed = {name: each for name, each in fixed.items() if name not in grid.dimensions}
    changing = {name: each for name, each in fixed.items() if array.sizes[name] > 1}
    words += [text] if (text := steps_text(dataset, changing)) else []
    return _Point(steps, members, ", ".join(words))


def _map_of(dataset: xr.Dataset, array: xr.DataArray) -> Grid | None:
    """The map of a variable; None where it has none."""
    try:
        grid = grid_of(dataset, array, None, None)
    except BadSelection:
        return None
    return None if grid.form == "plain" else grid


def _members_dimension(dataset: xr.Dataset, query: SeriesQuery, steps: Mapping[str, Range]) -> str | None:
    """The dimension of an ensemble of which more than one step is asked for."""
    return next(
        (
            name
            for name in query.ranges
            if name in steps
            and name != query.along
            and length_of(steps[name]) > 1
            and kind_of_dimension(dataset, name) == "ensemble"
        ),
        None,
    )


def _within_budget(cube: OpenCube, query: SeriesQuery, point: _Point) -> tuple[dict[str, Range], int]:
    """All steps, or each n-th of them so that the pieces they lie in are within the budget."""
    name, along = query.variable, query.along
    whole = point.steps[along]
    layout = layout_of(name, cube)
    members = length_of(point.steps[point.members]) if point.members is not None else 1
    every = math.ceil(length_of(whole) * members / MOST_VALUES)
    steps = point.steps | {along: _each(whole, every)}
    needed = bytes_of(cube, name, steps, query.budget_bytes)
    if needed > query.budget_bytes:
        at = layout.dimensions.index(along)
        length = 1 if layout.contiguous else max(layout.chunk[at], 1)
        taken = steps[along]
        pieces = len({step // length for step in range(taken.start, taken.stop, taken.step)})
        allowed = int(query.budget_bytes / (needed / pieces))
        every = max(every, math.ceil(length_of(whole) / max(allowed, 1)))
        steps |= {along: _each(whole, every)}
        if allowed < 1:
            check_budget(cube, {name: steps}, query.budget_bytes, ())
    return steps, every


def _each(steps: Range, every: int) -> Range:
    return Range(start=steps.start, stop=steps.stop, step=steps.step * every)


def _values(
    cube: OpenCube, array: xr.DataArray, along: str, steps: Mapping[str, Range], members: str | None
) -> FloatArray:
    """Values by member and step; one member where there is no ensemble."""
    values = numbers_of(read(cube, str(array.name), steps))
    dims = list(sizes_of(array))
    shown = [dims.index(name) for name in (members, along) if name is not None]
    others = [at for at in range(len(dims)) if at not in shown]
    count = length_of(steps[along])
    return values.transpose([*others, *shown]).reshape(-1, count)


def _mean(values: FloatArray) -> FloatArray:
    known = np.isfinite(values)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _members(
    dataset: xr.Dataset, values: FloatArray, members: str | None, steps: Mapping[str, Range]
) -> tuple[SeriesMember, ...]:
    if members is None:
        return ()
    labels = _labels(dataset, members, steps[members])
    return tuple(
        SeriesMember(label=label, values=_told(each)) for label, each in zip(labels, values, strict=True)
    )


def _labels(dataset: xr.Dataset, name: str, steps: Range) -> tuple[float | str, ...]:
    taken = range(steps.start, steps.stop, steps.step)
    coordinate = coordinate_of(dataset, name)
    if coordinate is None:
        return tuple(float(at) for at in taken)
    values = coordinate.values
    return tuple(label_of(values[at]) for at in taken)


def _told(values: FloatArray) -> tuple[float | None, ...]:
    return tuple(float(each) if math.isfinite(each) else None for each in values)
