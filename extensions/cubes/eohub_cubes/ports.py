"""The outside world as the pure parts see it: bytes that are read, and data that was opened."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt
import xarray as xr

from eohub_cubes.layout import ArrayLayout

LARGEST_OBJECT = 2**30
"""Bytes that are read of an object at once, whatever it says of itself: far beyond any chunk."""
LARGEST_METADATA = 64 * 2**20
"""Bytes of one document of metadata."""


@dataclass(frozen=True)
class ObjectInfo:
    """What a HEAD tells of one object."""

    size: int
    etag: str | None
    modified: datetime | None = None


@dataclass
class Traffic:
    """What one request of a person has read so far; `cancelled` ends it with the next read."""

    bytes_read: int = 0
    requests: int = 0
    renewals: int = 0
    cancelled: bool = False


class ObjectReader(Protocol):
    """Ranged reads of the objects below one address, each tried again where that helps.

    Every read adds to the Traffic of the request it belongs to, and raises Cancelled once that is cancelled.
    All of it raises NoAccess, LoginEnded, StoreDown, StoreBusy, DataChanged or DataDamaged (truncated).
    Keys are relative to the address; "" is the object at the address itself. Any thread may call each.
    """

    @property
    def host(self) -> str:
        """Whose bandwidth it uses: host and port, or "" for files of this machine."""
        ...

    async def get(
        self, key: str, start: int | None = None, length: int | None = None, *, most: int = LARGEST_OBJECT
    ) -> bytes | None:
        """Read an object or a range of it; a negative `start` counts from its end. None: it is missing.

        Raises NotReadable where that has more bytes than `most`, before more of them are read.
        """
        ...

    async def info(self, key: str) -> ObjectInfo | None:
        """Ask for an object's size and ETag; None where it is missing."""
        ...

    def keys(self, prefix: str) -> AsyncIterator[str]:
        """List the keys below a prefix; raises NotReadable where the store cannot list."""
        ...

    def children(self, prefix: str) -> AsyncIterator[str]:
        """List the names right below a prefix, not what lies below them; raises as `keys` does."""
        ...

    def get_now(
        self, key: str, start: int | None = None, length: int | None = None, *, most: int = LARGEST_OBJECT
    ) -> bytes | None:
        """Do as `get`, for a library that cannot wait for coroutines."""
        ...

    def info_now(self, key: str) -> ObjectInfo | None:
        """Do as `info`, for a library that cannot wait for coroutines."""
        ...


@dataclass(frozen=True)
class StoredChunks:
    """Bytes at rest of some chunks: 0 for one that is not there. None where a size is not known."""

    sizes: Sequence[int | None]
    requests_each: float = 1.0
    """Requests that one chunk takes on average; below 1 where neighbours are read together."""
    places: Sequence[int | None] | None = None
    """Where each begins, where those that lie next to each other are read together; None: it is not there."""


class OpenCube(Protocol):
    """Data that was opened from its metadata; values are read when they are asked for.

    `dataset` is lazy, decoded by CF, and without Dask. Reading from it blocks, and reads through the reader.
    """

    kind: str
    dataset: xr.Dataset
    arrays: Mapping[str, ArrayLayout]
    group: str | None
    """The group that is shown, "" for the root, where xarray opens it by that; None where it does not."""
    groups: Sequence[str]
    notes: Sequence[str]
    sizes_known: bool
    """Whether `stored` reads nothing, as the headers that were read at open tell all sizes."""

    def stored(self, variable: str, chunks: npt.NDArray[np.int64]) -> StoredChunks:
        """Bytes at rest of chunks given by their indices, shape (n, dimensions); blocking, headers only."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


@dataclass(frozen=True)
class Measured:
    """How fast a host answered lately."""

    bytes_per_second: float
    requests_per_second: float | None = field(default=None)


class Bandwidth(Protocol):
    """Remembers how fast each host was."""

    def note(self, host: str, bytes_read: int, requests: int, seconds: float) -> None:
        """Remember one stretch of reading."""
        ...

    def of(self, host: str) -> Measured | None:
        """Return how fast a host was; None where nothing was read from it lately."""
        ...


@dataclass(frozen=True)
class Memory:
    """Memory of this server, bytes; None where it is unknown."""

    free: int | None
    limit: int | None


class MemoryGauge(Protocol):
    """Tells how much memory is left."""

    def now(self) -> Memory:
        """Measure it."""
        ...
