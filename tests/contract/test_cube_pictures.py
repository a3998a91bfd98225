"""Pictures and series of real files: each number is the one that plain xarray reads there."""

from pathlib import Path
from typing import Any

import cfgrib
import iris_sample_data
import numpy as np
import numpy.testing as npt
import pytest
import rasterio
import xarray as xr
from fakes.cube_cases import asset_at, measured, opened
from fakes.cubes_drawn import held, values_of
from rasterio.warp import transform

from eohub_cubes.contract import (
    DataSource,
    Located,
    LocateQuery,
    Preview,
    PreviewQuery,
    Range,
    Series,
    SeriesQuery,
)
from eohub_cubes.errors import Cancelled
from eohub_cubes.locating import located
from eohub_cubes.pictures import pictured
from eohub_cubes.ports import OpenCube, Traffic
from eohub_cubes.series import series_at

SHARED = Path(__file__).parents[3] / "shared" / "data"
IRIS = Path(iris_sample_data.path)
SOURCE = DataSource(title="Data", assets=(asset_at(SHARED),))


def picture(cube: OpenCube, variable: str, **asked: Any) -> Preview:
    with measured() as traffic:
        return pictured(PreviewQuery(source=SOURCE, variable=variable, **asked), cube, traffic)


def series(cube: OpenCube, variable: str, along: str, **asked: Any) -> Series:
    query = SeriesQuery(source=SOURCE, variable=variable, along=along, **asked)
    with measured() as traffic:
        return series_at(query, cube, traffic)


def step(at: int) -> Range:
    return Range(start=at, stop=at + 1)


def same_numbers(found: Preview, expected: np.ndarray[Any, Any]) -> None:
    """Each drawn cell is the value at its row's and column's step."""
    assert found.row_steps is not None
    assert found.column_steps is not None
    npt.assert_array_equal(
        values_of(found), expected[np.ix_(found.row_steps, found.column_steps)].astype("f4")
    )


def test_a_cube_of_five_dimensions() -> None:
    path = SHARED / "zarr" / "titiler" / "zarr_5d.zarr"
    plain = xr.open_zarr(path)["dataset"]
    cube = opened(path)
    for at in (0, 1):
        found = picture(cube, "dataset", ranges={"time": step(at)})
        same_numbers(found, plain.values[at, 0, 0])
        assert found.bounds == (-175.0, -82.5, 175.0, 82.5)
    told = series(cube, "dataset", "time", place=(12.0, 44.0))
    npt.assert_array_equal(told.values, plain.sel(x=10, y=45).values.ravel())
    assert told.place == "45° N, 10° E"
    assert told.labels == ("2022-01-01", "2023-01-01")


def test_a_slice_reads_its_own_chunks_and_a_box_those_it_touches() -> None:
    path = SHARED / "zarr" / "titiler" / "dataset_3d.zarr"
    plain = xr.open_zarr(path)["dataset"]
    cube = opened(path)
    found = picture(cube, "dataset", ranges={"time": step(1)}, width=300, height=300)
    assert found.every == (4, 7)
    same_numbers(found, plain.values[1])
    chunks = [each for each in (path / "dataset").iterdir() if each.name.startswith("1.")]
    assert found.requests == len(chunks) == 16
    assert found.bytes_read == sum(each.stat().st_size for each in chunks)
    box = {"y": Range(start=260, stop=490), "x": Range(start=510, stop=990)}
    found = picture(cube, "dataset", ranges=box)
    same_numbers(found, plain.values[0])
    assert found.requests == 1


@pytest.mark.parametrize("level", [0, 1])
def test_longitudes_from_0_to_360_are_drawn_from_180_west(level: int) -> None:
    path = SHARED / "zarr" / "earthkit-data" / "test_zarr"
    plain = xr.open_zarr(path)["t"]
    found = picture(opened(path, kind="zarr"), "t", ranges={"level": step(level)})
    same_numbers(found, plain.values[0, level])
    assert found.bounds == (-180.5, -90.0, 179.5, 90.0)
    assert found.row_steps is not None
    assert found.row_steps[0] == 0
    assert found.column_steps is not None
    assert found.column_steps[:2] == (180, 181)
    assert found.colours == "RdYlBu_r"


