"""What a selection costs to read and to hold, from metadata and headers alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from eohub_cubes.contract import Estimate, Range, Selection
from eohub_cubes.errors import BadSelection
from eohub_cubes.grid import (
    MERGED_BYTES,
    Box,
    Touched,
    box_of,
    check_names,
    contiguous_reads,
    grown,
    shard_count,
    touched,
)
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.offers import offers_of
from eohub_cubes.ports import Measured, Memory, OpenCube, StoredChunks
from eohub_cubes.wording import bytes_text, count_text, seconds_text

MOST_ASKED = 64
"""Chunks whose size is asked for; of more, so many are asked and stand for the others."""

MOST_LOOKED_UP = 2**14
"""The same where a header that was read already tells all sizes: what is looked up within 200 ms."""

TIGHT_SHARE = 0.6
"""Of free memory; above it little is left for what is computed from a selection."""

type Exactness = Literal["exact", "sampled", "bound"]


@dataclass(frozen=True)
class Cost:
    """What one variable of a selection costs."""

    cells: int
    memory_bytes: int
    read_bytes: int
    chunks: int
    requests: int
    decoded_cells: int
    exactness: Exactness


def estimated(selection: Selection, cube: OpenCube, measured: Measured | None, memory: Memory) -> Estimate:
    """Estimate a selection; asks for the sizes of some chunks. Raises BadSelection for what is not there."""
    check_selection(selection, cube)
    costs = [cost_of(name, selection.ranges, cube) for name in selection.variables]
    total = _sum(costs)
    seconds = seconds_of(total, measured)
    verdict = verdict_of(total, memory)
    return Estimate(
        cells=total.cells,
        memory_bytes=total.memory_bytes,
        read_bytes=total.read_bytes,
        exactness=total.exactness,
        chunks=total.chunks,
        requests=total.requests,
        used_share=total.cells / total.decoded_cells if total.decoded_cells else 1.0,
        aligned=_aligned(selection, cube),
        seconds=seconds,
        bytes_per_second=None if measured is None else measured.bytes_per_second,
        free_bytes=memory.free,
        limit_bytes=memory.limit,
        verdict=verdict,
        text=_text(total, measured, seconds, memory, verdict),
        offers=offers_of(selection, cube, total.memory_bytes, memory, TIGHT_SHARE)
        if verdict in ("tight", "does_not_fit")
        else (),
    )


def check_selection(selection: Selection, cube: OpenCube) -> None:
    """Raise BadSelection for variables or dimensions that the data does not have."""
    dataset = cube.dataset
    unknown = next((name for name in selection.variables if name not in dataset.variables), None)
    if unknown is not None:
        raise BadSelection(
            f"This data has no variable {unknown}.",
            hint=f"It has {', '.join(map(str, [*dataset.data_vars][:20])) or 'none at all'}.",
        )
    check_names({str(name): size for name, size in dataset.sizes.items()}, selection.ranges)


def layout_of(name: str, cube: OpenCube) -> ArrayLayout:
    """How a variable is stored; as one piece in memory where it has no storage of its own."""
    found = cube.arrays.get(name)
    if found is not None:
        return found
    array = cube.dataset[name]
    shape = tuple(array.shape)
    return ArrayLayout(tuple(map(str, array.dims)), shape, shape, 0, compressed=False, contiguous=True)


def cost_of(name: str, ranges: Mapping[str, Range], cube: OpenCube) -> Cost:
    """What a selection of one variable costs."""
    layout = layout_of(name, cube)
    box = box_of(layout, ranges)
    memory_bytes = box.cells * int(np.dtype(cube.dataset[name].dtype).itemsize)
    if layout.contiguous:
        read, requests = contiguous_reads(layout, box)
        return Cost(box.cells, memory_bytes, read, min(requests, 1), requests, box.cells, "exact")
    if box.cells == 0:
        return Cost(0, 0, 0, 0, 0, 0, "exact")
    needed = touched(layout, box)
    shards = shard_count(layout, box)
    # The index of a shard tells the sizes of all chunks in it.
    is_told = cube.sizes_known or 0 < shards <= MOST_ASKED
    asked = needed.spread(MOST_LOOKED_UP if is_told else MOST_ASKED)
    stored = cube.stored(name, needed.chunks(asked))
    known = [size for size in stored.sizes if size is not None]
    read = round(sum(known) / len(known) * needed.count) if known else needed.count * layout.chunk_bytes()
    read += shards * layout.shard_index_bytes
    return Cost(
        cells=box.cells,
        memory_bytes=memory_bytes,
        read_bytes=read,
        chunks=needed.count,
        requests=max(_requests(name, cube, needed, asked, stored), math.ceil(read / MERGED_BYTES)) + shards,
        decoded_cells=needed.cells,
        exactness=_exactness(len(known), len(asked), needed.count),
    )


def _requests(
    name: str, cube: OpenCube, needed: Touched, asked: npt.NDArray[np.int64], stored: StoredChunks
) -> int:
    """Requests for chunks, of which some were asked for; those that follow each other in a file are one."""
    if stored.places is None:
        if cube.sizes_known and len(asked) < needed.count:
            # What is spread is read one by one; neighbours, of which the selection is made, come together.
            stored = cube.stored(name, needed.chunks(np.arange(len(asked))))
        return math.ceil(needed.count * stored.requests_each)
    begins = stored.places
    ends = {at + (size or 0) for at, size in zip(begins, stored.sizes, strict=True) if at is not None}
    if len(asked) < needed.count:
        # Of those that follow the ones asked for, in the order of the selection.
        begins = cube.stored(name, needed.chunks(asked[asked < needed.count - 1] + 1)).places or ()
    # One that is not there is not asked for.
    alone = sum(begin is not None and begin not in ends for begin in begins)
    return -(-needed.count * alone // len(asked))


def _exactness(known: int, asked: int, count: int) -> Exactness:
    if not known:
        return "bound"
    return "exact" if known == asked == count else "sampled"


def _sum(costs: Sequence[Cost]) -> Cost:
    return Cost(
        cells=sum(each.cells for each in costs),
        memory_bytes=sum(each.memory_bytes for each in costs),
        read_bytes=sum(each.read_bytes for each in costs),
        chunks=sum(each.chunks for each in costs),
        requests=sum(each.requests for each in costs),
        decoded_cells=sum(each.decoded_cells for each in costs),
        exactness=_least([each.exactness for each in costs]),
    )


def _least(found: Sequence[Exactness]) -> Exactness:
    if "bound" in found:
        return "bound"
    return "sampled" if "sampled" in found else "exact"


def seconds_of(cost: Cost, measured: Measured | None) -> float | None:
    """Time to read, by bytes or by requests, whichever takes longer; None where nothing was measured."""
    if measured is None:
        return None
    by_requests = cost.requests / measured.requests_per_second if measured.requests_per_second else 0.0
    return max(cost.read_bytes / measured.bytes_per_second, by_requests)


def verdict_of(cost: Cost, memory: Memory) -> Literal["fits", "tight", "does_not_fit", "unknown", "empty"]:
    """Whether a selection can be held in the memory that is free."""
    if cost.cells == 0:
        return "empty"
    if memory.free is None:
        return "unknown"
    if cost.memory_bytes > memory.free:
        return "does_not_fit"
    return "tight" if cost.memory_bytes > memory.free * TIGHT_SHARE else "fits"


def _aligned(selection: Selection, cube: OpenCube) -> Selection | None:
    """The selection grown to whole chunks of its first variable, where no variable then reads more."""
    if not selection.variables:
        return None
    layout = layout_of(selection.variables[0], cube)
    box: Box = box_of(layout, selection.ranges)
    if layout.contiguous or box.cells == 0:
        return None
    wider = grown(layout, box)
    if wider == box:
        return None
    whole = dict(selection.ranges)
    for name, size, steps in zip(layout.dimensions, layout.shape, wider.ranges, strict=True):
        if steps == Range(start=0, stop=size):
            whole.pop(name, None)
        else:
            whole[name] = steps
    if any(
        _decoded(cube, name, whole) != _decoded(cube, name, selection.ranges) for name in selection.variables
    ):
        return None
    return Selection(variables=selection.variables, ranges=whole)


def _decoded(cube: OpenCube, name: str, ranges: Mapping[str, Range]) -> int:
    """Cells that are read for a box, those that are not needed among them."""
    layout = layout_of(name, cube)
    box = box_of(layout, ranges)
    return box.cells if layout.contiguous else touched(layout, box).cells


def _text(cost: Cost, measured: Measured | None, seconds: float | None, memory: Memory, verdict: str) -> str:
    if verdict == "empty":
        return "This selection takes nothing."
    about = {"exact": "", "sampled": "about ", "bound": "at most "}[cost.exactness]
    parts = [
        f"{bytes_text(cost.memory_bytes)} in memory",
        f"{about}{bytes_text(cost.read_bytes)} to read in {count_text(cost.requests, 'request', 'requests')}",
    ]
    if seconds is not None and measured is not None:
        speed = f"{bytes_text(measured.bytes_per_second)}/s"
        parts.append(f"{'' if seconds < 1 else 'about '}{seconds_text(seconds)} at {speed}")
    free = "" if memory.free is None else f" ({bytes_text(memory.free)} free)"
    ends = {
        "fits": f"fits in this server{free}",
        "tight": f"fits in this server with little left{free}",
        "does_not_fit": f"does not fit in this server{free}",
    }
    return ", ".join([*parts, *([ends[verdict]] if verdict in ends else [])])
