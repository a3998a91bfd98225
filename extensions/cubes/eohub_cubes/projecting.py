"""Grids whose sides are metres or angles of a projection: where they lie in longitudes and latitudes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from eohub_cubes.axes import Plane
from eohub_cubes.resampling import Canvas
from eohub_cubes.sides import LONE, edges_of, window_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_WKT = ("crs_wkt", "spatial_ref")
_USUAL = ("spatial_ref", "crs")
_PLACES = "OGC:CRS84"
_SAMPLES = 65
_EARTH = 6.2e6, 6.5e6
"""Radii in metres between which a body is the Earth: no map of longitudes and latitudes is of another."""


@dataclass(frozen=True)
class Projection:
    """How a plane of projected coordinates lies on the globe."""

    crs: CRS
    x_factor: float = 1.0
    y_factor: float = 1.0
    """From the units of the coordinates to those of the projection."""

    @property
    def is_geographic(self) -> bool:
        """Whether x and y are longitudes and latitudes themselves."""
        return self.crs.is_geographic and not self.crs.is_derived

    @cached_property
    def _there(self) -> Transformer:
        return Transformer.from_crs(self.crs, _PLACES, always_xy=True)

    @cached_property
    def _back(self) -> Transformer:
        return Transformer.from_crs(_PLACES, self.crs, always_xy=True)

    def places(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Longitudes and latitudes of coordinates; not finite where they lie nowhere."""
        east, north = self._there.transform(x * self.x_factor, y * self.y_factor)
        return np.asarray(east), np.asarray(north)

    def coordinates(self, east: FloatArray, north: FloatArray, near: float) -> tuple[FloatArray, FloatArray]:
        """Coordinates of longitudes and latitudes; angles within 360 degrees from `near` on."""
        x, y = self._back.transform(east, north)
        x, y = np.asarray(x) / self.x_factor, np.asarray(y) / self.y_factor
        if self.crs.is_geographic:
            with np.errstate(invalid="ignore"):
                x = np.mod(x - near, 360.0) + near
        return x, y


def projection_of(dataset: xr.Dataset, array: xr.DataArray, plane: Plane) -> Projection | None:
    """The projection of a variable's plane by its CF grid mapping, `spatial_ref` or proj: attributes."""
    attributes = _mapping_of(dataset, array)
    crs = _crs_of(attributes) or _declared(dataset, array)
    if crs is None or plane.x not in dataset.coords or plane.y not in dataset.coords:
        return None
    if not is_of_earth(crs) or not _has_places(crs):
        return None
    height = float(attributes.get("perspective_point_height", 1.0))
    x, y = dataset.coords[plane.x], dataset.coords[plane.y]
    return Projection(crs, _factor(x, height), _factor(y, height))


def is_of_earth(crs: CRS) -> bool:
    """Whether a reference system is of the Earth, as far as it tells."""
    return crs.ellipsoid is None or _EARTH[0] < crs.ellipsoid.semi_major_metre < _EARTH[1]


def canvas_around(
    projection: Projection, x_edges: FloatArray, y_edges: FloatArray, width: int, height: int
) -> Canvas | None:
    """A canvas around a projected grid; its cells are about as large as those of the grid."""
    east, north = projection.places(*np.meshgrid(_sampled(x_edges), _sampled(y_edges)))
    spacing = _spacing(east)
    known = np.isfinite(east) & np.isfinite(north)
    if not known.any():
        return None
    start, around = window_of(east[known], spacing)
    poles = [pole for pole in (-90.0, 90.0) if _holds(projection, x_edges, y_edges, pole)]
    around = around or bool(poles)
    span = 360.0 if around else float(np.max(np.mod(east[known] - start + 1e-6, 360.0)))
    heights = np.append(north[known], poles)
    south, top = float(heights.min()), float(heights.max())
    cell = np.sqrt(max(span, 1e-9) * max(top - south, 1e-9) / ((x_edges.size - 1) * (y_edges.size - 1)))
    return Canvas(
        west=-180.0 if around else start,
        south=south,
        span=span,
        north=top,
        width=max(1, min(width, round(span / cell))),
        height=max(1, min(height, round((top - south) / cell))),
        around=around,
    )


def cells_of(
    projection: Projection, x_edges: FloatArray, y_edges: FloatArray, canvas: Canvas
) -> tuple[IntArray, IntArray]:
    """Row and column of a projected grid that each cell of a canvas lies in; -1 outside."""
    east, north = np.meshgrid(canvas.longitudes(), canvas.latitudes())
    across, along = projection.coordinates(east, north, float(x_edges.min()))
    return _inside(y_edges, along), _inside(x_edges, across)


