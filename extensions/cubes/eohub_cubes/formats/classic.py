"""Classic netCDF (netCDF-3): values lie in the file as they are, in rows or in records."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr
from xarray.core import indexing

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import DataDamaged, DataMissing
from eohub_cubes.formats.classic_header import ClassicHeader, ClassicVariable, read_header
from eohub_cubes.formats.contiguous import ContiguousArray, Place
from eohub_cubes.formats.decoding import decoded
from eohub_cubes.formats.ranges import read_ranges
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import ObjectReader, StoredChunks
from eohub_cubes.wording import bytes_text


class ClassicCube:
    """The port OpenCube over a classic netCDF file."""

    kind = "netcdf"
    group: str | None = None
    groups: Sequence[str] = ()
    sizes_known = True

    def __init__(self, dataset: xr.Dataset, arrays: Mapping[str, ArrayLayout], notes: Sequence[str]) -> None:
        self.dataset = dataset
        self.arrays = arrays
        self.notes = notes

    def stored(self, variable: str, chunks: npt.NDArray[np.int64]) -> StoredChunks:
        """Every array is one piece, which is as long at rest as in its layout."""
        return StoredChunks([self.arrays[variable].chunk_bytes()] * len(chunks))

    def close(self) -> None:
        """Nothing is held."""


def open_classic(asset: DataAsset, reader: ObjectReader, size: int) -> ClassicCube:
    """Open a file by its header; raises DataDamaged where it is shorter than its header tells."""

    def first(length: int) -> bytes:
        found = reader.get_now("", 0, length)
        if found is None:
            raise DataMissing(f"There is no file at {asset.href}.")
        return found

    header = read_header(first, size)
    if header.end() > size:
        raise DataDamaged(
            f"The file is cut short: it has {bytes_text(size)} of the {bytes_text(header.end())} that its "
            "header tells of.",
            hint="It may still be being written, or was not copied to its end.",
        )
    places = {each.name: _place(each, header) for each in header.variables}
    variables = {
        each.name: xr.Variable(
            each.dimensions,
            indexing.LazilyIndexedArray(
                ContiguousArray(places[each.name], lambda ranges: read_ranges(reader, ranges))
            ),
            each.attributes,
        )
        for each in header.variables
    }
    dataset, notes = decoded(variables, header.attributes, asset.open_kwargs)
    arrays = {
        each.name: _layout(each, places[each.name], tuple(map(str, dataset[each.name].dims)))
        for each in header.variables
        if each.name in dataset.variables
    }
    return ClassicCube(dataset, arrays, notes)


def _place(variable: ClassicVariable, header: ClassicHeader) -> Place:
    item = variable.dtype.itemsize
    rows = [math.prod(variable.shape[at + 1 :]) * item for at in range(len(variable.shape))]
    if variable.is_record:
        rows[0] = header.record_bytes
    return Place(variable.begin, variable.shape, variable.dtype, tuple(rows))


def _layout(variable: ClassicVariable, place: Place, dimensions: tuple[str, ...]) -> ArrayLayout:
    """Of text its last dimension, the length, belongs to one value."""
    kept = len(dimensions)
    item = variable.dtype.itemsize * math.prod(variable.shape[kept:])
    shape = variable.shape[:kept]
    return ArrayLayout(
        dimensions, shape, shape, item, compressed=False, contiguous=True, strides=place.strides[:kept]
    )
