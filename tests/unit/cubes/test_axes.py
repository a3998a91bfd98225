"""Which dimension is what, as files of the field tell it."""

import numpy as np
import pytest
import xarray as xr

from eohub_cubes.axes import Plane, Points, coordinate_of, is_degrees, kind_of_dimension, plane_of, points_of


def along(name: str, values: object = (0.0, 1.0), **attributes: str) -> xr.Dataset:
    return xr.Dataset(coords={name: (name, np.asarray(values), attributes)})


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"axis": "X"}, "x"),
        ({"axis": "T"}, "time"),
        ({"standard_name": "latitude", "units": "degrees"}, "y"),
        ({"standard_name": "grid_longitude", "units": "degrees"}, "x"),
        ({"standard_name": "projection_y_coordinate", "units": "m"}, "y"),
        ({"standard_name": "realization"}, "ensemble"),
        ({"standard_name": "atmosphere_hybrid_sigma_pressure_coordinate"}, "z"),
        ({"standard_name": "ocean_s_coordinate_g2"}, "z"),
        ({"standard_name": "radiation_wavelength", "units": "nm"}, "band"),
        ({"units": "degrees_east"}, "x"),
        ({"units": "degreeN"}, "y"),
        ({"units": "hPa"}, "z"),
        ({"units": "m", "positive": "down"}, "z"),
        ({"units": "m"}, "other"),
    ],
)
def test_a_coordinate_tells_what_its_dimension_is(attributes: dict[str, str], kind: str) -> None:
    assert kind_of_dimension(along("dim0", **attributes), "dim0") == kind


def test_times_tell_themselves_by_their_type() -> None:
    moments = np.array(["2000-01-01", "2000-01-02"], "datetime64[ns]")
    assert kind_of_dimension(along("n", moments), "n") == "time"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("lon", "x"), ("Longitude", "x"), ("lon_2", "x"), ("west_east", "x"), ("rlat", "y"),
        ("south_north", "y"), ("time_counter", "time"), ("valid_time", "time"), ("time1", "time"),
        ("step", "time"), ("depthw", "z"), ("isobaricInhPa", "z"), ("plev19", "z"), ("olevel", "z"),
        ("number", "ensemble"), ("band", "band"), ("bnds", "other"), ("nvertex", "other"),
        ("longwave", "other"), ("timestamped", "other"), ("values", "other"),
    ],
)  # fmt: skip
def test_a_dimension_without_a_coordinate_tells_it_by_its_name(name: str, kind: str) -> None:
    assert kind_of_dimension(xr.Dataset({"v": (name, [1, 2])}), name) == kind


def test_a_coordinate_that_tells_otherwise_wins_over_the_name() -> None:
    assert kind_of_dimension(along("x", standard_name="depth"), "x") == "z"


def test_a_coordinate_of_another_name_tells_the_values_along_a_dimension() -> None:
    dataset = xr.Dataset(
        {"t": (("y", "x"), np.zeros((2, 3)))},
        {"lat": ("y", [1.0, 2.0], {"units": "degrees_north"}), "lon": ("x", [1.0, 2.0, 3.0])},
    )
    found = coordinate_of(dataset, "y")
    assert found is not None
    assert found.name == "lat"
    assert coordinate_of(dataset, "x") is None


def test_a_map_is_the_last_x_and_y() -> None:
    dataset = xr.Dataset({"t": (("time", "lat", "lon"), np.zeros((1, 2, 3)))})
    assert plane_of(dataset, "t") == Plane("lon", "lat")


def test_no_map_without_both_sides() -> None:
    assert plane_of(xr.Dataset({"t": (("time", "lat"), np.zeros((1, 2)))}), "t") is None


@pytest.mark.parametrize("declared", [True, False], ids=["coordinates", "plain variables"])
def test_two_dimensional_places_make_a_curvilinear_map(declared: bool) -> None:
    flat = np.zeros((2, 3))
    dataset = xr.Dataset(
        {
            "t": (("time", "dim0", "dim1"), np.zeros((1, 2, 3))),
            "nav_lat": (("dim0", "dim1"), flat, {"units": "degrees", "standard_name": "latitude"}),
            "nav_lon": (("dim0", "dim1"), flat, {"units": "degrees_east"}),
            "other": (("dim0", "dim1"), flat),
        }
    )
    if declared:
        dataset = dataset.set_coords(["nav_lat", "nav_lon"])
    assert plane_of(dataset, "t") == Plane("dim1", "dim0", "nav_lon", "nav_lat")


def test_places_along_one_dimension_are_points_and_no_map() -> None:
    dataset = xr.Dataset(
        {"t": (("time", "cell"), np.zeros((1, 4)))},
        {
            "clon": ("cell", np.zeros(4), {"standard_name": "longitude", "units": "radian"}),
            "clat": ("cell", np.zeros(4), {"standard_name": "latitude", "units": "radian"}),
        },
    )
    assert points_of(dataset, "t") == Points("cell", "clon", "clat")
    assert plane_of(dataset, "t") is None
    assert kind_of_dimension(dataset, "cell") == "other"


@pytest.mark.parametrize(
    ("name", "attributes", "found"),
    [
        ("lon", {}, True),
        ("longitude", {"units": "degrees"}, True),
        ("x", {}, False),
        ("x", {"units": "degrees_east"}, True),
        ("x", {"standard_name": "longitude", "units": "degrees"}, True),
        ("rlon", {"standard_name": "grid_longitude", "units": "degrees"}, False),
        ("lon", {"units": "m"}, False),
    ],
)
def test_true_longitudes_are_told_from_other_numbers(
    name: str, attributes: dict[str, str], found: bool
) -> None:
    assert is_degrees(along(name, **attributes)[name], "x") is found
