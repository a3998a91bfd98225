"""Every real file of data through describe, estimate, read and picture, its values beside another library's.

In the folder of tests, `python -m fakes.cube_inputs` prints a table.
"""

import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import iris_sample_data
import netCDF4  # noqa: F401  # its wheel has the HDF5 filters that some of the files need
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
import xarray as xr
from fakes.cube_cases import asset_at, measured
from fakes.stac_documents import SHARED

from eohub_cubes.contract import DataSource, PreviewQuery, Range, Selection, Variable
from eohub_cubes.describing import described
from eohub_cubes.estimating import estimated
from eohub_cubes.formats.opening import kind_of, open_cube
from eohub_cubes.overviews import pictured_coarsely
from eohub_cubes.ports import Memory, OpenCube
from eohub_cubes.reading.opening import reader_of
from eohub_toolkit.errors import EohubError

IRIS = Path(iris_sample_data.__file__).parent / "sample_data"
_METADATA = ("zarr-metadata", "eopf-explorer")
"""Folders of documents that describe stores which are not there."""

type Compare = Callable[[OpenCube, Path], int]
"""How many variables have the same values as another library reads; raises AssertionError for others."""


@dataclass(frozen=True)
class Row:
    """What came of one file."""

    file: str
    kind: str
    opened: str
    variables: int = 0
    compared: int = 0
    estimated_bytes: int = 0
    read_bytes: int = 0
    exactness: str = ""
    picture: str = ""


def real_inputs() -> list[Path]:
    """Every file and store of the shared arrays, tables of items, and the sample data of Iris."""
    files = [path for path in (SHARED / "arrays").rglob("*") if path.is_file()]
    files += [path for path in (SHARED / "stac/stac-geoparquet").rglob("*") if kind_of(path.name) == "table"]
    stores = [path for path in (SHARED / "zarr").glob("*/*") if path.parent.name not in _METADATA]
    if not files or not stores:
        raise FileNotFoundError(
            f"The shared test data is missing: {SHARED} has to hold arrays, stac and zarr."
        )
    return [*sorted(files), *sorted(stores), *sorted(IRIS.rglob("*.nc")), *sorted(IRIS.rglob("*.grib2"))]


def name_of(path: Path) -> str:
    """A short name of a real input."""
    return path.relative_to(SHARED if path.is_relative_to(SHARED) else IRIS.parent).as_posix()


def row_of(path: Path) -> Row:
    """Open a file, read each variable, and draw the first that can be drawn."""
    name = name_of(path)
    asset = asset_at(path)
    try:
        with measured() as traffic:
            cube = open_cube(asset, None, reader_of(asset))
            told = described("", asset, cube, traffic)
    except EohubError as error:
        return Row(name, "-", error.detail)
    data = cube.dataset.data_vars
    readable = [each for each in told.variables if each.name in data and each.problem is None]
    cost = estimated(
        Selection(variables=tuple(each.name for each in readable)), cube, None, Memory(None, None)
    )
    with measured() as traffic:
        try:
            for each in readable:
                _ = cube.dataset[each.name].variable.values
        except EohubError as error:
            return Row(name, cube.kind, error.detail)
    return Row(
        name,
        cube.kind,
        f"{told.bytes_read} B, {told.requests} requests",
        len(readable),
        COMPARE[cube.kind](cube, path),
        cost.read_bytes,
        traffic.bytes_read,
        cost.exactness,
        _picture(cube, path, readable),
    )


def _picture(cube: OpenCube, path: Path, variables: Sequence[Variable]) -> str:
    source = DataSource(title="", assets=(asset_at(path),))
    reason = "nothing to draw"
    for each in variables:
        shown = {each.x, each.y} if each.x and each.y else set(each.dimensions[-1:])
        ranges = {name: Range(start=0, stop=1) for name in each.dimensions if name not in shown}
        query = PreviewQuery(source=source, variable=each.name, ranges=ranges)

        def overview(group: str) -> OpenCube:
            return open_cube(source.assets[0], group, reader_of(source.assets[0]))

        try:
            with measured() as traffic:
                drawn = pictured_coarsely(query, cube, overview, traffic)
        except EohubError as error:
            reason = error.detail
            continue
        where = "on the map" if drawn.bounds else "on no map"
        return f"{drawn.width} x {drawn.height} {where}, {drawn.bytes_read} B"
    return reason


