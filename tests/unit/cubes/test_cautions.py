"""What a person is told of coordinates before they rely on them."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from fakes.cube_cases import asset_at, measured, opened
from fakes.stac_documents import SHARED

from eohub_cubes.cautions import cautions_of
from eohub_cubes.describing import described

DAYS = np.datetime64("2000-01-01", "ns") + np.arange(4) * np.timedelta64(1, "D")


def cube(**coords: object) -> xr.Dataset:
    sound = {
        "time": ("time", DAYS),
        "lat": ("lat", [60.0, 50, 40], {"units": "degrees_north"}),
        "lon": ("lon", [0.0, 90, 180, 270], {"units": "degrees_east"}),
    }
    return xr.Dataset({"tas": (("time", "lat", "lon"), np.zeros((4, 3, 4)))}, coords=sound | coords)


def told_of(path: Path) -> tuple[str, ...]:
    with measured() as traffic:
        data = opened(path)
        try:
            return described("", asset_at(path), data, traffic).notes
        finally:
            data.close()


def test_sound_coordinates_need_no_words() -> None:
    assert cautions_of(cube()) == []


@pytest.mark.parametrize(
    ("coords", "words"),
    [
        ({"lat": ("lat", [165.0, 85, 5], {"units": "degrees_north"})}, "latitudes end at the poles"),
        ({"lat": ("lat", [np.inf, 1, 0], {"units": "degrees_north"})}, "lat reaches from 0 to inf"),
        ({"lon": ("lon", [0.0, 300, 600, 900], {"units": "degrees_east"})}, "more than once around"),
        ({"lat": ("lat", [np.nan] * 3, {"units": "degrees_north"})}, "All values of lat are missing."),
        (
            {"lon": ("lon", [0.0, np.nan, 2, 3], {"units": "degrees_east"})},
            "lon lacks 1 of its 4 values.",
        ),
        ({"time": ("time", np.full(4, "NaT", "M8[ns]"))}, "All values of time are missing."),
        ({"time": ("time", DAYS[[0, 1, 1, 2]])}, "time has 1 value more than once"),
        ({"time": ("time", DAYS[[0, 2, 1, 3]])}, "The values of time are not in order"),
        ({"time": ("time", np.arange(4))}, "time has no units"),
    ],
)
def test_a_fault_of_a_coordinate_is_one_sentence(coords: dict[str, object], words: str) -> None:
    (note,) = cautions_of(cube(**coords))
    assert words in note
    assert note.endswith(".")


@pytest.mark.parametrize(
    "coords",
    [
        {"lon": ("lon", [-180.0, -90, 0, 90], {"units": "degrees_east"})},
        {"lon": ("lon", [300.0, 330, 360, 390], {"units": "degrees_east"})},
        {"time": ("time", DAYS[::-1])},
        {"time": ("time", np.arange(4), {"units": "hours"})},
        {"lat": ("lat", [1e6, 2e6, 3e6], {"standard_name": "projection_y_coordinate", "units": "m"})},
    ],
)
def test_what_is_only_unusual_needs_no_words(coords: dict[str, object]) -> None:
    assert cautions_of(cube(**coords)) == []


def test_members_and_bands_need_no_order() -> None:
    names = xr.Dataset({"t": ("member", [1, 2, 3])}, {"member": [2, 9, 5]})
    assert cautions_of(names) == []


def test_edges_of_cells_and_corners_of_a_mesh_are_no_half_maps() -> None:
    edges = cube().assign(lat_bnds=(("lat", "side"), np.zeros((3, 2))))
    edges["lat"].attrs["bounds"] = "lat_bnds"
    mesh = xr.Dataset(
        {"data": ("face", [1, 2]), "corner_lat": ("corner", [1.0, 2], {"standard_name": "latitude"})}
    )
    assert cautions_of(edges) == cautions_of(mesh) == []


@pytest.mark.parametrize(
    ("store", "words"),
    [
        ("zarr_invalid_coord", "y reaches from -165 to -5 and x reaches from -170 to 170, without units"),
        ("zarr_invalid_coord_name", "Only x is known to be of a map; nothing tells what yy is."),
    ],
)
def test_a_real_store_with_coordinates_that_are_none_says_so(store: str, words: str) -> None:
    (note,) = told_of(SHARED / f"zarr/titiler/{store}.zarr")
    assert words in note


def test_a_netcdf_of_a_year_of_360_days_with_a_time_twice_is_opened_with_one_note(tmp_path: Path) -> None:
    times = {"units": "days since 2000-01-01", "calendar": "360_day"}
    dataset = xr.Dataset({"tas": ("time", np.zeros(4))}, {"time": ("time", [29, 30, 30, 59], times)})
    dataset.to_netcdf(tmp_path / "tas.nc")
    (note,) = told_of(tmp_path / "tas.nc")
    assert note.startswith("time has 1 value more than once")


def test_times_that_cannot_be_decoded_are_told_of_once(tmp_path: Path) -> None:
    times = {"units": "days since the flood"}
    xr.Dataset({"tas": ("time", np.zeros(2))}, {"time": ("time", [1, 2], times)}).to_netcdf(
        tmp_path / "tas.nc"
    )
    assert told_of(tmp_path / "tas.nc") == (
        "The times in time cannot be decoded, so they are shown as plain numbers.",
    )


def test_a_netcdf_without_coordinates_says_so(tmp_path: Path) -> None:
    xr.Dataset({"tas": (("y", "x"), np.zeros((2, 3)))}).to_netcdf(tmp_path / "tas.nc")
    assert told_of(tmp_path / "tas.nc") == (
        "It has no coordinates: nothing tells where or when its values are.",
    )
