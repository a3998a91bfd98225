"""The order and the outer edges of rows and columns on a map."""

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from eohub_cubes.sides import cell_of, columns_of, degrees_of, edges_of, rows_of, turned


@pytest.mark.parametrize("latitudes", [[-60.0, 0.0, 60.0], [60.0, 0.0, -60.0], [0.0, 60.0, -60.0]])
def test_rows_run_from_north_to_south_whatever_the_order(latitudes: list[float]) -> None:
    found = rows_of(np.array(latitudes), 60.0, 100)
    npt.assert_array_equal(np.array(latitudes)[found.order], [60.0, 0.0, -60.0])
    assert (found.first, found.last) == (-90.0, 90.0)


def test_cells_do_not_reach_beyond_the_poles() -> None:
    found = rows_of(np.arange(-90.0, 91.0, 10.0), 10.0, 100)
    assert (found.first, found.last) == (-90.0, 90.0)
    assert found.order.size == 19


@pytest.mark.parametrize(
    ("longitudes", "shown", "west", "east"),
    [
        (np.arange(0.0, 360.0, 90.0), [-180.0, -90.0, 0.0, 90.0], -225.0, 135.0),
        (np.arange(45.0, 360.0, 90.0), [-135.0, -45.0, 45.0, 135.0], -180.0, 180.0),
        (np.arange(-180.0, 180.0, 90.0), [-180.0, -90.0, 0.0, 90.0], -225.0, 135.0),
        (np.arange(135.0, -180.0, -90.0), [-135.0, -45.0, 45.0, 135.0], -180.0, 180.0),
        (np.arange(0.0, 361.0, 90.0), [-180.0, -90.0, 0.0, 90.0], -225.0, 135.0),
        (np.array([225.0, 235.0, 245.0]), [-135.0, -125.0, -115.0], -140.0, -110.0),
        (np.array([350.0, 0.0, 10.0]), [-10.0, 0.0, 10.0], -15.0, 15.0),
        (np.array([0.5, 345.5, 350.5, 355.5]), [-14.5, -9.5, -4.5, 0.5], -17.0, 3.0),
        (np.array([170.0, 180.0, 190.0]), [170.0, 180.0, -170.0], 165.0, -165.0),
        (np.array([-170.0, 180.0, 170.0]), [170.0, 180.0, -170.0], 165.0, -165.0),
    ],
    ids=[
        "0 to 360", "0 to 360, between", "-180 to 180", "falling", "360 twice", "west in 0 to 360",
        "over Greenwich", "one turned", "over the antimeridian", "over it, falling",
    ],
)  # fmt: skip
def test_columns_run_from_west_to_east(
    longitudes: np.ndarray, shown: list[float], west: float, east: float
) -> None:
    found = columns_of(longitudes, cell_of(longitudes), 100)
    npt.assert_allclose((longitudes[found.order] - np.array(shown)) % 360, 0, atol=1e-9)
    assert (found.first, found.last) == pytest.approx((west, east))


@given(st.integers(3, 60), st.integers(-400, 400), st.booleans())
def test_a_circle_of_any_start_is_whole_and_in_order(count: int, start: int, falling: bool) -> None:
    longitudes = start + np.arange(count) * 360.0 / count
    longitudes = longitudes[::-1] if falling else longitudes
    found = columns_of(longitudes, 360.0 / count, count)
    assert sorted(found.order) == list(range(count))
    assert found.last - found.first == pytest.approx(360.0)
    east = (longitudes[found.order] - found.first) % 360
    assert np.all(np.diff(east) > 0)


def test_places_without_a_value_are_left_out() -> None:
    found = columns_of(np.array([10.0, np.nan, 20.0]), 10.0, 100)
    npt.assert_array_equal(found.order, [0, 2])


def test_uneven_rows_are_drawn_at_even_distances_each_by_the_nearest() -> None:
    latitudes = np.array([0.0, 1.0, 2.0, 3.0, 13.0, 23.0])
    found = rows_of(latitudes, 1.0, 1000)
    shown = latitudes[found.order]
    middles = found.last - (np.arange(shown.size) + 0.5) * (found.last - found.first) / shown.size
    edges = edges_of(latitudes, 1.0)
    for middle, each in zip(middles, shown, strict=True):
        at = int(np.searchsorted(edges, middle)) - 1
        assert latitudes[at] == each


def test_a_gaussian_grid_is_even_enough_to_keep_each_row_once() -> None:
    latitudes = np.degrees(np.arcsin(np.polynomial.legendre.leggauss(64)[0]))
    found = rows_of(latitudes, cell_of(latitudes), 1000)
    npt.assert_array_equal(found.order, np.arange(64)[::-1])


def test_a_lone_place_is_as_wide_as_its_bounds_tell() -> None:
    assert cell_of(np.array([5.0]), np.array([[0.0, 10.0]])) == 10.0
    assert cell_of(np.array([5.0])) == 1.0
    found = columns_of(np.array([5.0]), 10.0, 100)
    assert (found.first, found.last) == (0.0, 10.0)


def test_radians_are_told_in_degrees() -> None:
    coordinate = xr.DataArray([np.pi], dims="n", attrs={"units": "radian"})
    npt.assert_allclose(degrees_of(coordinate), [180.0])


@pytest.mark.parametrize(
    ("edges", "found"),
    [
        ((0.0, 360.0), (-180.0, 180.0)),
        ((190.0, 200.0), (-170.0, -160.0)),
        ((175.0, 185.0), (175.0, -175.0)),
        ((-190.0, -170.0), (170.0, -170.0)),
    ],
)
def test_edges_lie_between_the_antimeridians(edges: tuple[float, float], found: tuple[float, float]) -> None:
    assert turned(*edges) == found
