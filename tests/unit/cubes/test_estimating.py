"""What a selection costs."""

import math

import numpy as np
import pytest
import xarray as xr
from fakes.cubes_open import CubeInMemory, cube_of

from eohub_cubes.contract import Range, Selection
from eohub_cubes.errors import BadSelection
from eohub_cubes.estimating import MOST_ASKED, MOST_LOOKED_UP, cost_of, estimated
from eohub_cubes.layout import ArrayLayout
from eohub_cubes.ports import Measured, Memory

ENOUGH = Memory(free=2**33, limit=2**34)


def all_of(**ranges: tuple[int, int]) -> Selection:
    return Selection(
        variables=("t",), ranges={name: Range(start=a, stop=b) for name, (a, b) in ranges.items()}
    )


def test_a_box_is_not_grown_where_that_costs_another_variable_more() -> None:
    """Of `u` chunks are half as long, and of `w` values lie side by side."""
    names = ("time",)
    dataset = xr.Dataset({name: (names, np.zeros(12, "f4")) for name in "tuvw"})
    layouts = {name: ArrayLayout(names, (12,), (chunk,), 4) for name, chunk in (("t", 4), ("u", 2), ("v", 4))}
    cube = CubeInMemory(dataset, layouts | {"w": ArrayLayout(names, (12,), (12,), 4, contiguous=True)})

    def grown(variables: str, stop: int) -> bool:
        box = Selection(variables=tuple(variables), ranges={"time": Range(start=0, stop=stop)})
        return estimated(box, cube, None, ENOUGH).aligned is not None

    assert [grown(each, 1) for each in ("t", "tv", "tu", "tw", "ut", "vt")] == [
        True,
        True,
        False,
        False,
        True,
        True,
    ]
    assert grown("tu", 3)


def test_the_sizes_of_few_chunks_are_summed_exactly() -> None:
    cube = cube_of({"time": 8, "lat": 10}, (4, 5), size_of=lambda chunk: 10 * chunk[0] + chunk[1])
    told = estimated(all_of(time=(3, 5)), cube, None, ENOUGH)
    assert (told.read_bytes, told.exactness, told.chunks, told.requests) == (0 + 1 + 10 + 11, "exact", 4, 4)
    assert (told.cells, told.memory_bytes) == (20, 80)
    assert told.used_share == 20 / 80


def test_some_of_many_chunks_stand_for_the_others() -> None:
    cube = cube_of({"time": 1_000, "lat": 1_000}, (10, 10), size_of=lambda chunk: 100 + chunk[0])
    told = estimated(all_of(), cube, None, ENOUGH)
    truth = sum(100 + at for at in range(100)) * 100
    assert len(cube.asked) == MOST_ASKED
    assert told.exactness == "sampled"
    assert told.read_bytes == pytest.approx(truth, rel=0.05)


def test_sizes_that_cost_nothing_are_all_looked_up_within_bounds() -> None:
    cube = cube_of({"time": 1_000, "lat": 1_000}, (10, 10), size_of=lambda chunk: 100 + chunk[0])
    cube.sizes_known = True
    told = estimated(all_of(), cube, None, ENOUGH)
    assert (told.read_bytes, told.exactness) == (sum(100 + at for at in range(100)) * 100, "exact")
    many = cube_of({"time": 2**14, "lat": 2**14}, (1, 1))
    many.sizes_known = True
    assert estimated(all_of(), many, None, ENOUGH).exactness == "sampled"
    assert len(many.asked) == 2 * MOST_LOOKED_UP  # spread for bytes, neighbours for requests


def test_without_any_size_nothing_is_taken_for_compressed() -> None:
    cube = cube_of({"time": 8, "lat": 10}, (4, 5), size_of=lambda _: None)
    told = estimated(all_of(), cube, None, ENOUGH)
    assert (told.read_bytes, told.exactness) == (8 * 10 * 4, "bound")
    assert "at most 320 B to read" in told.text


def test_a_chunk_that_is_not_there_costs_no_bytes() -> None:
    cube = cube_of({"time": 8}, (4,), size_of=lambda chunk: 0 if chunk[0] else 7)
    assert cost_of("t", {}, cube).read_bytes == 7


def test_each_shard_takes_a_request_for_its_index() -> None:
    cube = cube_of({"time": 16}, (2,))
    layout = cube.arrays["t"]
    sharded = CubeInMemory(
        cube.dataset, {"t": ArrayLayout(layout.dimensions, layout.shape, layout.chunk, 4, shard=(8,))}
    )
    assert cost_of("t", {}, sharded).requests == 8 + 2


