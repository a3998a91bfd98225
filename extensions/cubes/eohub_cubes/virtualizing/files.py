"""What one netCDF-4 file says of its variables, and where their values lie; headers and grids are read."""

import hashlib
import io
import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, cast, override
from urllib.parse import urlsplit

import h5py
import numpy as np
import xarray as xr
from obspec_utils.registry import ObjectStoreRegistry
from virtualizarr.parsers import HDFParser

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import DataDamaged, DataMissing, NotReadable
from eohub_cubes.formats.hdf5_links import links_away
from eohub_cubes.ports import ObjectReader
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.virtual import StoredFile, StoredVariable, joined_dimension
from eohub_cubes.wording import listed

_BLOCK = 256 * 1024
_LARGEST_GRID = 64 * 2**20


@dataclass(frozen=True)
class VirtualFile:
    """A file's facts, and its dataset in which arrays are places of chunks."""

    facts: StoredFile
    dataset: xr.Dataset
    modified: datetime | None


def read_file(address: str, join: str) -> VirtualFile:
    """Read one file.

    Raises DataMissing, DataDamaged, NotReadable, NotJoinable (no such dimension), and what its reader raises.
    """
    if "?" in address or "#" in address:
        raise NotReadable("its address ends in a query, which a cube would keep with any key in it")
    reader = reader_of(DataAsset(key="file", href=address))
    info = reader.info_now("")
    if info is None:
        raise DataMissing("there is no file at this address")
    try:
        facts, dataset = _parsed(address, join, reader, info.size)
        return VirtualFile(facts, dataset, info.modified)
    except (OSError, KeyError, RuntimeError) as error:
        raise DataDamaged(f"it is truncated, or no netCDF-4 file ({_first(error)})") from None
    except (ValueError, TypeError, NotImplementedError) as error:
        raise NotReadable(f"it holds what no virtual cube can refer to ({_first(error)})") from None


def url_of(address: str) -> str:
    """An address as the URL that a virtual cube keeps."""
    return f"file://{PurePosixPath(address)}" if address.startswith("/") else address


def _parsed(address: str, join: str, reader: ObjectReader, size: int) -> tuple[StoredFile, xr.Dataset]:
    with h5py.File(_opened(reader, size), "r") as file:
        if away := links_away(file):
            raise NotReadable(f"{listed(away)} leads to other files or to nowhere")
    parts = urlsplit(url_of(address))
    registry: ObjectStoreRegistry[Any] = ObjectStoreRegistry(
        {cast(Any, f"{parts.scheme}://{parts.netloc}"): cast(Any, _Objects(reader))}
    )
    stored = HDFParser(reader_factory=lambda store, path: cast(Any, _opened(reader, size)))(
        url_of(address), registry
    )
    arrays: Mapping[str, Any] = stored._group.arrays  # pyright: ignore[reportPrivateUsage]
    if not arrays:
        raise NotReadable("it has no variables outside of groups")
    if away := _elsewhere(arrays, reader, size):
        raise NotReadable(f"the values of {listed(away)} lie in other files")
    copied = _copied(arrays)
    raw = xr.open_zarr(cast(Any, stored), consolidated=False, zarr_format=3, decode_cf=False, chunks=None)
    facts = StoredFile(address, {name: _variable(arrays[name], raw[name], name in copied) for name in arrays})
    dimension = joined_dimension(facts, join)
    fixed = {
        name: _with_digest(each, raw[name])
        for name, each in facts.variables.items()
        if dimension not in each.dimensions
    }
    dataset = stored.to_virtual_dataset(loadable_variables=copied, decode_times=False)
    return StoredFile(address, {**facts.variables, **fixed}), dataset


def _elsewhere(arrays: Mapping[str, Any], reader: ObjectReader, size: int) -> list[str]:
    """What HDF5 takes from other files: the parser finds no chunk of it, and it would be read as missing."""
    empty = [name for name, array in arrays.items() if not _has_chunks(array)]
    if not empty:
        return []
    with h5py.File(_opened(reader, size), "r") as file:
        found: dict[str, Any] = {name: file[name] for name in empty if name in file}
        return [name for name, each in found.items() if each.is_virtual or each.external]


def _copied(arrays: Mapping[str, Any]) -> Sequence[str]:
    """What is small in each file and read at each open: variables of one dimension, and their bounds."""
    flat = [name for name, array in arrays.items() if len(array.shape) <= 1]
    bounds = {str(arrays[name].metadata.attributes.get("bounds", "")) for name in flat}
    return [*flat, *sorted(name for name in bounds if name in arrays and name not in flat)]


def _variable(array: Any, raw: xr.DataArray, is_copied: bool) -> StoredVariable:
    metadata = array.metadata
    return StoredVariable(
        dimensions=tuple(map(str, raw.dims)),
        shape=tuple(array.shape),
        chunks=tuple(array.metadata.chunks),
        dtype=str(array.dtype),
        codecs=", ".join(json.dumps(codec.to_dict(), default=str) for codec in metadata.codecs),
        fill=str(metadata.fill_value),
        attributes=raw.attrs,
        is_virtual=not is_copied,
        values=raw.values if is_copied and raw.ndim == 1 else None,
    )


def _with_digest(variable: StoredVariable, raw: xr.DataArray) -> StoredVariable:
    """With a digest of its values; those that are many are read in parts, and not kept."""
    digest, values = hashlib.sha256(), None
    for part in _parts(raw, variable.chunks):
        values = raw[part].values
        digest.update(values.tobytes() if values.dtype != object else repr(values.tolist()).encode())
    kept = values.ravel() if values is not None and values.size == raw.size else None
    return replace(variable, values=kept, digest=digest.hexdigest())


def _parts(raw: xr.DataArray, chunks: Sequence[int]) -> Iterator[dict[Hashable, slice]]:
    """What is held at once of an array: whole chunks along its longest dimension."""
    if raw.nbytes <= _LARGEST_GRID:
        yield {}
        return
    axis = int(np.argmax(raw.shape))
    size, chunk = raw.shape[axis], chunks[axis]
    at_once = max(1, int(_LARGEST_GRID * size / raw.nbytes) // chunk) * chunk
    for start in range(0, size, at_once):
        yield {raw.dims[axis]: slice(start, start + at_once)}


def _has_chunks(array: Any) -> bool:
    return bool((np.asarray(array.manifest._paths) != "").any())  # pyright: ignore[reportPrivateUsage]


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _opened(reader: ObjectReader, size: int) -> io.BufferedReader:
    return io.BufferedReader(_File(reader, size), _BLOCK)


class _File(io.RawIOBase):
    """An object as a file that h5py can seek in."""

    def __init__(self, reader: ObjectReader, size: int) -> None:
        super().__init__()
        self._reader = reader
        self._size = size
        self._at = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    @override
    def tell(self) -> int:
        return self._at

    @override
    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), max(0, self._size - self._at))
        if not length:
            return 0
        found = self._reader.get_now("", self._at, length)
        if found is None:
            raise DataMissing("it went away while it was read")
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)


class _Objects:
    """What virtualizarr reads chunks of small variables through."""

    def __init__(self, reader: ObjectReader) -> None:
        self._reader = reader

    async def get_range_async(self, path: str, *, start: int, end: int) -> bytes:
        # They come as numbers of numpy.
        found = await self._reader.get("", int(start), int(end) - int(start))
        if found is None:
            raise DataMissing("it went away while it was read")
        return found
