"""One slice of a variable as a picture: what is read of it, how it is laid out, and its colours."""

import base64

import numpy as np
import xarray as xr

from eohub_cubes.budget import check_budget, read
from eohub_cubes.choosing import single, steps_of, thinned, variable_of
from eohub_cubes.colours import colours_of
from eohub_cubes.contract import Preview, PreviewQuery
from eohub_cubes.grids import grid_of
from eohub_cubes.placing import Slice, placed, places_needed
from eohub_cubes.ports import OpenCube, Traffic
from eohub_cubes.scaling import FloatArray, Scale, drawable, scale_of

_MOST_POINTS = 4
"""Points read for each cell of the picture, of places without an order."""


def pictured(query: PreviewQuery, cube: OpenCube, traffic: Traffic) -> Preview:
    """Read a slice and lay it out; blocking.

    Raises BadSelection, NotReadable for what holds no numbers, BeyondBudget, and what reading raises.
    """
    array = variable_of(cube, query.variable)
    part = _slice_of(query, cube, array)
    wanted = {query.variable: part.steps, **places_needed(cube.dataset, part)}
    check_budget(cube, wanted, query.budget_bytes, part.grid.dimensions)
    values, notes = drawable(_read(cube, query.variable, part))
    drawn = placed(cube, part, values, (query.width, query.height))
    colours = colours_of(array)
    scale = scale_of(drawn.values, colours.centre)
    height, width = drawn.values.shape
    units = array.attrs.get("units")
    return Preview(
        variable=query.variable,
        width=width,
        height=height,
        values=base64.b64encode(np.ascontiguousarray(drawn.values, "<f4").tobytes()).decode(),
        low=scale.low,
        high=scale.high,
        least=scale.least,
        greatest=scale.greatest,
        colours=colours.name,
        units="s" if array.dtype.kind == "m" else units if isinstance(units, str) else None,
        bounds=drawn.bounds,
        across=drawn.across,
        along=drawn.along,
        every=(part.shown[0].every, part.shown[-1].every),
        row_steps=drawn.row_steps,
        column_steps=drawn.column_steps,
        notes=(*drawn.notes, *notes, *_remarks(scale)),
        bytes_read=traffic.bytes_read,
        requests=traffic.requests,
    )


def _slice_of(query: PreviewQuery, cube: OpenCube, array: xr.DataArray) -> Slice:
    grid = grid_of(cube.dataset, array, query.across, query.along)
    steps = single(steps_of(cube.dataset, array, query.ranges), query.ranges, set(grid.dimensions))
    most = (
        [query.width * query.height * _MOST_POINTS] if grid.form == "points" else [query.height, query.width]
    )
    shown = [thinned(steps[name], each) for name, each in zip(grid.dimensions, most, strict=True)]
    steps |= {name: each.steps for name, each in zip(grid.dimensions, shown, strict=True)}
    return Slice(grid, steps, tuple(shown))


def _read(cube: OpenCube, name: str, part: Slice) -> FloatArray:
    """The values with the dimensions that are shown, along before across."""
    values = read(cube, name, part.steps)
    dims = [str(each) for each in cube.dataset[name].dims]
    shown = [dims.index(each) for each in part.grid.dimensions]
    others = [at for at in range(len(dims)) if at not in shown]
    return values.transpose([*shown, *others]).reshape([values.shape[at] for at in shown])


def _remarks(scale: Scale) -> tuple[str, ...]:
    if scale.least is None:
        return ("Every value of this slice is missing.",)
    return (f"Every value of this slice is {scale.least:g}.",) if scale.least == scale.greatest else ()