def test_an_array_in_one_piece_is_read_where_it_is_needed() -> None:
    dataset = xr.Dataset({"t": (("time", "lat"), np.zeros((100, 50_000), "float32"))})
    layout = ArrayLayout(("time", "lat"), (100, 50_000), (100, 50_000), 4, compressed=False, contiguous=True)
    cube = CubeInMemory(dataset, {"t": layout})
    told = estimated(all_of(time=(10, 12)), cube, None, ENOUGH)
    assert (told.read_bytes, told.requests, told.exactness, told.aligned) == (400_000, 1, "exact", None)
    assert cube.asked == []


def test_a_variable_that_is_stored_nowhere_costs_memory_only() -> None:
    cube = CubeInMemory(xr.Dataset({"t": ("time", np.zeros(5))}), {})
    assert (cost_of("t", {}, cube).read_bytes, cost_of("t", {}, cube).memory_bytes) == (0, 40)


def test_several_variables_are_added() -> None:
    one = cube_of({"time": 8}, (4,))
    cube = CubeInMemory(one.dataset.assign(u=one.dataset["t"]), {"t": one.arrays["t"], "u": one.arrays["t"]})
    told = estimated(Selection(variables=("t", "u")), cube, None, ENOUGH)
    assert (told.memory_bytes, told.read_bytes, told.requests) == (64, 400, 4)


@pytest.mark.parametrize(
    ("free", "verdict"),
    [(10**9, "fits"), (500, "tight"), (399, "does_not_fit"), (0, "does_not_fit"), (None, "unknown")],
)
def test_the_verdict_is_of_memory(free: int | None, verdict: str) -> None:
    told = estimated(all_of(), cube_of({"time": 100}, (10,)), None, Memory(free=free, limit=None))
    assert told.verdict == verdict


@pytest.mark.parametrize("ranges", [{"time": (5, 5)}, {"time": (200, 300)}])
def test_an_empty_selection_says_so_and_asks_nothing(ranges: dict[str, tuple[int, int]]) -> None:
    cube = cube_of({"time": 100}, (10,))
    told = estimated(all_of(**ranges), cube, None, ENOUGH)
    assert (told.verdict, told.text, told.read_bytes, cube.asked) == (
        "empty", "This selection takes nothing.", 0, [],
    )  # fmt: skip


def test_no_variable_at_all_takes_nothing() -> None:
    assert estimated(Selection(variables=()), cube_of({"time": 4}, (2,)), None, ENOUGH).verdict == "empty"


def test_time_follows_from_what_was_measured() -> None:
    cube = cube_of({"time": 100}, (10,), size_of=lambda _: 1_000)
    by_bytes = estimated(all_of(), cube, Measured(1_000), ENOUGH)
    by_requests = estimated(all_of(), cube, Measured(1e9, requests_per_second=2), ENOUGH)
    assert (by_bytes.seconds, by_requests.seconds) == (10, 5)
    assert estimated(all_of(), cube, None, ENOUGH).seconds is None


def test_the_sentence_says_all_of_it() -> None:
    cube = cube_of({"time": 512, "lat": 1_024, "lon": 1_024}, (8, 512, 512), size_of=lambda _: 2**20)
    told = estimated(all_of(), cube, Measured(16 * 2**20), Memory(free=int(4.1 * 2**30), limit=2**33))
    assert told.text == (
        "2.0 GiB in memory, about 256 MiB to read in 256 requests, about 16 s at 16.0 MiB/s, "
        "fits in this server (4.1 GiB free)"
    )


def test_a_box_across_chunks_is_offered_grown_to_whole_ones() -> None:
    cube = cube_of({"time": 10, "lat": 20}, (4, 5))
    told = estimated(all_of(time=(1, 4), lat=(0, 20)), cube, None, ENOUGH)
    assert told.aligned == Selection(variables=("t",), ranges={"time": Range(start=0, stop=4)})
    assert estimated(all_of(time=(0, 4)), cube, None, ENOUGH).aligned is None


@pytest.mark.parametrize(
    ("selection", "named"),
    [
        (Selection(variables=("nope",)), "nope"),
        (Selection(variables=("t",), ranges={"depth": Range(start=0, stop=1)}), "depth"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(selection: Selection, named: str) -> None:
    with pytest.raises(BadSelection) as caught:
        estimated(selection, cube_of({"time": 4}, (2,)), None, ENOUGH)
    assert named in caught.value.detail
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("It has ")


def test_a_cube_of_two_hundred_terabytes_is_estimated_without_asking_for_all_of_it() -> None:
    sizes = {"time": 306_816, "latitude": 4_500, "longitude": 9_000}
    cube = cube_of(sizes, (24, 512, 512), size_of=lambda _: 9 * 2**20)
    told = estimated(all_of(), cube, None, ENOUGH)
    assert told.memory_bytes == math.prod(sizes.values()) * 4
    assert (told.verdict, len(cube.asked)) == ("does_not_fit", MOST_ASKED)
