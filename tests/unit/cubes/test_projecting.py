"""Projected grids on the globe."""

from typing import Any

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from fakes.cubes_drawn import picture_of, step, values_of
from pyproj import Transformer

from eohub_cubes.axes import Plane
from eohub_cubes.contract import Range
from eohub_cubes.projecting import Projection, borders_of, canvas_around, cells_of, projection_of

PLANE = Plane("x", "y")


def on_grid(
    x: Any,
    y: Any,
    mapping: dict[str, Any] | None = None,
    name: str = "crs",
    units: str = "m",
    code: str | None = None,
) -> xr.Dataset:
    dataset = xr.Dataset(
        {"t": (("y", "x"), np.zeros((len(y), len(x))), {"grid_mapping": name})},
        {"x": ("x", x, {"units": units}), "y": ("y", y, {"units": units})},
        {} if code is None else {"proj:code": code},
    )
    return dataset if mapping is None else dataset.assign({name: ((), 0, mapping)})


def projected(dataset: xr.Dataset) -> Projection:
    found = projection_of(dataset, dataset["t"], PLANE)
    assert found is not None
    return found


LAMBERT = {
    "grid_mapping_name": "lambert_conformal_conic",
    "standard_parallel": [46.0, 49.0],
    "longitude_of_central_meridian": 2.0,
    "latitude_of_projection_origin": 47.5,
}


def test_a_cf_grid_mapping_is_read() -> None:
    found = projected(on_grid([0.0, 1000.0], [0.0, 1000.0], LAMBERT))
    east, north = found.places(np.array([0.0]), np.array([0.0]))
    npt.assert_allclose((east[0], north[0]), (2.0, 47.5), atol=1e-6)


@pytest.mark.parametrize("name", ["crs_wkt", "spatial_ref"])
def test_the_text_of_a_reference_system_is_read(name: str) -> None:
    wkt = Transformer.from_crs("EPSG:32633", "EPSG:4326").source_crs
    assert wkt is not None
    found = projected(on_grid([5e5, 6e5], [0.0, 1e5], {name: wkt.to_wkt()}, name="spatial_ref"))
    npt.assert_allclose(found.places(np.array([5e5]), np.array([0.0]))[0], [15.0], atol=1e-6)


def test_the_code_that_geozarr_declares_is_read() -> None:
    found = projected(on_grid([5e5, 6e5], [0.0, 1e5], code="EPSG:32633"))
    assert found.crs.to_epsg() == 32633


def test_kilometres_are_metres_of_the_projection() -> None:
    found = projected(on_grid([0.0, 100.0], [0.0, 100.0], LAMBERT, units="km"))
    near = projected(on_grid([0.0, 1e5], [0.0, 1e5], LAMBERT))
    npt.assert_allclose(
        found.places(np.array([100.0]), np.array([100.0])), near.places(np.array([1e5]), np.array([1e5]))
    )


def test_a_geographic_system_makes_a_regular_map() -> None:
    assert projected(
        on_grid([0.0, 1.0], [0.0, 1.0], {"grid_mapping_name": "latitude_longitude"})
    ).is_geographic
    rotated = {
        "grid_mapping_name": "rotated_latitude_longitude",
        "grid_north_pole_latitude": 39.25,
        "grid_north_pole_longitude": -162.0,
    }
    assert not projected(on_grid([0.0, 1.0], [0.0, 1.0], rotated)).is_geographic


@pytest.mark.parametrize(
    "mapping",
    [
        None,
        {},
        {"grid_mapping_name": "made_up"},
        {"crs_wkt": "NONSENSE["},
        {"crs_wkt": 7},
        {"crs_wkt": "IAU_2015:30100"},
        {"crs_wkt": 'LOCAL_CS["Site",UNIT["metre",1],AXIS["X",EAST],AXIS["Y",NORTH]]'},
    ],
    ids=["nothing", "no attribute", "unknown mapping", "nonsense", "a number", "the Moon", "a site"],
)
def test_what_tells_no_system_is_no_projection(mapping: dict[str, Any] | None) -> None:
    dataset = on_grid([0.0, 1.0], [0.0, 1.0], mapping)
    assert projection_of(dataset, dataset["t"], PLANE) is None


