"""Places that lie anywhere, drawn by the nearest of them."""

import numpy as np
import numpy.testing as npt
import pytest

from eohub_cubes.resampling import (
    Canvas,
    canvas_of,
    nearest,
    reach_on_grid,
    spacing_of_points,
    without_shared,
)

WORLD = Canvas(west=-180.0, south=-90.0, span=360.0, north=90.0, width=36, height=18, around=True)


def drawn(canvas: Canvas, east: np.ndarray, north: np.ndarray, values: np.ndarray) -> np.ndarray:
    reach = reach_on_grid(east, north)
    which = nearest(canvas, east.ravel(), north.ravel(), reach.ravel(), np.isnan(values.ravel()))
    return np.where(which < 0, np.nan, values.ravel()[which])


def by_brute_force(canvas: Canvas, east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """For each cell the distance to the nearest place, on the sphere."""

    def vector(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        lon, lat = np.radians(lon), np.radians(lat)
        return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)

    cells = vector(*np.meshgrid(canvas.longitudes(), canvas.latitudes()))
    return np.linalg.norm(cells[:, :, None, :] - vector(east.ravel(), north.ravel()), axis=-1)


def test_a_regular_grid_comes_out_as_it_is() -> None:
    east, north = np.meshgrid(WORLD.longitudes(), WORLD.latitudes())
    values = east + north * 1000
    npt.assert_array_equal(drawn(WORLD, east, north, values), values)


def test_longitudes_of_any_turn_are_the_same_places() -> None:
    east, north = np.meshgrid(WORLD.longitudes(), WORLD.latitudes())
    values = east + north * 1000
    turned = np.where(east < 0, east + 360, east)
    npt.assert_array_equal(drawn(WORLD, turned, north, values), values)


def test_each_cell_shows_the_nearest_place_or_one_as_near_as_a_cell() -> None:
    generator = np.random.default_rng(1)
    east, north = generator.uniform(-180, 180, 4000), np.degrees(np.arcsin(generator.uniform(-1, 1, 4000)))
    reach = np.full(4000, 0.2)
    found = nearest(WORLD, east, north, reach, np.zeros(4000, bool))
    away = by_brute_force(WORLD, east, north)
    taken = np.take_along_axis(away, found[:, :, None], -1)[:, :, 0]
    assert (found >= 0).all()
    assert np.all(taken <= away.min(-1) + np.radians(5 * np.sqrt(2)))
    assert np.mean(taken == away.min(-1)) > 0.6


def test_no_streak_at_the_antimeridian_and_no_seam() -> None:
    """A grid whose first column lies beside its last one, turned to begin in the Indian Ocean."""
    east, north = np.meshgrid((73.0 + np.arange(72) * 5.0) % 360, np.arange(-77.5, 80, 5.0))
    east = np.where(east > 180, east - 360, east)
    canvas = canvas_of(east, north, 5.0, 512, 512)
    assert canvas is not None
    assert canvas.bounds == (-180.0, -80.0, 180.0, 80.0)
    values = np.cos(np.radians(east))
    found = drawn(canvas, east, north, values)
    expected = np.cos(np.radians(canvas.longitudes()))
    assert np.abs(found - expected).max() < np.sin(np.radians(5.0))


def test_holes_stay_holes() -> None:
    east, north = np.meshgrid(np.arange(-175.0, 180, 10), np.arange(-85.0, 90, 10))
    values = np.where((np.abs(east) < 30) & (np.abs(north) < 30), np.nan, 1.0)
    found = drawn(WORLD, east, north, values)
    npt.assert_array_equal(np.isnan(found), np.isnan(values[::-1]))


def test_nothing_is_drawn_beyond_the_cells_of_a_region() -> None:
    east, north = np.meshgrid(np.arange(10.0, 30, 5), np.arange(40.0, 60, 5))
    found = drawn(WORLD, east, north, np.ones(east.shape))
    rows, columns = np.nonzero(np.isfinite(found))
    assert WORLD.longitudes()[columns].min() >= 5.0
    assert WORLD.longitudes()[columns].max() <= 30.0
    assert WORLD.latitudes()[rows].min() >= 35.0
    assert WORLD.latitudes()[rows].max() <= 60.0


def test_one_place_that_is_known_twice_shows_its_value() -> None:
    """The columns of a model's seam: one of both is masked."""
    east, north = np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([[5.0, 5.0], [15.0, 15.0]])
    values = np.array([[np.nan, 1.0], [2.0, np.nan]])
    found = drawn(WORLD, east, north, values)
    assert set(found[np.isfinite(found)]) == {1.0, 2.0}


def test_places_that_many_cells_share_are_none() -> None:
    east, north = np.meshgrid(np.arange(5.0), np.arange(5.0))
    east[:2], north[:2] = 0.0, 0.0
    found = without_shared(east, north)
    assert np.isnan(found[:2]).all()
    npt.assert_array_equal(found[2:], east[2:])


def test_the_pole_is_a_place_of_many_longitudes() -> None:
    east, north = np.meshgrid(np.arange(-175.0, 180, 10), np.arange(-90.0, 91, 10))
    npt.assert_array_equal(without_shared(east, north), east)


def test_a_canvas_over_the_antimeridian_has_more_west_than_east() -> None:
    canvas = canvas_of(np.array([175.0, 180.0, -175.0]), np.array([0.0, 5.0, 10.0]), 5.0, 100, 100)
    assert canvas is not None
    assert canvas.bounds == pytest.approx((172.5, -2.5, -172.5, 12.5))
    assert (canvas.width, canvas.height) == (3, 3)


def test_no_canvas_without_a_place() -> None:
    assert canvas_of(np.array([np.nan]), np.array([np.nan]), 1.0, 10, 10) is None


def test_points_have_the_distance_of_the_area_that_each_has() -> None:
    generator = np.random.default_rng(2)
    east = generator.uniform(-180, 180, 10_000)
    north = np.degrees(np.arcsin(generator.uniform(-1, 1, 10_000)))
    assert spacing_of_points(east, north) == pytest.approx(np.sqrt(4 * np.pi / 10_000), rel=0.01)


def test_points_in_a_region_are_as_dense_as_there() -> None:
    east, north = np.meshgrid(np.arange(355.0, 365.0), np.arange(-5.0, 5.0))
    assert np.degrees(spacing_of_points(east % 360, north)) == pytest.approx(1.0, rel=0.15)


def test_a_lone_point_is_a_degree_wide() -> None:
    assert np.degrees(spacing_of_points(np.array([5.0]), np.array([5.0]))) == pytest.approx(1.0)
