"""Which dimension is what: CF's axis, standard names and units, then the names that people use."""

import re
from collections.abc import Hashable, Iterator, Mapping
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
    "projection_x_angular_coordinate": "x", "projection_y_angular_coordinate": "y",
    "forecast_reference_time": "time", "forecast_period": "time", "air_pressure": "z", "depth": "z",
    "height": "z", "altitude": "z", "model_level_number": "z", "radiation_wavelength": "band",
    "sensor_band_identifier": "band", "sensor_band_central_radiation_wavelength": "band",
}  # fmt: skip
_VERTICAL: Final = re.compile(
    r"^(atmosphere|ocean)_.*_coordinate(_g[12])?$|^geopotential_height$|^height_above_|^depth_below_"
)
_PRESSURE: Final = re.compile(r"^(hPa|Pa|kPa|mbar|millibars?|bar|dbar|decibars?|level|layer|sigma_level)$")
_WRITTEN: Final[tuple[tuple[DimensionKind, str], ...]] = (
    ("x", "x|lon|long|longitude|nav_lon|rlon|xc|easting|i|ni|nx|xt_ocean|west_east|lon_rho|xi_rho|glamt"),
    ("y", "y|lat|latitude|nav_lat|rlat|yc|northing|j|nj|ny|yt_ocean|south_north|lat_rho|eta_rho|gphit"),
    ("time", "t|time|valid_time|time_counter|date|datetime|step|forecast_time|lead_?time|initial_time"),
    (
        "z",
        "z|lev|level|levels|plev|pressure|isobaric|isobaricinhpa|isobaricinpa|depth|depth[tuvw]|height|altitude"
        "|hybrid|soil_level|soil_layer|olevel|nz|bottom_top|st_ocean|sw_ocean|model_level|heightaboveground",
    ),
    ("ensemble", "member|members|number|ensemble|ensemble_member|realization|realisation|ens"),
    ("band", "band|bands|spectral|wavelength|channel|channels"),
)
_NAMES: Final[tuple[tuple[DimensionKind, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(f"^({names})_?[0-9]*$", re.IGNORECASE)) for kind, names in _WRITTEN
)
_BOUNDS: Final = re.compile(r"(_|\b)(bnds|bounds|vertices)$", re.IGNORECASE)
_EAST: Final = re.compile(r"^degrees?_?(e|east)$", re.IGNORECASE)
_NORTH: Final = re.compile(r"^degrees?_?(n|north)$", re.IGNORECASE)
_LONGITUDE: Final = re.compile(
    r"^(nav_lon|lon|long|longitude|glam[tuvf]|[tuvc]lon|xlong?)(_.*)?$", re.IGNORECASE
)
_LATITUDE: Final = re.compile(r"^(nav_lat|lat|latitude|gphi[tuvf]|[tuvc]lat|xlat)(_.*)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Plane:
    """The two dimensions of a map; with the names of two-dimensional coordinates on a curvilinear grid."""

    x: str
    y: str
    longitude: str | None = None
    latitude: str | None = None


@dataclass(frozen=True)
class Points:
    """One dimension whose steps are places of a map: unstructured and reduced grids, stations."""

    dimension: str
    longitude: str
    latitude: str


def kind_of_dimension(dataset: xr.Dataset, name: str) -> DimensionKind:
    """What a dimension is, by its coordinate where it has one, else by its name."""
    if _scattered(dataset, name) is None:
        for coordinate in _along(dataset, name):
            told = _told(coordinate)
            if told is not None:
                return told
    for kind, pattern in _NAMES:
        if pattern.match(name):
            return kind
    return "other"


def coordinate_of(dataset: xr.Dataset, name: str) -> xr.DataArray | None:
    """What tells the values along a dimension: its coordinate, or another one of the dimension's kind."""
    if name in dataset.coords:
        return dataset.coords[name] if dataset.coords[name].ndim == 1 else None
    kind = kind_of_dimension(dataset, name)
    return next((each for each in _along(dataset, name) if _told(each) == kind), None)


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


def points_of(dataset: xr.Dataset, variable: str) -> Points | None:
    """The dimension of a variable along which both longitude and latitude run; None where there is none."""
    for name in reversed([str(name) for name in dataset[variable].dims]):
        found = _scattered(dataset, name)
        if found is not None:
            return found
    return None


def is_degrees(coordinate: xr.DataArray, kind: DimensionKind) -> bool:
    """Whether a coordinate of kind x or y holds true longitudes or latitudes."""
    return _holds_degrees(str(coordinate.name), coordinate.attrs, kind)


def _holds_degrees(name: str, attributes: Mapping[str, object], kind: DimensionKind) -> bool:
    standard, units = attributes.get("standard_name"), str(attributes.get("units", ""))
    if standard is not None:
        return standard == ("longitude" if kind == "x" else "latitude")
    if (_EAST if kind == "x" else _NORTH).match(units):
        return True
    pattern = _LONGITUDE if kind == "x" else _LATITUDE
    return bool(pattern.match(name)) and units.lower() in ("", "degree", "degrees")


def _along(dataset: xr.Dataset, name: str) -> Iterator[xr.DataArray]:
    """Coordinates of one dimension along it, its own first."""
    if name in dataset.coords:
        yield dataset.coords[name]
    for other, each in dataset.coords.items():
        if other != name and each.dims == (name,):
            yield each


def _told(coordinate: xr.DataArray) -> DimensionKind | None:
    attributes = coordinate.attrs
    axis, standard = attributes.get("axis"), attributes.get("standard_name")
    if isinstance(axis, str) and axis.upper() in _AXES:
        return _AXES[axis.upper()]
    if isinstance(standard, str) and standard in _STANDARD:
        return _STANDARD[standard]
    units = str(attributes.get("units", ""))
    if _EAST.match(units):
        return "x"
    if _NORTH.match(units):
        return "y"
    is_time = np.issubdtype(coordinate.dtype, np.datetime64) or "calendar" in coordinate.encoding
    if is_time:
        return "time"
    is_vertical = "positive" in attributes or _PRESSURE.match(units)
    return "z" if is_vertical or _VERTICAL.match(str(standard)) else None


def _place(dataset: xr.Dataset, dimensions: set[Hashable], count: int) -> tuple[str, str] | None:
    """Longitude and latitude that both have these dimensions, as coordinates or as plain variables."""
    # Of very many variables each is looked at for each: xarray's own access to one takes too long for that.
    flat = [
        (str(name), each)
        for name, each in dataset.variables.items()
        if each.ndim == count and dimensions.issuperset(each.dims)
    ]
    flat.sort(key=lambda pair: pair[0] not in dataset.coords)
    for longitude, east in flat:
        if not _holds_degrees(longitude, east.attrs, "x"):
            continue
        for latitude, north in flat:
            if north.dims == east.dims and _holds_degrees(latitude, north.attrs, "y"):
                return longitude, latitude
    return None


def _curvilinear(dataset: xr.Dataset, array: xr.DataArray) -> Plane | None:
    """Two-dimensional longitudes and latitudes that lie along two dimensions of a variable."""
    found = _place(dataset, set(array.dims), 2)
    if found is None:
        return None
    y, x = map(str, dataset[found[0]].dims)
    return Plane(x, y, *found)


def _scattered(dataset: xr.Dataset, name: str) -> Points | None:
    found = _place(dataset, {name}, 1)
    return None if found is None else Points(name, *found)


def bounds_in(dataset: xr.Dataset) -> frozenset[str]:
    """Variables that tell the edges of cells: named so by CF's attributes, or by their name."""
    told = (
        each.attrs.get(name) or each.encoding.get(name)
        for each in dataset.variables.values()
        for name in ("bounds", "climatology")
    )
    named = {name for name in told if isinstance(name, str)}
    return frozenset(name for name in map(str, dataset.variables) if name in named or _BOUNDS.search(name))
