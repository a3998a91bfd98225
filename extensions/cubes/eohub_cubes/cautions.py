"""What a person should know of coordinates before they rely on them, from what is read at open."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import xarray as xr

from eohub_cubes.axes import bounds_in, coordinate_of, is_degrees, kind_of_dimension, plane_of, points_of
from eohub_cubes.contract import DimensionKind
from eohub_cubes.grids import grid_of
from eohub_cubes.labels import numbers_of
from eohub_cubes.sides import degrees_of
from eohub_cubes.wire import MOST_VARIABLES
from eohub_cubes.wording import count_text

_ORDERED: Final[tuple[DimensionKind, ...]] = ("time", "z", "y", "x")
_POLE: Final = 90.001
_WEST, _EAST = -360.001, 540.001
"""Longitudes of grids that cross a meridian run on beyond 180 or 360 degrees, never around once more."""


def cautions_of(dataset: xr.Dataset) -> list[str]:
    """Sentences about coordinates that are missing, doubled, out of order or out of range; reads nothing."""
    if _is_bare(dataset):
        return ["It has no coordinates: nothing tells where or when its values are."]
    edges = bounds_in(dataset)
    names = [name for name in map(str, dataset.data_vars) if name not in edges]
    notes = [note for name in dataset.dims for note in _along(dataset, str(name))]
    return [
        *notes,
        *dict.fromkeys(note for name in names[:MOST_VARIABLES] for note in _placed(dataset, name)),
    ]


def _is_bare(dataset: xr.Dataset) -> bool:
    if not dataset.data_vars or not dataset.sizes or any(each.ndim for each in dataset.coords.values()):
        return False
    # Meshes have the places of their corners as plain variables.
    return not any(is_degrees(each, "y") for each in dataset.data_vars.values())


def _along(dataset: xr.Dataset, name: str) -> Iterator[str]:
    """Of the coordinate of one dimension, which xarray holds in memory."""
    if name not in dataset.indexes or not dataset.sizes[name]:
        return
    coordinate = dataset.coords[name]
    kind, values = kind_of_dimension(dataset, name), coordinate.values
    if kind == "time" and values.dtype.kind in "iuf" and not coordinate.attrs.get("units"):
        yield f"{name} has no units, so its steps are plain numbers and no dates."
    missing = np.asarray(dataset.indexes[name].isna())
    if missing.all():
        yield f"All values of {name} are missing."
        return
    if missing.any():
        yield f"{name} lacks {int(missing.sum()):,} of its {values.size:,} values."
    yield from _ordered(name, kind, values[~missing])
    yield from _in_range(name, kind, coordinate)


def _ordered(name: str, kind: DimensionKind, values: np.ndarray) -> Iterator[str]:
    found, counts = np.unique(numbers_of(values), return_counts=True)
    if doubled := int((counts > 1).sum()):
        told = count_text(doubled, "value", "values")
        yield f"{name} has {told} more than once: to select one takes several steps."
    if kind not in _ORDERED or found.dtype.kind not in "iuf":
        return
    steps = np.diff(numbers_of(values).astype(np.float64))
    if (steps < 0).any() and (steps > 0).any():
        yield f"The values of {name} are not in order, so no range of them can be taken by its ends."


def _in_range(name: str, kind: DimensionKind, coordinate: xr.DataArray) -> Iterator[str]:
    if kind not in ("x", "y") or coordinate.dtype.kind not in "iuf" or not is_degrees(coordinate, kind):
        return
    values = degrees_of(coordinate)
    if kind == "y" and np.nanmax(np.abs(values)) > _POLE:
        yield f"{_reach(coordinate)}: latitudes end at the poles."
    if kind == "x" and (np.nanmin(values) < _WEST or np.nanmax(values) > _EAST):
        yield f"{_reach(coordinate)}: that is more than once around the Earth."


def _placed(dataset: xr.Dataset, name: str) -> Iterator[str]:
    """Of a variable that seems to be a map and cannot be placed as one."""
    plane = plane_of(dataset, name)
    if plane is None:
        if points_of(dataset, name) is None:
            yield from _half(dataset, name)
        return
    x, y = coordinate_of(dataset, plane.x), coordinate_of(dataset, plane.y)
    if x is None or y is None or x.dtype.kind not in "iuf" or y.dtype.kind not in "iuf":
        return
    told = x.attrs.get("units") or y.attrs.get("units")
    if not told and grid_of(dataset, dataset[name], None, None).form == "plain":
        yield f"{_reach(y)} and {_reach(x)}, without units: they are no latitudes and longitudes in degrees."


def _half(dataset: xr.Dataset, name: str) -> Iterator[str]:
    kinds = {str(each): kind_of_dimension(dataset, str(each)) for each in dataset[name].dims}
    across = [each for each, kind in kinds.items() if kind in ("x", "y")]
    others = [each for each, kind in kinds.items() if kind == "other" and dataset.sizes[each] > 1]
    if len(across) == 1 and others:
        yield f"Only {across[0]} is known to be of a map; nothing tells what {' and '.join(others)} is."


def _reach(coordinate: xr.DataArray) -> str:
    values = coordinate.values.astype(np.float64)
    return f"{coordinate.name} reaches from {np.nanmin(values):g} to {np.nanmax(values):g}"
