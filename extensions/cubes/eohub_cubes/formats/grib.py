"""GRIB, editions 1 and 2: each message is one chunk, found by an index beside the file or by its lengths."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import numpy as np
import numpy.typing as npt
import xarray as xr

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import DataDamaged, DataMissing, NotReadable
from eohub_cubes.formats.grib_array import GribArray
from eohub_cubes.formats.grib_dataset import Known, dataset_of
from eohub_cubes.formats.grib_facts import facts_of
from eohub_cubes.formats.grib_index import offsets_beside
from eohub_cubes.formats.grib_messages import Broken, Field, Read, Window, message_at, scanned
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import ObjectReader, StoredChunks
from eohub_cubes.reading.opening import reader_of

_READ_WHOLE = 4 * 2**20
"""A file so small is read in one go rather than message by message."""
_AHEAD = 65_536
_HEAD = 2_048
_MOST_READS = 1_000
_MOST_MESSAGES = 20_000
_AT_ONCE = 32
_NOTES_OF_BROKEN = 3


class GribCube:
    """The port OpenCube over the fields of a GRIB file."""

    kind = "grib"
    group: str | None = None
    groups: Sequence[str] = ()
    sizes_known = True

    def __init__(self, dataset: xr.Dataset, arrays: Mapping[str, GribArray], notes: Sequence[str]) -> None:
        self.dataset = dataset
        self.notes = notes
        self._arrays = arrays
        self.arrays: Mapping[str, ArrayLayout] = {
            name: ArrayLayout(
                dimensions=tuple(map(str, dataset[name].dims)),
                shape=array.shape,
                chunk=(*(1 for _ in array.leading), *array.grid),
                stored_item_bytes=array.dtype.itemsize,
            )
            for name, array in arrays.items()
        }

    def stored(self, variable: str, chunks: npt.NDArray[np.int64]) -> StoredChunks:
        """Bytes of messages without their heads, from their lengths; 0 where the file has no message."""
        array = self._arrays[variable]
        fields = [array.fields.get(tuple(place)) for place in chunks[:, : len(array.leading)].tolist()]
        return StoredChunks([0 if field is None else field.size for field in fields])

    def close(self) -> None:
        """Nothing is held."""


def open_cube(asset: DataAsset, group: str | None, reader: ObjectReader) -> GribCube:
    """Open a GRIB file from the heads of its messages; raises DataMissing, NotReadable, DataDamaged.

    A message that cannot be read is told in the notes, with its place; the others stay readable.
    """
    info = reader.info_now("")
    if info is None:
        raise DataMissing(f"There is no file at {asset.href}.")
    if info.size == 0:
        raise DataDamaged("The file is empty: it has 0 bytes.")

    def read(start: int, length: int) -> bytes:
        return reader.get_now("", start, length) or b""

    offsets = offsets_beside(asset, reader_of) if info.size > _READ_WHOLE else []
    found, notes = _indexed(read, info.size, offsets) if offsets else ([], [])
    if not found:
        window = Window(read, info.size, info.size if info.size <= _READ_WHOLE else _AHEAD)
        found = [*scanned(window, _MOST_READS)]
        notes = [*notes, *_unfinished(window, found)]
    broken = [each for each in found if isinstance(each, Broken)]
    known: list[Known] = []
    for field in (each for each in found if isinstance(each, Field)):
        try:
            known.append(Known(field, facts_of(field.described())))
        except DataDamaged as error:
            broken.append(Broken(field.offset, error.detail.rstrip(".")))
    if not known and not broken:
        raise NotReadable("This file is no GRIB: there is no message in it.")
    if not known:
        raise DataDamaged(
            f"No message of the file can be read: at byte {broken[0].offset}, {broken[0].reason}."
        )
    dataset, arrays, told = dataset_of(known, reader)
    return GribCube(dataset, arrays, (*notes, *_of_broken(broken), *told))


def _indexed(read: Read, size: int, offsets: Sequence[int]) -> tuple[list[Field | Broken], list[str]]:
    """The fields of the messages that an index names; none where it is not of this file."""

    def fields(offset: int) -> list[Field | Broken]:
        try:
            return [*message_at(Window(read, size, _HEAD), offset)[0]]
        except DataDamaged as error:
            return [Broken(offset, error.detail)]

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        waiting = [threads.submit(copy_context().run, fields, each) for each in offsets[:_MOST_MESSAGES]]
        found = [field for each in waiting for field in each.result()]
    if not any(isinstance(each, Field) for each in found):
        return [], ["The index beside the file is not of this file, so it was looked through itself."]
    return found, []


def _unfinished(window: Window, found: Sequence[Field | Broken]) -> Iterable[str]:
    if window.reads >= _MOST_READS:
        last = max(each.offset for each in found)
        yield (
            f"Only the first {len(found)} fields were looked for, up to byte {last} of {window.size}. "
            "An index beside the file (.idx or .index) tells all of them."
        )


def _of_broken(broken: Sequence[Broken]) -> Iterable[str]:
    for each in broken[:_NOTES_OF_BROKEN]:
        yield f"The message at byte {each.offset} cannot be read: {each.reason}. The others can."
    if len(broken) > _NOTES_OF_BROKEN:
        yield f"{len(broken) - _NOTES_OF_BROKEN} more messages cannot be read."
