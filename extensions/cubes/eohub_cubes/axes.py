"""Which dimension is what: CF's axis, standard names and units, then the names that people use."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from eohub_cubes.contract import DimensionKind

DIMENSION_KINDS: Final[tuple[DimensionKind, ...]] = ("time", "z", "ensemble", "band", "other", "y", "x")
"""In the order in which a series along one of them is of interest."""

_AXES: Final[dict[str, DimensionKind]] = {"X": "x", "Y": "y", "Z": "z", "T": "time"}
_STANDARD: Final[dict[str, DimensionKind]] = {
    "longitude": "x", "grid_longitude": "x", "projection_x_coordinate": "x", "latitude": "y",
    "grid_latitude": "y", "projection_y_coordinate": "y", "time": "time", "realization": "ensemble",
    "forecast_reference_time": "time", "forecast_period": "time", "air_pressure": "z", "depth": "z",
    "height": "z", "altitude": "z", "model_level_number": "z",
}  # fmt: skip
_WRITTEN: Final[tuple[tuple[DimensionKind, str], ...]] = (
    ("x", "x|lon|long|longitude|nav_lon|rlon|xc|easting|i|ni"),
    ("y", "y|lat|latitude|nav_lat|rlat|yc|northing|j|nj"),
    ("time", "t|time|valid_time|time_counter|date|datetime|step|forecast_time"),
    (
        "z",
        "z|lev|level|levels|plev|pressure|isobaricinhpa|depth|deptht|height|altitude|hybrid|soil_level",
    ),
    ("ensemble", "member|members|number|ensemble|ensemble_member|realization|realisation"),
    ("band", "band|bands|spectral|wavelength|channel"),
)
_NAMES: Final[tuple[tuple[DimensionKind, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(f"^({names})$", re.IGNORECASE)) for kind, names in _WRITTEN
)
_EAST: Final = re.compile(r"^degrees?_?(e|east)$", re.IGNORECASE)
_NORTH: Final = re.compile(r"^degrees?_?(n|north)$", re.IGNORECASE)


@dataclass(frozen=True)
class Plane:
    """The two dimensions of a map; with the names of two-dimensional coordinates on a curvilinear grid."""

    x: str
    y: str
    longitude: str | None = None
    latitude: str | None = None


def kind_of_dimension(dataset: xr.Dataset, name: str) -> DimensionKind:
    """What a dimension is, by its coordinate where it has one, else by its name."""
    coordinate = dataset.coords.get(name)
    if coordinate is not None:
        told = _told(coordinate)
        if told is not None:
            return told
    for kind, pattern in _NAMES:
        if pattern.match(name):
            return kind
    return "other"


def plane_of(dataset: xr.Dataset, variable: str) -> Plane | None:
    """The dimensions of a variable that make a map; None where it has none."""
    array = dataset[variable]
    names = [str(name) for name in array.dims]
    curved = _curvilinear(dataset, array)
    if curved is not None:
        return curved
    x = next((name for name in reversed(names) if kind_of_dimension(dataset, name) == "x"), None)
    y = next((name for name in reversed(names) if kind_of_dimension(dataset, name) == "y"), None)
    return Plane(x, y) if x is not None and y is not None else None


def _told(coordinate: xr.DataArray) -> DimensionKind | None:
    attributes = coordinate.attrs
    axis, standard = attributes.get("axis"), attributes.get("standard_name")
    if isinstance(axis, str) and axis in _AXES:
        return _AXES[axis]
    if isinstance(standard, str) and standard in _STANDARD:
        return _STANDARD[standard]
    units = str(attributes.get("units", ""))
    if _EAST.match(units):
        return "x"
    if _NORTH.match(units):
        return "y"
    is_time = np.issubdtype(coordinate.dtype, np.datetime64) or "calendar" in coordinate.encoding
    return "time" if is_time else None


def _curvilinear(dataset: xr.Dataset, array: xr.DataArray) -> Plane | None:
    """Two-dimensional longitudes and latitudes that lie along two dimensions of a variable."""
    flat = [
        (str(name), each)
        for name, each in dataset.coords.items()
        if each.ndim == 2 and set(each.dims) <= set(array.dims)
    ]
    longitude = next(((name, each) for name, each in flat if _told(each) == "x"), None)
    latitude = next(((name, each) for name, each in flat if _told(each) == "y"), None)
    if longitude is None or latitude is None or longitude[1].dims != latitude[1].dims:
        return None
    y, x = map(str, longitude[1].dims)
    return Plane(x, y, longitude[0], latitude[0])