def _as_rasterio(cube: OpenCube, path: Path) -> int:
    with rasterio.open(path) as file:
        values = file.read().astype(np.float64)
        if file.nodata is not None:
            values[values == file.nodata] = np.nan
        values = values * np.reshape(file.scales, (-1, 1, 1)) + np.reshape(file.offsets, (-1, 1, 1))
        lossy = 3 if file.compression is not None and "jpeg" in file.compression.name else 0
        np.testing.assert_allclose(cube.dataset["band_data"].values, values, rtol=1e-6, atol=lossy)
        if "mask" in cube.dataset:
            np.testing.assert_array_equal(cube.dataset["mask"].values * 255, file.dataset_mask())
    return len(cube.dataset.data_vars)


def _as_cfgrib(cube: OpenCube, path: Path) -> int:
    import cfgrib  # loaded before the libraries of the reader, it frees memory twice when the process ends

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = cfgrib.open_datasets(shutil.copyfile(path, f"{folder}/{path.name}"), indexpath="")
        expected = [(str(name), array.values.squeeze()) for each in known for name, array in each.items()]
    found = [(str(name), array.values.squeeze()) for name, array in cube.dataset.items()]
    for name, values in expected:
        same = [
            own
            for own, array in found
            if own.startswith(name) and np.array_equal(array, values, equal_nan=True)
        ]
        assert len(same) == 1, f"{path.name}: {name} of {values.shape} is {same}"
    return len(expected)


def _as_pyarrow(cube: OpenCube, path: Path) -> int:
    columns = [name for name, layout in cube.arrays.items() if layout.problem is None]
    table = pq.read_table(path, columns=columns)
    for name in columns:
        column = table.column(name)
        values = column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column
        np.testing.assert_array_equal(cube.dataset[name].values, values.to_numpy())
    return len(columns)


def _as_xarray(cube: OpenCube, path: Path) -> int:
    shown = next((note for note in cube.notes if note.startswith("The root holds groups")), "")
    group = shown.rpartition("group ")[2].partition(" ")[0] or None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if cube.kind == "zarr":
            opened = xr.open_zarr(path, group=group)
        elif path.read_bytes()[:3] == b"CDF":
            opened = xr.open_dataset(path, engine="netcdf4")
        else:
            opened = xr.open_dataset(path, engine="h5netcdf", phony_dims="access", group=group)
        names = [name for name in cube.dataset.data_vars if _is_read(cube, str(name))]
        with opened as plain:
            xr.testing.assert_identical(cube.dataset[names], plain[names])
    return len(names)


def _is_read(cube: OpenCube, name: str) -> bool:
    layout = cube.arrays.get(name)
    return layout is None or layout.problem is None


COMPARE: Mapping[str, Compare] = {
    "geotiff": _as_rasterio,
    "grib": _as_cfgrib,
    "netcdf": _as_xarray,
    "table": _as_pyarrow,
    "zarr": _as_xarray,
}


def table_of(rows: Sequence[Row]) -> str:
    """A Markdown table with a row for each file."""
    lines = [
        "| file | opened with | variables | same values | estimated | read | exactness | picture |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.file} | {row.opened} | {row.variables} | {row.compared} | {row.estimated_bytes} B | "
        f"{row.read_bytes} B | {row.exactness} | {row.picture} |"
        for row in rows
    ]
    same = f"{sum(row.compared for row in rows)} of {sum(row.variables for row in rows)}"
    known, read = (sum(getattr(row, f"{name}_bytes") for row in rows) for name in ("estimated", "read"))
    lines.append(f"| **{len(rows)} files** | | | {same} | {known} B | {read} B | | |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table_of([row_of(path) for path in real_inputs()]))
