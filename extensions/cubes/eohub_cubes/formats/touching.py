"""Which chunks an index into an array touches."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt


def chunks_along(
    key: Sequence[Any], shape: Sequence[int], chunk: Sequence[int]
) -> list[npt.NDArray[np.int64]]:
    """Indices of chunks along each dimension for an index of integers, slices and arrays of integers."""
    return [
        _touched(each, size, max(length, 1)) for each, size, length in zip(key, shape, chunk, strict=True)
    ]


def touched_chunks(
    key: Sequence[Any], shape: Sequence[int], chunk: Sequence[int], most: int
) -> Iterator[tuple[int, ...]]:
    """The first `most` chunks that an index touches."""
    along = chunks_along(key, shape, chunk)
    for _, index in zip(range(most), product(*along), strict=False):
        yield tuple(map(int, index))


def _touched(key: Any, size: int, chunk: int) -> npt.NDArray[np.int64]:
    if isinstance(key, slice):
        steps = range(*key.indices(size))
        if not steps:
            return np.zeros(0, np.int64)
        low, high = min(steps[0], steps[-1]), max(steps[0], steps[-1])
        if abs(steps.step) <= chunk:
            return np.arange(low // chunk, high // chunk + 1, dtype=np.int64)
        return np.unique(np.arange(low, high + 1, abs(steps.step), dtype=np.int64) // chunk)
    places = np.asarray(key, np.int64)
    return np.unique(np.where(places < 0, places + size, places) // chunk)
