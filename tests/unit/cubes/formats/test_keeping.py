"""Longitudes and latitudes of cells are read once."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from fakes.cube_cases import asset_at, measured
from fakes.cubes_desk import desk
from fakes.cubes_drawn import step
from xarray.backends import BackendArray
from xarray.core import indexing

from eohub_cubes.contract import DataSource, PreviewQuery, SourceQuery
from eohub_cubes.formats.keeping import KeptArray
from eohub_cubes.pictures import pictured


class Counted(BackendArray):
    """Values that count how often they are read."""

    def __init__(self, values: np.ndarray[Any, Any]) -> None:
        self.shape, self.dtype = values.shape, values.dtype
        self._values = values
        self.reads = 0

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        self.reads += 1
        return self._values[key.tuple]


def kept(counted: Counted, most_bytes: int = 10_000) -> xr.Variable:
    lazy = xr.Variable(("y", "x"), indexing.LazilyIndexedArray(counted))
    return xr.Variable(("y", "x"), indexing.LazilyIndexedArray(KeptArray(lazy, most_bytes)))


PARTS = [
    np.s_[:, :], np.s_[1:3, ::2], np.s_[::-1, 1], np.s_[np.array([3, 0]), :], np.s_[-1, -1], np.s_[0:0, :],
]  # fmt: skip


@pytest.mark.parametrize("part", PARTS, ids=str)
def test_each_part_has_its_values_and_is_read_once(part: Any) -> None:
    counted = Counted(np.arange(20.0).reshape(4, 5))
    variable = kept(counted)
    for _ in range(3):
        npt.assert_array_equal(variable[part].values, np.arange(20.0).reshape(4, 5)[part])
    assert counted.reads <= 1


def test_what_one_changes_in_its_values_is_not_what_another_gets() -> None:
    variable = kept(Counted(np.zeros((4, 5))))
    variable.copy(deep=False).values += 1
    assert not variable.copy(deep=False).values.any()


def test_what_is_kept_is_bounded_and_the_latest_stays() -> None:
    counted = Counted(np.arange(20.0).reshape(4, 5))
    variable = kept(counted, most_bytes=2 * 5 * 8)
    for row in (0, 1, 2, 2, 1):
        _ = variable[row].values
    assert counted.reads == 3
    _ = variable[0].values
    assert counted.reads == 4
    for _ in range(2):
        _ = variable[:].values
    assert counted.reads == 6


def test_a_slider_over_a_curvilinear_grid_reads_the_places_once(tmp_path: Path) -> None:
    y, x = np.mgrid[0:6, 0:8].astype("float64")
    ocean = xr.Dataset(
        {"t": (("time", "y", "x"), np.arange(3 * 48, dtype="float32").reshape(3, 6, 8))},
        {
            "nav_lon": (("y", "x"), x + y / 10, {"standard_name": "longitude"}),
            "nav_lat": (("y", "x"), y + x / 10, {"standard_name": "latitude"}),
        },
    )
    ocean["t"].encoding["chunks"] = (1, 6, 8)
    ocean.to_zarr(tmp_path / "ocean.zarr", zarr_format=2)
    source = DataSource(title="", assets=(asset_at(tmp_path / "ocean.zarr"),))
    _, cube = desk().cube(SourceQuery(source=source))
    requests: list[int] = []
    for at in range(3):
        query = PreviewQuery(source=source, variable="t", ranges={"time": step(at)})
        with measured() as traffic:
            drawn = pictured(query, cube, traffic)
        assert drawn.bounds is not None
        requests.append(traffic.requests)
    assert requests == [3, 1, 1]
