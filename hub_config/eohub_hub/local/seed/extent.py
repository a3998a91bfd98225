"""Where and when a dataset lies, as STAC wants it: from CF coordinates, their cells and their calendar."""

import calendar as gregorian
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any, Protocol, Self

import cftime
import numpy as np
import numpy.typing as npt
import xarray as xr


class Moment(Protocol):
    """What is used of a date in any CF calendar: cftime gives no types."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int

    def __sub__(self, other: Self, /) -> timedelta: ...


Numbers = npt.NDArray[np.float64]

_DECIMALS = 5
"""About one metre; float32 coordinates carry no more."""

_CLOSED = 1e-3
"""A grid whose float32 edges meet within this many degrees goes around the Earth."""


def bbox_of(dataset: xr.Dataset) -> list[float]:
    """[west, south, east, north] in degrees around the grid's cells, longitudes from -180 to 180.

    West is greater than east where the cells cross the antimeridian. Raises ValueError without coordinates.
    """
    west, east = edges_of(dataset, coordinate_of(dataset, "longitude"))
    south, north = edges_of(dataset, coordinate_of(dataset, "latitude"))
    south, north = max(-90.0, _rounded(south)), min(90.0, _rounded(north))
    if east - west >= 360.0 - _CLOSED:
        return [-180.0, south, 180.0, north]
    east = _wrapped(east)
    return [_rounded(_wrapped(west)), south, _rounded(180.0 if east == -180.0 else east), north]


def geometry_of(bbox: Sequence[float]) -> dict[str, Any]:
    """The GeoJSON geometry of a bounding box, cut in two at the antimeridian (RFC 7946, section 3.1.9)."""
    west, south, east, north = bbox
    if west <= east:
        return {"type": "Polygon", "coordinates": _ring(west, south, east, north)}
    halves = [_ring(west, south, 180.0, north), _ring(-180.0, south, east, north)]
    return {"type": "MultiPolygon", "coordinates": halves}


def edges_of(dataset: xr.Dataset, coordinate: xr.DataArray) -> tuple[float, float]:
    """Outer edges of a coordinate's cells: its CF bounds, else half a step beyond the centres if regular."""
    bounds = dataset.variables.get(coordinate.attrs.get("bounds"))
    if bounds is not None:
        return float(bounds.min()), float(bounds.max())
    half = abs(step_of(coordinate.values) or 0.0) / 2
    return float(coordinate.min()) - half, float(coordinate.max()) + half


def step_of(values: npt.NDArray[Any]) -> float | None:
    """The spacing of a one-dimensional regular axis, None for any other."""
    if values.ndim != 1 or values.size < 2:
        return None
    steps: Numbers = np.diff(values.astype(np.float64))
    mean = float(steps.mean())
    return _rounded(mean) if np.allclose(steps, mean, rtol=1e-3) else None


def coordinate_of(dataset: xr.Dataset, standard_name: str) -> xr.DataArray:
    """The first variable with this CF standard name, axes first; raises ValueError if there is none."""
    for name in (*dataset.coords, *dataset.data_vars):
        if dataset[name].attrs.get("standard_name") == standard_name:
            return dataset[name]
    raise ValueError(f"the dataset has no {standard_name}")


def interval_of(dataset: xr.Dataset) -> tuple[str, str]:
    """Start of the first and end of the last time cell, as RFC 3339 in UTC."""
    time = dataset["time"]
    edges = edges_of(dataset, time)
    first, last = _dates(time, np.array(edges))
    return rfc3339(first), rfc3339(last)


def step_of_time(dataset: xr.Dataset) -> str | None:
    """ISO 8601 duration between time steps: years, months or days of the dataset's calendar; else None."""
    time = dataset["time"]
    if time.size < 2:
        return None
    dates = _dates(time, time.values)
    months = {(b.year - a.year) * 12 + b.month - a.month for a, b in pairwise(dates)}
    if len(months) == 1 and (count := months.pop()) > 0:
        return f"P{count // 12}Y" if count % 12 == 0 else f"P{count}M"
    days = {(b - a).total_seconds() / 86_400 for a, b in pairwise(dates)}
    return f"P{int(days.pop())}D" if len(days) == 1 and min(days) % 1 == 0 else None


def rfc3339(moment: Moment) -> str:
    """A date of any CF calendar; one that ours lacks (30 February) becomes the last day of its month."""
    day = min(moment.day, gregorian.monthrange(moment.year, moment.month)[1])
    clock = f"{moment.hour:02}:{moment.minute:02}:{moment.second:02}"
    return f"{moment.year:04}-{moment.month:02}-{day:02}T{clock}Z"


def _dates(time: xr.DataArray, values: npt.NDArray[Any]) -> list[Moment]:
    units, calendar = str(time.attrs["units"]), str(time.attrs.get("calendar", "standard"))
    return list(cftime.num2date(values, units, calendar))


def _ring(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def _wrapped(longitude: float) -> float:
    return (longitude + 180.0) % 360.0 - 180.0


def _rounded(value: float) -> float:
    return round(value, _DECIMALS)
