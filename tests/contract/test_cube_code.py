"""Whole cells run as they are, over real data: `part` is what plain xarray takes from it by number."""

from pathlib import Path
from typing import Any

import cfgrib  # type: ignore[import-untyped]
import numpy as np
import pytest
import xarray as xr
from fakes.cube_cases import opened
from fakes.cubes_open import CubeInMemory
from fakes.stac_documents import SHARED
from hypothesis import given, settings
from hypothesis import strategies as st

from eohub_cubes.code import Place, code_of
from eohub_cubes.contract import DataAsset, Range, Selection
from eohub_cubes.ports import OpenCube

REAL = ("zarr/titiler/zarr_5d.zarr", "zarr/titiler/dataset_3d.zarr", "zarr/titiler/zarr_invalid_coord.zarr")


def run(source: str) -> Any:
    """The `part` of a cell."""
    names: dict[str, Any] = {}
    exec(source, names)
    return names["part"]


@pytest.fixture(scope="module")
def cubes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, OpenCube]]:
    """The same data as zarr and netCDF: in a model's calendar, with latitudes from the north."""
    folder = tmp_path_factory.mktemp("cubes")
    times = xr.date_range("1999-12-28", periods=12, freq="D", calendar="360_day", use_cftime=True)
    sizes = {"time": 12, "lat": 7, "lon": 8}
    values = np.arange(12 * 7 * 8, dtype="float32").reshape(12, 7, 8)
    dataset = xr.Dataset(
        {"tas": (tuple(sizes), values), "mask": (("lat", "lon"), values[0] > 3)},
        {
            "time": times,
            "lat": ("lat", np.linspace(75, -75, 7, dtype="float32"), {"units": "degrees_north"}),
            "lon": ("lon", np.linspace(0, 315, 8), {"units": "degrees_east"}),
        },
    )
    paths = {"zarr": folder / "two.zarr", "zarr3": folder / "three.zarr", "netcdf": folder / "a.nc"}
    dataset.to_zarr(paths["zarr"], zarr_format=2, consolidated=True)
    dataset.to_zarr(paths["zarr3"], zarr_format=3, consolidated=False)
    dataset.to_netcdf(paths["netcdf"], engine="h5netcdf")
    cubes: dict[str, OpenCube] = {name: opened(paths[name]) for name in ("zarr", "zarr3")}
    cubes["netcdf"] = CubeInMemory(xr.open_dataset(paths["netcdf"]), {}, kind="netcdf")
    return {name: (path, cubes[name]) for name, path in paths.items()}


@pytest.mark.parametrize("form", ["zarr", "zarr3", "netcdf"])
@given(
    ranges=st.fixed_dictionaries(
        {},
        optional={
            name: st.builds(
                lambda start, length, step: Range(start=start, stop=start + length, step=step),
                st.integers(0, size - 1),
                st.integers(1, size),
                st.sampled_from([1, 1, 1, 2]),
            )
            for name, size in {"time": 12, "lat": 7, "lon": 8}.items()
        },
    ),
    variables=st.sampled_from([("tas",), ("tas", "mask"), ()]),
)
@settings(max_examples=15, deadline=None)
def test_a_cell_takes_exactly_the_selection(
    cubes: dict[str, tuple[Path, OpenCube]],
    form: str,
    ranges: dict[str, Range],
    variables: tuple[str, ...],
) -> None:
    path, cube = cubes[form]
    selection = Selection(variables=variables, ranges=ranges)
    source = code_of(Place(DataAsset(key="data", href=str(path))), cube, selection).source
    plain = xr.open_dataset(path, engine="h5netcdf" if form == "netcdf" else "zarr")
    wanted = plain[list(variables)] if variables else plain
    part = run(source)
    xr.testing.assert_equal(part, wanted.isel({n: slice(r.start, r.stop, r.step) for n, r in ranges.items()}))
    assert all(part[name].chunks is not None for name in part.data_vars)


@pytest.mark.parametrize("place", REAL)
def test_a_cell_of_a_real_cube_takes_the_same_numbers(place: str) -> None:
    path = SHARED / place
    cube = opened(path)
    ranges = {
        str(name): Range(start=size // 3, stop=size // 3 + 2) for name, size in cube.dataset.sizes.items()
    }
    selection = Selection(variables=(), ranges=ranges)
    source = code_of(Place(DataAsset(key="data", href=str(path))), cube, selection).source
    part = run(source)
    plain = xr.open_dataset(path, engine="zarr")
    wanted = plain.isel({name: slice(steps.start, steps.stop) for name, steps in ranges.items()})
    xr.testing.assert_equal(part, wanted)


@pytest.mark.parametrize(
    "place", ["arrays/xarray/example.grib", "arrays/cfgrib/step_60m.grib", "arrays/cfgrib/reduced_gg.grib"]
)
def test_a_cell_of_real_grib_takes_what_cfgrib_reads(place: str) -> None:
    path = SHARED / place
    cube = opened(path)
    plain = cfgrib.open_dataset(path, indexpath="")
    for name in map(str, cube.dataset.data_vars):
        sizes = cube.dataset[name].sizes
        ranges = {str(each): Range(start=size // 3, stop=size // 3 + 2) for each, size in sizes.items()}
        selection = Selection(variables=(name,), ranges=ranges)
        source = code_of(Place(DataAsset(key="data", href=str(path))), cube, selection).source
        assert "open_item(" in source
        assert len(source.splitlines()) <= 8
        part = run(source)[name]
        wanted = plain[name].values.reshape(cube.dataset[name].shape)
        np.testing.assert_array_equal(
            part.values, wanted[tuple(slice(each.start, each.stop) for each in ranges.values())]
        )
