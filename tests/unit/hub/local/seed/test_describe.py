"""What the catalogue is told about a cube."""

from typing import Any

import numpy as np
import pystac
import pytest
import xarray as xr

from eohub_hub.local.seed.cubes import COLLECTIONS, CUBES, Cube
from eohub_hub.local.seed.describe import collection_of, dimensions_of, item_of, variables_of

CUBE = Cube("t", "a1b-e1-north-america", "Title", "Words.", ("t.nc",), "t2m")


@pytest.fixture
def dataset() -> xr.Dataset:
    """Two annual means on a 3 by 2 grid, raw as in a file."""
    time = {
        "units": "days since 1860-01-01",
        "calendar": "360_day",
        "bounds": "time_bnds",
        "standard_name": "time",
    }
    return xr.Dataset(
        {
            "t2m": (
                ("time", "lat", "lon"),
                np.zeros((2, 2, 3)),
                {"units": "K", "standard_name": "air_temperature"},
            ),
            "time_bnds": (("time", "bnds"), [[0.0, 360.0], [360.0, 720.0]]),
            "crs": ((), 0, {"grid_mapping_name": "latitude_longitude"}),
        },
        coords={
            "time": ("time", [180.0, 540.0], time),
            "lat": ("lat", [10.0, 20.0], {"standard_name": "latitude", "units": "degrees_north"}),
            "lon": ("lon", [240.0, 250.0, 260.0], {"standard_name": "longitude", "units": "degrees_east"}),
        },
    )


@pytest.fixture
def curvilinear() -> xr.Dataset:
    """One month on a 2 by 2 grid whose longitudes and latitudes are variables."""
    lon = {"standard_name": "longitude", "units": "degrees_east", "bounds": "bounds_lon"}
    lat = {"standard_name": "latitude", "units": "degrees_north"}
    sst = {"units": "degree_C", "long_name": "Sea Surface Temperature", "coordinates": "nav_lat nav_lon"}
    return xr.Dataset(
        {
            "tos": (("time", "y", "x"), np.zeros((1, 2, 2)), sst),
            "nav_lon": (("y", "x"), [[0.0, 1.0], [0.0, 1.0]], lon),
            "nav_lat": (("y", "x"), [[0.0, 0.0], [1.0, 1.0]], lat),
            "bounds_lon": (("y", "x", "nvertex"), np.zeros((2, 2, 4))),
        },
        coords={"time": ("time", [15.0], {"units": "days since 2015-01-01", "calendar": "standard"})},
    )


@pytest.fixture
def item(dataset: xr.Dataset) -> dict[str, Any]:
    """The item of the regular dataset."""
    return item_of(CUBE, dataset, "s3://climate/t.zarr", 1234)


def test_the_pystac_library_reads_an_item_and_its_times(item: dict[str, Any]) -> None:
    read = pystac.Item.from_dict(item)
    assert read.datetime is None
    assert read.common_metadata.start_datetime.isoformat() == "1860-01-01T00:00:00+00:00"
    assert read.common_metadata.end_datetime.isoformat() == "1862-01-01T00:00:00+00:00"


def test_an_item_opens_lazily_with_what_its_asset_says(item: dict[str, Any]) -> None:
    asset = item["assets"]["data"]
    assert asset["href"] == "s3://climate/t.zarr"
    assert asset["file:size"] == 1234
    assert asset["xarray:open_kwargs"] == {
        "engine": "zarr",
        "chunks": {},
        "consolidated": True,
        "zarr_format": 3,
    }


def test_an_item_names_licence_producer_and_source(item: dict[str, Any]) -> None:
    links = {link["rel"]: link for link in item["links"]}
    assert item["properties"]["license"] == "OGL-UK-3.0"
    assert "Open Government Licence" in item["properties"]["attribution"]
    assert item["properties"]["providers"][0]["name"] == "Met Office"
    assert links["license"]["href"].endswith("/open-government-licence/version/3/")
    assert "t.nc" in links["via"]["title"]