def cell_at(
    projection: Projection, x: FloatArray, y: FloatArray, longitude: float, latitude: float
) -> tuple[int, int] | None:
    """Row and column of a projected grid at a place; None where it lies outside."""
    x_edges, y_edges = borders_of(x, x), borders_of(y, y)
    place = np.array([longitude]), np.array([latitude])
    across, along = projection.coordinates(*place, float(x_edges.min()))
    row, column = int(_inside(y_edges, along)[0]), int(_inside(x_edges, across)[0])
    return None if row < 0 or column < 0 else (row, column)


def _inside(edges: FloatArray, values: FloatArray) -> IntArray:
    falling = edges[0] > edges[-1]
    rising = edges[::-1] if falling else edges
    found = np.searchsorted(rising, values, side="right") - 1
    outside = ~np.isfinite(values) | (found < 0) | (found >= edges.size - 1)
    return np.where(outside, -1, edges.size - 2 - found if falling else found)


def borders_of(values: FloatArray, whole: FloatArray, step: int = 1) -> FloatArray:
    """Edges of cells along a side of a grid; one that stands alone is `step` cells of the whole wide."""
    steps = np.abs(np.diff(whole))
    return edges_of(values, step * float(np.median(steps)) if steps.size else LONE)


def _sampled(edges: FloatArray) -> FloatArray:
    return edges[np.unique(np.linspace(0, edges.size - 1, _SAMPLES).astype(np.int64))]


def _spacing(east: FloatArray) -> float:
    """The widest step between neighbouring samples, which is no gap in a circle of longitudes."""
    if east.ndim < 2 or min(east.shape) < 2:
        return 1.0
    steps = np.abs(np.concatenate([np.diff(east, axis=0).ravel(), np.diff(east, axis=1).ravel()]))
    steps = steps[np.isfinite(steps)]
    return float(np.percentile(np.minimum(steps, 360.0 - steps), 90)) if steps.size else 1.0


def _holds(projection: Projection, x_edges: FloatArray, y_edges: FloatArray, pole: float) -> bool:
    x, y = projection.coordinates(np.array([0.0]), np.array([pole]), float(x_edges.min()))
    return bool(_inside(x_edges, x)[0] >= 0 and _inside(y_edges, y)[0] >= 0)


def _factor(coordinate: xr.DataArray, height: float) -> float:
    units = str(coordinate.attrs.get("units", "")).lower()
    if units in ("km", "kilometer", "kilometre", "kilometers", "kilometres"):
        return 1000.0
    if units in ("rad", "radian", "radians"):
        return height
    return 1.0


def _has_places(crs: CRS) -> bool:
    """Whether longitudes and latitudes can be told from a reference system: not from that of a building."""
    try:
        Transformer.from_crs(crs, _PLACES, always_xy=True)
    except ProjError:
        return False
    return True


def _mapping_of(dataset: xr.Dataset, array: xr.DataArray) -> Mapping[str, Any]:
    told = array.attrs.get("grid_mapping") or array.encoding.get("grid_mapping")
    told = told or dataset.attrs.get("grid_mapping")
    names = [str(told).split()[0].rstrip(":")] if told else []
    found = next((name for name in [*names, *_USUAL] if name in dataset.variables), None)
    return {} if found is None else dataset[found].attrs


def _crs_of(attributes: Mapping[str, Any]) -> CRS | None:
    for read in (_from_wkt, _from_cf):
        try:
            found = read(attributes)
        except (CRSError, KeyError, ValueError, TypeError):
            continue
        if found is not None:
            return found
    return None


def _from_wkt(attributes: Mapping[str, Any]) -> CRS | None:
    wkt = next((attributes[name] for name in _WKT if isinstance(attributes.get(name), str)), None)
    return None if not wkt else CRS.from_user_input(wkt)


def _from_cf(attributes: Mapping[str, Any]) -> CRS | None:
    return CRS.from_cf(dict(attributes)) if "grid_mapping_name" in attributes else None


def _declared(dataset: xr.Dataset, array: xr.DataArray) -> CRS | None:
    """By the proj: attributes that GeoZarr and STAC write."""
    for attributes in (array.attrs, dataset.attrs):
        for name in ("proj:code", "proj:wkt2", "proj:projjson", "proj:epsg"):
            value = attributes.get(name)
            if not value:
                continue
            try:
                return CRS.from_user_input(json.dumps(value) if isinstance(value, dict) else value)
            except CRSError:
                continue
    return None
