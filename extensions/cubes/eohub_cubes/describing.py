"""What is told of some data from its metadata alone."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import xarray as xr

from eohub_cubes.axes import DIMENSION_KINDS, bounds_in, kind_of_dimension, plane_of, points_of
from eohub_cubes.cautions import cautions_of
from eohub_cubes.contract import CubeDescription, DataAsset, Dimension, Variable
from eohub_cubes.labels import labels_of
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import OpenCube, Traffic
from eohub_cubes.wire import MOST_DIMENSIONS, MOST_GROUPS, MOST_VARIABLES

_OF_ROWS: Final = ("vector", "table")
"""Kinds without a grid, which need no coordinates."""


def described(title: str, asset: DataAsset, cube: OpenCube, traffic: Traffic) -> CubeDescription:
    """Describe opened data; reads coordinates of one dimension, no values of variables."""
    dataset = cube.dataset
    bounds = bounds_in(dataset)
    names = _in_order(dataset, bounds)
    variables = tuple(_variable(dataset, name, cube.arrays, bounds) for name in names[:MOST_VARIABLES])
    return CubeDescription(
        kind=cube.kind,  # pyright: ignore[reportArgumentType]
        asset=asset.key,
        title=title or str(dataset.attrs.get("title", "")),
        dimensions=tuple(_dimension(dataset, str(name)) for name in [*dataset.sizes][:MOST_DIMENSIONS]),
        variables=variables,
        variable_count=len(names),
        groups=tuple(cube.groups[:MOST_GROUPS]),
        size_bytes=sum(_size(dataset[name]) for name in names),
        notes=(
            *cube.notes,
            *(() if cube.kind in _OF_ROWS else cautions_of(dataset)),
            *_of_groups(len(cube.groups)),
        ),
        bytes_read=traffic.bytes_read,
        requests=traffic.requests,
    )


def _of_groups(count: int) -> tuple[str, ...]:
    return () if count <= MOST_GROUPS else (f"The first {MOST_GROUPS} of {count:,} other groups are told.",)


def _in_order(dataset: xr.Dataset, bounds: frozenset[str]) -> Sequence[str]:
    """Data variables first, those with more dimensions before others, then coordinates and their bounds."""
    data = [name for name in map(str, dataset.data_vars) if name not in bounds]
    beside = [name for name in map(str, dataset.variables) if name in bounds or name in dataset.coords]
    return [
        *sorted(data, key=lambda name: -dataset[name].ndim),
        *sorted(beside, key=lambda name: name in bounds),
    ]


def _size(array: xr.DataArray) -> int:
    return int(math.prod(array.shape)) * int(np.dtype(array.dtype).itemsize)


def _variable(
    dataset: xr.Dataset, name: str, arrays: Mapping[str, ArrayLayout], bounds: frozenset[str]
) -> Variable:
    array = dataset[name]
    layout = arrays.get(name)
    plane = plane_of(dataset, name)
    points = None if plane is not None else points_of(dataset, name)
    return Variable(
        name=name,
        label=_text(array, "long_name") or name,
        standard_name=_text(array, "standard_name"),
        units=_text(array, "units"),
        dtype=str(array.dtype),
        dimensions=tuple(map(str, array.dims)),
        shape=tuple(array.shape),
        chunks=None if layout is None or layout.chunk == layout.shape else layout.chunk,
        shards=None if layout is None else layout.shard,
        size_bytes=_size(array),
        is_coordinate=name in dataset.coords or name in bounds,
        x=None if plane is None else plane.x,
        y=None if plane is None else plane.y,
        curvilinear=plane is not None and plane.longitude is not None,
        points=None if points is None else points.dimension,
        series=_series(dataset, array),
        problem=None if layout is None else layout.problem,
    )


def _series(dataset: xr.Dataset, array: xr.DataArray) -> str | None:
    """The dimension of most interest along which values change: time, else height, else the longest."""
    kinds = {str(name): kind_of_dimension(dataset, str(name)) for name in array.dims}
    ranked = sorted(kinds, key=lambda name: (DIMENSION_KINDS.index(kinds[name]), -array.sizes[name]))
    return next((name for name in ranked if array.sizes[name] > 1), None)


def _dimension(dataset: xr.Dataset, name: str) -> Dimension:
    # xarray makes up numbers for a dimension that has no coordinate.
    coordinate = dataset.coords[name] if name in dataset.coords else None  # noqa: SIM401
    return Dimension(
        name=name,
        size=dataset.sizes[name],
        kind=kind_of_dimension(dataset, name),
        label=(None if coordinate is None else _text(coordinate, "long_name")) or name,
        labels=None if coordinate is None else labels_of(coordinate),
    )


def _text(array: xr.DataArray, attribute: str) -> str | None:
    value = array.attrs.get(attribute)
    return value.strip()[:500] or None if isinstance(value, str) else None
