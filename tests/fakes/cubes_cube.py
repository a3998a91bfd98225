"""A small cube with what makes opening slow: many coordinates, times to decode, and values to check."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr


def cube(variables: int = 20, days: int = 60, rows: int = 18, columns: int = 36) -> xr.Dataset:
    """Variables over time, latitude and longitude, with a second time, times' bounds and a scalar."""
    times = np.datetime64("2000-01-01", "ns") + np.arange(days) * np.timedelta64(1, "D")
    shape = (days, rows, columns)
    bounds = np.stack([times, times + np.timedelta64(1, "D")], axis=1)
    return xr.Dataset(
        {
            **{
                f"v{number:02d}": (
                    ("time", "latitude", "longitude"),
                    np.random.default_rng(number).normal(size=shape).astype("float32"),
                    {"units": "K"},
                )
                for number in range(variables)
            },
            "time_bounds": (("time", "bounds"), bounds),
        },
        coords={
            "time": ("time", times, {"bounds": "time_bounds"}),
            "valid_time": ("time", times + np.timedelta64(6, "h")),
            "latitude": np.linspace(89, -89, rows),
            "longitude": np.linspace(0, 350, columns),
            "height": 2.0,
        },
    )


def write(dataset: xr.Dataset, path: Path, **options: Any) -> None:
    """Write a cube as zarr, in chunks of ten days and half the map."""
    half = {
        "time": 10,
        "latitude": dataset.sizes["latitude"] // 2,
        "longitude": dataset.sizes["longitude"] // 2,
    }
    dataset.chunk(half).to_zarr(path, **options)
