"""Longitudes and latitudes of each cell, read once: every picture of a curvilinear grid needs the same."""

from collections import OrderedDict
from threading import Lock
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from eohub_cubes.axes import is_degrees

MOST_KEPT_BYTES: Final = 16 * 2**20
"""Of the parts of one coordinate; what is larger is read anew."""
_MOST_PARTS: Final = 16


class KeptArray(BackendArray):
    """The values of a lazy variable, whose parts are kept as they were asked for, the latest longest."""

    def __init__(self, variable: xr.Variable, most_bytes: int = MOST_KEPT_BYTES) -> None:
        self.shape = variable.shape
        self.dtype = variable.dtype
        self._variable = variable
        self._most_bytes = most_bytes
        self._parts: OrderedDict[str, npt.NDArray[Any]] = OrderedDict()
        self._lock = Lock()

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._values
        )

    def _values(self, key: tuple[Any, ...]) -> npt.NDArray[Any]:
        told = repr(key)
        with self._lock:
            kept = self._parts.get(told)
            if kept is not None:
                self._parts.move_to_end(told)
                return kept.copy()
        read = np.asarray(self._variable[key].values)
        with self._lock:
            self._parts[told] = read
            while self._is_full():
                self._parts.popitem(last=False)
        return read.copy()

    def _is_full(self) -> bool:
        return len(self._parts) > _MOST_PARTS or sum(each.nbytes for each in self._parts.values()) > (
            self._most_bytes
        )


def with_places_kept(dataset: xr.Dataset) -> xr.Dataset:
    """The same dataset, whose longitudes and latitudes that are read beside values are read once."""
    places = {
        name: xr.Variable(
            each.dims,
            indexing.LazilyIndexedArray(KeptArray(each.variable)),
            each.variable.attrs,
            each.variable.encoding,
        )
        for name, each in ((name, dataset[name]) for name in dataset.variables if name not in dataset.indexes)
        if each.ndim in (1, 2) and (is_degrees(each, "x") or is_degrees(each, "y"))
    }
    beside = {name: each for name, each in places.items() if name in dataset.coords}
    plain = {name: each for name, each in places.items() if name not in beside}
    return dataset.assign_coords(beside).assign(plain)
