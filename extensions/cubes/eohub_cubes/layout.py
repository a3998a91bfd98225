"""How an array is cut into pieces: the pure part of what zarr, HDF5 and TIFF have in common."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class ArrayLayout:
    """One array as it is stored.

    `chunk` is the shape of what is compressed together and `shard` that of what lies in one object; both have
    a length for each dimension. `stored_item_bytes` is the width of one value at rest, not compressed. Of a
    `contiguous` array ranges can be read by themselves, as its values lie side by side as they are; `strides`
    are the bytes from one to the next along each dimension where other data lies between.
    """

    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    stored_item_bytes: int
    shard: tuple[int, ...] | None = None
    shard_index_bytes: int = 0
    compressed: bool = True
    contiguous: bool = False
    strides: tuple[int, ...] | None = None
    problem: str | None = None

    def grid(self) -> tuple[int, ...]:
        """Number of chunks along each dimension; the last may reach beyond the shape."""
        return tuple(
            math.ceil(size / each) if each else 0 for size, each in zip(self.shape, self.chunk, strict=True)
        )

    def chunk_bytes(self) -> int:
        """Bytes of one whole chunk, before it is compressed."""
        return math.prod(self.chunk) * self.stored_item_bytes
