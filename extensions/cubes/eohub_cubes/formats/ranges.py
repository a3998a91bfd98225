"""Ranges of one object: many at once, and as the file that the HDF5 library reads."""

import asyncio
import io
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any, Final, override

from zarr.core.sync import sync

from eohub_cubes.errors import DataMissing
from eohub_cubes.ports import ObjectReader

BLOCK_BYTES: Final = 128 * 1024
"""What is read at once of headers: HDF5 asks for few bytes at a time, close to each other."""

_MOST_BLOCKS: Final = 256
_MOST_MERGED: Final = 16 * 1024 * 1024
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
        if merged and offset <= sum(merged[-1]) and offset + length - merged[-1][0] <= _MOST_MERGED:
            begin, before = merged[-1]
            merged[-1] = (begin, max(before, offset + length - begin))
        else:
            merged.append((offset, length))
    return merged


class RangeFile(io.RawIOBase):
    """A file to read, in blocks that are kept; chunks that were `hold` beforehand are not read again.

    What its reader raises is kept: the HDF5 library tells of an error without its reason.
    """

    def __init__(self, reader: ObjectReader, size: int) -> None:
        self._reader = reader
        self._size = size
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._held: list[tuple[int, bytes]] = []
        self._failure: BaseException | None = None

    def hold(self, ranges: Sequence[Extent]) -> None:
        """Read ranges at once, for the reads that follow; forgets those held before."""
        unique = sorted(set(ranges))
        found = read_ranges(self._reader, unique)
        self._held = [(offset, raw) for (offset, _), raw in zip(unique, found, strict=True)]

    def take_failure(self) -> BaseException | None:
        """What the reader raised last, once."""
        failure, self._failure = self._failure, None
        return failure

    def let_go(self) -> None:
        """Forget what is held."""
        self._held = []

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    @override
    def tell(self) -> int:
        return self._at

    @override
    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        wanted = max(min(len(view), self._size - self._at), 0)
        try:
            raw = self._bytes(self._at, wanted)
        except BaseException as error:
            self._failure = error
            raise
        view[: len(raw)] = raw
        self._at += len(raw)
        return len(raw)

    def _bytes(self, offset: int, length: int) -> bytes:
        at = bisect_right(self._held, offset, key=lambda each: each[0]) - 1
        if at >= 0:
            begin, raw = self._held[at]
            if offset + length <= begin + len(raw):
                return raw[offset - begin : offset - begin + length]
        if length > BLOCK_BYTES:
            return self._reader.get_now("", offset, length) or b""
        first, last = offset // BLOCK_BYTES, max(offset + length - 1, offset) // BLOCK_BYTES
        raw = b"".join(self._block(number) for number in range(first, last + 1))
        return raw[offset - first * BLOCK_BYTES :][:length]

    def _block(self, number: int) -> bytes:
        found = self._blocks.get(number)
        if found is None:
            start = number * BLOCK_BYTES
            length = min(BLOCK_BYTES, self._size - start)
            found = (self._reader.get_now("", start, length) or b"") if length > 0 else b""
            self._blocks[number] = found
            if len(self._blocks) > _MOST_BLOCKS:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(number)
        return found
