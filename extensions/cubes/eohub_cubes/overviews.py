"""A picture of a file with overviews: drawn from the coarsest with a cell for each of the picture."""

from collections.abc import Callable
from typing import Final

from eohub_cubes.contract import Preview, PreviewQuery, Range
from eohub_cubes.pictures import pictured
from eohub_cubes.ports import OpenCube, Traffic

_ALONG: Final = "y"
_ACROSS: Final = "x"


def pictured_coarsely(
    query: PreviewQuery, cube: OpenCube, overview: Callable[[str], OpenCube], traffic: Traffic
) -> Preview:
    """Do as `pictured`, from an overview where one is enough; `overview` opens it by its group."""
    group = _enough_for(query, cube)
    if group is None:
        return pictured(query, cube, traffic)
    coarse = overview(group)
    whole, sizes = cube.dataset.sizes, coarse.dataset.sizes
    ranges = {
        name: Range(
            start=min(taken.start * sizes[name] // whole[name], sizes[name] - 1),
            stop=-(-taken.stop * sizes[name] // whole[name]),
        )
        for name, taken in query.ranges.items()
        if name in (_ALONG, _ACROSS)
    }
    asked = query.model_copy(update={"group": group, "ranges": {**query.ranges, **ranges}})
    picture = pictured(asked, coarse, traffic)
    rows, columns = ((whole[name], sizes[name]) for name in (_ALONG, _ACROSS))
    return picture.model_copy(
        update={
            "every": (
                round(picture.every[0] * rows[0] / rows[1]),
                round(picture.every[1] * columns[0] / columns[1]),
            ),
            "row_steps": _of_whole(picture.row_steps, *rows),
            "column_steps": _of_whole(picture.column_steps, *columns),
            "notes": (*picture.notes, f"It is drawn from the file's overview {group}."),
        }
    )


def _enough_for(query: PreviewQuery, cube: OpenCube) -> str | None:
    """The group of an overview that shows as much; None where all of the file has to be looked at."""
    shown = {query.across or _ACROSS, query.along or _ALONG}
    if cube.kind != "geotiff" or query.group is not None or shown != {_ACROSS, _ALONG}:
        return None
    cells: dict[str, int] = {}
    for name in (_ACROSS, _ALONG):
        size = cube.dataset.sizes[name]
        taken = query.ranges.get(name, Range(start=0, stop=size))
        if taken.step > 1 or not taken.start < taken.stop <= size:
            return None
        cells[name] = taken.stop - taken.start
    enough = min(cells[_ACROSS] / query.width, cells[_ALONG] / query.height)
    factors = {int(group.partition(":")[2]): group for group in cube.groups}
    return factors.get(max((each for each in factors if each <= enough), default=0))


def _of_whole(steps: tuple[int, ...] | None, whole: int, coarse: int) -> tuple[int, ...] | None:
    """The steps of the whole in the middle of those of an overview."""
    return (
        None
        if steps is None
        else tuple(min((2 * step + 1) * whole // (2 * coarse), whole - 1) for step in steps)
    )
