"""What would fit, where a selection does not."""

import numpy as np
import pytest
import xarray as xr
from fakes.cubes_open import CubeInMemory, cube_of

from eohub_cubes.contract import Offer, Range, Selection
from eohub_cubes.estimating import TIGHT_SHARE, cost_of, estimated
from eohub_cubes.ports import Memory

GIB = 2**30


def cube_in_time() -> CubeInMemory:
    cube = cube_of({"time": 8_760, "lat": 400, "lon": 800}, (24, 200, 200))
    times = np.datetime64("2000-01-01T00", "ns") + np.arange(8_760) * np.timedelta64(1, "h")
    return CubeInMemory(cube.dataset.assign_coords(time=times), cube.arrays)


def offers(free: int) -> dict[str, Offer]:
    told = estimated(Selection(variables=("t",)), cube_in_time(), None, Memory(free=free, limit=2 * GIB))
    return {each.kind: each for each in told.offers}


def test_what_fits_is_offered_nothing() -> None:
    assert offers(100 * GIB) == {}


@pytest.mark.parametrize("free", [GIB, 3 * GIB, 10 * GIB])
def test_each_offer_that_can_be_applied_fits_indeed(free: int) -> None:
    cube = cube_in_time()
    found = offers(free)
    assert set(found) == {"smaller", "coarser", "dask", "profile"}
    for kind in ("smaller", "coarser"):
        selection = found[kind].selection
        assert selection is not None
        assert 0 < cost_of("t", selection.ranges, cube).memory_bytes <= free * TIGHT_SHARE


def test_a_shorter_time_ends_at_the_border_of_a_chunk_and_says_when() -> None:
    selection = offers(GIB)["smaller"].selection
    assert selection is not None
    steps = selection.ranges["time"]
    assert steps.stop % 24 == 0
    last = np.datetime_as_string(cube_in_time().dataset["time"].values[steps.stop - 1], unit="s")
    assert str(last) in offers(GIB)["smaller"].text


def test_one_long_dimension_is_cut_where_there_is_no_time() -> None:
    cube = cube_of({"row": 10**9}, (10**6,))
    told = estimated(Selection(variables=("t",)), cube, None, Memory(free=GIB, limit=None))
    assert [each.kind for each in told.offers] == ["smaller", "dask", "profile"]
    assert "of row" in told.offers[0].text


def test_a_range_that_begins_later_is_cut_from_its_own_start() -> None:
    selection = Selection(variables=("t",), ranges={"time": Range(start=4_000, stop=8_760)})
    told = estimated(selection, cube_in_time(), None, Memory(free=GIB, limit=None))
    smaller = next(each.selection for each in told.offers if each.kind == "smaller")
    assert smaller is not None
    assert smaller.ranges["time"].start == 4_000


def test_a_server_that_would_do_counts_what_this_one_uses_already() -> None:
    assert "of at least" in offers(GIB)["profile"].text


def test_data_without_a_place_is_not_made_coarser() -> None:
    cube = CubeInMemory(xr.Dataset({"t": ("row", np.zeros(10_000))}), {})
    told = estimated(Selection(variables=("t",)), cube, None, Memory(free=1_000, limit=None))
    assert "coarser" not in {each.kind for each in told.offers}


def test_nothing_is_offered_where_no_memory_is_left() -> None:
    assert offers(0) == {}
