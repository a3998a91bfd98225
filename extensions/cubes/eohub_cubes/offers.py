"""What would fit, where a selection does not: a smaller box, a coarser one, more memory, or Dask."""

import math
from collections.abc import Mapping

import numpy as np

from eohub_cubes.axes import kind_of_dimension
from eohub_cubes.contract import Offer, Range, Selection
from eohub_cubes.grid import length_of
from eohub_cubes.labels import label_of
from eohub_cubes.ports import Memory, OpenCube
from eohub_cubes.wording import bytes_text, ordinal_text

_GIB = 2**30


def offers_of(
    selection: Selection, cube: OpenCube, memory_bytes: int, memory: Memory, share: float
) -> tuple[Offer, ...]:
    """Offers that take at most `share` of the free memory, those that can be applied first."""
    if not memory.free or memory_bytes <= 0:
        return ()
    part = memory.free * share / memory_bytes
    ranges = _ranges(selection, cube)
    found = [_smaller(selection, cube, ranges, part), _coarser(selection, cube, ranges, part)]
    return (
        *(each for each in found if each is not None),
        _dask(memory_bytes),
        _profile(memory_bytes, memory, share),
    )


def _ranges(selection: Selection, cube: OpenCube) -> Mapping[str, Range]:
    """The range of each dimension that the selected variables have."""
    names = {str(name) for each in selection.variables for name in cube.dataset[each].dims}
    return {
        name: selection.ranges.get(name, Range(start=0, stop=int(cube.dataset.sizes[name])))
        for name in map(str, cube.dataset.sizes)
        if name in names
    }


def _smaller(selection: Selection, cube: OpenCube, ranges: Mapping[str, Range], part: float) -> Offer | None:
    """Fewer steps of the dimension that people cut first: time where it is long enough, else the longest."""
    kinds = {name: kind_of_dimension(cube.dataset, name) for name in ranges}
    enough = [name for name, steps in ranges.items() if length_of(steps) * part >= 1]
    name = next((each for each in enough if kinds[each] == "time"), None) or max(
        enough, key=lambda each: length_of(ranges[each]), default=None
    )
    if name is None:
        return None
    steps, whole = ranges[name], length_of(ranges[name])
    count = math.floor(whole * part)
    stop = min(_down_to_chunk(selection, cube, name, steps, count), steps.stop)
    smaller = Range(start=steps.start, stop=stop, step=steps.step)
    return Offer(
        kind="smaller",
        text=f"Only {length_of(smaller):,} of {whole:,} steps of {name}{_until(cube, name, smaller)}",
        selection=_with(selection, {name: smaller}),
    )


def _down_to_chunk(selection: Selection, cube: OpenCube, name: str, steps: Range, count: int) -> int:
    """Where `count` steps end, moved back to the border of a chunk where one lies between."""
    stop = steps.start + count * steps.step
    layout = cube.arrays.get(selection.variables[0])
    if layout is None or name not in layout.dimensions:
        return stop
    chunk = layout.chunk[layout.dimensions.index(name)]
    border = stop // chunk * chunk if chunk else stop
    return border if border > steps.start else stop


def _until(cube: OpenCube, name: str, steps: Range) -> str:
    coordinate = cube.dataset.coords.get(name)
    if coordinate is None or coordinate.ndim != 1:
        return ""
    last = range(steps.start, steps.stop, steps.step)[-1]
    return f", until {label_of(np.asarray(coordinate[last].values)[()])}"


def _coarser(selection: Selection, cube: OpenCube, ranges: Mapping[str, Range], part: float) -> Offer | None:
    """Each n-th cell of the map, where the data has one."""
    flat = [name for name in ranges if kind_of_dimension(cube.dataset, name) in ("x", "y")]
    if len(flat) != 2:
        return None
    every = math.ceil(math.sqrt(1 / part))
    if every < 2 or any(length_of(ranges[name]) < every * 4 for name in flat):
        return None
    thinner = {name: ranges[name].model_copy(update={"step": ranges[name].step * every}) for name in flat}
    cells = " x ".join(f"{length_of(steps):,}" for steps in thinner.values())
    return Offer(
        kind="coarser",
        text=f"Every {ordinal_text(every)} cell of the map ({cells}); it reads as many bytes",
        selection=_with(selection, thinner),
    )


def _dask(memory_bytes: int) -> Offer:
    workers = math.ceil(memory_bytes / (4 * _GIB * 0.6))
    return Offer(
        kind="dask",
        text="Leave it lazy and compute it in pieces; to hold all of it takes "
        f"{workers:,} Dask {'worker' if workers == 1 else 'workers'} of 4 GiB",
        selection=None,
    )


def _profile(memory_bytes: int, memory: Memory, share: float) -> Offer:
    used = 0 if memory.limit is None or memory.free is None else max(memory.limit - memory.free, 0)
    gib = math.ceil((memory_bytes / share + used) / _GIB)
    return Offer(
        kind="profile", text=f"A server of at least {bytes_text(gib * _GIB)} of memory", selection=None
    )


def _with(selection: Selection, ranges: Mapping[str, Range]) -> Selection:
    return Selection(variables=selection.variables, ranges={**selection.ranges, **ranges})
