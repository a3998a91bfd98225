"""Tries the environment as a notebook would and prints its versions; run it with the environment's Python.

It needs no network. Exit code 1 and a traceback where something that a scientist relies on does not work.
"""

import importlib
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

PACKAGES = (
    "boto3", "cftime", "dask", "h5netcdf", "holoviews", "hvplot", "ipykernel", "ipywidgets", "jupyterhub",
    "jupyterlab", "matplotlib", "netCDF4", "numpy", "obstore", "pandas", "pystac-client", "s3fs", "xarray",
    "zarr",
)  # fmt: skip

CELL = """
import hvplot.xarray
import xarray as xr

ds = xr.open_dataset({path!r}, engine="zarr", chunks={{}}, consolidated=True)
ds["t"].hvplot.image(x="lon", y="lat", widget_location="bottom")
"""
_SECONDS = 180
_OUTSIDE = "cdn.bokeh.org/bokeh/release/bokeh-"
"""Where BokehJS comes from when a plot does not bring it along."""


def cube() -> xr.Dataset:
    """Three maps in a 360-day calendar: what plain dates cannot hold."""
    time = xr.date_range("2000-02-28", periods=3, freq="D", calendar="360_day", use_cftime=True)
    values = np.arange(3 * 4 * 5, dtype=np.float32).reshape(3, 4, 5)
    coordinates = {"time": time, "lat": np.arange(4.0), "lon": np.arange(5.0)}
    return xr.Dataset({"t": (("time", "lat", "lon"), values, {"units": "K"})}, coords=coordinates)


def check_zarr(path: Path) -> None:
    """A cube comes back from zarr v3 lazily and equal."""
    cube().to_zarr(path, zarr_format=3, consolidated=True)
    opened = xr.open_dataset(path, engine="zarr", chunks={}, consolidated=True)
    assert opened["t"].chunks, "the cube was loaded instead of opened lazily"
    xr.testing.assert_identical(opened.load(), cube())


def check_netcdf(path: Path) -> None:
    """netCDF works through both of its libraries."""
    for engine in ("netcdf4", "h5netcdf"):
        cube().to_netcdf(path, engine=engine)  # pyright: ignore[reportArgumentType]
        with xr.open_dataset(path, engine=engine) as opened:
            np.testing.assert_array_equal(opened["t"].values, cube()["t"].values)


def check_notebook(path: Path) -> None:
    """A cell that plots with a time slider runs in the kernel, and its output asks no other host."""
    nbformat, nbclient = (importlib.import_module(name) for name in ("nbformat", "nbclient"))
    cell = nbformat.v4.new_code_cell(CELL.format(path=str(path)))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=_SECONDS).execute()
    outputs: list[dict[str, Any]] = [output.get("data", {}) for output in cell.outputs]
    assert any("application/vnd.holoviews_exec.v0+json" in data for data in outputs), "no plot came out"
    assert not any(_OUTSIDE in str(data) for data in outputs), "the plot would load JavaScript from outside"


def main() -> None:
    """Run every check in a temporary folder."""
    for package in PACKAGES:
        print(f"{package} {metadata.version(package)}")
        importlib.import_module(package.replace("-", "_"))
    with tempfile.TemporaryDirectory() as folder:
        check_zarr(Path(folder) / "cube.zarr")
        check_netcdf(Path(folder) / "cube.nc")
        check_notebook(Path(folder) / "cube.zarr")
    print("The environment works.")


if __name__ == "__main__":
    main()
