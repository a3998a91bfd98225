"""What is read for a picture or a series: as few pieces as it needs, never more bytes than are allowed."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from eohub_cubes.choosing import slices_of
from eohub_cubes.contract import Range
from eohub_cubes.errors import BeyondBudget, Cancelled, DataDamaged, NotReadable
from eohub_cubes.estimating import cost_of, layout_of
from eohub_cubes.grid import MERGED_GAP_BYTES, box_of, length_of, touched
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import OpenCube
from eohub_cubes.wording import bytes_text
from eohub_toolkit.errors import EohubError

MOST_PIECES = 2**15

type Steps = Mapping[str, Range]


def read(cube: OpenCube, name: str, steps: Steps) -> npt.NDArray[Any]:
    """Values of a variable at some steps, decoded, with its dimensions in their order; blocking.

    Raises DataDamaged for what cannot be decoded, and what the cube's reader raises.
    """
    wide = as_read(layout_of(name, cube), steps)
    array = cube.dataset[name]
    values = values_of(array.isel(slices_of(wide)))
    return values[tuple(slice(None, None, steps[str(dim)].step // wide[str(dim)].step) for dim in array.dims)]


def as_read(layout: ArrayLayout, steps: Steps) -> dict[str, Range]:
    """The same steps, or all between them where leaving some out would cost requests and save no bytes.

    What is compressed is read piece by piece, whatever is left out. Of values that lie there as they are a
    library reads each run of neighbours by itself.
    """
    if layout.compressed:
        return dict(steps)
    item = layout.stored_item_bytes
    wide: dict[str, Range] = {}
    for at, (name, chunk) in enumerate(zip(layout.dimensions, layout.chunk, strict=True)):
        each = steps[name]
        gap = int(np.prod(layout.shape[at + 1 :])) * item * each.step
        skips = gap > MERGED_GAP_BYTES if layout.contiguous else each.step >= chunk
        last = each.start + (length_of(each) - 1) * each.step
        wide[name] = each if skips else Range(start=each.start, stop=last + 1)
    return wide


def check_budget(cube: OpenCube, wanted: Mapping[str, Steps], budget: int, shown: tuple[str, ...]) -> None:
    """Raise BeyondBudget where what is wanted takes more bytes, with what would fit.

    The bytes are those at rest; headers are asked for them only where the pieces are too many to be sure.
    Raises NotReadable for data in pieces so small that one picture would take tens of thousands of requests.
    """
    most = sum(_most_bytes(layout_of(name, cube), steps) for name, steps in wanted.items())
    needed = most if most <= budget else sum(bytes_of(cube, name, steps) for name, steps in wanted.items())
    if needed > budget:
        raise BeyondBudget(
            f"This takes {bytes_text(needed)} to read, and {bytes_text(budget)} are allowed.",
            hint=_what_fits(cube, wanted, needed, budget, shown),
        )
    pieces = sum(_pieces(layout_of(name, cube), steps) for name, steps in wanted.items())
    if pieces > MOST_PIECES:
        raise NotReadable(
            f"This lies in {pieces:,} pieces of a few bytes, and a picture reads {MOST_PIECES:,} at most.",
            hint="Choose a smaller part, or write the data anew in larger chunks.",
        )


def values_of(array: xr.DataArray) -> npt.NDArray[Any]:
    """The values of a lazy array; an error of a library on the way is told as what it means."""
    try:
        return np.asarray(array.values)
    except Exception as error:
        told = _ours(error)
        if told is not None:
            raise told from None
        raise DataDamaged(
            f"The values of {array.name} cannot be decoded.",
            hint="A piece of the data is damaged, or is not what its metadata says.",
        ) from error


def _ours(error: BaseException | None) -> BaseException | None:
    """The error of ours that a library wrapped."""
    while error is not None:
        if isinstance(error, EohubError | Cancelled | MemoryError):
            return error
        error = error.__cause__ or error.__context__
    return None


def bytes_of(cube: OpenCube, name: str, steps: Steps, enough: int = 0) -> int:
    """Bytes at rest of what is read for some steps; no header is asked for them up to `enough`."""
    layout = layout_of(name, cube)
    most = _most_bytes(layout, steps)
    return most if most <= enough else cost_of(name, as_read(layout, steps), cube).read_bytes


def _most_bytes(layout: ArrayLayout, steps: Steps) -> int:
    """Bytes before anything is compressed."""
    if layout.contiguous:
        return box_of(layout, as_read(layout, steps)).cells * layout.stored_item_bytes
    return _pieces(layout, steps) * layout.chunk_bytes()


def _pieces(layout: ArrayLayout, steps: Steps) -> int:
    """Chunks that are read; what lies there in one is one."""
    return 1 if layout.contiguous else touched(layout, box_of(layout, as_read(layout, steps))).count


def _what_fits(
    cube: OpenCube, wanted: Mapping[str, Steps], needed: int, budget: int, shown: tuple[str, ...]
) -> str:
    """The largest part about the middle that fits, by halves; the first variable is the one shown."""
    name, steps = next(iter(wanted.items()))
    layout = layout_of(name, cube)
    share = needed / max(sum(_most_bytes(layout_of(each, cube), own) for each, own in wanted.items()), 1)
    smaller = dict(steps)
    while any(length_of(smaller[each]) > 1 for each in shown):
        smaller |= {each: _half(smaller[each]) for each in shown}
        if _most_bytes(layout, smaller) * share <= budget:
            part = ", ".join(f"{each} {smaller[each].start} up to {smaller[each].stop}" for each in shown)
            return f"A smaller part would fit: {part}. Or allow {bytes_text(needed)}."
    return f"Even one chunk of it is larger; allow {bytes_text(needed)} to read it."


def _half(steps: Range) -> Range:
    count = length_of(steps)
    kept = max(count // 2, 1)
    start = steps.start + (count - kept) // 2 * steps.step
    return Range(start=start, stop=start + (kept - 1) * steps.step + 1, step=steps.step)
