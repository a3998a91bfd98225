"""Pictures of slices, and where their numbers come from."""

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from fakes.cubes_drawn import held, on_map, picture_of, step, values_of

from eohub_cubes.contract import Preview, Range
from eohub_cubes.errors import BadSelection, BeyondBudget


@pytest.mark.parametrize("latitudes", [[-45.0, 0.0, 45.0], [45.0, 0.0, -45.0]])
@pytest.mark.parametrize("longitudes", [[0.0, 90.0, 180.0, 270.0], [-180.0, -90.0, 0.0, 90.0]])
def test_north_is_up_and_west_is_left(latitudes: list[float], longitudes: list[float]) -> None:
    dataset = on_map(latitudes, longitudes)
    found = picture_of(dataset)
    assert found.bounds == (-225.0, -67.5, 135.0, 67.5)
    assert found.row_steps is not None
    assert found.column_steps is not None
    npt.assert_array_equal(np.array(latitudes)[list(found.row_steps)], [45.0, 0.0, -45.0])
    east = np.array(longitudes)[list(found.column_steps)]
    npt.assert_array_equal((east + 180) % 360, [0.0, 90.0, 180.0, 270.0])
    expected = dataset["t"].values[np.ix_(found.row_steps, found.column_steps)]
    npt.assert_array_equal(values_of(found), expected.astype("f4"))


def test_each_drawn_cell_is_the_value_at_its_step() -> None:
    dataset = on_map(np.arange(-89.5, 90), np.arange(0.5, 360))
    found = picture_of(dataset, width=40, height=40)
    assert (found.width, found.height, found.every) == (40, 36, (5, 9))
    assert found.bounds == pytest.approx((-180.0, -90.0, 180.0, 90.0))
    assert found.row_steps is not None
    assert found.column_steps is not None
    expected = dataset["t"].values[np.ix_(found.row_steps, found.column_steps)]
    npt.assert_array_equal(values_of(found), expected.astype("f4"))


def test_a_box_is_drawn_with_its_own_edges_and_the_step_that_is_told() -> None:
    one = on_map([10.0, 20.0, 30.0, 40.0], [0.0, 10.0, 20.0])
    dataset = xr.concat([one, one + 100], "time").transpose("time", "lat", "lon")
    ranges = {"lat": Range(start=1, stop=3), "lon": Range(start=0, stop=2), "time": step(1)}
    found = picture_of(dataset, ranges=ranges)
    assert found.bounds == (-5.0, 15.0, 15.0, 35.0)
    npt.assert_array_equal(values_of(found), dataset["t"].values[1, [2, 1], :2].astype("f4"))
    assert picture_of(dataset, ranges={"lat": ranges["lat"]}).greatest == pytest.approx(30.02)


def test_one_cell_has_the_size_that_its_neighbours_tell() -> None:
    found = picture_of(on_map([10.0, 20.0, 30.0], [0.0, 10.0]), ranges={"lat": step(1), "lon": step(0)})
    assert (found.width, found.height, found.bounds) == (1, 1, (-5.0, 15.0, 5.0, 25.0))


def test_missing_values_are_left_out_of_the_scale_and_drawn_as_nothing() -> None:
    dataset = on_map([0.0, 1.0], [0.0, 1.0])
    dataset["t"].values[:] = [[np.nan, 3], [5, np.inf]]
    found = picture_of(dataset)
    npt.assert_array_equal(values_of(found), np.array([[5, np.nan], [np.nan, 3]], "f4"))
    assert (found.least, found.greatest) == (3, 5)
    assert "1 cells are infinite" in found.notes[0]


@pytest.mark.parametrize(
    ("value", "note"),
    [(np.nan, "Every value of this slice is missing."), (7, "Every value of this slice is 7.")],
)
def test_a_slice_without_differences_is_told(value: float, note: str) -> None:
    dataset = on_map([0.0, 1.0], [0.0, 1.0])
    dataset["t"].values[:] = value
    found = picture_of(dataset)
    assert found.notes == (note,)
    assert found.low == found.high
    assert Preview.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("z", "attributes", "top_down"),
    [
        ([5.0, 50.0, 500.0], {"units": "m", "positive": "down"}, [5.0, 50.0, 500.0]),
        ([500.0, 50.0, 5.0], {"standard_name": "depth"}, [5.0, 50.0, 500.0]),
        ([1000.0, 500.0, 100.0], {"units": "hPa"}, [100.0, 500.0, 1000.0]),
        ([2.0, 10.0, 100.0], {"standard_name": "height", "units": "m"}, [100.0, 10.0, 2.0]),
        ([-500.0, -50.0, -5.0], {"standard_name": "depth", "positive": "up"}, [-5.0, -50.0, -500.0]),
    ],
)
def test_a_vertical_section_has_the_surface_or_the_sky_where_it_is(
    z: list[float], attributes: dict[str, str], top_down: list[float]
) -> None:
    values = np.array(z)[:, None] + np.array([30.0, 20.0]) / 1000
    dataset = xr.Dataset(
        {"t": (("z", "lat"), values)},
        {"z": ("z", z, attributes), "lat": ("lat", [30.0, 20.0], {"units": "degrees_north"})},
    )
    found = picture_of(dataset, across="lat", along="z")
    assert found.bounds is None
    assert found.notes == ()
    npt.assert_array_equal(
        values_of(found), (np.array(top_down)[:, None] + np.array([0.02, 0.03])).astype("f4")
    )
    assert found.across == "lat (degrees_north), 20 to 30"
    assert found.along.endswith(f"{top_down[-1]:g} to {top_down[0]:g}")


