"""The port ObjectReader over obstore: S3, HTTP and files of this machine."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from eohub_cubes.errors import DataDamaged, LoginEnded, NoAccess, NotReadable, StoreDown
from eohub_cubes.ports import ObjectInfo
from eohub_cubes.reading import traffic

_MISSING = (FileNotFoundError, NotADirectoryError)


class ObstoreReader:
    """Reads below one path of an obstore store."""

    def __init__(self, store: Any, base: str, host: str, *, lists: bool = True) -> None:
        self._store = store
        self._base = base.strip("/")
        self._host = host
        self._lists = lists

    @property
    def host(self) -> str:
        """Host and port, or "" for files of this machine."""
        return self._host

    async def get(self, key: str, start: int | None = None, length: int | None = None) -> bytes | None:
        """Read an object or a range of it."""
        path = self._path(key)
        if start is None:
            return await self._awaited(lambda: obstore.get_async(self._store, path), _all_bytes)
        if start < 0:
            options: Any = {"range": {"suffix": -start}}
            return await self._awaited(
                lambda: obstore.get_async(self._store, path, options=options), _all_bytes
            )
        if length is None:
            options = {"range": {"offset": start}}
            return await self._awaited(
                lambda: obstore.get_async(self._store, path, options=options), _all_bytes
            )
        found = await self._awaited(
            lambda: obstore.get_range_async(self._store, path, start=start, length=length), _bytes
        )
        return _whole(found, length)

    async def info(self, key: str) -> ObjectInfo | None:
        """Ask for an object's size and ETag."""
        path = self._path(key)
        traffic.begin()
        try:
            return _info(await obstore.head_async(self._store, path))
        except _MISSING:
            return None
        except (BaseError, OSError) as error:
            raise self._told(error) from None

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        """List the keys below a prefix."""
        if not self._lists:
            raise NotReadable("This store cannot list what lies in it.")
        below = f"{self._base}/" if self._base else ""
        traffic.begin()
        async for batch in obstore.list(self._store, prefix=self._path(prefix)):
            for each in batch:
                yield each["path"].removeprefix(below)

    async def children(self, prefix: str) -> AsyncIterator[str]:
        """List the names right below a prefix."""
        if not self._lists:
            raise NotReadable("This store cannot list what lies in it.")
        traffic.begin()
        try:
            found = await obstore.list_with_delimiter_async(self._store, prefix=self._path(prefix))
        except _MISSING:
            return
        except (BaseError, OSError) as error:
            raise self._told(error) from None
        for path in [*found["common_prefixes"], *(each["path"] for each in found["objects"])]:
            yield path.rstrip("/").rpartition("/")[2]

    def get_now(self, key: str, start: int | None = None, length: int | None = None) -> bytes | None:
        """Do as `get`, blocking."""
        path = self._path(key)
        traffic.begin()
        try:
            if start is None:
                found = bytes(obstore.get(self._store, path).bytes())
            elif start < 0 or length is None:
                options: Any = {"range": {"suffix": -start} if start < 0 else {"offset": start}}
                found = bytes(obstore.get(self._store, path, options=options).bytes())
            else:
                found = _whole(
                    bytes(obstore.get_range(self._store, path, start=start, length=length)), length
                )
        except _MISSING:
            return None
        except (BaseError, OSError) as error:
            raise self._told(error) from None
        traffic.came(len(found or b""))
        return found

    def info_now(self, key: str) -> ObjectInfo | None:
        """Do as `info`, blocking."""
        traffic.begin()
        try:
            return _info(obstore.head(self._store, self._path(key)))
        except _MISSING:
            return None
        except (BaseError, OSError) as error:
            raise self._told(error) from None

    async def _awaited(
        self, begin: Callable[[], Awaitable[Any]], finish: Callable[[Any], Awaitable[bytes]]
    ) -> bytes | None:
        traffic.begin()
        try:
            found = await finish(await begin())
        except _MISSING:
            return None
        except (BaseError, OSError) as error:
            raise self._told(error) from None
        traffic.came(len(found))
        return found

    def _path(self, key: str) -> str:
        return "/".join(part for part in (self._base, key.strip("/")) if part)

    def _told(self, error: Exception) -> Exception:
        where = self._host or "this machine"
        match error:
            case UnauthenticatedError():
                return LoginEnded(f"{where} wants a login or keys that this server does not have.")
            case PermissionDeniedError() | PermissionError():
                return NoAccess(f"{where} does not let you read this data.")
            case _:
                return StoreDown(f"{where} did not answer.", hint="Try again in a minute.")


async def _all_bytes(found: Any) -> bytes:
    return bytes(await found.bytes_async())


async def _bytes(found: Any) -> bytes:
    return bytes(found)


def _info(found: Any) -> ObjectInfo:
    return ObjectInfo(size=found["size"], etag=found.get("e_tag"), modified=found["last_modified"])


def _whole(found: bytes | None, length: int) -> bytes | None:
    if found is not None and len(found) < length:
        raise DataDamaged(
            "An object is shorter than its metadata says.", hint="It may still be being written."
        )
    return found