@pytest.mark.parametrize("falling", [False, True])
def test_each_cell_of_the_canvas_is_found_in_the_grid(falling: bool) -> None:
    x, y = np.arange(-5e5, 6e5, 1e5), np.arange(-4e5, 5e5, 1e5)
    y = y[::-1] if falling else y
    found = projected(on_grid(x, y, LAMBERT))
    canvas = canvas_around(found, borders_of(x, x), borders_of(y, y), 64, 64)
    assert canvas is not None
    row, column = cells_of(found, borders_of(x, x), borders_of(y, y), canvas)
    inside = (row >= 0) & (column >= 0)
    east, north = np.meshgrid(canvas.longitudes(), canvas.latitudes())
    at_x, at_y = Transformer.from_crs("EPSG:4326", found.crs, always_xy=True).transform(east, north)
    assert np.abs(x[column[inside]] - at_x[inside]).max() <= 0.5e5 + 1
    assert np.abs(y[row[inside]] - at_y[inside]).max() <= 0.5e5 + 1
    outside = (np.abs(at_x) > 5.5e5) | (np.abs(at_y) > 4.5e5)
    npt.assert_array_equal(~inside, outside)
    assert set(zip(row[inside], column[inside], strict=True)) >= {(4, 5)}


def test_a_grid_around_a_pole_goes_all_around() -> None:
    x = np.arange(-3e6, 3.1e6, 2e5)
    polar = {
        "grid_mapping_name": "polar_stereographic",
        "latitude_of_projection_origin": 90.0,
        "straight_vertical_longitude_from_pole": -45.0,
        "standard_parallel": 70.0,
    }
    canvas = canvas_around(projected(on_grid(x, x, polar)), borders_of(x, x), borders_of(x, x), 100, 100)
    assert canvas is not None
    assert (canvas.bounds[0], canvas.bounds[2], canvas.bounds[3]) == (-180.0, 180.0, 90.0)
    assert 40 < canvas.bounds[1] < 65


def test_a_grid_over_the_antimeridian_is_no_belt_around_the_globe() -> None:
    x, y = np.arange(3e5, 8e5, 1e4), np.arange(7.0e6, 7.2e6, 1e4)
    canvas = canvas_around(
        projected(on_grid(x, y, code="EPSG:32660")), borders_of(x, x), borders_of(y, y), 64, 64
    )
    assert canvas is not None
    west, _, east, _ = canvas.bounds
    assert west > 170
    assert east < -170


@pytest.mark.parametrize(
    "ranges",
    [{"y": step(5)}, {"x": step(7)}, {"x": step(7), "y": step(5)}, {"y": Range(start=4, stop=6, step=2)}],
)
def test_a_lone_row_or_column_is_as_wide_as_the_cells_of_its_grid(ranges: dict[str, Range]) -> None:
    x, y = np.arange(4e5, 5e5, 1e3), np.arange(5e6, 5.1e6, 1e3)
    dataset = on_grid(x, y, code="EPSG:32631")
    dataset["t"] += np.arange(x.size) + 1000 * np.arange(y.size)[:, None]
    picture = picture_of(dataset, ranges=ranges)
    drawn = values_of(picture)
    taken = {name: slice(each.start, each.stop, each.step) for name, each in ranges.items()}
    known = set(drawn[np.isfinite(drawn)].tolist())
    assert known <= set(dataset["t"].isel(taken).values.ravel().tolist())
    assert len(known) >= 0.4 * dataset["t"].isel(taken).size
    assert picture.bounds is not None
    west, south, east, north = picture.bounds
    assert north - south > 0.008
    assert east - west > 0.011
