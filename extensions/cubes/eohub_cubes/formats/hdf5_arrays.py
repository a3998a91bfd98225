"""One dataset of an HDF5 file: its layout, where its chunks lie, and its values."""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, override

import h5py
import numpy as np
import xarray as xr
from xarray.backends.h5netcdf_ import H5NetCDFArrayWrapper, H5NetCDFStore
from xarray.core import indexing

from eohub_cubes.errors import Cancelled, DataDamaged
from eohub_cubes.formats.contiguous import ContiguousArray, Place
from eohub_cubes.formats.decoding import RefusingArray
from eohub_cubes.formats.ranges import Extent, RangeFile, read_ranges
from eohub_cubes.formats.touching import touched_chunks
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import ObjectReader, StoredChunks
from eohub_toolkit.errors import EohubError

_MOST_HELD: Final = 100_000
"""Chunks of one read that are fetched beforehand."""

_FILTERS: Final = {
    1: "deflate", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf",
    32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32013: "zfp", 32015: "zstd", 32026: "blosc2",
}  # fmt: skip


@dataclass(frozen=True)
class Hdf5Array:
    """A variable with its dataset in the file; `dataset` is None where its values cannot be read."""

    variable: xr.Variable
    layout: ArrayLayout
    dataset: h5py.Dataset | None

    def stored(self, chunks: Sequence[Sequence[int]]) -> StoredChunks:
        """Chunks at rest, from the index of chunks; the whole where there are no chunks."""
        dataset = self.dataset
        if dataset is None:
            return StoredChunks([None for _ in chunks])
        if self.layout.contiguous:
            return StoredChunks([dataset.id.get_storage_size() for _ in chunks])
        if dataset.chunks is None:
            return StoredChunks([0 for _ in chunks])
        found = [extent_of(dataset, chunk) for chunk in chunks]
        sizes = [0 if extent is None else extent[1] for extent in found]
        return StoredChunks(sizes, places=[None if extent is None else extent[0] for extent in found])


def hdf5_array(name: str, store: H5NetCDFStore, file: RangeFile, reader: ObjectReader) -> Hdf5Array:
    """A variable of a file that is open; reads its header. One that cannot be read has its problem."""
    own = store.ds.variables[name]
    dataset: h5py.Dataset = own._h5ds
    shape = tuple(map(int, own.shape))
    problem = _problem(dataset)
    if problem is None:
        variable = store.open_store_variable(name, own)
        array = _values(name, store, dataset, shape, file, reader)
        variable = xr.Variable(
            variable.dims, indexing.LazilyIndexedArray(array), variable.attrs, variable.encoding
        )
    else:
        array = RefusingArray(name, shape, _numpy_type(dataset), problem)
        variable = xr.Variable(own.dimensions, indexing.LazilyIndexedArray(array))
    layout = ArrayLayout(
        dimensions=tuple(map(str, variable.dims)),
        shape=shape,
        chunk=tuple(map(int, dataset.chunks or shape)),
        stored_item_bytes=max(int(dataset.id.get_type().get_size()), 1),
        compressed=_filters(dataset) > 0,
        contiguous=isinstance(array, ContiguousArray),
        problem=problem,
    )
    return Hdf5Array(variable, layout, None if problem else dataset)


def extent_of(dataset: h5py.Dataset, chunk: Sequence[int]) -> Extent | None:
    """Offset and length of a chunk in the file; None where it was never written."""
    assert dataset.chunks is not None
    place = tuple(int(at) * int(length) for at, length in zip(chunk, dataset.chunks, strict=True))
    if any(at >= size for at, size in zip(place, dataset.shape, strict=True)):
        return None
    found = dataset.id.get_chunk_info_by_coord(place)
    return None if found.byte_offset is None or not found.size else (found.byte_offset, found.size)


