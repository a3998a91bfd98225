"""Zarr, versions 2 and 3, consolidated or not, with and without shards."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import xarray as xr
import zarr
from zarr.core.sync import sync

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import Cancelled, DataDamaged
from eohub_cubes.formats.decoding import decoded
from eohub_cubes.formats.groups import group_shown
from eohub_cubes.formats.phony import PhonyDimensions
from eohub_cubes.formats.zarr_arrays import (
    StoredArray,
    chunk_key,
    shard_index_bytes,
    sharding_of,
    stored_array,
)
from eohub_cubes.formats.zarr_tree import Tree, read_tree
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import ObjectReader, StoredChunks
from eohub_cubes.reading.store import ReaderStore
from eohub_cubes.wording import listed
from eohub_toolkit.errors import EohubError

_ABSENT = 2**64 - 1
"""Offset and length of a chunk that is not in its shard, as the zarr specification has it."""


class ZarrCube:
    """The port OpenCube over the arrays of a zarr group."""

    kind = "zarr"

    def __init__(
        self,
        dataset: xr.Dataset,
        arrays: Mapping[str, StoredArray],
        group: str | None,
        groups: Sequence[str],
        notes: Sequence[str],
        reader: ObjectReader,
    ) -> None:
        self.dataset = dataset
        self.group = group
        self.sizes_known = False
        self.groups = groups
        self.notes = notes
        self._stored = {name: each for name, each in arrays.items() if name in dataset.variables}
        self.arrays: Mapping[str, ArrayLayout] = {name: each.layout for name, each in self._stored.items()}
        self._reader = reader

    def stored(self, variable: str, chunks: npt.NDArray[np.int64]) -> StoredChunks:
        """Bytes of chunks, from the headers of their objects or the indices of their shards."""
        array = self._stored[variable].array
        if array is None:
            return StoredChunks([None] * len(chunks))
        if not array.shards:
            return StoredChunks(sync(self._object_sizes(array, [tuple(map(int, each)) for each in chunks])))
        return sync(self._in_shards(array, chunks))

    async def _object_sizes(
        self, array: zarr.Array[Any], indices: Sequence[tuple[int, ...]]
    ) -> list[int | None]:
        found = await asyncio.gather(*(self._reader.info(chunk_key(array, index)) for index in indices))
        return [0 if each is None else each.size for each in found]

    async def _in_shards(self, array: zarr.Array[Any], chunks: npt.NDArray[np.int64]) -> StoredChunks:
        whole = cast(tuple[int, ...], array.shards)
        inside = tuple(shard // chunk for shard, chunk in zip(whole, array.chunks, strict=True))
        grid = tuple(-(-size // shard) for size, shard in zip(array.shape, whole, strict=True))
        numbers, which = np.unique(
            np.ravel_multi_index(tuple((chunks // inside).T), grid), return_inverse=True
        )
        shards = zip(*(map(int, each) for each in np.unravel_index(numbers, grid)), strict=True)
        tables = await asyncio.gather(*(self._shard_index(array, shard, inside) for shard in shards))
        if not tables or any(table is None for table in tables):
            return StoredChunks([None] * len(chunks))
        found = np.stack(cast(list[Any], tables))[which, *(chunks % inside).T].tolist()
        # No chunk of one shard lies next to one of another.
        places = [
            None if size == _ABSENT else number * _ABSENT + offset
            for number, (offset, size) in zip(numbers[which].tolist(), found, strict=True)
        ]
        return StoredChunks([0 if size == _ABSENT else size for _, size in found], places=places)

    async def _shard_index(
        self, array: zarr.Array[Any], shard: tuple[int, ...], inside: tuple[int, ...]
    ) -> npt.NDArray[np.uint64] | None:
        """Offset and length of each chunk of a shard, absent where there is no shard; None: not known."""
        codec, length = sharding_of(array), shard_index_bytes(array)
        if codec is None or length is None:
            return None
        key = chunk_key(array, shard)
        at_end = codec.index_location == "end"
        raw = await (self._reader.get(key, -length) if at_end else self._reader.get(key, 0, length))
        if raw is None:
            return np.full((*inside, 2), _ABSENT, np.uint64)
        if len(raw) < length:
            return None
        return np.frombuffer(raw, "<u8", 2 * int(np.prod(inside))).reshape(*inside, 2)

    def close(self) -> None:
        """Nothing is held."""


def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> ZarrCube:
    """Open a group of a zarr store; raises DataMissing where there is none, DataDamaged."""
    try:
        return _opened(asset, group, reader)
    except (EohubError, Cancelled, MemoryError):
        raise
    except Exception as error:
        told = (str(error).partition("\n")[0].rstrip(".") or type(error).__name__)[:200]
        raise DataDamaged(
            f"The metadata of this zarr store makes no sense ({told}).",
            hint="Whoever keeps the data can write its metadata again.",
        ) from error


def _opened(asset: DataAsset, group: str | None, reader: ObjectReader) -> ZarrCube:
    tree = sync(read_tree(reader, asset.href))
    wanted = (group or cast(str | None, asset.open_kwargs.get("group")) or "").strip("/")
    known = wanted in tree.groups or bool(tree.arrays_in(wanted))
    path, notes = group_shown(wanted, tree.groups_with_arrays(), known, asset.href)
    phony = PhonyDimensions()
    store = ReaderStore(reader)
    documents = tree.arrays_in(path)
    sync(store.read_ahead(path, documents))
    arrays = {
        name: stored_array(name, _path(tree, path, name), document, store, phony)
        for name, document in documents.items()
    }
    if unnamed := [name for name, each in arrays.items() if not each.named]:
        notes.append(
            f"The dimensions of {listed(unnamed)} have no names in the data; they are told by their sizes."
        )
    attributes = {
        key: value for key, value in tree.groups.get(path, {}).items() if not key.lower().startswith("_nc")
    }
    dataset, left = decoded(
        {name: each.variable for name, each in arrays.items()}, attributes, asset.open_kwargs
    )
    groups = [each or "/" for each in tree.groups_with_arrays() if each != path]
    # xarray opens groups, and no array that is a store by itself.
    shown = None if path == "" and "" in tree.arrays else path
    return ZarrCube(dataset, arrays, shown, groups, [*notes, *left, *tree.notes], reader)


def _path(tree: Tree, group: str, name: str) -> str:
    at_root = group == "" and "" in tree.arrays
    return "" if at_root else f"{group}/{name}".lstrip("/")
