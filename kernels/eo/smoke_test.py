"""Tries the environment as a notebook would and prints its versions; run it with the environment's Python.

It needs no network. Exit code 1 and one sentence where something that a scientist relies on does not work.
"""

import importlib
import re
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = (
    "boto3", "cftime", "dask", "h5netcdf", "holoviews", "hvplot", "ipykernel", "ipywidgets", "jupyterhub",
    "jupyterlab", "matplotlib", "netCDF4", "numpy", "obstore", "pandas", "pystac-client", "s3fs", "xarray",
    "zarr",
)  # fmt: skip

CELL = """
import hvplot.xarray
import xarray as xr

ds = xr.open_dataset({path!r}, engine="zarr", chunks={{}}, consolidated=True)
ds["t"].hvplot.image(x="lon", y="lat", groupby="time", cmap="viridis", widget_location="bottom")
"""
_SECONDS = 180
_OUTSIDE = "cdn.bokeh.org/bokeh/release/bokeh-"
"""Where BokehJS comes from when a plot does not bring it along."""


class Broken(Exception):
    """Something works otherwise than a notebook expects; the text is the sentence for a person."""


def cube() -> Any:
    """A dataset of three maps in a 360-day calendar: what plain dates cannot hold."""
    import numpy as np
    import xarray as xr

    time = xr.date_range("2000-02-28", periods=3, freq="D", calendar="360_day", use_cftime=True)
    values = np.arange(3 * 4 * 5, dtype=np.float32).reshape(3, 4, 5)
    coordinates = {"time": time, "lat": np.arange(4.0), "lon": np.arange(5.0)}
    return xr.Dataset({"t": (("time", "lat", "lon"), values, {"units": "K"})}, coords=coordinates)


def check_packages(names: tuple[str, ...]) -> None:
    """Every package is installed and can be imported."""
    for name in names:
        try:
            importlib.import_module(name.replace("-", "_"))
            print(f"{name} {metadata.version(name)}")
        except Exception as error:
            raise Broken(f"{name} cannot be imported ({_brief(error)})") from error


def check_zarr(path: Path) -> None:
    """A cube comes back from zarr v3 lazily and equal."""
    import xarray as xr

    cube().to_zarr(path, zarr_format=3, consolidated=True)
    opened = xr.open_dataset(path, engine="zarr", chunks={}, consolidated=True)
    if not opened["t"].chunks:
        raise Broken("the cube was loaded instead of opened lazily")
    if not opened.load().identical(cube()):
        raise Broken("a cube comes back from zarr changed")


def check_netcdf(path: Path) -> None:
    """NetCDF works through both of its libraries."""
    import xarray as xr

    for engine in ("netcdf4", "h5netcdf"):
        cube().to_netcdf(path, engine=engine)
        with xr.open_dataset(path, engine=engine) as opened:
            if not (opened["t"].values == cube()["t"].values).all():
                raise Broken(f"a cube comes back from netCDF changed, through {engine}")


def check_notebook(path: Path) -> None:
    """A cell that plots with a time slider runs in the kernel, and its output asks no other host."""
    nbformat, nbclient = (importlib.import_module(name) for name in ("nbformat", "nbclient"))
    cell = nbformat.v4.new_code_cell(CELL.format(path=str(path)))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=_SECONDS).execute()
    check_outputs([output.get("data", {}) for output in cell.outputs])


def check_outputs(outputs: list[dict[str, Any]]) -> None:
    """Among the outputs of a cell, each a map from MIME type to data, is a plot that came whole."""
    if not any("application/vnd.holoviews_exec.v0+json" in data for data in outputs):
        raise Broken("no plot came out of the cell")
    if any(_OUTSIDE in str(data) for data in outputs):
        raise Broken("the plot would load JavaScript from outside")


def main() -> None:
    """Run every check in a temporary folder."""
    try:
        check_packages(PACKAGES)
        with tempfile.TemporaryDirectory() as folder:
            check_zarr(Path(folder) / "cube.zarr")
            check_netcdf(Path(folder) / "cube.nc")
            check_notebook(Path(folder) / "cube.zarr")
    except Broken as error:
        sys.exit(f"The environment does not work: {error}.")
    except Exception as error:
        sys.exit(f"The environment does not work: {_brief(error)}.")
    print("The environment works.")


def _brief(error: Exception) -> str:
    # nbclient puts the whole cell and its coloured traceback into the message; the last line names the fault.
    lines = re.sub(r"\x1b\[[\d;]*m", "", str(error)).split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "no message")
    return f"{type(error).__name__}: {last.rstrip('.')}"


if __name__ == "__main__":
    main()
