"""The values of one variable of a GRIB file, and the places of a grid, read when they are asked for."""

import asyncio
import itertools
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from xarray.backends.common import BackendArray
from xarray.core import indexing
from zarr.core.sync import sync

from eohub_cubes.errors import DataChanged, DataDamaged, NotReadable
from eohub_cubes.formats.grib_facts import FieldFacts, places_of, values_of
from eohub_cubes.formats.grib_messages import Field
from eohub_cubes.ports import ObjectReader

type Place = tuple[int, ...]

_FIELDS_AT_ONCE = 32


class GribArray(BackendArray):
    """Fields by their place along the leading dimensions; NaN where the file has none."""

    dtype = np.dtype("f4")

    def __init__(
        self,
        reader: ObjectReader,
        fields: Mapping[Place, Field],
        leading: tuple[int, ...],
        grid: tuple[int, ...],
    ) -> None:
        self.fields = fields
        self.leading = leading
        self.grid = grid
        self.shape = (*leading, *grid)
        self._reader = reader

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._values
        )

    def _values(self, key: tuple[Any, ...]) -> npt.NDArray[np.float32]:
        wanted = [np.atleast_1d(np.arange(size)[each]) for size, each in zip(self.shape, key, strict=True)]
        count = len(self.leading)
        found = np.full(tuple(map(len, wanted)), np.nan, self.dtype)
        inside = np.ix_(*wanted[count:])
        places = [*itertools.product(*(range(len(each)) for each in wanted[:count]))] if found.size else []
        for first in range(0, len(places), _FIELDS_AT_ONCE):
            batch = places[first : first + _FIELDS_AT_ONCE]
            fields = [self.fields.get(self._steps(wanted, place)) for place in batch]
            for place, field, data in zip(batch, fields, sync(self._data(fields)), strict=True):
                if field is not None:
                    found[place] = self._decoded(field, data)[inside]
        return found[tuple(0 if isinstance(each, (int, np.integer)) else slice(None) for each in key)]

    def _steps(self, wanted: Sequence[npt.NDArray[np.int64]], place: Place) -> Place:
        return tuple(int(each[at]) for each, at in zip(wanted, place, strict=False))

    async def _data(self, fields: Sequence[Field | None]) -> list[bytes]:
        return await asyncio.gather(*(_read(self._reader, field) for field in fields))

    def _decoded(self, field: Field, data: bytes) -> npt.NDArray[np.float32]:
        try:
            values = values_of(field.message(data))
        except DataDamaged as error:
            raise DataDamaged(f"The message at byte {field.offset} is broken: {error.detail}") from None
        points = math.prod(self.grid)
        if values.size != points:
            raise DataDamaged(
                f"The message at byte {field.offset} has {values.size} values in place of {points}."
            )
        return values.reshape(self.grid)


class GribGrid:
    """The places of one grid, from the first field on it."""

    def __init__(self, reader: ObjectReader, field: Field, facts: FieldFacts) -> None:
        self.facts = facts
        self._reader = reader
        self._field = field

    @property
    def is_placed(self) -> bool:
        """Whether the file says where the values lie."""
        return self.facts.grid_type not in ("unstructured_grid", "sh", "unknown")

    @cached_property
    def places(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Latitudes and longitudes, shaped as the grid."""
        try:
            found = places_of(self._field.described())
        except NotReadable:  # reduced grids are told by ecCodes from whole messages alone
            found = places_of(self._field.message(sync(_read(self._reader, self._field))))
        latitudes, longitudes = (each.reshape(self.facts.shape) for each in found)
        return latitudes, longitudes


class PlacesArray(BackendArray):
    """Latitudes or longitudes of a grid whose places each have both."""

    dtype = np.dtype("f8")

    def __init__(self, grid: GribGrid, which: int) -> None:
        self.shape = grid.facts.shape
        self._grid = grid
        self._which = which

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._places
        )

    def _places(self, key: tuple[Any, ...]) -> npt.NDArray[np.float64]:
        return self._grid.places[self._which][key]


async def _read(reader: ObjectReader, field: Field | None) -> bytes:
    if field is None:
        return b""
    found = await reader.get("", field.start, field.size)
    if found is None:
        raise DataChanged("The file is gone since its messages were found.")
    return found
