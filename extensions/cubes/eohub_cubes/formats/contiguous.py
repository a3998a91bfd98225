"""Values that lie in a file as they are, row by row: only what an index takes is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from xarray.backends import BackendArray
from xarray.core import indexing

from eohub_cubes.formats.ranges import Extent
from eohub_cubes.grid import MERGED_GAP_BYTES

type ReadRanges = Callable[[Sequence[Extent]], list[bytes]]


@dataclass(frozen=True)
class Place:
    """Where the values of an array lie: `strides` are bytes from one to the next along each dimension."""

    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    strides: tuple[int, ...]


class ContiguousArray(BackendArray):
    """Reads runs of neighbours, those with small gaps between them as one."""

    def __init__(self, place: Place, read: ReadRanges) -> None:
        self.shape = place.shape
        self.dtype = place.dtype.newbyteorder("=")
        self._place = place
        self._read = read

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        """Read what an index takes."""
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.BASIC, self._getitem
        )

    def _getitem(self, key: tuple[int | slice, ...]) -> npt.NDArray[Any]:
        place = self._place
        steps = [_steps(each, size) for each, size in zip(key, place.shape, strict=True)]
        counts = [len(each) for each in steps]
        taken = np.empty(counts, self.dtype)
        if taken.size:
            jumps = [stride * each.step for stride, each in zip(place.strides, steps, strict=True)]
            inner, span = _run(jumps, counts, place.dtype.itemsize)
            outer = len(counts) - inner
            begin = place.offset + sum(
                each.start * stride for each, stride in zip(steps, place.strides, strict=True)
            )
            places = [*product(*(range(count) for count in counts[:outer]))]
            extents = [
                (begin + sum(at * jump for at, jump in zip(each, jumps, strict=False)), span)
                for each in places
            ]
            for each, raw in zip(places, self._read(extents), strict=True):
                taken[each] = np.ndarray(counts[outer:], place.dtype, raw, strides=jumps[outer:])
        dropped = tuple(at for at, each in enumerate(key) if not isinstance(each, slice))
        return taken.squeeze(dropped) if dropped else taken


def _steps(key: int | slice, size: int) -> range:
    if isinstance(key, slice):
        return range(*key.indices(size))
    at = int(key) % size
    return range(at, at + 1)


def _run(jumps: Sequence[int], counts: Sequence[int], item: int) -> tuple[int, int]:
    """How many of the last dimensions are read as one run, and its bytes."""
    span, inner = item, 0
    for jump, count in zip(reversed(jumps), reversed(counts), strict=True):
        if jump - span > MERGED_GAP_BYTES and count > 1:
            break
        span += jump * (count - 1)
        inner += 1
    return inner, span