def test_an_item_in_a_collection_links_to_it(item: dict[str, Any]) -> None:
    assert any(link["rel"] == "collection" for link in item["links"])


def test_extents_are_the_datasets_own_coordinates_while_the_box_is_geographic(item: dict[str, Any]) -> None:
    longitude = item["properties"]["cube:dimensions"]["lon"]
    assert longitude["extent"] == [240.0, 260.0]
    assert (longitude["axis"], longitude["step"], longitude["reference_system"]) == ("x", 10.0, 4326)
    assert item["bbox"] == [-125.0, 5.0, -95.0, 25.0]


def test_time_has_its_calendar_step_and_number_of_steps(dataset: xr.Dataset) -> None:
    time = dimensions_of(dataset)["time"]
    assert time["extent"] == ["1860-01-01T00:00:00Z", "1862-01-01T00:00:00Z"]
    assert (time["step"], time["calendar"], time["size"]) == ("P1Y", "360_day", 2)


def test_corners_of_cells_are_no_dimension_and_their_bounds_no_variable(
    dataset: xr.Dataset, curvilinear: xr.Dataset
) -> None:
    assert set(dimensions_of(dataset)) == {"time", "lat", "lon"}
    assert set(variables_of(dataset, "t2m")) == {"t2m"}
    assert set(dimensions_of(curvilinear)) == {"time", "y", "x"}
    assert set(variables_of(curvilinear, "tos")) == {"tos", "nav_lon", "nav_lat"}


def test_a_variable_says_unit_shape_and_meaning(dataset: xr.Dataset) -> None:
    assert variables_of(dataset, "t2m")["t2m"] == {
        "type": "data",
        "dimensions": ["time", "lat", "lon"],
        "unit": "K",
        "description": "air_temperature",
        "shape": [2, 2, 3],
        "attrs": {"standard_name": "air_temperature"},
        "extent": [0.0, 0.0],
    }


def test_the_extent_of_a_variable_is_of_its_values_and_not_of_what_stands_for_missing_ones() -> None:
    raw = np.array([[1e20, 12.0], [10.5, 1e20]], dtype=np.float32)
    packing = {"_FillValue": np.float32(1e20), "scale_factor": 2.0, "add_offset": 1.0}
    dataset = xr.Dataset({"t": (("y", "x"), raw, packing)})
    assert variables_of(dataset, "t")["t"]["extent"] == [22.0, 25.0]


def test_an_index_of_a_curvilinear_grid_is_not_taken_for_a_longitude(curvilinear: xr.Dataset) -> None:
    assert dimensions_of(curvilinear)["x"] == {"type": "grid", "extent": [0, 1], "step": 1, "size": 2}
    found = variables_of(curvilinear, "tos")
    assert found["tos"]["attrs"]["coordinates"] == "nav_lat nav_lon"
    assert (found["nav_lon"]["type"], found["nav_lon"]["unit"]) == ("auxiliary", "degrees_east")


def test_a_collection_encloses_its_items(item: dict[str, Any]) -> None:
    other = {
        "bbox": [0.0, -10.0, 5.0, 0.0],
        "properties": {"start_datetime": "1850-01-01T00:00:00Z", "end_datetime": "1851-01-01T00:00:00Z"},
    }
    extent = collection_of(COLLECTIONS[CUBE.collection], [item, other])["extent"]
    assert extent["spatial"]["bbox"] == [[-125.0, -10.0, 5.0, 25.0]]
    assert extent["temporal"]["interval"] == [["1850-01-01T00:00:00Z", "1862-01-01T00:00:00Z"]]


def test_every_cube_belongs_to_a_collection_and_every_collection_has_a_cube() -> None:
    assert {cube.collection for cube in CUBES} == set(COLLECTIONS)
    assert len({cube.id for cube in CUBES}) == len(CUBES)
