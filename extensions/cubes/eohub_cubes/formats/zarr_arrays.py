"""One array of a zarr store: its variable, its layout, and the objects its chunks lie in."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast, override

import numpy as np
import xarray as xr
import zarr
from xarray.backends.zarr import FillValueCoder, ZarrArrayWrapper
from xarray.core import indexing
from zarr.abc.store import Store
from zarr.codecs import BytesCodec, Crc32cCodec, ShardingCodec
from zarr.core.array import AsyncArray
from zarr.core.common import JSON
from zarr.errors import UnknownCodecError
from zarr.storage import StorePath

from eohub_cubes.errors import Cancelled, DataDamaged
from eohub_cubes.formats.decoding import RefusingArray
from eohub_cubes.formats.phony import PhonyDimensions
from eohub_cubes.formats.touching import touched_chunks
from eohub_cubes.layout import ArrayLayout
from eohub_toolkit.errors import EohubError

_DIMENSIONS: Final = "_ARRAY_DIMENSIONS"
_MOST_LOOKED_AT: Final = 256
"""Chunks that are read one by one to tell which of them is damaged."""


@dataclass(frozen=True)
class StoredArray:
    """An array of a store; `array` is None where it cannot be read."""

    variable: xr.Variable
    layout: ArrayLayout
    array: zarr.Array[Any] | None
    named: bool
    """Whether its dimensions have names in the data."""


def stored_array(
    name: str, path: str, document: Mapping[str, Any], store: Store, phony: PhonyDimensions
) -> StoredArray:
    """An array from its metadata; reads nothing. One that cannot be read is there with its problem."""
    shape = tuple(map(int, document.get("shape", ())))
    attributes = dict(document.get("attributes") or {})
    told = _dimension_names(document, attributes)
    named = (
        told is not None and len(told) == len(shape) and all(isinstance(each, str) and each for each in told)
    )
    dimensions = cast(tuple[str, ...], told) if named else phony.of(shape)
    attributes = {
        key: value
        for key, value in attributes.items()
        if key != _DIMENSIONS and not key.lower().startswith("_nc")
    }
    try:
        array = _array(path, document, store)
        dtype = array.dtype
    except Exception as error:
        problem = _problem(document, error)
        layout = ArrayLayout(dimensions, shape, shape, 1, problem=problem)
        refusing = RefusingArray(name, shape, _dtype(document), problem)
        return StoredArray(xr.Variable(dimensions, _lazy(refusing), attributes), layout, None, named)
    layout = _layout(array, dimensions)
    if dtype.fields is not None:
        problem = "Its values have several parts each (a structured type), which are no numbers to show."
        layout = ArrayLayout(dimensions, shape, layout.chunk, layout.stored_item_bytes, problem=problem)
    _put_fill_value(array, attributes)
    variable = xr.Variable(dimensions, _lazy(_Array(array)), attributes, {"chunks": layout.chunk})
    return StoredArray(variable, layout, array, named)


def shard_index_bytes(array: zarr.Array[Any]) -> int | None:
    """Length of the index in each shard; None where there are no shards or the index is compressed."""
    codec = sharding_of(array)
    if codec is None or array.shards is None:
        return None
    if any(not isinstance(each, BytesCodec | Crc32cCodec) for each in codec.index_codecs):
        return None
    per_shard = math.prod(
        shard // chunk for shard, chunk in zip(array.shards, codec.chunk_shape, strict=True)
    )
    return 16 * per_shard + 4 * sum(isinstance(each, Crc32cCodec) for each in codec.index_codecs)


def sharding_of(array: zarr.Array[Any]) -> ShardingCodec | None:
    """The codec that puts chunks into shards."""
    codecs = getattr(array.metadata, "codecs", ())
    return next((codec for codec in codecs if isinstance(codec, ShardingCodec)), None)


class _Array(ZarrArrayWrapper):
    """Values of an array, with a sentence that names the chunk where one is damaged."""

    @override
    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        try:
            return super().__getitem__(key)
        except (EohubError, Cancelled, MemoryError):
            raise
        except Exception as error:
            array: zarr.Array[Any] = self.get_array()
            damaged = _damaged_chunk(array, key.tuple)
            where = f"a chunk of {array.path}" if damaged is None else f"the chunk {damaged}"
            raise DataDamaged(
                f"The data is damaged: {where} cannot be decoded ({type(error).__name__}).",
                hint="Other chunks can be read; whoever keeps the data can write this one again.",
            ) from None


def _array(path: str, document: Mapping[str, Any], store: Store) -> zarr.Array[Any]:
    data = cast(dict[str, JSON], dict(document))
    return zarr.Array(AsyncArray.from_dict(StorePath(store, path), data))


def _damaged_chunk(array: zarr.Array[Any], key: tuple[Any, ...]) -> str | None:
    """Key of the first object that cannot be decoded, of as many as are looked at."""
    shape = array.shards or array.chunks
    for index in touched_chunks(key, array.shape, shape, _MOST_LOOKED_AT):
        place = tuple(slice(at * each, (at + 1) * each) for at, each in zip(index, shape, strict=True))
        try:
            _ = array[place]
        except (EohubError, Cancelled, MemoryError):
            raise
        except Exception:
            return chunk_key(array, index)
    return None


def chunk_key(array: zarr.Array[Any], index: tuple[int, ...]) -> str:
    """Key of the object that a chunk, or a shard, lies in."""
    return f"{array.path}/{array.metadata.encode_chunk_key(index)}".lstrip("/")


def _dimension_names(document: Mapping[str, Any], attributes: Mapping[str, Any]) -> tuple[Any, ...] | None:
    if document.get("zarr_format") == 3:
        found = document.get("dimension_names")
        return () if found is None and not document.get("shape") else None if found is None else tuple(found)
    found = attributes.get(_DIMENSIONS)
    if found is None:
        # What the netCDF library writes into a zarr store.
        inner = document.get("_NCZARR_ARRAY") or attributes.get("_nczarr_array") or {}
        found = [
            name.rpartition("/")[2] for name in inner.get("dimrefs", inner.get("dimension_references", ()))
        ]
    return tuple(found) if found or not document.get("shape") else None


def _layout(array: zarr.Array[Any], dimensions: tuple[str, ...]) -> ArrayLayout:
    serializer = getattr(array, "serializer", None)
    return ArrayLayout(
        dimensions=dimensions,
        shape=array.shape,
        chunk=array.chunks,
        stored_item_bytes=array.dtype.itemsize,
        shard=array.shards,
        shard_index_bytes=shard_index_bytes(array) or 0,
        compressed=bool(array.compressors)
        or (serializer is not None and not isinstance(serializer, BytesCodec)),
    )


def _put_fill_value(array: zarr.Array[Any], attributes: dict[str, Any]) -> None:
    """As xarray does: version 2 has one fill value, version 3 keeps what stands for missing apart."""
    if array.metadata.zarr_format == 2:
        if array.fill_value is not None:
            attributes["_FillValue"] = array.fill_value
    elif "_FillValue" in attributes:
        attributes["_FillValue"] = FillValueCoder.decode(attributes["_FillValue"], array.dtype)


def _problem(document: Mapping[str, Any], error: Exception) -> str:
    if document.get("storage_transformers"):
        return "It uses a storage transformer, which nothing here can undo."
    told = str(error).strip().partition("\n")[0].rstrip(".")[:300]
    if isinstance(error, UnknownCodecError):
        name = re.search(r"'([^']+)'", told)
        return f"It needs the codec {name[1] if name else told}, which is not installed here."
    return f"Its metadata tells something that cannot be read here: {told or type(error).__name__}."


def _dtype(document: Mapping[str, Any]) -> np.dtype[Any]:
    told = document.get("data_type", document.get("dtype"))
    try:
        return np.dtype(told)
    except TypeError:
        return np.dtype(object)


def _lazy(array: Any) -> Any:
    return indexing.LazilyIndexedArray(array)
