"""The steps of a variable that a picture or a series takes: checked, and cut down to what can be shown."""

from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr

from eohub_cubes.contract import Range
from eohub_cubes.errors import BadSelection, NotReadable
from eohub_cubes.grid import check_names, length_of
from eohub_cubes.ports import OpenCube

_MOST_NAMED = 12


def variable_of(cube: OpenCube, name: str) -> xr.DataArray:
    """A variable whose values are numbers that can be shown.

    Raises BadSelection for one that is not there, NotReadable for one with a problem or without numbers.
    """
    if name not in cube.dataset.variables:
        known = [str(each) for each in cube.dataset.data_vars]
        more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
        raise BadSelection(
            f"There is no variable {name} in this data.",
            hint=f"It has {', '.join(known[:_MOST_NAMED]) or 'none'}{more}.",
        )
    layout = cube.arrays.get(name)
    if layout is not None and layout.problem is not None:
        raise NotReadable(f"{name} cannot be read: {layout.problem}")
    array = cube.dataset[name]
    if array.dtype.kind not in "biufcm":
        held = {"M": "times", "O": "objects", "V": "records"}.get(array.dtype.kind, "text")
        raise NotReadable(f"{name} holds {held}, not numbers, so there is nothing to draw.")
    return array


def steps_of(dataset: xr.Dataset, array: xr.DataArray, ranges: Mapping[str, Range]) -> dict[str, Range]:
    """The steps of each dimension of a variable, all of them where none are told; none of it is empty.

    Dimensions of the data that this variable does not have are left out. Raises BadSelection.
    """
    check_names({str(name): size for name, size in dataset.sizes.items()}, ranges)
    return {name: _within(name, size, ranges.get(name)) for name, size in sizes_of(array).items()}


def sizes_of(array: xr.DataArray) -> dict[str, int]:
    """Size of each dimension, in their order."""
    return {str(name): size for name, size in array.sizes.items()}


def single(steps: Mapping[str, Range], ranges: Mapping[str, Range], shown: set[str]) -> dict[str, Range]:
    """One step of each dimension that is not shown: the one that is told, else the first.

    Raises BadSelection where more than one step of such a dimension is told.
    """
    taken = dict(steps)
    for name in steps.keys() - shown:
        if name not in ranges:
            taken[name] = Range(start=0, stop=1)
        elif length_of(steps[name]) > 1:
            raise BadSelection(
                f"{length_of(steps[name])} steps of {name} are asked for, and one can be shown.",
                hint=f"Take one step of {name}, or show {name} itself across or along.",
            )
    return taken


@dataclass(frozen=True)
class Thinned:
    """Each n-th of some steps, from the middle of those that it stands for."""

    steps: Range
    every: int
    first: int
    last: int

    def groups(self) -> tuple[list[int], list[int]]:
        """The first and the last step that each of these stands for."""
        own = self.steps.step // self.every
        middle = (self.steps.start - self.first) // own
        firsts = [at - middle * own for at in range(self.steps.start, self.steps.stop, self.steps.step)]
        return firsts, [min(at + (self.every - 1) * own, self.last) for at in firsts]


def thinned(steps: Range, most: int) -> Thinned:
    """At most so many of the steps."""
    count = length_of(steps)
    every = -(-count // most)
    middle = min((every - 1) // 2, count - 1)
    start, last = steps.start + middle * steps.step, steps.start + (count - 1) * steps.step
    return Thinned(Range(start=start, stop=last + 1, step=steps.step * every), every, steps.start, last)


def slices_of(steps: Mapping[str, Range]) -> dict[str, slice]:
    """The same for xarray's isel."""
    return {name: slice(each.start, each.stop, each.step) for name, each in steps.items()}


def _within(name: str, size: int, wanted: Range | None) -> Range:
    if size == 0:
        raise BadSelection(f"The dimension {name} has no steps, so there is nothing to show.")
    if wanted is None:
        return Range(start=0, stop=size)
    if wanted.stop > size or wanted.start >= size:
        raise BadSelection(
            f"{name} has {size} steps; {wanted.start} up to {wanted.stop} lies outside.",
            hint=f"Take steps of {name} between 0 and {size - 1}.",
        )
    if wanted.stop <= wanted.start:
        raise BadSelection(
            f"No step of {name} is selected: it starts at {wanted.start} and ends before {wanted.stop}.",
            hint=f"Take at least one step, such as {wanted.start} up to {wanted.start + 1}.",
        )
    return wanted
