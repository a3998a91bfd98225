"""Small netCDF-4 files that follow each other in time, each as a test wants it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr


def write_month(
    path: Path,
    start: int,
    *,
    steps: int = 4,
    attributes: Mapping[str, object] = {},
    packed: tuple[float, float] | None = None,
    dtype: str = "float32",
    chunk: int = 4,
    compression: str | None = "gzip",
    shuffle: bool = True,
    units: str = "days since 2000-01-01",
    calendar: str = "standard",
    latitudes: tuple[float, ...] = (50.0, 40.0, 30.0),
    variable: str = "tas",
    fill: float = -9.0,
    times: tuple[int, ...] | None = None,
) -> str:
    """Write a file of `steps` days from `start`, and return its address."""
    shape = (steps, len(latitudes), 2)
    values = np.arange(np.prod(shape)).reshape(shape) + start
    days = np.array(times if times is not None else range(start, start + steps), "int64")
    dataset = xr.Dataset(
        {variable: (("time", "latitude", "longitude"), values.astype(dtype), {"units": "K", **attributes})},
        {
            "time": ("time", days, {"units": units, "calendar": calendar, "standard_name": "time"}),
            "latitude": ("latitude", np.array(latitudes), {"units": "degrees_north"}),
            "longitude": ("longitude", np.array([0.0, 1.0]), {"units": "degrees_east"}),
        },
    )
    encoding: dict[str, Any] = {"chunksizes": (chunk, *shape[1:]), "_FillValue": fill}
    if compression is not None:
        encoding |= {"compression": compression, "shuffle": shuffle}
    if packed is not None:
        encoding |= {"scale_factor": packed[0], "add_offset": packed[1], "dtype": "int16", "_FillValue": -9}
    dataset.to_netcdf(path, engine="h5netcdf", encoding={variable: encoding})
    return str(path)
