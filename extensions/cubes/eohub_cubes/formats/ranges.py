"""Ranges of one object: many at once, and as the file that the HDF5 library reads."""

import asyncio
from bisect import bisect_right
from collections.abc import Buffer, Iterable, Sequence
from threading import RLock
from typing import Final, override

from zarr.core.sync import sync

from eohub_cubes.errors import DataMissing
from eohub_cubes.grid import MERGED_BYTES
from eohub_cubes.ports import ObjectReader
from eohub_cubes.reading.file import ObjectFile

_AT_ONCE: Final = 64

type Extent = tuple[int, int]
"""Offset and length."""


def read_ranges(reader: ObjectReader, ranges: Sequence[Extent]) -> list[bytes]:
    """Read ranges of the object at a reader's address, many at once; neighbours in one request."""
    merged = _merged(ranges)

    async def read() -> list[bytes]:
        turn = asyncio.Semaphore(_AT_ONCE)

        async def one(offset: int, length: int) -> bytes:
            async with turn:
                found = await reader.get("", offset, length)
            if found is None:
                raise DataMissing("The file is not there any more.")
            return found

        return await asyncio.gather(*(one(*extent) for extent in merged))

    starts = [offset for offset, _ in merged]
    read_now = sync(read()) if merged else []
    found: list[bytes] = []
    for offset, length in ranges:
        at = bisect_right(starts, offset) - 1
        begin = offset - starts[at]
        found.append(read_now[at][begin : begin + length] if length else b"")
    return found


def _merged(ranges: Iterable[Extent]) -> list[Extent]:
    merged: list[Extent] = []
    for offset, length in sorted(extent for extent in ranges if extent[1]):
        if merged and offset <= sum(merged[-1]) and offset + length - merged[-1][0] <= MERGED_BYTES:
            begin, before = merged[-1]
            merged[-1] = (begin, max(before, offset + length - begin))
        else:
            merged.append((offset, length))
    return merged


class RangeFile(ObjectFile):
    """A file whose chunks that were `hold` beforehand are not read again.

    What its reader raises is kept: the HDF5 library tells of an error without its reason.
    """

    def __init__(self, reader: ObjectReader, name: str) -> None:
        super().__init__(reader, name)
        self._held: list[tuple[int, bytes]] = []
        self.lock = RLock()
        """Taken from `hold` to `let_go`, as there is one place for what is held."""
        self._failure: BaseException | None = None

    def hold(self, ranges: Sequence[Extent]) -> None:
        """Read ranges at once, for the reads that follow; forgets those held before."""
        unique = sorted(set(ranges))
        found = read_ranges(self._reader, unique)
        self._held = [(offset, raw) for (offset, _), raw in zip(unique, found, strict=True)]

    def let_go(self) -> None:
        """Forget what is held."""
        self._held = []

    def take_failure(self) -> BaseException | None:
        """What the reader raised last, once."""
        failure, self._failure = self._failure, None
        return failure

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        try:
            return super().readinto(buffer)
        except BaseException as error:
            self._failure = error
            raise

    @override
    def _bytes(self, start: int, length: int) -> bytes:
        at = bisect_right(self._held, start, key=lambda each: each[0]) - 1
        if at >= 0:
            begin, raw = self._held[at]
            if start + length <= begin + len(raw):
                return raw[start - begin : start - begin + length]
        return super()._bytes(start, length)