def test_a_vertical_section() -> None:
    path = SHARED / "zarr" / "earthkit-data" / "test_zarr"
    plain = xr.open_zarr(path)["t"]
    found = picture(
        opened(path, kind="zarr"), "t", across="latitude", along="level", ranges={"longitude": step(10)}
    )
    same_numbers(found, plain.values[0, :, :, 10])
    assert found.bounds is None
    assert found.along == "pressure_level (millibars), 850 to 500"


@pytest.mark.parametrize("name", ["era5-levels-corrupted", "regular_ll_sfc", "alternate-scanning"])
def test_messages_of_grib(name: str, tmp_path: Path) -> None:
    path = SHARED / "arrays" / "cfgrib" / f"{name}.grib"
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    plain = next(
        each
        for each in cfgrib.open_datasets(str(copy), backend_kwargs={"errors": "ignore"})
        if each.data_vars
    )
    cube = opened(path)
    variable = next(str(each) for each in plain.data_vars if str(each) in cube.dataset)
    array = plain[variable]
    slices = {str(each): 0 for each in array.dims if each not in ("latitude", "longitude")}
    expected = array.isel(slices).sortby("latitude", ascending=False)
    ordered = cube.dataset[variable]
    found = picture(cube, variable, width=1024, height=1024)
    assert found.row_steps is not None
    assert found.column_steps is not None
    north = ordered["latitude"].values[list(found.row_steps)]
    east = ordered["longitude"].values[list(found.column_steps)]
    npt.assert_allclose(
        values_of(found), expected.sel(latitude=north, longitude=east, method="nearest").values, rtol=1e-6
    )


def test_a_projected_tiff_is_drawn_where_rasterio_says_it_lies() -> None:
    path = SHARED / "arrays" / "rio-tiler" / "lowres.tif"
    with rasterio.open(path) as plain:
        found = picture(opened(path), "band_data")
        assert found.bounds is not None
        west, south, east, north = found.bounds
        xs = west + (np.arange(found.width) + 0.5) * (east - west) / found.width
        ys = north - (np.arange(found.height) + 0.5) * (north - south) / found.height
        mesh = [each.ravel().tolist() for each in np.meshgrid(xs, ys)]
        moved = transform("EPSG:4326", plain.crs, *mesh)
        whole = plain.read(1, masked=True).astype("f4").filled(np.nan)
        column, row = (np.floor(each) for each in ~plain.transform * (np.array(moved[0]), np.array(moved[1])))
        inside = (row >= 0) & (row < plain.height) & (column >= 0) & (column < plain.width)
        expected = np.full(row.shape, np.nan, "f4")
        expected[inside] = whole[row[inside].astype(int), column[inside].astype(int)]
    drawn = values_of(found).ravel()
    same = (drawn == expected) | (np.isnan(drawn) & np.isnan(expected))
    # At the very edges of cells rounding decides.
    assert same.mean() > 0.995


def from_iris(name: str) -> OpenCube:
    return held(xr.open_dataset(IRIS / name, engine="h5netcdf"))


