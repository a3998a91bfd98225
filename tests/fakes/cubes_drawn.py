"""Questions for pictures and series of data in memory, and what a picture holds, as an array."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from fakes.cubes_open import CubeInMemory, SizeOf

from eohub_cubes.contract import DataAsset, DataSource, Preview, PreviewQuery, Range
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.pictures import pictured
from eohub_cubes.ports import Traffic

SOURCE = DataSource(title="Data", assets=(DataAsset(key="data", href="s3://bucket/data.zarr"),))


def held(
    dataset: xr.Dataset,
    chunks: dict[str, Sequence[int]] | None = None,
    size_of: SizeOf = lambda _: 100,
) -> CubeInMemory:
    """A dataset as opened data; its variables are one chunk each, where no shape of chunks is told."""
    arrays = {
        str(name): ArrayLayout(
            tuple(map(str, array.dims)),
            array.shape,
            tuple((chunks or {}).get(str(name), array.shape)),
            array.dtype.itemsize,
        )
        for name, array in dataset.variables.items()
    }
    return CubeInMemory(dataset, arrays, size_of)


def picture_of(cube: CubeInMemory | xr.Dataset, variable: str = "t", **asked: Any) -> Preview:
    """A picture of a variable."""
    opened = held(cube) if isinstance(cube, xr.Dataset) else cube
    return pictured(PreviewQuery(source=SOURCE, variable=variable, **asked), opened, Traffic())


def values_of(picture: Preview) -> npt.NDArray[np.float32]:
    """What is drawn, rows from top to bottom."""
    drawn = np.frombuffer(base64.b64decode(picture.values), "<f4")
    return drawn.reshape(picture.height, picture.width)


def step(at: int) -> Range:
    """One step of a dimension."""
    return Range(start=at, stop=at + 1)


def on_map(
    latitudes: Sequence[float] | npt.NDArray[Any], longitudes: Sequence[float] | npt.NDArray[Any]
) -> xr.Dataset:
    """A variable `t` on a regular grid, whose values are latitude + longitude / 1000."""
    north, east = np.asarray(latitudes, float), np.asarray(longitudes, float)
    return xr.Dataset(
        {"t": (("lat", "lon"), north[:, None] + east[None, :] / 1000)},
        {
            "lat": ("lat", north, {"units": "degrees_north"}),
            "lon": ("lon", east, {"units": "degrees_east"}),
        },
    )
