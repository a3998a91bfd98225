"""Tables as data along one dimension, `row`: each column is a variable that is read when it is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from xarray.backends.common import BackendArray
from xarray.core import indexing

from eohub_cubes.errors import NotReadable
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import StoredChunks

ROW = "row"


@dataclass(frozen=True)
class Column:
    """One column: `read` gives its values from a row up to before another."""

    name: str
    dtype: np.dtype[Any]
    stored: Sequence[int]
    """Bytes at rest of each chunk."""
    read: Callable[[int, int], npt.NDArray[Any]]
    problem: str | None = None


class RowCube:
    """The port OpenCube over the columns of a table."""

    group: str | None = None
    sizes_known = True

    def __init__(
        self,
        kind: str,
        rows: int,
        chunk: int,
        columns: Sequence[Column],
        *,
        attributes: Mapping[str, Any],
        notes: Sequence[str],
        groups: Sequence[str] = (),
    ) -> None:
        self.kind = kind
        self.groups = groups
        self.notes = notes
        self._columns = {column.name: column for column in columns}
        self.dataset = xr.Dataset(
            {
                column.name: xr.Variable(ROW, indexing.LazilyIndexedArray(_ColumnArray(rows, column)))
                for column in columns
            },
            attrs=dict(attributes),
        )
        self.arrays: Mapping[str, ArrayLayout] = {
            column.name: ArrayLayout((ROW,), (rows,), (chunk,), column.dtype.itemsize, problem=column.problem)
            for column in columns
        }

    def stored(self, variable: str, chunks: npt.NDArray[np.int64]) -> StoredChunks:
        """Bytes of a column in groups of rows, from the file's metadata."""
        sizes = self._columns[variable].stored
        return StoredChunks([sizes[int(chunk[0])] for chunk in chunks])

    def close(self) -> None:
        """Nothing is held."""


class _ColumnArray(BackendArray):
    def __init__(self, rows: int, column: Column) -> None:
        self.shape = (rows,)
        self.dtype = column.dtype
        self._column = column

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._values
        )

    def _values(self, key: tuple[Any, ...]) -> npt.NDArray[Any]:
        if self._column.problem:
            raise NotReadable(f"{self._column.name} cannot be read. {self._column.problem}")
        wanted = np.arange(self.shape[0])[key[0]]
        if not wanted.size:
            return np.empty(wanted.shape, self.dtype)
        first = int(wanted.min())
        found = self._column.read(first, int(wanted.max()) + 1)
        return np.asarray(found[wanted - first], self.dtype)
