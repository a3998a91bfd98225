"""What a picture of a variable shows, and how its cells are placed."""

import numpy as np
import pytest
import xarray as xr
from fakes.cubes_drawn import on_map

from eohub_cubes.errors import BadSelection
from eohub_cubes.grids import Grid, grid_of

FLAT = np.zeros((3, 4))


def grid(dataset: xr.Dataset, across: str | None = None, along: str | None = None) -> Grid:
    return grid_of(dataset, dataset["t"], across, along)


def plain(x: object, y: object, **attributes: str) -> xr.Dataset:
    return xr.Dataset({"t": (("y", "x"), FLAT)}, {"x": ("x", x, attributes), "y": ("y", y, attributes)})


def test_a_map_of_latitudes_and_longitudes_is_regular() -> None:
    assert grid(on_map([1, 2], [1, 2, 3])) == Grid(("lat", "lon"), "regular")


def test_coordinates_without_units_that_fit_are_taken_for_degrees_and_that_is_told() -> None:
    found = grid(plain([-170.0, -60.0, 60.0, 170.0], [-80.0, 0.0, 80.0]))
    assert found.form == "regular"
    assert "no units" in found.notes[0]


@pytest.mark.parametrize(
    ("x", "y", "attributes"),
    [
        ([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0], {}),
        ([0.5, 1.5, 2.5, 3.5], [0.5, 1.5, 2.5], {}),
        ([0.0, 10.0, 20.0, 400.0], [0.0, 10.0, 20.0], {}),
        ([0.0, 10.0, 20.0, 30.0], [0.0, 10.0, 91.0], {}),
        ([0.0, 10.0, 20.0, 30.0], [0.0, 10.0, 20.0], {"units": "m"}),
    ],
    ids=["counted", "counted in the middle", "beyond 360", "beyond the pole", "metres of nothing"],
)
def test_other_coordinates_lie_on_no_map(x: object, y: object, attributes: dict[str, str]) -> None:
    found = grid(plain(x, y, **attributes))
    assert (found.dimensions, found.form) == (("y", "x"), "plain")
    assert found.notes[0].startswith("Nothing tells where")


def test_latitudes_beyond_the_poles_are_no_map_and_told() -> None:
    found = grid(on_map([-165.0, -5.0], [0.0, 10.0]))
    assert found.form == "plain"
    assert found.notes == ("lat goes beyond the poles, so it is drawn step by step, on no map.",)


def test_a_declared_geographic_system_makes_x_and_y_a_map() -> None:
    dataset = plain([0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0])
    dataset["t"].attrs["grid_mapping"] = "crs"
    assert grid(dataset.assign(crs=((), 0, {"crs_wkt": "EPSG:4326"}))).form == "regular"
    assert grid(dataset.assign(crs=((), 0, {"crs_wkt": "EPSG:3035"}))).form == "projected"


def test_a_projection_is_preferred_to_two_dimensional_places_that_would_be_read() -> None:
    dataset = plain([0.0, 1e5, 2e5, 3e5], [0.0, 1e5, 2e5], units="m")
    places = {
        "lon": (("y", "x"), FLAT, {"standard_name": "longitude"}),
        "lat": (("y", "x"), FLAT, {"standard_name": "latitude"}),
    }
    dataset = dataset.assign_coords(places)
    assert grid(dataset) == Grid(("y", "x"), "curvilinear", ("lon", "lat"))
    dataset["t"].attrs["grid_mapping"] = "crs"
    assert grid(dataset.assign(crs=((), 0, {"crs_wkt": "EPSG:3035"}))).form == "projected"


def test_points_are_shown_by_their_places() -> None:
    dataset = xr.Dataset(
        {"t": ("cell", np.zeros(4))},
        {
            "lon": ("cell", np.zeros(4), {"units": "degrees_east"}),
            "lat": ("cell", np.zeros(4), {"units": "degrees_north"}),
        },
    )
    assert grid(dataset) == Grid(("cell",), "points", ("lon", "lat"))


SECTION = xr.Dataset({"t": (("time", "z", "lat", "lon"), np.zeros((5, 3, 2, 2)))})


@pytest.mark.parametrize(
    ("across", "along", "dimensions"),
    [
        ("lat", "z", ("z", "lat")),
        ("time", "z", ("z", "time")),
        ("lon", "time", ("time", "lon")),
        ("lat", "lon", ("lon", "lat")),
        ("time", None, ("lon", "time")),
        (None, "time", ("time", "lon")),
    ],
)
def test_any_two_dimensions_make_a_section(
    across: str | None, along: str | None, dimensions: tuple[str, str]
) -> None:
    assert grid(SECTION, across, along) == Grid(dimensions, "plain")


def test_the_two_dimensions_of_the_map_make_the_map_when_they_are_named() -> None:
    assert grid(on_map([1, 2], [1, 2, 3]), "lon", "lat").form == "regular"


def test_without_a_map_the_last_two_that_change_are_shown() -> None:
    dataset = xr.Dataset({"t": (("a", "b", "c", "d"), np.zeros((4, 3, 1, 2)))})
    found = grid(dataset)
    assert (found.dimensions, found.form) == (("b", "d"), "plain")
    assert found.notes


@pytest.mark.parametrize(
    ("across", "along", "words"),
    [("nope", None, "t has no dimension nope"), ("lat", "lat", "no two dimensions")],
)
def test_a_side_that_cannot_be_shown_is_told(across: str, along: str | None, words: str) -> None:
    with pytest.raises(BadSelection, match=words) as raised:
        grid(SECTION, across, along)
    assert raised.value.hint


@pytest.mark.parametrize("dims", [(), ("time",)])
def test_a_variable_without_two_dimensions_makes_no_picture(dims: tuple[str, ...]) -> None:
    dataset = xr.Dataset({"t": (dims, np.zeros([2] * len(dims)))})
    with pytest.raises(BadSelection, match="no two dimensions") as raised:
        grid(dataset)
    assert raised.value.hint == "Ask for a series along one of them."