class _ChunkedArray(H5NetCDFArrayWrapper):
    """Reads the chunks that an index takes at once; HDF5 itself asks for one after another."""

    __slots__ = ("_dataset", "_file")

    def __init__(self, name: str, store: H5NetCDFStore, dataset: h5py.Dataset, file: RangeFile) -> None:
        super().__init__(name, store)
        self._dataset = dataset
        self._file = file

    @override
    def _getitem(self, key: tuple[Any, ...]) -> Any:
        with self._file.lock:
            try:
                self._file.hold(self._extents(key))
                return self.get_array(needs_lock=False)[key]
            except (EohubError, Cancelled, MemoryError):
                raise
            except Exception as error:
                raise self._told(key, error) from None
            finally:
                self._file.let_go()

    def _extents(self, key: tuple[Any, ...]) -> list[Extent]:
        shape = self._dataset.chunks
        if shape is None:
            return []
        chunks = touched_chunks(key, self.shape, shape, _MOST_HELD)
        found = (extent_of(self._dataset, chunk) for chunk in chunks)
        return [extent for extent in found if extent is not None]

    def _told(self, key: tuple[Any, ...], error: Exception) -> Exception:
        failure = self._file.take_failure()
        if isinstance(failure, EohubError | Cancelled):
            return failure
        place = self._damaged(key)
        where = f"a chunk of {self.variable_name}"
        if place is not None:
            where = f"the chunk of {self.variable_name} that begins at {list(place)}"
        return DataDamaged(
            f"The data is damaged: {where} cannot be decoded.",
            hint="Other chunks can be read; whoever keeps the data can write the file again.",
        )

    def _damaged(self, key: tuple[Any, ...]) -> tuple[int, ...] | None:
        chunks: Any = self._dataset.chunks
        if chunks is None:
            return None
        for chunk in touched_chunks(key, self.shape, chunks, 256):
            begin = tuple(at * length for at, length in zip(chunk, chunks, strict=True))
            box = tuple(slice(at, at + length) for at, length in zip(begin, chunks, strict=True))
            try:
                _ = self._dataset[box]
            except Exception:
                return begin
        return None


def _values(
    name: str,
    store: H5NetCDFStore,
    dataset: h5py.Dataset,
    shape: tuple[int, ...],
    file: RangeFile,
    reader: ObjectReader,
) -> Any:
    offset = dataset.id.get_offset()
    plain = dataset.dtype.kind in "iufcS" and h5py.check_dtype(vlen=dataset.dtype) is None
    if dataset.chunks is None and offset is not None and plain:
        dtype = np.dtype(dataset.dtype.str)
        rows = tuple(math.prod(shape[at + 1 :]) * dtype.itemsize for at in range(len(shape)))
        return ContiguousArray(Place(offset, shape, dtype, rows), lambda ranges: read_ranges(reader, ranges))
    return _ChunkedArray(name, store, dataset, file)


def _problem(dataset: h5py.Dataset) -> str | None:
    if dataset.dtype.fields is not None and dataset.dtype.kind != "c":
        return "Its values have several parts each (a compound type), which are no numbers to show."
    if h5py.check_ref_dtype(dataset.dtype) is not None:
        return "Its values are references to other places in the file."
    is_text = h5py.check_string_dtype(dataset.dtype) is not None
    if h5py.check_vlen_dtype(dataset.dtype) is not None and not is_text:
        return "Its values are lists of different lengths, which make no array."
    if dataset.is_virtual or dataset.external:
        return "Its values lie in other files, which are not opened from here."
    plan = dataset.id.get_create_plist()
    for at in range(plan.get_nfilters()):
        number: int = plan.get_filter(at)[0]
        if not h5py.h5z.filter_avail(number):
            name = _FILTERS.get(number, "unknown")
            return f"It needs the HDF5 filter {name} ({number}), which is not installed here."
    return None


def _filters(dataset: h5py.Dataset) -> int:
    return int(dataset.id.get_create_plist().get_nfilters())


def _numpy_type(dataset: h5py.Dataset) -> np.dtype[Any]:
    with suppress(TypeError):
        return np.dtype(dataset.dtype.str)
    return np.dtype(object)
