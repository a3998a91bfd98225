"""Decodes a tile or strip of a TIFF with async-tiff.

async-tiff can read whole files, but its reader of headers aborts the process on a broken one, and it knows
no strips. So each piece is handed to it as a small TIFF of one tile, written here.
"""

import asyncio
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from async_tiff import TIFF

from eohub_cubes.errors import DataDamaged
from eohub_cubes.formats.tiff_header import Image

_COPIED = (258, 259, 262, 277, 317, 338, 339, 347, 530, 532, 50674)


class Pieces:
    """Decodes the pieces of one image: of a single band each, or of all; packed are eight cells in a byte."""

    def __init__(self, image: Image, *, single: bool, packed: bool) -> None:
        self._order = image.order
        self._tags: dict[int, tuple[int, int, bytes]] = {
            tag: (image.entries[tag].type, image.entries[tag].count, image.raw(tag))
            for tag in _COPIED
            if tag in image.entries
        }
        # Files without it are read as of brightness, as GDAL does.
        self._tags.setdefault(262, (3, 1, struct.pack(f"{self._order}H", 1)))
        if single:
            for tag in (258, 339):
                if tag in self._tags:
                    type_, count, value = self._tags[tag]
                    self._tags[tag] = (type_, 1, value[: len(value) // count])
            self._tags[277] = (3, 1, struct.pack(f"{self._order}H", 1))
            self._tags.pop(338, None)
        if packed:
            self._tags[258] = (3, 1, struct.pack(f"{self._order}H", 8))

    async def decode(self, data: bytes, rows: int, columns: int) -> npt.NDArray[Any]:
        """One piece as (rows, columns, samples); raises DataDamaged where its bytes are broken."""
        source = _Source(self._file(data, rows, columns))
        try:
            tiff = await TIFF.open("piece", store=source)  # pyright: ignore[reportArgumentType]
            tile = await tiff.fetch_tile(0, 0, 0)
            return np.asarray(await tile.decode())
        except (KeyboardInterrupt, SystemExit, asyncio.CancelledError):
            raise
        except BaseException as error:  # a panic of the library is no Exception
            raise DataDamaged(f"A piece of the TIFF cannot be decoded: {_short(error)}") from None

    def _file(self, data: bytes, rows: int, columns: int) -> bytes:
        tags = dict(self._tags)
        for tag, value in ((256, columns), (257, rows), (284, 1), (322, columns), (323, rows)):
            tags[tag] = (4, 1, struct.pack(f"{self._order}I", value))
        tags[324] = (4, 1, bytes(4))
        tags[325] = (4, 1, struct.pack(f"{self._order}I", len(data)))
        extra = b""
        start = 8 + 2 + 12 * len(tags) + 4
        body = start + sum(len(value) + len(value) % 2 for _, _, value in tags.values() if len(value) > 4)
        tags[324] = (4, 1, struct.pack(f"{self._order}I", body))
        entries = b""
        for tag in sorted(tags):
            type_, count, value = tags[tag]
            inline = value.ljust(4, b"\0")
            if len(value) > 4:
                inline = struct.pack(f"{self._order}I", start + len(extra))
                extra += value + b"\0" * (len(value) % 2)
            entries += struct.pack(f"{self._order}HHI", tag, type_, count) + inline
        head = (b"II" if self._order == "<" else b"MM") + struct.pack(f"{self._order}HI", 42, 8)
        return head + struct.pack(f"{self._order}H", len(tags)) + entries + bytes(4) + extra + data


class _Source:
    """Bytes in memory, as async-tiff asks for them."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def get_range_async(
        self, path: str, *, start: int, end: int | None = None, length: int | None = None
    ) -> bytes:
        return self._data[start : start + (length or 0) if end is None else end]

    async def get_ranges_async(
        self,
        path: str,
        *,
        starts: Sequence[int],
        ends: Sequence[int] | None = None,
        lengths: Sequence[int] | None = None,
    ) -> list[bytes]:
        last = ends or [start + length for start, length in zip(starts, lengths or (), strict=True)]
        return [self._data[start:end] for start, end in zip(starts, last, strict=True)]


def _short(error: BaseException) -> str:
    return str(error).partition("\n")[0][:200]
