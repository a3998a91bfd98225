"""The port ObjectReader over any store: it counts, tries again, pins versions, and ends when told."""

import asyncio
import random
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

from eohub_cubes.errors import DataChanged, DataDamaged, StoreBusy, StoreDown
from eohub_cubes.ports import LARGEST_OBJECT, Bandwidth, ObjectInfo
from eohub_cubes.reading import traffic
from eohub_cubes.reading.attempts import Broken, Got, Objects, Refused, Span
from eohub_cubes.reading.loop import now
from eohub_cubes.reading.meter import Meter

_ATTEMPTS = 5
_LONGEST_WAIT_SECONDS = 20.0
_MOST_PINNED = 20_000
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_BUSY = frozenset({429, 503})
_ENDED_KEYS = frozenset({"ExpiredToken", "TokenRefreshRequired", "InvalidToken"})


class RetryingReader:
    """Reads below one path of a store."""

    def __init__(
        self,
        objects: Objects,
        base: str,
        bandwidth: Bandwidth | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._objects = objects
        self._base = base.strip("/")
        self._meter = Meter(objects.host, bandwidth)
        self._sleep = sleep
        self._pinned: OrderedDict[str, tuple[int, str | None]] = OrderedDict()
        self._renewals = 0

    @property
    def host(self) -> str:
        """Host and port, or "" for files of this machine."""
        return self._objects.host

    async def get(
        self, key: str, start: int | None = None, length: int | None = None, *, most: int = LARGEST_OBJECT
    ) -> bytes | None:
        """Read an object or a range of it."""
        path = self._path(key)
        span = None if start is None else Span(start, length)

        async def attempt() -> Got | None:
            got = await self._objects.get(path, span, most)
            if got is not None and length is not None and len(got.body) < length:
                raise self._shorter()
            return got

        try:
            got = await self._tried(path, attempt)
        except Refused as refused:
            if refused.status != 416:
                raise self._told(refused) from None
            # Nothing lies there: an empty object has no last bytes, and none after its end.
            if length is not None:
                raise self._shorter() from None
            return b""
        return None if got is None else got.body

    async def info(self, key: str) -> ObjectInfo | None:
        """Ask for an object's size and ETag."""
        path = self._path(key)
        try:
            got = await self._tried(path, lambda: self._objects.head(path))
        except Refused as refused:
            raise self._told(refused) from None
        return None if got is None else ObjectInfo(got.size, got.etag, got.modified)

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        """List the keys below a prefix."""
        below = f"{self._base}/" if self._base else ""
        pages = self._objects.paths(self._path(prefix))
        while (page := await self._listed(lambda: anext(pages, None))) is not None:
            for path in page:
                yield path.removeprefix(below)

    async def children(self, prefix: str) -> AsyncIterator[str]:
        """List the names right below a prefix."""
        for name in await self._listed(lambda: self._objects.names(self._path(prefix))):
            yield name

    def get_now(
        self, key: str, start: int | None = None, length: int | None = None, *, most: int = LARGEST_OBJECT
    ) -> bytes | None:
        """Do as `get`, blocking."""
        return now(self.get(key, start, length, most=most))

    def info_now(self, key: str) -> ObjectInfo | None:
        """Do as `info`, blocking."""
        return now(self.info(key))

    async def _listed[T](self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            return await traffic.while_wanted(self._repeated(ask))
        except Refused as refused:
            raise self._told(refused) from None

    async def _tried(self, path: str, attempt: Callable[[], Coroutine[Any, Any, Got | None]]) -> Got | None:
        got = await traffic.while_wanted(self._repeated(attempt))
        if got is not None:
            traffic.came(len(got.body))
            self._pin(path, got)
        return got

    async def _repeated[T](self, attempt: Callable[[], Awaitable[T]]) -> T:
        renewed = False
        for left in range(_ATTEMPTS - 1, -1, -1):
            traffic.begin()
            try:
                with self._meter.reading() as stretch:
                    found = await attempt()
                    stretch.came(found)
                    return found
            except Refused as refused:
                if _keys_ended(refused) and not renewed and left:
                    renewed = True
                    if await self._objects.renew():
                        continue
                if refused.status not in _PASSING or not left:
                    raise
                wait = _jitter(_ATTEMPTS - left) if refused.retry_after is None else refused.retry_after
                if wait > _LONGEST_WAIT_SECONDS:
                    raise
            except Broken as broken:
                if not left:
                    raise self._lost(broken) from None
                wait = _jitter(_ATTEMPTS - left)
            finally:
                self._count_renewals()
            await self._sleep(wait)
        raise AssertionError("there is a last attempt")

    def _count_renewals(self) -> None:
        now = self._objects.renewals
        traffic.renewed(now - self._renewals)
        self._renewals = now

    def _pin(self, path: str, got: Got) -> None:
        size, etag = self._pinned.get(path, (got.size, None))
        # A store that is asked for a part of an empty object tells no ETag with its refusal.
        if got.size != size or (etag or got.etag) != (got.etag or etag):
            raise DataChanged(
                f"{path} at {self._where} changed while it was read.",
                hint="Open the data again to see it as it is now.",
            )
        self._pinned[path] = (size, etag or got.etag)
        self._pinned.move_to_end(path)
        while len(self._pinned) > _MOST_PINNED:
            self._pinned.popitem(last=False)

    def _told(self, refused: Refused) -> Exception:
        where = self._where
        match refused.status:
            case 401 | 403:
                return self._objects.refusal(refused)
            case 400 if _keys_ended(refused):
                return self._objects.refusal(refused)
            case status if status in _BUSY:
                seconds = refused.retry_after
                return StoreBusy(
                    f"{where} asks to be read more slowly.",
                    hint="Try again in a minute, or read less at once.",
                    retry_after=None if seconds is None else int(seconds) + 1,
                )
            case status:
                return StoreDown(
                    f"{where} answered with status {status}, each time.", hint="Try again in some minutes."
                )

    def _lost(self, broken: Broken) -> Exception:
        if broken.cut:
            return DataDamaged(
                f"An object of {self._where} ended in the middle, each time.",
                hint="Try again; where it stays so, tell those who keep the data.",
            )
        return StoreDown(
            f"{self._where} cannot be reached.", hint="Check the address, then try again in a minute."
        )

    def _shorter(self) -> DataDamaged:
        return DataDamaged(
            f"An object of {self._where} is shorter than its metadata says.",
            hint="It may still be being written, or its upload was broken off.",
        )

    @property
    def _where(self) -> str:
        return self.host or "this machine"

    def _path(self, key: str) -> str:
        return "/".join(part for part in (self._base, key.strip("/")) if part)


def _keys_ended(refused: Refused) -> bool:
    return refused.status == 401 or (refused.status in (400, 403) and refused.code in _ENDED_KEYS)


def _jitter(attempt: int) -> float:
    # Full jitter keeps many readers from coming back at the same moment.
    return random.uniform(0, min(5.0, 0.2 * 2**attempt))  # noqa: S311
