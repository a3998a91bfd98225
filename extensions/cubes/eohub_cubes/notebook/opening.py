"""Opens data from a notebook as the cube view does: from metadata alone, lazily, in its own chunks."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

import xarray as xr

from eohub_cubes.contract import DataAsset
from eohub_cubes.formats.opening import open_cube
from eohub_cubes.notebook.doors import open_doors
from eohub_cubes.notebook.sources import asked_again, asset_of, source_of
from eohub_cubes.ports import OpenCube
from eohub_cubes.reading.opening import reader_of

_MOST_REMEMBERED = 32
_LEAST_CHUNKED = 256 * 1024
"""Smaller variables, such as bounds of times, are not worth tasks, and their chunks fit no others."""
_REMEMBERED: OrderedDict[str, tuple[DataAsset, OpenCube]] = OrderedDict()
_LOCK = Lock()


def open_item(
    item: object,
    asset: str | None = None,
    group: str | None = None,
    *,
    open_kwargs: Mapping[str, Any] | None = None,
    storage_options: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Open an item's data as a lazy dataset, large variables as Dask arrays; nothing but metadata is read.

    `item` is what `search` found, a pystac Item, its JSON as a dict, or the address of the data.
    `open_kwargs` (how values are decoded) and `storage_options` (where an S3 is) go before those of the item.
    Raises NotReadable with the reason, and says where data is missing, closed or damaged.
    """
    open_doors()
    found = asset_of(source_of(item), asset)
    again = asked_again(item, found.key)
    given = {"open_kwargs": open_kwargs or {}, "storage_options": storage_options or {}}
    chosen = found.model_copy(update={name: {**getattr(found, name), **each} for name, each in given.items()})
    cube = open_cube(chosen, group, reader_of(chosen, again))
    address = chosen.href if group is None else f"{chosen.href}#{group}"
    with _LOCK:
        _REMEMBERED[address] = (chosen, cube)
        _REMEMBERED.move_to_end(address)
        while len(_REMEMBERED) > _MOST_REMEMBERED:
            _REMEMBERED.popitem(last=False)
    return _in_chunks(cube, address)


def cube_behind(data: xr.Dataset | xr.DataArray) -> tuple[DataAsset, OpenCube] | None:
    """The opened data that a dataset, or a part of it, came from; None for what was not opened here."""
    variables = [data.variable] if isinstance(data, xr.DataArray) else [*data.variables.values()]
    addresses = {str(each.encoding.get("source")) for each in variables}
    with _LOCK:
        return next((_REMEMBERED[each] for each in addresses if each in _REMEMBERED), None)


def _in_chunks(cube: OpenCube, address: str) -> xr.Dataset:
    dataset = cube.dataset.copy()
    chunked: dict[str, Any] = {}
    for name in map(str, dataset.data_vars):
        layout = cube.arrays.get(name)
        array = dataset[name]
        if layout is not None and array.nbytes > _LEAST_CHUNKED:
            sizes = dict(zip(layout.dimensions, layout.chunk, strict=True))
            array = array.chunk({str(dim): sizes.get(str(dim), -1) or -1 for dim in array.dims})
        array.encoding["source"] = address
        chunked[name] = array
    return dataset.assign(chunked)