@pytest.mark.parametrize(
    ("name", "variable"),
    [("orca2_votemper.nc", "votemper"), ("NEMO/nemo_1m_20150101-20150201_grid-T.nc", "tos")],
)
def test_a_tripolar_ocean_is_drawn_without_streaks_and_with_its_land(name: str, variable: str) -> None:
    cube = from_iris(name)
    found = picture(cube, variable)
    drawn = values_of(found)
    assert found.bounds is not None
    assert (found.bounds[0], found.bounds[2]) == (-180.0, 180.0)
    plain = cube.dataset[variable].values.squeeze()
    assert set(np.unique(drawn[np.isfinite(drawn)])) <= set(np.unique(plain[np.isfinite(plain)]))

    def at(longitude: float, latitude: float) -> float:
        _, south, _, north = found.bounds or (0, 0, 0, 0)
        row = int((north - latitude) / (north - south) * found.height)
        return float(drawn[row, int((longitude + 180) / 360 * found.width)])

    for longitude, latitude in ((20, 20), (-100, 45), (135, -25), (90, 60), (-60, -10)):
        assert np.isnan(at(longitude, latitude))
    east, north = (cube.dataset[each].values for each in ("nav_lon", "nav_lat"))
    for longitude, latitude in ((179.5, 0.0), (-179.5, 0.0), (-30, 40), (-150, -50), (70, -30), (0, 88)):
        across = ((east - longitude + 180) % 360 - 180) * np.cos(np.radians(north))
        near = np.hypot(across, north - latitude) < 3
        low, high = np.nanmin(plain[near]), np.nanmax(plain[near])
        assert low <= at(longitude, latitude) <= high
    seam = np.abs(drawn[:, 0] - drawn[:, -1])
    assert np.nanmax(seam) < 2.0


def test_a_rotated_pole_is_drawn_where_its_own_formula_says() -> None:
    cube = from_iris("rotated_pole.nc")
    found = picture(cube, "air_pressure_at_sea_level")
    mapping = cube.dataset["rotated_latitude_longitude"].attrs
    pole = np.radians(
        [float(mapping["grid_north_pole_longitude"]), float(mapping["grid_north_pole_latitude"])]
    )
    assert found.bounds is not None
    west, south, east, north = found.bounds
    lon = np.radians(west + (np.arange(found.width) + 0.5) * (east - west) / found.width)[None, :]
    lat = np.radians(north - (np.arange(found.height) + 0.5) * (north - south) / found.height)[:, None]
    turned = lon - pole[0]
    grid_lat = np.degrees(
        np.arcsin(np.sin(lat) * np.sin(pole[1]) + np.cos(lat) * np.cos(pole[1]) * np.cos(turned))
    )
    grid_lon = np.degrees(
        np.arctan2(
            -np.cos(lat) * np.sin(turned),
            np.sin(lat) * np.cos(pole[1]) - np.cos(lat) * np.sin(pole[1]) * np.cos(turned),
        )
    )
    plain = cube.dataset["air_pressure_at_sea_level"]
    drawn = values_of(found)
    rows, columns = np.nonzero(np.isfinite(drawn))
    x = plain["grid_longitude"].values
    wanted_x = (grid_lon[rows, columns] - x[0] + 180) % 360 - 180 + x[0]
    wanted_x = np.where(wanted_x < x[0] - 5, wanted_x + 360, wanted_x)
    nearest_x = np.abs(x[None, :] - wanted_x[:, None]).argmin(1)
    nearest_y = np.abs(plain["grid_latitude"].values[None, :] - grid_lat[rows, columns][:, None]).argmin(1)
    expected = plain.values[nearest_y, nearest_x]
    assert np.mean(drawn[rows, columns] == expected) > 0.98


def test_a_series_of_240_years_in_its_own_calendar() -> None:
    cube = from_iris("A1B_north_america.nc")
    plain = cube.dataset["air_temperature"]
    found = series(cube, "air_temperature", "time", place=(-100.0, 40.0))
    expected = plain.sel(longitude=260, latitude=40, method="nearest")
    npt.assert_array_equal(np.array(found.values), expected.values.astype("f8"))
    assert (found.labels[0], found.labels[-1], len(found.labels)) == ("1860-06-01", "2099-06-01", 240)
    query = LocateQuery(source=SOURCE, dimension="time", label="1900-02-30")
    assert located(query, cube.dataset) == Located(index=40, label="1900-06-01")


def test_a_cancelled_picture_reads_no_more() -> None:
    cube = opened(SHARED / "zarr" / "titiler" / "dataset_3d.zarr")
    query = PreviewQuery(source=SOURCE, variable="dataset")
    with measured() as traffic:
        traffic.cancelled = True
        with pytest.raises(Cancelled):
            pictured(query, cube, Traffic())
    assert (traffic.requests, traffic.bytes_read) == (0, 0)