def test_what_lies_on_no_map_is_drawn_step_by_step_and_that_is_told() -> None:
    dataset = xr.Dataset({"t": (("a", "b"), [[1.0, 2.0], [3.0, 4.0]])})
    found = picture_of(dataset)
    npt.assert_array_equal(values_of(found), [[3, 4], [1, 2]])
    assert (found.bounds, found.row_steps, found.column_steps) == (None, (1, 0), (0, 1))
    assert (found.across, found.along) == ("b, step 0 to 1", "a, step 0 to 1")
    assert "on no map" in found.notes[0]


def test_the_first_row_of_a_picture_file_without_places_is_its_top() -> None:
    cube = held(xr.Dataset({"t": (("y", "x"), [[1.0, 2.0], [3.0, 4.0]])}))
    cube.kind = "geotiff"
    found = picture_of(cube)
    npt.assert_array_equal(values_of(found), [[1, 2], [3, 4]])
    assert (found.row_steps, found.along) == ((0, 1), "y, step 1 to 0")


def test_a_curvilinear_slice_shows_the_cells_where_they_lie() -> None:
    east, north = np.meshgrid(np.arange(-175.0, 180, 10), np.arange(-85.0, 90, 10))
    values = np.where(np.abs(north) < 20, np.nan, east + north * 1000)
    dataset = xr.Dataset(
        {"t": (("time", "j", "i"), values[None])},
        {
            "lon": (("j", "i"), east % 360, {"units": "degrees_east"}),
            "lat": (("j", "i"), north, {"units": "degrees_north"}),
        },
    )
    found = picture_of(dataset, width=36, height=18)
    assert found.bounds == pytest.approx((-180, -90, 180, 90), abs=1)
    assert (found.row_steps, found.column_steps) == (None, None)
    npt.assert_array_equal(values_of(found), values[::-1].astype("f4"))


def test_points_are_drawn_where_they_lie() -> None:
    turns = np.arange(20_000) + 0.5
    east, north = turns * 137.507764 % 360, np.degrees(np.arcsin(1 - turns / 10_000))
    dataset = xr.Dataset(
        {"t": ("cell", north)},
        {
            "lon": ("cell", np.radians(east), {"standard_name": "longitude", "units": "radian"}),
            "lat": ("cell", np.radians(north), {"standard_name": "latitude", "units": "radian"}),
        },
    )
    found = values_of(picture_of(dataset, width=90, height=45))
    rows = 90 - (np.arange(found.shape[0]) + 0.5) * 180 / found.shape[0]
    assert np.isfinite(found).all()
    assert np.abs(found - rows[:, None]).max() < 3


def test_points_without_any_place_make_no_picture() -> None:
    nowhere = np.full(4, np.nan)
    dataset = xr.Dataset(
        {"t": ("cell", np.zeros(4))},
        {
            "lon": ("cell", nowhere, {"units": "degrees_east"}),
            "lat": ("cell", nowhere, {"units": "degrees_north"}),
        },
    )
    with pytest.raises(Exception, match="None of its points"):
        picture_of(dataset)


def test_lengths_of_time_are_drawn_in_seconds() -> None:
    dataset = on_map([0.0, 1.0], [0.0, 1.0])
    dataset["t"] = (
        ("lat", "lon"),
        np.array([[1, 2], [3, "NaT"]], "timedelta64[m]").astype("timedelta64[ns]"),
    )
    found = picture_of(dataset)
    assert (found.units, found.least, found.greatest) == ("s", 60, 180)


def test_a_slice_beyond_the_budget_is_refused_before_it_is_read() -> None:
    dataset = on_map(np.arange(-45.0, 45), np.arange(0.0, 360))
    cube = held(dataset, size_of=lambda _: 2**21)
    with pytest.raises(BeyondBudget, match=r"This takes 2.0 MiB to read, and 1.0 KiB are allowed"):
        picture_of(cube, budget_bytes=1024)


def test_a_thin_picture_of_small_pieces_needs_only_those_it_shows() -> None:
    dataset = on_map(np.linspace(-89.95, 89.95, 1800), np.linspace(0.05, 359.95, 3600))
    cube = held(dataset, {"t": (4, 4)}, size_of=lambda _: 64)
    found = picture_of(cube, width=100, height=100, budget_bytes=100 * 100 * 128)
    assert found.every == (18, 36)
    with pytest.raises(BeyondBudget):
        picture_of(cube, width=1000, height=1000, budget_bytes=100 * 100 * 128)


def test_more_than_one_step_of_another_dimension_is_refused() -> None:
    one = on_map([0.0, 1.0], [0.0, 1.0])
    dataset = xr.concat([one, one], "time").transpose("time", "lat", "lon")
    with pytest.raises(BadSelection, match="2 steps of time"):
        picture_of(dataset, ranges={"time": Range(start=0, stop=2)})
