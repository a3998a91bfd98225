"""The cell at a longitude and latitude, on each kind of grid."""

import numpy as np
import pytest
import xarray as xr
from fakes.cubes_drawn import held, on_map, step

from eohub_cubes.errors import BadSelection, BeyondBudget
from eohub_cubes.grids import grid_of
from eohub_cubes.places import Cell, nearest_cell, place_text, steps_text


def cell_in(dataset: xr.Dataset, longitude: float, latitude: float, budget: int = 10**9) -> Cell:
    grid = grid_of(dataset, dataset["t"], None, None)
    return nearest_cell(held(dataset, size_of=lambda _: 1000), grid, (longitude, latitude), budget)


def at(cell: Cell) -> dict[str, int]:
    return {name: steps.start for name, steps in cell.steps.items()}


@pytest.mark.parametrize(
    ("latitudes", "longitudes", "place", "found"),
    [
        ([60.0, 50.0, 40.0], np.arange(0.0, 360, 10), (-12.0, 48.0), {"lat": 1, "lon": 35}),
        ([60.0, 50.0, 40.0], np.arange(0.0, 360, 10), (356.0, 48.0), {"lat": 1, "lon": 0}),
        ([40.0, 50.0, 60.0], np.arange(-180.0, 180, 10), (348.0, 63.0), {"lat": 2, "lon": 17}),
    ],
)
def test_on_a_regular_grid(
    latitudes: list[float], longitudes: np.ndarray, place: tuple[float, float], found: dict[str, int]
) -> None:
    assert at(cell_in(on_map(latitudes, longitudes), *place)) == found


def curved() -> xr.Dataset:
    """A grid turned by 30 degrees, about the antimeridian."""
    i, j = np.meshgrid(np.arange(20.0), np.arange(10.0))
    east, north = 170 + i * 0.866 - j * 0.5, 20 + i * 0.5 + j * 0.866
    return xr.Dataset(
        {"t": (("j", "i"), np.zeros((10, 20)))},
        {
            "lon": (("j", "i"), np.where(east > 180, east - 360, east), {"units": "degrees_east"}),
            "lat": (("j", "i"), north, {"units": "degrees_north"}),
        },
    )


def test_on_a_curvilinear_grid() -> None:
    dataset = curved()
    east, north = float(dataset["lon"][4, 15]), float(dataset["lat"][4, 15])
    assert east < 0
    found = cell_in(dataset, east + 360.1, north - 0.1)
    assert at(found) == {"j": 4, "i": 15}
    assert (found.longitude, found.latitude) == pytest.approx((east, north))


def test_beside_a_curvilinear_grid_there_is_no_data() -> None:
    with pytest.raises(BadSelection, match="There is no data at 0° N, 0° E"):
        cell_in(curved(), 0.0, 0.0)


def test_places_beyond_the_budget_are_not_read() -> None:
    with pytest.raises(BeyondBudget):
        cell_in(curved(), 170.0, 20.0, budget=100)


def test_on_a_projected_grid() -> None:
    x, y = np.arange(4e6, 5e6, 1e5), np.arange(3.5e6, 2.5e6, -1e5)
    dataset = xr.Dataset(
        {
            "t": (("y", "x"), np.zeros((10, 10)), {"grid_mapping": "crs"}),
            "crs": ((), 0, {"crs_wkt": "EPSG:3035"}),
        },
        {"x": ("x", x, {"units": "m"}), "y": ("y", y, {"units": "m"})},
    )
    # The origin of EPSG:3035 lies at 10 E, 52 N, and has the coordinates 4,321,000 and 3,210,000.
    found = cell_in(dataset, 10.0, 52.0)
    assert at(found) == {"y": 3, "x": 3}
    assert (found.longitude, found.latitude) == pytest.approx((9.7, 51.9), abs=0.1)
    with pytest.raises(BadSelection, match="no data"):
        cell_in(dataset, 100.0, 52.0)


def test_among_points() -> None:
    dataset = xr.Dataset(
        {"t": ("cell", np.zeros(3))},
        {
            "lon": ("cell", np.radians([0.0, 1.0, 359.0]), {"standard_name": "longitude", "units": "rad"}),
            "lat": ("cell", np.radians([0.0, 0.0, 1.0]), {"standard_name": "latitude", "units": "rad"}),
        },
    )
    assert at(cell_in(dataset, -0.9, 0.8)) == {"cell": 2}


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ((45.0, 12.5), "12.5° N, 45° E"),
        ((315.25, -0.5), "0.5° S, 44.75° W"),
        ((0.0, 0.0), "0° N, 0° E"),
        ((-179.99999, 1 / 3), "0.333° N, 180° W"),
    ],
)
def test_a_place_in_words(place: tuple[float, float], text: str) -> None:
    assert place_text(*place) == text


def test_steps_are_told_by_their_values() -> None:
    dataset = xr.Dataset(
        {"t": (("level", "member"), np.zeros((2, 3)))}, {"level": ("level", [500, 850], {"units": "hPa"})}
    )
    steps = {"level": step(1), "member": step(2)}
    assert steps_text(dataset, steps) == "level 850 hPa, member step 2"
