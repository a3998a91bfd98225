"""A file over an ObjectReader, for libraries that seek: headers in blocks, values as they are asked for."""

import io
from collections import OrderedDict
from collections.abc import Buffer
from threading import Lock
from typing import override

from eohub_cubes.errors import DataMissing
from eohub_cubes.ports import ObjectReader

BLOCK = 64 * 1024
"""Of headers. HDF5 reads them in pieces of some hundred bytes that lie near each other."""
_FIRST = 4
"""Blocks that are read at the beginning, where most headers are."""
_VALUES = 16 * 1024
"""A read that is larger is of values: it is sent as it is, so that nothing else is read with it."""
_MOST_BLOCKS = 512
_MOST_AHEAD = 8


class ObjectFile(io.RawIOBase):
    """Read-only; raises what its reader raises, and DataMissing where there is no object."""

    def __init__(self, reader: ObjectReader, name: str) -> None:
        self.name = name
        self._reader = reader
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._last = -1
        self._ahead = 1
        self._lock = Lock()
        info = reader.info_now("")
        if info is None:
            raise DataMissing(f"There is nothing at {name}.", hint="Check the address.")
        self.size = info.size

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def tell(self) -> int:
        return self._at

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning of the file")
        self._at = base + offset
        return self._at

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        with self._lock:
            found = self._bytes(self._at, max(0, min(len(view), self.size - self._at)))
            self._at += len(found)
        view[: len(found)] = found
        return len(found)

    def _bytes(self, start: int, length: int) -> bytes:
        if not length:
            return b""
        first, last = start // BLOCK, (start + length - 1) // BLOCK
        if length > _VALUES and any(number not in self._blocks for number in range(first, last + 1)):
            return self._read(start, length)
        for number in range(first, last + 1):
            if number not in self._blocks:
                self._fetch(number)
            self._blocks.move_to_end(number)
        found = b"".join(self._blocks[number] for number in range(first, last + 1))
        while len(self._blocks) > _MOST_BLOCKS:
            self._blocks.popitem(last=False)
        return found[start - first * BLOCK :][:length]

    def _fetch(self, number: int) -> None:
        """Read a block, and with it more of those that follow the longer they are asked for in turn."""
        self._ahead = min(2 * self._ahead, _MOST_AHEAD) if number == self._last + 1 else 1
        count = max(self._ahead, _FIRST if number == 0 else 1)
        read = self._read(number * BLOCK, min(count * BLOCK, self.size - number * BLOCK))
        for place in range(0, len(read), BLOCK):
            self._blocks[number + place // BLOCK] = read[place : place + BLOCK]
        self._last = number + (len(read) - 1) // BLOCK

    def _read(self, start: int, length: int) -> bytes:
        found = self._reader.get_now("", start, length)
        if found is None:
            raise DataMissing(f"{self.name} is gone since it was opened.", hint="Open it again.")
        return found
