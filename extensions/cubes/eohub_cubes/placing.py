"""Where each value of a slice goes in a picture: north up and west left on a map, step by step elsewhere."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import xarray as xr

from eohub_cubes.axes import coordinate_of, kind_of_dimension
from eohub_cubes.budget import Steps, read, values_of
from eohub_cubes.choosing import Thinned
from eohub_cubes.contract import Range
from eohub_cubes.errors import NotReadable
from eohub_cubes.grids import Grid
from eohub_cubes.labels import label_of
from eohub_cubes.ports import OpenCube
from eohub_cubes.projecting import Projection, borders_of, canvas_around, cells_of
from eohub_cubes.resampling import (
    SLACK,
    Canvas,
    canvas_of,
    nearest,
    reach_on_grid,
    spacing_of_points,
    without_shared,
)
from eohub_cubes.sides import cell_of, columns_of, degrees_of, rows_of

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

_DOWN = ("depth", "air_pressure")
_PRESSURES = ("hpa", "pa", "kpa", "mbar", "millibar", "millibars", "dbar", "bar")
_NOWHERE = "Its places are no longitudes and latitudes, so it is drawn step by step, on no map."


@dataclass(frozen=True)
class Slice:
    """What is read: the grid that is shown, the steps of every dimension, and those of the grid thinned."""

    grid: Grid
    steps: Steps
    shown: tuple[Thinned, ...]


@dataclass(frozen=True)
class Placed:
    """A slice laid out as it is drawn, rows from top to bottom."""

    values: FloatArray
    across: str
    along: str
    bounds: tuple[float, float, float, float] | None = None
    row_steps: tuple[int, ...] | None = None
    column_steps: tuple[int, ...] | None = None
    notes: tuple[str, ...] = field(default=())


def places_needed(dataset: xr.Dataset, part: Slice) -> dict[str, Steps]:
    """The coordinates that are read with a slice, and their steps: those of curvilinear grids and points."""
    return {
        name: {str(each): part.steps[str(each)] for each in dataset[name].dims}
        for name in part.grid.places or ()
    }


def placed(cube: OpenCube, part: Slice, values: FloatArray, most: tuple[int, int]) -> Placed:
    """Lay out values with the dimensions of a grid, in at most so many cells across and down; may read."""
    grid = part.grid
    match grid.form:
        case "regular":
            return _regular(cube.dataset, part, values, most)
        case "projected" if grid.projection is not None:
            found = _projected(cube.dataset, part, grid.projection, values, most)
        case "curvilinear" | "points":
            found = _scattered(cube, part, values, most)
        case _:
            return _plain(cube, part, values, grid.notes)
    if found is not None:
        return found
    if values.ndim == 1:
        raise NotReadable("None of its points has a longitude and a latitude, so there is no map to draw.")
    return _plain(cube, part, values, (_NOWHERE,))


def _regular(dataset: xr.Dataset, part: Slice, values: FloatArray, most: tuple[int, int]) -> Placed:
    along, across = part.grid.dimensions
    rows = rows_of(*_degrees(dataset, along, part.shown[0]), most[1])
    columns = columns_of(*_degrees(dataset, across, part.shown[1]), most[0])
    west, south, east, north = (
        round(each, 9) for each in (columns.first, rows.first, columns.last, rows.last)
    )
    return Placed(
        values=values[np.ix_(rows.order, columns.order)],
        across="longitude (degrees east)",
        along="latitude (degrees north)",
        bounds=(west, south, east, north),
        row_steps=_taken(part.steps[along], rows.order),
        column_steps=_taken(part.steps[across], columns.order),
        notes=part.grid.notes,
    )


def _projected(
    dataset: xr.Dataset, part: Slice, projection: Projection, values: FloatArray, most: tuple[int, int]
) -> Placed | None:
    along, across = part.grid.dimensions
    y, x = _borders(dataset, along, part.shown[0]), _borders(dataset, across, part.shown[1])
    canvas = canvas_around(projection, x, y, *most)
    if canvas is None:
        return None
    row, column = cells_of(projection, x, y, canvas)
    drawn = np.where((row < 0) | (column < 0), np.float32(np.nan), values[row, column])
    return _on_canvas(canvas, drawn, "Its projection is drawn by longitude and latitude.")


def _scattered(cube: OpenCube, part: Slice, values: FloatArray, most: tuple[int, int]) -> Placed | None:
    """Curvilinear grids and points: each cell of the picture shows the place that is nearest."""
    grid = part.grid
    east, north = (_place(cube, name, grid, own) for name, own in places_needed(cube.dataset, part).items())
    if grid.form == "curvilinear":
        east = without_shared(east, north)
        reach = reach_on_grid(east, north)
        cell = float(np.degrees(np.nanmedian(reach))) / SLACK * np.sqrt(2) or 1.0
    else:
        spacing = spacing_of_points(east, north)
        reach, cell = np.full(east.shape, spacing * SLACK), float(np.degrees(spacing))
    canvas = canvas_of(east, north, cell, *most)
    if canvas is None:
        return None
    flat = values.ravel()
    which = nearest(canvas, east.ravel(), north.ravel(), reach.ravel(), np.isnan(flat))
    drawn = np.where(which < 0, np.float32(np.nan), flat[which])
    what = "Its curvilinear grid is" if grid.form == "curvilinear" else "Its points are"
    return _on_canvas(canvas, drawn, f"{what} drawn by the nearest cell in longitude and latitude.")


def _on_canvas(canvas: Canvas, values: FloatArray, note: str) -> Placed:
    return Placed(
        values=values,
        across="longitude (degrees east)",
        along="latitude (degrees north)",
        bounds=canvas.bounds,
        notes=(note,),
    )


def _plain(cube: OpenCube, part: Slice, values: FloatArray, notes: tuple[str, ...]) -> Placed:
    """Step by step: values rise to the right and to the top, depths and pressures to the bottom.

    The first row of a picture file without coordinates is its top, that of a grid its bottom.
    """
    dataset = cube.dataset
    (along, across), steps = part.grid.dimensions, part.steps
    from_top = cube.kind == "geotiff" and coordinate_of(dataset, along) is None
    rows = np.arange(values.shape[0])
    columns = np.arange(values.shape[1])
    if from_top or not _rises_upwards(dataset, along):
        rows = rows[::-1]
    if not _rises(dataset, across):
        columns = columns[::-1]
    # Rows are told from the top.
    rows = rows[::-1]
    return Placed(
        values=values[np.ix_(rows, columns)],
        across=_wording(dataset, across, steps, columns),
        along=_wording(dataset, along, steps, rows[::-1]),
        row_steps=_taken(steps[along], rows),
        column_steps=_taken(steps[across], columns),
        notes=notes,
    )


def _rises_upwards(dataset: xr.Dataset, name: str) -> bool:
    """Whether the first step belongs to the bottom."""
    coordinate = coordinate_of(dataset, name)
    if coordinate is None:
        return True
    attributes = coordinate.attrs
    down = str(attributes.get("positive", "")).lower() == "down" or (
        "positive" not in attributes
        and (
            attributes.get("standard_name") in _DOWN
            or str(attributes.get("units", "")).lower() in _PRESSURES
            or (kind_of_dimension(dataset, name) == "z" and str(name).lower().startswith(("depth", "plev")))
        )
    )
    return _rises(dataset, name) != down


def _rises(dataset: xr.Dataset, name: str) -> bool:
    coordinate = coordinate_of(dataset, name)
    if coordinate is None or coordinate.size < 2 or coordinate.dtype.kind in "USO":
        return True
    ends = coordinate.values[[0, -1]]
    return bool(ends[0] <= ends[1])


def _wording(dataset: xr.Dataset, name: str, steps: Steps, order: IntArray) -> str:
    """A dimension with its unit and its ends, as it runs across or upwards."""
    coordinate = coordinate_of(dataset, name)
    taken = _taken(steps[name], order)
    if coordinate is None:
        return f"{name}, step {taken[0]} to {taken[-1]}"
    units = coordinate.attrs.get("units")
    label = str(coordinate.attrs.get("long_name") or name)
    first, last = (label_of(coordinate.values[at]) for at in (taken[0], taken[-1]))
    ends = [f"{end:g}" if isinstance(end, float) else end for end in (first, last)]
    return f"{label}{f' ({units})' if isinstance(units, str) else ''}, {ends[0]} to {ends[1]}"


def _degrees(dataset: xr.Dataset, name: str, shown: Thinned) -> tuple[npt.NDArray[np.float64], float]:
    """Middles of the cells that are drawn, in degrees, and the width of one of them."""
    coordinate = coordinate_of(dataset, name)
    assert coordinate is not None
    whole = degrees_of(coordinate)
    bounds = None
    told = coordinate.attrs.get("bounds")
    if whole.size == 1 and told in dataset.variables:
        bounds = values_of(dataset[told]).astype(np.float64)
    return _between(whole, shown), cell_of(whole, bounds) * shown.steps.step


def _borders(dataset: xr.Dataset, name: str, shown: Thinned) -> npt.NDArray[np.float64]:
    whole = dataset.coords[name].values.astype(np.float64)
    return borders_of(_between(whole, shown), whole, shown.steps.step)


def _between(whole: npt.NDArray[np.float64], shown: Thinned) -> npt.NDArray[np.float64]:
    """Middles of the steps that each drawn one stands for; across 360 degrees the short way."""
    firsts, lasts = shown.groups()
    first, last = whole[firsts], whole[lasts]
    last = last + 360.0 * np.sign(first - last) * (np.abs(last - first) > 180.0) * (shown.every > 1)
    return (first + last) / 2


def _place(cube: OpenCube, name: str, grid: Grid, steps: Steps) -> npt.NDArray[np.float64]:
    """Longitudes or latitudes of the cells that are drawn, in degrees, with the dimensions of the grid."""
    array = cube.dataset[name]
    values = read(cube, name, steps)
    dims = tuple(map(str, array.dims))
    turned = values.transpose([dims.index(each) for each in grid.dimensions])
    return degrees_of(xr.DataArray(turned, attrs=array.attrs))


def _taken(steps: Range, order: IntArray) -> tuple[int, ...]:
    return tuple(int(steps.start + at * steps.step) for at in order)
