"""Bounding boxes, geometries and times that STAC wants, from coordinates as climate models write them."""

from itertools import pairwise

import cftime
import numpy as np
import pytest
import xarray as xr

from eohub_hub.local.seed.extent import (
    bbox_of,
    edges_of,
    geometry_of,
    interval_of,
    rfc3339,
    step_of,
    step_of_time,
)


def grid(longitude: list[float], latitude: list[float], **attributes: str) -> xr.Dataset:
    lon = ("longitude", longitude, {"standard_name": "longitude", "units": "degrees_east"} | attributes)
    lat = ("latitude", latitude, {"standard_name": "latitude", "units": "degrees_north"})
    return xr.Dataset(coords={"longitude": lon, "latitude": lat})


def times(
    values: list[float], units: str, calendar: str, bounds: list[list[float]] | None = None
) -> xr.Dataset:
    attributes = {"units": units, "calendar": calendar} | ({"bounds": "time_bnds"} if bounds else {})
    dataset = xr.Dataset(coords={"time": ("time", values, attributes)})
    return dataset.assign(time_bnds=(("time", "bnds"), bounds)) if bounds else dataset


def test_longitudes_from_0_to_360_become_western_ones() -> None:
    assert bbox_of(grid([225.0, 226.875, 228.75], [15.0, 16.25])) == [-135.9375, 14.375, -130.3125, 16.875]


def test_a_box_reaches_to_the_edges_of_its_cells() -> None:
    assert bbox_of(grid([0.0, 10.0, 20.0], [0.0, 10.0])) == [-5.0, -5.0, 25.0, 15.0]


def test_an_axis_from_north_to_south_gives_the_same_box() -> None:
    assert bbox_of(grid([0.0, 10.0], [10.0, 0.0])) == bbox_of(grid([0.0, 10.0], [0.0, 10.0]))


def test_a_grid_around_the_earth_is_the_whole_earth_and_not_a_sliver() -> None:
    around = [float(x) for x in np.arange(0, 360, 5 / 6, dtype=np.float32)]
    assert bbox_of(grid(around, [-5.0, 0.0, 5.0])) == [-180.0, -7.5, 180.0, 7.5]


def test_no_box_leaves_the_earth_at_a_pole() -> None:
    box = bbox_of(grid([0.0, 10.0], [-90.0, 0.0, 90.0]))
    assert (box[1], box[3]) == (-90.0, 90.0)


def test_an_eastern_edge_at_the_antimeridian_is_180() -> None:
    assert bbox_of(grid([165.0, 175.0], [0.0, 10.0]))[0::2] == [160.0, 180.0]


def test_a_grid_across_the_antimeridian_has_west_greater_than_east() -> None:
    assert bbox_of(grid([175.0, 185.0], [0.0, 10.0])) == [170.0, -5.0, -170.0, 15.0]


def test_a_geometry_is_cut_at_the_antimeridian() -> None:
    cut = geometry_of([170.0, -5.0, -170.0, 15.0])
    assert cut["type"] == "MultiPolygon"
    assert [ring[0][0][0] for ring in cut["coordinates"]] == [170.0, -180.0]
    assert [ring[0][1][0] for ring in cut["coordinates"]] == [180.0, -170.0]


def test_a_ring_is_closed_and_runs_counter_clockwise() -> None:
    ring = geometry_of([0.0, 0.0, 2.0, 1.0])["coordinates"][0]
    doubled_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    assert ring[0] == ring[-1]
    assert doubled_area == 4.0


def test_cells_of_a_curvilinear_grid_are_taken_from_its_bounds() -> None:
    corners = np.array([[[-180.0, 180.0, 0.0, 0.0]]])
    attributes = {"standard_name": "longitude", "bounds": "bounds_lon"}
    dataset = xr.Dataset(
        {"nav_lon": (("y", "x"), [[3.0]], attributes), "bounds_lon": (("y", "x", "v"), corners)}
    )
    assert edges_of(dataset, dataset["nav_lon"]) == (-180.0, 180.0)


def test_a_dataset_without_longitude_says_so() -> None:
    with pytest.raises(ValueError, match="no longitude"):
        bbox_of(xr.Dataset())


@pytest.mark.parametrize(
    ("values", "step"),
    [([0.0, 1.25, 2.5], 1.25), ([2.5, 1.25, 0.0], -1.25), ([0.0, 1.0, 3.0], None), ([7.0], None)],
)
def test_only_a_regular_axis_has_a_step(values: list[float], step: float | None) -> None:
    assert step_of(np.array(values)) == step


def test_rounding_in_float32_does_not_make_an_axis_irregular() -> None:
    assert step_of(np.arange(432, dtype=np.float32) * np.float32(0.8333333)) == pytest.approx(0.83333)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (cftime.Datetime360Day(1859, 12, 1), "1859-12-01T00:00:00Z"),
        (cftime.Datetime360Day(2015, 2, 30, 6, 30), "2015-02-28T06:30:00Z"),
        (cftime.Datetime360Day(2016, 2, 30), "2016-02-29T00:00:00Z"),
        (cftime.DatetimeJulian(1900, 2, 29), "1900-02-28T00:00:00Z"),
        (cftime.DatetimeNoLeap(850, 1, 31), "0850-01-31T00:00:00Z"),
    ],
)
def test_a_date_of_any_calendar_becomes_a_date_of_ours(moment: cftime.datetime, text: str) -> None:
    assert rfc3339(moment) == text


def test_an_interval_goes_from_the_first_to_the_last_edge_of_the_time_cells() -> None:
    dataset = times([180.0, 540.0], "days since 1860-01-01", "360_day", [[0.0, 360.0], [360.0, 720.0]])
    assert interval_of(dataset) == ("1860-01-01T00:00:00Z", "1862-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("values", "calendar", "step"),
    [
        ([0.0, 360.0, 720.0], "360_day", "P1Y"),
        ([0.0, 31.0, 59.0], "standard", "P1M"),
        ([0.0, 90.0, 181.0], "standard", "P3M"),
        ([0.0, 8.0, 16.0], "standard", "P8D"),
        ([0.0, 1.0, 5.0], "standard", None),
        ([0.0, 0.25, 0.5], "standard", None),
        ([0.0], "standard", None),
    ],
)
def test_the_step_of_time_counts_months_in_the_datasets_own_calendar(
    values: list[float], calendar: str, step: str | None
) -> None:
    assert step_of_time(times(values, "days since 2001-01-01", calendar)) == step
