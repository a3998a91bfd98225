"""The values of one image of a TIFF, by tiles or strips, with NaN where none are."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from xarray.backends.common import BackendArray
from xarray.core import indexing
from zarr.core.sync import sync

from eohub_cubes.errors import DataChanged, DataDamaged, NotReadable
from eohub_cubes.formats.tiff_header import Image
from eohub_cubes.formats.tiff_metadata import BandFacts
from eohub_cubes.formats.tiff_pieces import Pieces
from eohub_cubes.ports import ObjectReader

_KINDS = {1: "u", 2: "i", 3: "f"}
_COMPRESSIONS = {1, 5, 7, 8, 32946, 34925, 50000, 50001}
_CALLED = {
    2: "CCITT",
    3: "fax",
    4: "fax",
    6: "old JPEG",
    32773: "PackBits",
    34712: "JPEG 2000",
    34887: "LERC",
    50002: "JPEG XL",
}
_LARGEST_PIECE = 2**30
_GAP = 16
_GAP_SHARE = 32
"""Neighbours are read together where what lies between them is little: COG writers leave a few bytes, or a
small part of what is read already."""
_LARGEST_READ = 8 * 2**20
_BATCH_BYTES = 64 * 2**20
"""Bytes of pieces that are decoded before they are laid where they belong: each batch is a round trip."""
_MOST_AT_ONCE = 1_024
_READS_AT_ONCE = 64


class Place(NamedTuple):
    """Where a piece lies in the file; of size 0 where it was never written."""

    start: int
    size: int


@dataclass(frozen=True)
class TiffForm:
    """How an image is cut and stored: `rows` x `columns` of `bands_each` bands a piece."""

    tiled: bool
    bands: int
    bands_each: int
    rows: int
    columns: int
    dtype: np.dtype[Any]
    compression: int
    bits: int
    problem: str | None


def form_of(image: Image) -> TiffForm:
    """The form of an image; raises DataDamaged where its sizes make no sense."""
    bands = image.number(277, 1)
    tiled = 322 in image.entries
    columns = image.number(322, 0) if tiled else image.width
    rows = image.number(323, 0) if tiled else min(image.number(278, image.height), image.height)
    if min(bands, image.width, image.height, rows, columns) < 1:
        raise DataDamaged("The TIFF's header tells no size of its picture or its tiles.")
    bits = set(image.numbers(258).tolist()) or {1}
    formats = set(image.numbers(339).tolist()) or {1}
    width = max(bits)
    kind = _KINDS.get(max(formats))
    compression = image.number(259, 1)
    bands_each = bands if image.number(284, 1) == 1 else 1
    widths = (16, 32, 64) if kind == "f" else (1, 8, 16, 32, 64)
    known = len(bits) == len(formats) == 1 and kind is not None and width in widths
    dtype = np.dtype(f"{kind if known else 'u'}{max(1, width // 8) if known else 1}")
    problem = None
    if not known:
        called = {3: "floating-point numbers", 5: "complex numbers", 6: "complex numbers"}
        of_bits = "" if max(formats) in (5, 6) else f" of {width} bits"
        problem = f"Its values are {called.get(max(formats), 'numbers')}{of_bits}."
    elif compression not in _COMPRESSIONS:
        name = _CALLED.get(compression, f"number {compression}")
        problem = f"It is compressed with {name}, which cannot be decoded here."
    elif rows * columns * bands_each * dtype.itemsize > _LARGEST_PIECE:
        problem = "One of its tiles or strips takes more than 1 GiB."
    return TiffForm(tiled, bands, bands_each, rows, columns, dtype, compression, width, problem)


class TiffArray(BackendArray):
    """Values as (band, y, x)."""

    def __init__(self, reader: ObjectReader, image: Image, form: TiffForm, facts: BandFacts) -> None:
        self.form = form
        self.facts = facts
        self.shape = (form.bands, image.height, image.width)
        self._reader = reader
        self._image = image
        self._nodata = _as(facts.nodata, form.dtype)
        whole = form.dtype if form.dtype.kind == "f" else np.dtype("f4" if form.dtype.itemsize < 4 else "f8")
        self.dtype = whole if self._nodata is not None or facts.scaled else form.dtype
        self._across = math.ceil(image.width / form.columns)
        self._down = math.ceil(image.height / form.rows)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._values
        )

    @cached_property
    def _table(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        starts, sizes = (324, 325) if self.form.tiled else (273, 279)
        found = [self._image.numbers(tag).astype(np.int64) for tag in (starts, sizes)]
        wanted = self._across * self._down * (self.form.bands // self.form.bands_each)
        if any(each.size < wanted for each in found):
            raise DataDamaged(
                f"The TIFF's header tells of {min(map(len, found))} pieces in place of {wanted}."
            )
        return found[0], found[1]

    def places(self, chunks: npt.NDArray[np.int64]) -> list[Place]:
        """Where pieces lie, by their indices (..., row, column)."""
        starts, sizes = self._table
        band = chunks[:, 0] if chunks.shape[1] == 3 else 0  # a mask has no bands
        numbers = (band * self._down + chunks[:, -2]) * self._across + chunks[:, -1]
        return [*map(Place, starts[numbers].tolist(), sizes[numbers].tolist())]

    def _values(self, key: tuple[Any, ...]) -> npt.NDArray[Any]:
        if self.form.problem:
            raise NotReadable(f"This picture cannot be read. {self.form.problem}")
        wanted = [np.atleast_1d(np.arange(size)[each]) for size, each in zip(self.shape, key, strict=True)]
        found: npt.NDArray[Any] = np.zeros(tuple(map(len, wanted)), self.dtype)
        edges = (self.form.bands_each, self.form.rows, self.form.columns)
        touched = [np.unique(each // edge) for each, edge in zip(wanted, edges, strict=True)]
        chunks = np.stack(np.meshgrid(*touched, indexing="ij"), axis=-1).reshape(-1, 3)
        at_once = max(1, min(_MOST_AT_ONCE, _BATCH_BYTES // (math.prod(edges) * self.form.dtype.itemsize)))
        for first in range(0, len(chunks), at_once):
            batch = chunks[first : first + at_once]
            for chunk, piece in zip(batch, sync(self._pieces(batch)), strict=True):
                self._lay(found, wanted, chunk, piece)
        return found[tuple(0 if isinstance(each, (int, np.integer)) else slice(None) for each in key)]

    def _lay(
        self,
        found: npt.NDArray[Any],
        wanted: Sequence[npt.NDArray[np.int64]],
        chunk: npt.NDArray[np.int64],
        piece: npt.NDArray[Any],
    ) -> None:
        """Put the wanted cells of one piece (band, row, column) where they belong."""
        starts = chunk * (self.form.bands_each, self.form.rows, self.form.columns)
        inside = [
            np.flatnonzero((each >= start) & (each < start + size))
            for each, start, size in zip(wanted, starts, piece.shape, strict=True)
        ]
        cells = piece[
            np.ix_(*(each[at] - start for each, at, start in zip(wanted, inside, starts, strict=True)))
        ]
        found[np.ix_(*inside)] = self._decoded(cells, wanted[0][inside[0]])

    def _decoded(self, cells: npt.NDArray[Any], bands: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        values = cells.astype(self.dtype)
        if self.facts.scaled:
            scales, offsets = (
                np.array([each[band] for band in bands], self.dtype).reshape(-1, 1, 1)
                for each in (self.facts.scales, self.facts.offsets)
            )
            values = values * scales + offsets
        if self._nodata is not None:
            values[cells == self._nodata] = np.nan
        return values

    async def _pieces(self, chunks: npt.NDArray[np.int64]) -> list[npt.NDArray[Any]]:
        places = self.places(chunks)
        reads = joined(places)
        turn = asyncio.Semaphore(_READS_AT_ONCE)
        found = await asyncio.gather(*(self._read(each, turn) for each in reads))
        held = dict(zip(reads, found, strict=True))
        return await asyncio.gather(
            *(self._piece(_cut(held, place), chunk) for place, chunk in zip(places, chunks, strict=True))
        )

    async def _read(self, place: Place, turn: asyncio.Semaphore) -> bytes:
        end = place.start + place.size
        if end > self._image.file_bytes:
            raise DataDamaged(
                f"The file has {self._image.file_bytes} bytes, and the pieces of its picture reach to {end}.",
                hint="It may still be being written, or was not copied whole.",
            )
        async with turn:
            found = await self._reader.get("", place.start, place.size)
        if found is None:
            raise DataChanged("The file is gone since its header was read.")
        return found

    async def _piece(self, data: bytes, chunk: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        form = self.form
        rows = form.rows if form.tiled else min(form.rows, self.shape[1] - int(chunk[1]) * form.rows)
        shape = (form.bands_each, rows, form.columns)
        if not data:
            return np.full(shape, 0 if self._nodata is None else self._nodata, form.dtype)
        if form.bits == 1:
            packed = await self._decoder.decode(data, rows, math.ceil(form.columns / 8))
            return np.unpackbits(packed.reshape(rows, -1), axis=1)[None, :, : form.columns]
        found = await self._decoder.decode(data, rows, form.columns)
        if found.size != math.prod(shape):
            raise DataDamaged("A piece of the TIFF has another size than its header tells.")
        return found.reshape(rows, form.columns, form.bands_each).transpose(2, 0, 1)

    @cached_property
    def _decoder(self) -> Pieces:
        return Pieces(self._image, single=self.form.bands_each == 1, packed=self.form.bits == 1)


def joined(places: Sequence[Place]) -> list[Place]:
    """The reads that bring some pieces: those that lie together in one."""
    reads: list[Place] = []
    for place in sorted({each for each in places if each.size}):
        last = reads[-1] if reads else Place(0, 0)
        size = max(last.size, place.start + place.size - last.start)
        gap = place.start - (last.start + last.size)
        if reads and gap <= max(_GAP, last.size // _GAP_SHARE) and size <= _LARGEST_READ:
            reads[-1] = Place(last.start, size)
        else:
            reads.append(place)
    return reads


def _cut(held: dict[Place, bytes], place: Place) -> bytes:
    if not place.size:
        return b""
    read = next(
        each
        for each in held
        if each.start <= place.start and place.start + place.size <= each.start + each.size
    )
    return held[read][place.start - read.start :][: place.size]


def _as(nodata: float | None, dtype: np.dtype[Any]) -> Any:
    """A missing value as the type of the data has it; None where the type cannot hold it."""
    if nodata is None:
        return None
    with np.errstate(all="ignore"):
        if dtype.kind == "f":
            return dtype.type(nodata)
        limits = np.iinfo(dtype)
        return dtype.type(nodata) if nodata.is_integer() and limits.min <= nodata <= limits.max else None
