"""Which pieces of an array a selection touches, and how much of what they hold it needs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eohub_cubes.contract import Range
from eohub_cubes.errors import BadSelection
from eohub_cubes.layout import ArrayLayout

MERGED_GAP_BYTES = 64 * 1024
"""Runs of a contiguous array that lie closer than this are read as one: a request costs more than the gap."""

MERGED_BYTES = 16 * 1024 * 1024
"""Of one request for pieces that lie next to each other; more is asked for at once in several."""


@dataclass(frozen=True)
class Box:
    """A selection of one array: a Range for each of its dimensions, within its shape."""

    ranges: tuple[Range, ...]

    @property
    def lengths(self) -> tuple[int, ...]:
        """Number of steps along each dimension."""
        return tuple(length_of(each) for each in self.ranges)

    @property
    def cells(self) -> int:
        """Number of values."""
        return math.prod(self.lengths)


def length_of(steps: Range) -> int:
    """Number of steps that a Range takes."""
    return len(range(steps.start, steps.stop, steps.step))


def box_of(layout: ArrayLayout, ranges: Mapping[str, Range]) -> Box:
    """The part of an array that ranges take; beyond the end of a dimension there is nothing."""
    pairs = zip(layout.dimensions, layout.shape, strict=True)
    return Box(
        tuple(
            Range(start=min(found.start, size), stop=max(min(found.stop, size), min(found.start, size)),
                  step=found.step)
            if (found := ranges.get(name)) is not None
            else Range(start=0, stop=size)
            for name, size in pairs
        )
    )  # fmt: skip


def check_names(sizes: Mapping[str, int], ranges: Mapping[str, Range]) -> None:
    """Raise BadSelection for a dimension that the data does not have."""
    unknown = next((name for name in ranges if name not in sizes), None)
    if unknown is not None:
        raise BadSelection(
            f"This data has no dimension {unknown}.", hint=f"It has {', '.join(sizes) or 'none at all'}."
        )


@dataclass(frozen=True)
class Touched:
    """Chunks that a box needs: their indices along each dimension, and the values they hold in the array."""

    along: tuple[npt.NDArray[np.int64], ...]
    cells: int

    @property
    def count(self) -> int:
        """Number of chunks."""
        return math.prod(len(each) for each in self.along)

    def spread(self, most: int) -> npt.NDArray[np.int64]:
        """Numbers of all chunks in their order, or of `most` spread evenly over them."""
        if self.count <= most:
            return np.arange(self.count)
        # Steps of the golden ratio: no row or column is preferred, and each run takes the same.
        return np.unique((np.arange(most) * 0.6180339887498949 % 1 * self.count).astype(np.int64))

    def chunks(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Indices of chunks by their numbers; shape (n, dimensions)."""
        shape = tuple(len(each) for each in self.along)
        if not shape:
            return np.zeros((numbers.size, 0), np.int64)
        places = np.unravel_index(numbers, shape)
        return np.stack([own[at] for own, at in zip(self.along, places, strict=True)], axis=1)


def touched(layout: ArrayLayout, box: Box) -> Touched:
    """The chunks that a box needs."""
    along: list[npt.NDArray[np.int64]] = []
    cells = 1
    for steps, chunk, size in zip(box.ranges, layout.chunk, layout.shape, strict=True):
        indices = _indices(steps, max(chunk, 1))
        along.append(indices)
        cells *= int(np.minimum((indices + 1) * chunk, size).sum() - (indices * chunk).sum())
    return Touched(tuple(along), cells)


def _indices(steps: Range, chunk: int) -> npt.NDArray[np.int64]:
    count = length_of(steps)
    if count == 0:
        return np.zeros(0, np.int64)
    last = steps.start + (count - 1) * steps.step
    if steps.step <= chunk:
        return np.arange(steps.start // chunk, last // chunk + 1, dtype=np.int64)
    return np.unique(np.arange(steps.start, last + 1, steps.step, dtype=np.int64) // chunk)


def shard_count(layout: ArrayLayout, box: Box) -> int:
    """Number of shards that a box needs; 0 where the array has none."""
    if layout.shard is None:
        return 0
    pairs = zip(box.ranges, layout.shard, strict=True)
    return math.prod(len(_indices(steps, max(shard, 1))) for steps, shard in pairs)


def contiguous_reads(layout: ArrayLayout, box: Box) -> tuple[int, int]:
    """Bytes and requests to read a box of an array whose values lie side by side, row by row."""
    if box.cells == 0:
        return 0, 0
    item = layout.stored_item_bytes
    stride = layout.strides or [math.prod(layout.shape[at + 1 :]) * item for at in range(len(layout.shape))]
    span, runs = item, 1
    for at in reversed(range(len(layout.shape))):
        steps, count = box.ranges[at], length_of(box.ranges[at])
        gap = stride[at] * steps.step - span
        if runs == 1 and gap <= MERGED_GAP_BYTES:
            span += stride[at] * steps.step * (count - 1)
        else:
            runs *= count
    return span * runs, runs


def grown(layout: ArrayLayout, box: Box) -> Box:
    """The same box out to whole chunks, which are read anyway; ranges with steps stay as they are."""
    return Box(
        tuple(
            Range(
                start=steps.start // chunk * chunk,
                stop=min(math.ceil(steps.stop / chunk) * chunk, size),
                step=1,
            )
            if steps.step == 1 and chunk and length_of(steps)
            else steps
            for steps, chunk, size in zip(box.ranges, layout.chunk, layout.shape, strict=True)
        )
    )
