"""What a selection costs, told in a notebook before it is loaded."""

import html
import os
from collections.abc import Mapping, Sequence
from typing import Any, override

import numpy as np
import numpy.typing as npt
import xarray as xr

from eohub_cubes.contract import Estimate, Range, Selection
from eohub_cubes.errors import BadSelection
from eohub_cubes.estimating import estimated
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.notebook.doors import open_doors
from eohub_cubes.notebook.opening import cube_behind, open_item
from eohub_cubes.notebook.server import memory_limit
from eohub_cubes.ports import StoredChunks
from eohub_cubes.reading.memory import ServerMemory
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.wording import bytes_text, seconds_text

_VERDICTS = {
    "fits": "fits in this server",
    "tight": "fits, but leaves little memory",
    "does_not_fit": "does not fit in this server",
    "unknown": "memory of this server unknown",
    "empty": "nothing is selected",
}


class SelectionCost(Estimate):
    """An estimate that a notebook shows as a sentence or a small table."""

    @override
    def __repr__(self) -> str:
        return "\n".join([self.text, *(f"- {offer.text}" for offer in self.offers)])

    __str__ = __repr__

    def _repr_html_(self) -> str:
        about = {"exact": "", "sampled": "about ", "bound": "at most "}[self.exactness]
        rows = {
            "In memory": bytes_text(self.memory_bytes),
            "To read": f"{about}{bytes_text(self.read_bytes)} in {self.requests:,} requests",
            "Used of what is read": f"{self.used_share:.0%}",
            "Time": "not measured yet" if self.seconds is None else seconds_text(self.seconds),
            "Free memory": "unknown" if self.free_bytes is None else bytes_text(self.free_bytes),
            "Verdict": _VERDICTS[self.verdict],
        }
        left = "style='text-align: left'"
        body = "".join(
            f"<tr><th {left}>{name}</th><td {left}>{html.escape(value)}</td></tr>"
            for name, value in rows.items()
        )
        offers = "".join(f"<li>{html.escape(offer.text)}</li>" for offer in self.offers)
        return f"<table>{body}</table>" + (f"<ul>{offers}</ul>" if offers else "")


def estimate(
    what: object, variables: Sequence[str] | None = None, asset: str | None = None, **selection: Any
) -> SelectionCost:
    """Estimate what a dataset, or an item or address that is opened for it, costs to read and to hold.

    `selection` takes labels as `sel` does (time=slice("2000", "2001")), and numbers of steps for a dimension
    without labels. Of data that `open_item` opened the bytes are known from its metadata and headers; of
    other datasets they are a bound: all chunks that are touched, not compressed.
    """
    match what:
        case xr.DataArray():
            chosen = what.to_dataset(name=str(what.name or "values"))
        case xr.Dataset():
            chosen = what
        case _:
            chosen = open_item(what, asset)
    names = tuple(variables if variables is not None else map(str, chosen.data_vars))
    if unknown := next((name for name in names if name not in chosen.variables), None):
        raise BadSelection(
            f"This data has no variable {unknown}.", hint=f"It has {', '.join(map(str, chosen.data_vars))}."
        )
    part = _selected(chosen, selection)
    behind = cube_behind(chosen)
    whole = chosen if behind is None else behind[1].dataset
    ranges = {str(name): _range(whole, part, str(name)) for name in whole.dims if name in chosen.dims}
    return cost_of(chosen, names, {name: each for name, each in ranges.items() if each is not None})


def cost_of(dataset: xr.Dataset, variables: Sequence[str], ranges: Mapping[str, Range]) -> SelectionCost:
    """Estimate steps of some variables; of the data that a dataset is part of, where it was opened here."""
    behind = cube_behind(dataset)
    if behind is None or any(name not in behind[1].dataset.variables for name in variables):
        cube, measured = _Unopened(dataset), None
    else:
        cube, measured = behind[1], open_doors().of(reader_of(behind[0]).host)
    selection = Selection(variables=tuple(variables), ranges=dict(ranges))
    told = estimated(selection, cube, measured, ServerMemory(os.getppid(), memory_limit()).now())
    return SelectionCost.model_validate(told.model_dump())


def _selected(dataset: xr.Dataset, selection: Mapping[str, Any]) -> xr.Dataset:
    for name, value in selection.items():
        if name not in dataset.dims:
            raise BadSelection(
                f"This data has no dimension {name}.", hint=f"It has {', '.join(map(str, dataset.dims))}."
            )
        try:
            dataset = dataset.sel({name: value}) if name in dataset.indexes else dataset.isel({name: value})
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise BadSelection(f"{name} cannot be selected by {value!r}: {error}.") from None
    return dataset


def _range(whole: xr.Dataset, part: xr.Dataset, name: str) -> Range | None:
    """The steps of a dimension that a part takes; None where it is taken whole."""
    size = whole.sizes[name]
    if name in part.dims and part.sizes[name] == size:
        return None
    index = whole.indexes.get(name)
    if index is None or name not in part.coords or not index.is_unique:
        return Range(start=0, stop=part.sizes.get(name, 1))
    steps = index.get_indexer(np.atleast_1d(part[name].values))
    steps = np.sort(steps[steps >= 0])
    if not steps.size:
        return Range(start=0, stop=0)
    gaps = np.diff(steps)
    step = int(gaps[0]) if gaps.size and (gaps == gaps[0]).all() and gaps[0] > 0 else 1
    return Range(start=int(steps[0]), stop=int(steps[-1]) + 1, step=step)


class _Unopened:
    """A dataset that was opened elsewhere: in the chunks of Dask or its encoding, of unknown sizes."""

    kind = "dataset"
    sizes_known = False
    group: str | None = None
    groups: Sequence[str] = ()
    notes: Sequence[str] = ()

    def __init__(self, dataset: xr.Dataset) -> None:
        self.dataset = dataset
        self.arrays: Mapping[str, ArrayLayout] = {
            str(name): _layout(variable) for name, variable in dataset.variables.items()
        }

    def stored(self, variable: str, chunks: npt.NDArray[np.int64]) -> StoredChunks:
        return StoredChunks([None] * len(chunks))

    def close(self) -> None:
        """Nothing is held."""


def _layout(variable: xr.Variable) -> ArrayLayout:
    shape = tuple(variable.shape)
    stored = variable.encoding.get("chunks") or variable.encoding.get("chunksizes")
    dask = variable.chunks
    chunk = tuple(each[0] for each in dask) if dask is not None else tuple(stored or shape)
    if len(chunk) != len(shape):
        chunk = shape
    item = int(np.dtype(variable.encoding.get("dtype", variable.dtype)).itemsize)
    return ArrayLayout(tuple(map(str, variable.dims)), shape, chunk, item)
