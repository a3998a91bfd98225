"""The port ObjectReader over an icechunk repository: its keys are zarr's, its values lie wherever it says."""

from collections.abc import AsyncIterator
from typing import Any

import icechunk
from zarr.abc.store import OffsetByteRequest, RangeByteRequest, SuffixByteRequest
from zarr.core.buffer import default_buffer_prototype
from zarr.core.sync import sync

from eohub_cubes.errors import DataChanged, DataDamaged, DataMissing, StoreDown
from eohub_cubes.ports import LARGEST_OBJECT, ObjectInfo
from eohub_cubes.reading import traffic
from eohub_cubes.reading.attempts import too_large
from eohub_cubes.virtualizing.repository import first_line


class IcechunkReader:
    """Reads the newest state of a repository through icechunk, counted and cancelled as other reads are."""

    def __init__(self, store: icechunk.IcechunkStore, host: str) -> None:
        self._store = store
        self._host = host

    @property
    def host(self) -> str:
        """Host and port of the repository, or "" for one among this machine's files."""
        return self._host

    async def get(
        self, key: str, start: int | None = None, length: int | None = None, *, most: int = LARGEST_OBJECT
    ) -> bytes | None:
        """Read an object or a range of it."""
        if start is None:
            info = await self.info(key)
            if info is not None and info.size > most:
                raise too_large(self.host, most)
        traffic.begin()
        try:
            found = await self._store.get(key.strip("/"), default_buffer_prototype(), _range(start, length))
        except icechunk.IcechunkError as error:
            raise _told(error) from None
        if found is None:
            return None
        content = found.to_bytes()
        traffic.came(len(content))
        return content

    async def info(self, key: str) -> ObjectInfo | None:
        """Ask for a size, which the repository knows without asking elsewhere."""
        try:
            return ObjectInfo(await self._store.getsize(key.strip("/")), None)
        except (KeyError, FileNotFoundError):
            return None
        except icechunk.IcechunkError as error:
            raise _told(error) from None

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        """List the keys below a prefix."""
        async for key in self._store.list_prefix(prefix.strip("/")):
            yield key

    async def children(self, prefix: str) -> AsyncIterator[str]:
        """List the names right below a prefix."""
        async for name in self._store.list_dir(prefix.strip("/")):
            yield name

    def get_now(
        self, key: str, start: int | None = None, length: int | None = None, *, most: int = LARGEST_OBJECT
    ) -> bytes | None:
        """Do as `get`, blocking."""
        return sync(self.get(key, start, length, most=most))

    def info_now(self, key: str) -> ObjectInfo | None:
        """Do as `info`, blocking."""
        return sync(self.info(key))


def _range(start: int | None, length: int | None) -> Any:
    if start is None:
        return None
    if start < 0:
        return SuffixByteRequest(-start)
    return OffsetByteRequest(start) if length is None else RangeByteRequest(start, start + length)


def _told(error: icechunk.IcechunkError) -> Exception:
    if first_line(error).startswith("the checksum of the object"):
        return DataChanged(
            "A file of this virtual cube changed since the cube was made.", hint="Make the cube anew."
        )
    if first_line(error).startswith("error fetching virtual reference: Object at location"):
        return DataMissing(f"A file of this virtual cube is gone: {first_line(error)}.")
    if first_line(error).startswith("error fetching virtual reference"):
        return StoreDown(
            f"The virtual cube refers to a file that cannot be read: {first_line(error)}.",
            hint="Its store may be down or closed to this server; try again later.",
        )
    return DataDamaged(f"The virtual cube cannot be read: {first_line(error)}.")
