"""What of a zarr group xarray reads while it opens it: indices, and the ends of times to decode."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from zarr.core.metadata import ArrayV2Metadata, ArrayV3Metadata

MOST_BYTES = 4 * 2**20
"""Of one coordinate, decoded; a longer one is read when it is asked for."""
MOST_BYTES_TOGETHER = 32 * 2**20
MOST_CHUNKS = 256
"""Of one coordinate."""
_DURATIONS = frozenset({"days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"})


@dataclass(frozen=True)
class StoredArray:
    """An array as its metadata tells it."""

    name: str
    shape: tuple[int, ...]
    pieces: tuple[int, ...]
    """Shape of what is stored as one object."""
    item_bytes: int
    is_index: bool
    """Whether it holds the values of a dimension of the same name, all of which are read."""
    keys: Any

    @classmethod
    def of(cls, name: str, document: Mapping[str, Any]) -> "StoredArray | None":
        """From the metadata document of either version; None where opening reads nothing of it.

        Nothing is told of one that zarr cannot read, as zarr tells of it.
        """
        try:
            attributes = document.get("attributes") or {}
            dimensions = document.get("dimension_names") or attributes.get("_ARRAY_DIMENSIONS") or ()
            is_index = list(dimensions) == [name]
            # To parse metadata takes longer than to look at it, and most arrays are neither.
            if not is_index and not _is_time(attributes):
                return None
            if document.get("zarr_format") == 3:
                three = ArrayV3Metadata.from_dict({**document, "attributes": attributes})
                pieces = tuple(cast(Any, three.chunk_grid).chunk_shape)
                return cls(name, three.shape, pieces, _item_bytes(three), is_index, three.encode_chunk_key)
            two = ArrayV2Metadata.from_dict(dict(document))
            return cls(name, two.shape, two.chunks, _item_bytes(two), is_index, two.encode_chunk_key)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

    def wanted(self) -> list[str]:
        """The keys that opening reads, relative to the group; none where that would be much."""
        counts = [-(-size // piece) for size, piece in zip(self.shape, self.pieces, strict=True)]
        if 0 in self.shape or 0 in self.pieces:
            return []
        if self.is_index:
            if math.prod(self.shape) * self.item_bytes > MOST_BYTES or math.prod(counts) > MOST_CHUNKS:
                return []
            return [self._key((number,)) for number in range(math.prod(counts))]
        if math.prod(self.pieces) * self.item_bytes > MOST_BYTES:
            return []
        # xarray looks at the first and the last value of a time to choose a type.
        return list(dict.fromkeys((self._key((0,) * len(counts)), self._key(tuple(n - 1 for n in counts)))))

    @property
    def most_bytes(self) -> int:
        """What the keys of `wanted` may hold, about."""
        return math.prod(self.shape if self.is_index else (2, *self.pieces)) * self.item_bytes

    def _key(self, chunk: tuple[int, ...]) -> str:
        return f"{self.name}/{self.keys(chunk)}"


def keys_to_open(arrays: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The keys of chunks that opening a group with these arrays reads, the smallest arrays first, bounded."""
    found = sorted(_stored(arrays), key=lambda each: each.most_bytes)
    keys: list[str] = []
    together = 0
    for each in found:
        wanted = each.wanted()
        together += each.most_bytes if wanted else 0
        if together > MOST_BYTES_TOGETHER:
            break
        keys += wanted
    return keys


def _stored(arrays: Mapping[str, Mapping[str, Any]]) -> Iterator[StoredArray]:
    for name, document in arrays.items():
        stored = StoredArray.of(name, document)
        if stored is not None:
            yield stored


def _item_bytes(metadata: ArrayV2Metadata | ArrayV3Metadata) -> int:
    return int(getattr(metadata.dtype.to_native_dtype(), "itemsize", 8) or 8)


def _is_time(attributes: Mapping[str, Any]) -> bool:
    units = str(attributes.get("units", ""))
    return " since " in units or units in _DURATIONS
