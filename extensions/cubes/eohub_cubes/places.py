"""The cell of a variable's map that lies at a longitude and latitude, and a place in words."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from eohub_cubes.axes import coordinate_of
from eohub_cubes.budget import check_budget, read
from eohub_cubes.choosing import steps_of
from eohub_cubes.contract import Range
from eohub_cubes.errors import BadSelection
from eohub_cubes.grids import Grid
from eohub_cubes.labels import label_of
from eohub_cubes.ports import OpenCube
from eohub_cubes.projecting import cell_at
from eohub_cubes.resampling import SLACK, reach_on_grid, spacing_of_points, vectors
from eohub_cubes.sides import cell_of, degrees_of

FloatArray = npt.NDArray[np.float64]

_BESIDE = 2.0
"""Cells that a place may lie beside a grid and still mean the cell at its edge."""


@dataclass(frozen=True)
class Cell:
    """One cell of a map: its step along each dimension, and where its middle lies."""

    steps: Mapping[str, Range]
    longitude: float
    latitude: float


def nearest_cell(cube: OpenCube, grid: Grid, place: tuple[float, float], budget: int) -> Cell:
    """The cell at a longitude and latitude; reads the places of grids that have them for each cell.

    Raises BadSelection where the grid lies on no map or elsewhere, BeyondBudget, and what reading raises.
    """
    longitude, latitude = place
    if not (np.isfinite(longitude) and abs(latitude) <= 90):
        raise BadSelection(
            f"{longitude:g}, {latitude:g} is no longitude and latitude.", hint="An example: 12.5, 45."
        )
    match grid.form:
        case "regular":
            at = _on_sides(cube.dataset, grid, longitude, latitude)
        case "projected" if grid.projection is not None:
            x, y = (cube.dataset.coords[name].values.astype(np.float64) for name in grid.dimensions[::-1])
            at = cell_at(grid.projection, x, y, longitude, latitude)
        case "curvilinear" | "points":
            at = _among_places(cube, grid, longitude, latitude, budget)
        case _:
            raise BadSelection(
                "This data lies on no map, so a longitude and latitude name no cell of it.",
                hint=f"Name a step of {' and of '.join(grid.dimensions)} instead.",
            )
    if at is None:
        raise BadSelection(f"There is no data at {place_text(longitude, latitude)}.")
    steps = {name: _step(step) for name, step in zip(grid.dimensions, at, strict=True)}
    return Cell(steps, *(middle_of(cube, grid, steps) or place))


def middle_of(cube: OpenCube, grid: Grid, steps: Mapping[str, Range]) -> tuple[float, float] | None:
    """Longitude and latitude of the middle of a cell; None on no map. Reads those of curvilinear grids."""
    match grid.form:
        case "regular":
            north, east = (
                float(degrees_of(_coordinate(cube.dataset, name))[steps[name].start])
                for name in grid.dimensions
            )
        case "projected" if grid.projection is not None:
            y, x = (
                cube.dataset.coords[name].values[[steps[name].start]].astype(np.float64)
                for name in grid.dimensions
            )
            east, north = (float(each[0]) for each in grid.projection.places(x, y))
        case "curvilinear" | "points" if grid.places is not None:
            east, north = (float(_places(cube, name, steps).ravel()[0]) for name in grid.places)
        case _:
            return None
    return (east, north) if np.isfinite(east) and np.isfinite(north) else None


def place_text(longitude: float, latitude: float) -> str:
    """A place in words: `12.5° N, 45° E`."""
    east = (longitude + 180.0) % 360.0 - 180.0
    return (
        f"{abs(round(latitude, 3)):g}° {'S' if latitude < 0 else 'N'}, "
        f"{abs(round(east, 3)):g}° {'W' if east < 0 else 'E'}"
    )


def steps_text(dataset: xr.Dataset, steps: Mapping[str, Range]) -> str:
    """Steps of dimensions in words, by their values: `time 2000-01-01, level 500 hPa`."""
    return ", ".join(_step_text(dataset, name, each.start) for name, each in steps.items())


def _step_text(dataset: xr.Dataset, name: str, at: int) -> str:
    coordinate = coordinate_of(dataset, name)
    if coordinate is None:
        return f"{name} step {at}"
    label = label_of(coordinate.values[at])
    units = coordinate.attrs.get("units")
    told = f"{label:g}" if isinstance(label, float) else label
    return f"{name} {told}{f' {units}' if isinstance(units, str) and units not in ('', '1') else ''}"


def _on_sides(dataset: xr.Dataset, grid: Grid, longitude: float, latitude: float) -> tuple[int, ...] | None:
    found: list[int] = []
    for name, wanted, turn in zip(grid.dimensions, (latitude, longitude), (np.inf, 360.0), strict=True):
        values = degrees_of(_coordinate(dataset, name))
        away = np.abs(values - wanted)
        if np.isfinite(turn):
            away = np.abs((away + turn / 2) % turn - turn / 2)
        if np.isnan(away).all() or np.nanmin(away) > _BESIDE * cell_of(values):
            return None
        found.append(int(np.nanargmin(away)))
    return tuple(found)


def _among_places(
    cube: OpenCube, grid: Grid, longitude: float, latitude: float, budget: int
) -> tuple[int, ...] | None:
    assert grid.places is not None
    whole = {name: steps_of(cube.dataset, cube.dataset[name], {}) for name in grid.places}
    check_budget(cube, whole, budget, grid.dimensions)
    east, north = (_in_order(cube, name, grid, _places(cube, name, whole[name])) for name in grid.places)
    place = vectors(np.array([longitude]), np.array([latitude]))
    away = np.sqrt(np.sum((vectors(east.ravel(), north.ravel()) - place) ** 2, axis=0))
    if np.isnan(away).all():
        return None
    at = int(np.nanargmin(away))
    reach = (
        reach_on_grid(east, north).ravel()[at]
        if grid.form == "curvilinear"
        else spacing_of_points(east, north) * SLACK
    )
    if away[at] > _BESIDE * max(reach, 1e-9):
        return None
    return tuple(int(each) for each in np.unravel_index(at, east.shape))


def _places(cube: OpenCube, name: str, steps: Mapping[str, Range]) -> FloatArray:
    array = cube.dataset[name]
    values = read(cube, name, {str(each): steps[str(each)] for each in array.dims})
    return degrees_of(xr.DataArray(values, attrs=array.attrs))


def _in_order(cube: OpenCube, name: str, grid: Grid, values: FloatArray) -> FloatArray:
    dims = [str(each) for each in cube.dataset[name].dims]
    return values.transpose([dims.index(each) for each in grid.dimensions])


def _coordinate(dataset: xr.Dataset, name: str) -> xr.DataArray:
    found = coordinate_of(dataset, name)
    assert found is not None
    return found


def _step(at: int) -> Range:
    return Range(start=at, stop=at + 1)
