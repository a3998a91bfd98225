"""Makes a virtual cube from a notebook."""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

import xarray as xr

from eohub_cubes.notebook.doors import open_doors
from eohub_cubes.notebook.opening import open_item
from eohub_cubes.notebook.sources import address_of
from eohub_cubes.virtualizing.building import build


def virtual_cube(
    addresses: Sequence[str | PathLike[str]],
    target: str | PathLike[str],
    join: str = "time",
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Make one cube of many netCDF-4 files without copying their values, and open it.

    `target` is a folder's path or an s3:// address that ends in .icechunk, where nothing may be yet. Files
    follow each other along `join`, in the order of their times. `progress` is told how many files are read,
    of how many. Raises NotJoinable: its `refusals` name each file, the variable and both values.
    """
    open_doors()
    place = address_of(target)
    build([address_of(each) for each in addresses], place, join, progress or _shown())
    return open_item(place)


def _shown() -> Callable[[int, int], None]:
    from IPython.display import display

    line: Any = display({"text/plain": "Reading files"}, raw=True, display_id=True)

    def show(read: int, files: int) -> None:
        if line is not None:
            line.update({"text/plain": f"{read:,} of {files:,} files read"}, raw=True)

    return show
