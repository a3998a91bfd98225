"""Zarr, versions 2 and 3, with and without shards."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import xarray as xr
import zarr
from zarr.core.sync import sync
from zarr.errors import GroupNotFoundError

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import DataMissing
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import ObjectReader, StoredChunks
from eohub_cubes.reading.store import ReaderStore

_OPEN = ("consolidated", "zarr_format", "decode_times", "decode_coords", "mask_and_scale", "drop_variables")


class ZarrCube:
    """The port OpenCube over a zarr group."""

    kind = "zarr"
    notes: Sequence[str] = ()

    def __init__(self, group: zarr.Group, dataset: xr.Dataset, reader: ObjectReader) -> None:
        self.dataset = dataset
        self.groups: Sequence[str] = tuple(sorted(name for name, _ in group.groups()))
        self._zarr: dict[str, zarr.Array[Any]] = {
            name: array for name, array in group.arrays() if name in dataset.variables
        }
        self.arrays: Mapping[str, ArrayLayout] = {
            name: _layout(array, tuple(map(str, dataset[name].dims))) for name, array in self._zarr.items()
        }
        self._reader = reader

    def stored(self, variable: str, chunks: npt.NDArray[np.int64]) -> StoredChunks:
        """Bytes of chunks, from the headers of their objects."""
        array = self._zarr[variable]
        keys = [f"{array.path}/{array.metadata.encode_chunk_key(tuple(map(int, chunk)))}" for chunk in chunks]

        async def sizes() -> list[int | None]:
            found = await asyncio.gather(*(self._reader.info(key) for key in keys))
            return [0 if each is None else each.size for each in found]

        return StoredChunks(sync(sizes()))

    def close(self) -> None:
        """Nothing is held."""


def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> ZarrCube:
    """Open a group of a zarr store; raises DataMissing where there is none."""
    store = ReaderStore(reader)
    options: dict[str, Any] = {name: asset.open_kwargs[name] for name in _OPEN if name in asset.open_kwargs}
    inner = group or cast(str | None, asset.open_kwargs.get("group"))
    try:
        opened = zarr.open_group(store, mode="r", path=inner or "")
        dataset = xr.open_dataset(
            cast(Any, store), engine="zarr", chunks=None, cache=False, group=inner, **options
        )
    except (GroupNotFoundError, FileNotFoundError):
        raise DataMissing(f"There is no zarr store at {asset.href}.") from None
    return ZarrCube(opened, dataset, reader)


def _layout(array: zarr.Array[Any], dimensions: tuple[str, ...]) -> ArrayLayout:
    return ArrayLayout(
        dimensions=dimensions,
        shape=array.shape,
        chunk=array.chunks,
        stored_item_bytes=array.dtype.itemsize,
        shard=array.shards,
        compressed=bool(array.compressors),
    )
