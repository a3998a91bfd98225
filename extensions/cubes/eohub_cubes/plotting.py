"""The line of a cell that plots some data lazily: one step is read when its slider stands on it."""

import math

import xarray as xr

from eohub_cubes.axes import Plane, bounds_in, plane_of
from eohub_cubes.labels import labels_of
from eohub_cubes.literals import literal

_MANY_CELLS = 250_000
"""Cells that a browser draws without a pause; a larger grid is thinned."""
_LINE_LENGTH = 106
"""What a cell shows beside an open sidebar on a screen of 1280 pixels."""


def plot_of(dataset: xr.Dataset) -> list[str] | None:
    """At most three lines that plot the first variable with a map; None where there is none."""
    bounds = bounds_in(dataset)
    found = ((name, plane_of(dataset, name)) for name in map(str, dataset.data_vars) if name not in bounds)
    return next((_lines(dataset, name, plane) for name, plane in found if plane is not None), None)


def _lines(dataset: xr.Dataset, name: str, plane: Plane) -> list[str]:
    array = dataset[name]
    is_curved = plane.longitude is not None
    x, y = (plane.longitude, plane.latitude) if is_curved else (plane.x, plane.y)
    others = [str(each) for each in array.dims if each not in (plane.x, plane.y)]
    words = [f"x={literal(x)}", f"y={literal(y)}"]
    words += [f"c={literal(name)}", "s=3"] if is_curved else []
    words += [f"groupby={literal(others if len(others) > 1 else others[0])}"] if others else []
    words += ['cmap="viridis"'] + (['widget_location="bottom"'] if others else [])
    kind = "points" if is_curved else "image" if _is_even(dataset, plane) else "quadmesh"
    function = f"ds[{literal(name)}]{_thinned(array, plane)}.hvplot.{kind}"
    line = f"{function}({', '.join(words)})"
    return [line] if len(line) <= _LINE_LENGTH else [f"{function}(", f"    {', '.join(words)}", ")"]


def _is_even(dataset: xr.Dataset, plane: Plane) -> bool:
    """An image is true to even steps alone."""
    told = [labels_of(dataset.coords[name]) for name in (plane.x, plane.y) if name in dataset.coords]
    return all(each is not None and each.step is not None for each in told)


def _thinned(array: xr.DataArray, plane: Plane) -> str:
    cells = array.sizes[plane.x] * array.sizes[plane.y]
    step = math.ceil(math.sqrt(cells / _MANY_CELLS))
    return f".thin({literal({plane.x: step, plane.y: step})})" if step > 1 else ""
