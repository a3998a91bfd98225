"""What a picture of a variable shows: two of its dimensions or its points, and how they lie on the globe."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import xarray as xr

from eohub_cubes.axes import Plane, coordinate_of, is_degrees, plane_of, points_of
from eohub_cubes.errors import BadSelection
from eohub_cubes.projecting import Projection, projection_of
from eohub_cubes.sides import degrees_of

_POLE = 90.001
_NO_PLACES = "Nothing tells where its cells lie, so they are drawn step by step, on no map."


@dataclass(frozen=True)
class Grid:
    """The dimensions that a picture shows, along before across, and how its cells are placed.

    `places` are the longitudes and latitudes that are read with the values: of each cell of a curvilinear
    grid, or of each point. A plain picture lies on no map.
    """

    dimensions: tuple[str, ...]
    form: Literal["regular", "projected", "curvilinear", "points", "plain"]
    places: tuple[str, str] | None = None
    projection: Projection | None = None
    notes: tuple[str, ...] = field(default=())


def grid_of(dataset: xr.Dataset, array: xr.DataArray, across: str | None, along: str | None) -> Grid:
    """The grid of the two dimensions that are asked for, else of the map of a variable, else of its last two.

    Raises BadSelection for a dimension that the variable does not have, and one without two dimensions.
    """
    name, dims = str(array.name), [str(each) for each in array.dims]
    unknown = next((each for each in (across, along) if each is not None and each not in dims), None)
    if unknown is not None:
        raise BadSelection(f"{name} has no dimension {unknown}.", hint=f"It has {', '.join(dims) or 'none'}.")
    plane = plane_of(dataset, name)
    if plane is not None and across in (None, plane.x) and along in (None, plane.y):
        return _on_map(dataset, array, plane)
    if across is None and along is None:
        points = points_of(dataset, name)
        if points is not None:
            return Grid((points.dimension,), "points", (points.longitude, points.latitude))
    chosen = across is not None or along is not None
    across = across or _last(dims, array, {along})
    along = along or _last(dims, array, {across})
    if across is None or along is None or across == along:
        raise BadSelection(
            f"{name} has no two dimensions to draw a picture of.", hint="Ask for a series along one of them."
        )
    return Grid((along, across), "plain", notes=() if chosen else (_NO_PLACES,))


def _on_map(dataset: xr.Dataset, array: xr.DataArray, plane: Plane) -> Grid:
    dimensions = (plane.y, plane.x)
    x, y = coordinate_of(dataset, plane.x), coordinate_of(dataset, plane.y)
    if x is not None and y is not None and x.dtype.kind in "iuf" and y.dtype.kind in "iuf":
        projection = None if _in_degrees(x, y) else projection_of(dataset, array, plane)
        if _in_degrees(x, y) or (projection is not None and projection.is_geographic):
            return _regular(dimensions, y)
        if projection is not None:
            return Grid(dimensions, "projected", projection=projection)
        if plane.longitude is None and _may_be_degrees(x, y):
            note = f"{plane.x} and {plane.y} have no units; they are taken for degrees, as their values fit."
            return Grid(dimensions, "regular", notes=(note,))
    if plane.longitude is not None and plane.latitude is not None:
        return Grid(dimensions, "curvilinear", (plane.longitude, plane.latitude))
    return Grid(dimensions, "plain", notes=(_NO_PLACES,))


def _in_degrees(x: xr.DataArray, y: xr.DataArray) -> bool:
    return is_degrees(x, "x") and is_degrees(y, "y")


def _regular(dimensions: tuple[str, str], y: xr.DataArray) -> Grid:
    if y.size and np.nanmax(np.abs(degrees_of(y))) > _POLE:
        note = f"{dimensions[0]} goes beyond the poles, so it is drawn step by step, on no map."
        return Grid(dimensions, "plain", notes=(note,))
    return Grid(dimensions, "regular")


def _may_be_degrees(x: xr.DataArray, y: xr.DataArray) -> bool:
    """Whether coordinates without units fit longitudes and latitudes, and do not merely count cells."""
    if x.attrs.get("units") or y.attrs.get("units") or not x.size or not y.size:
        return False
    east, north = x.values.astype(np.float64), y.values.astype(np.float64)
    if np.nanmin(east) < -180 or np.nanmax(east) > 360 or np.nanmax(np.abs(north)) > 90:
        return False
    return not all(0 <= np.nanmin(each) <= 1 and np.allclose(np.diff(each), 1) for each in (east, north))


def _last(dims: list[str], array: xr.DataArray, without: set[str | None]) -> str | None:
    """The last dimension with more than one step, else the last at all."""
    left = [name for name in reversed(dims) if name not in without]
    return next((name for name in left if array.sizes[name] > 1), left[0] if left else None)
