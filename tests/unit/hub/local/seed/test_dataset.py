"""From files to datasets, without touching a value."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from eohub_hub.local.seed.cubes import Cube
from eohub_hub.local.seed.dataset import CHUNK_BYTES, digest_of, open_source, zarr_encoding

ONE = Cube("one", "c", "One", "Words.", ("one.nc",), "t2m", references="Somebody (2011)")
MONTHS = Cube("months", "c", "Months", "Words.", ("jan.nc", "feb.nc"), "tos")


def array(steps: int, y: int, x: int) -> xr.Dataset:
    values = np.zeros((steps, y, x), dtype=np.float32)
    return xr.Dataset({"t2m": (("time", "y", "x"), values)}, coords={"time": np.arange(float(steps))})


def nemo_month(centre: float, shift: float = 0.0) -> xr.Dataset:
    fill = np.float32(1e20)
    tos = np.array([[[1.5, fill], [2.5, 3.5]]], dtype=np.float32) + np.float32(centre)
    time = {"units": "seconds since 1900-01-01", "calendar": "360_day", "bounds": "time_centered_bounds"}
    named = {"_FillValue": fill, "missing_value": fill, "coordinates": "time_centered nav_lat nav_lon"}
    return xr.Dataset(
        {
            "tos": (("time_counter", "y", "x"), tos, named),
            "nav_lon": (("y", "x"), np.array([[0.0, 1.0], [0.0, 1.0]]) + shift),
            "time_centered": ("time_counter", [centre], time),
            "time_centered_bounds": (("time_counter", "axis_nbounds"), [[centre - 15.0, centre + 15.0]]),
        },
        coords={"time_counter": ("time_counter", [0.0], {"axis": "T"})},
        attrs={"name": f"month {centre}", "Conventions": "CF-1.5"},
    )


def save(dataset: xr.Dataset, path: Path) -> None:
    dataset.to_netcdf(path, engine="h5netcdf")


@pytest.fixture
def months(tmp_path: Path) -> Path:
    """A folder with two months of NEMO, each with a time axis of zero."""
    save(nemo_month(15.0), tmp_path / "jan.nc")
    save(nemo_month(45.0), tmp_path / "feb.nc")
    return tmp_path


def test_a_chunk_holds_whole_maps_and_as_many_steps_as_fit() -> None:
    chunks = zarr_encoding(array(240, 37, 49))["t2m"]["chunks"]
    assert chunks == (CHUNK_BYTES // (37 * 49 * 4), 37, 49)


def test_a_map_larger_than_a_chunk_should_be_is_still_whole() -> None:
    assert zarr_encoding(array(2, 400, 400))["t2m"]["chunks"] == (1, 400, 400)


def test_a_short_series_is_one_chunk_and_not_a_larger_one() -> None:
    assert zarr_encoding(array(3, 2, 2))["t2m"]["chunks"] == (3, 2, 2)


def test_coordinates_are_one_chunk_and_scalars_have_none() -> None:
    encoding = zarr_encoding(array(240, 2, 2).assign(crs=0))
    assert encoding["time"]["chunks"] == (240,)
    assert "chunks" not in encoding["crs"]


def test_a_fill_value_is_given_to_no_variable_that_had_none() -> None:
    dataset = array(2, 2, 2)
    assert zarr_encoding(dataset)["t2m"]["_FillValue"] is None
    dataset["t2m"].attrs["_FillValue"] = 1e20
    assert "_FillValue" not in zarr_encoding(dataset)["t2m"]


def test_months_are_joined_along_their_own_time_and_not_the_zero_axis(months: Path) -> None:
    joined = open_source(MONTHS, months)
    assert joined["tos"].dims == ("time", "y", "x")
    assert joined["time"].values.tolist() == [15.0, 45.0]
    assert joined["time"].attrs["bounds"] == "time_bnds"
    assert joined["time_bnds"].values.tolist() == [[0.0, 30.0], [30.0, 60.0]]
    assert joined["tos"].attrs["coordinates"] == "nav_lat nav_lon"
    assert "time_counter" not in joined.variables


def test_values_and_fill_values_stay_as_they_are_stored(months: Path) -> None:
    joined = open_source(MONTHS, months)
    expected = np.concatenate([nemo_month(15.0)["tos"].values, nemo_month(45.0)["tos"].values])
    assert joined["tos"].dtype == np.float32
    np.testing.assert_array_equal(joined["tos"].values, expected)
    assert joined["tos"].attrs["_FillValue"] == np.float32(1e20)


def test_what_only_one_file_says_is_not_said_of_all(months: Path) -> None:
    joined = open_source(MONTHS, months)
    assert "name" not in joined.attrs
    assert joined.attrs["Conventions"] == "CF-1.5"


def test_months_on_different_grids_are_refused(months: Path) -> None:
    save(nemo_month(45.0, shift=1.0), months / "feb.nc")
    with pytest.raises(ValueError, match="nav_lon"):
        open_source(MONTHS, months)


def test_a_cube_carries_title_source_licence_and_references(tmp_path: Path) -> None:
    save(array(2, 2, 2), tmp_path / "one.nc")
    attributes = open_source(ONE, tmp_path).attrs
    assert attributes["title"] == "One"
    assert "one.nc of PyPI iris-sample-data 2.5.2" in attributes["history"]
    assert "open-government-licence" in attributes["license"]
    assert attributes["references"] == "Somebody (2011)"


def test_a_missing_file_is_an_error_and_no_empty_cube(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_source(ONE, tmp_path)


def test_a_digest_stays_the_same_for_the_same_content_and_changes_with_each_part_of_it() -> None:
    first = array(2, 2, 2)
    value = first.copy(deep=True)
    value["t2m"][0, 0, 0] = 1.0
    others = [
        value,
        first.assign_attrs(title="x"),
        first.assign(t2m=first["t2m"].assign_attrs(units="K")),
        first.assign(t2m=first["t2m"].astype(np.float64)),
        first.rename(t2m="other"),
    ]
    digests = [digest_of(each) for each in (first, *others)]
    assert digest_of(first.copy(deep=True)) == digests[0]
    assert len(set(digests)) == len(digests)
