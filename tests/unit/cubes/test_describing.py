"""What is told of some data from its metadata alone."""

import numpy as np
import pytest
import xarray as xr
from fakes.cubes_open import CubeInMemory

from eohub_cubes.contract import CubeDescription, DataAsset, Variable
from eohub_cubes.describing import described
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import Traffic
from eohub_cubes.wire import MOST_GROUPS, MOST_VARIABLES

ASSET = DataAsset(key="data", href="/cube.zarr")


def cube() -> xr.Dataset:
    times = np.datetime64("2000-01-01", "ns") + np.arange(4) * np.timedelta64(1, "D")
    return xr.Dataset(
        {
            "time_bnds": (("time", "edge"), np.zeros((4, 2))),
            "lat_vertices": (("lat", "lon", "corner"), np.zeros((3, 5, 4))),
            "mean": ("time", np.zeros(4, "float64")),
            "tas": (
                ("time", "lat", "lon"),
                np.zeros((4, 3, 5), "float32"),
                {"long_name": " Air temperature ", "standard_name": "air_temperature", "units": "K"},
            ),
        },
        coords={
            "time": ("time", times, {"bounds": "time_bnds"}),
            "lat": ("lat", [1.0, 0.0, -1.0], {"units": "degrees_north", "long_name": "latitude"}),
            "lon": ("lon", np.arange(5.0), {"units": "degrees_east"}),
        },
        attrs={"title": "A model run"},
    )


def told(dataset: xr.Dataset, **arrays: ArrayLayout) -> CubeDescription:
    return described("", ASSET, CubeInMemory(dataset, arrays), Traffic(bytes_read=7, requests=2))


def named(description: CubeDescription, name: str) -> Variable:
    return next(each for each in description.variables if each.name == name)


def test_data_comes_first_and_what_tells_edges_of_cells_last() -> None:
    names = [each.name for each in told(cube()).variables]
    assert names[:2] == ["tas", "mean"]
    assert set(names[2:5]) == {"time", "lat", "lon"}
    assert set(names[5:]) == {"time_bnds", "lat_vertices"}


def test_edges_of_cells_are_beside_the_data_as_coordinates_are() -> None:
    description = told(cube())
    assert [each.name for each in description.variables if not each.is_coordinate] == ["tas", "mean"]


def test_of_very_many_groups_the_first_are_told_with_their_number() -> None:
    held = CubeInMemory(cube(), {}, groups=[f"g{number}" for number in range(2_000)])
    description = described("", ASSET, held, Traffic())
    assert description.groups == tuple(held.groups[:MOST_GROUPS])
    assert "of 2,000 other groups" in description.notes[-1]


def test_a_variable_has_its_names_sizes_and_the_ways_to_draw_it() -> None:
    layout = ArrayLayout(("time", "lat", "lon"), (4, 3, 5), (2, 3, 5), 4, shard=(4, 3, 5))
    tas = named(told(cube(), tas=layout), "tas")
    assert (tas.label, tas.standard_name, tas.units) == ("Air temperature", "air_temperature", "K")
    assert (tas.shape, tas.chunks, tas.shards) == ((4, 3, 5), (2, 3, 5), (4, 3, 5))
    assert (tas.size_bytes, tas.dtype) == (240, "float32")
    assert (tas.x, tas.y, tas.series, tas.curvilinear) == ("lon", "lat", "time", False)


def test_what_is_in_one_piece_has_no_chunks() -> None:
    layout = ArrayLayout(("time",), (4,), (4,), 8)
    assert named(told(cube(), mean=layout), "mean").chunks is None


def test_a_series_along_the_only_dimension_needs_no_map() -> None:
    mean = named(told(cube()), "mean")
    assert (mean.x, mean.y, mean.series) == (None, None, "time")


def test_why_a_variable_cannot_be_read_is_told_with_it() -> None:
    layout = ArrayLayout(("time",), (4,), (4,), 8, problem="It is compressed with x.")
    description = told(cube(), mean=layout)
    assert named(description, "mean").problem == "It is compressed with x."
    assert named(description, "tas").problem is None


def test_dimensions_have_a_kind_and_the_values_along_them() -> None:
    found = {each.name: each for each in told(cube()).dimensions}
    assert [found[name].kind for name in ("time", "lat", "lon", "edge")] == ["time", "y", "x", "other"]
    assert found["lat"].label == "latitude"
    assert found["lat"].labels is not None
    assert found["lat"].labels.values == (1.0, 0.0, -1.0)
    assert found["edge"].labels is None


@pytest.mark.parametrize(("given", "title"), [("Chosen", "Chosen"), ("", "A model run")])
def test_the_title_is_the_given_one_or_the_datas_own(given: str, title: str) -> None:
    assert described(given, ASSET, CubeInMemory(cube(), {}), Traffic()).title == title


def test_what_was_read_for_it_is_told() -> None:
    description = told(cube())
    assert (description.bytes_read, description.requests) == (7, 2)


def test_of_very_many_variables_the_first_are_told_and_all_are_counted() -> None:
    many = xr.Dataset({f"v{at}": ("x", np.zeros(2)) for at in range(MOST_VARIABLES + 10)})
    description = told(many)
    assert len(description.variables) == MOST_VARIABLES
    assert description.variable_count == MOST_VARIABLES + 10
    assert description.size_bytes == 16 * (MOST_VARIABLES + 10)


def test_data_without_anything_in_it_is_described_too() -> None:
    description = told(xr.Dataset())
    assert (description.variables, description.dimensions, description.size_bytes) == ((), (), 0)
