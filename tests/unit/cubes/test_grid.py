"""Which pieces of an array a selection touches, against counting them one by one."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eohub_cubes.contract import Range
from eohub_cubes.errors import BadSelection
from eohub_cubes.grid import (
    MERGED_GAP_BYTES,
    box_of,
    check_names,
    contiguous_reads,
    grown,
    length_of,
    shard_count,
    touched,
)
from eohub_cubes.layout import ArrayLayout


@st.composite
def layouts(draw: st.DrawFn) -> ArrayLayout:
    shape = tuple(draw(st.lists(st.integers(1, 12), min_size=0, max_size=3)))
    chunk = tuple(draw(st.integers(1, 14)) for _ in shape)
    inner = draw(st.integers(1, 3))
    return ArrayLayout(
        tuple("abc"[: len(shape)]), shape, chunk, 4, shard=tuple(each * inner for each in chunk)
    )


@st.composite
def selections(draw: st.DrawFn) -> tuple[ArrayLayout, dict[str, Range]]:
    layout = draw(layouts())
    ranges = {
        name: Range(
            start=draw(st.integers(0, 14)), stop=draw(st.integers(0, 14)), step=draw(st.integers(1, 5))
        )
        for name in layout.dimensions
        if draw(st.booleans())
    }
    return layout, ranges


def cells_of(layout: ArrayLayout, ranges: dict[str, Range]) -> list[tuple[int, ...]]:
    along = [
        range(size)[slice(r.start, r.stop, r.step)] if (r := ranges.get(name)) else range(size)
        for name, size in zip(layout.dimensions, layout.shape, strict=True)
    ]
    return [*itertools.product(*along)]


@given(selections())
def test_a_box_touches_the_chunks_that_its_cells_lie_in(drawn: tuple[ArrayLayout, dict[str, Range]]) -> None:
    layout, ranges = drawn
    cells = cells_of(layout, ranges)
    chunks = {tuple(i // c for i, c in zip(cell, layout.chunk, strict=True)) for cell in cells}
    held = [
        cell
        for cell in itertools.product(*map(range, layout.shape))
        if tuple(i // c for i, c in zip(cell, layout.chunk, strict=True)) in chunks
    ]
    box = box_of(layout, ranges)
    found = touched(layout, box)
    assert box.cells == len(cells)
    assert found.count == len(chunks)
    assert {tuple(map(int, chunk)) for chunk in found.chunks(found.spread(10_000))} == chunks
    assert found.cells == len(held)


@given(selections())
def test_shards_are_counted_as_chunks_are(drawn: tuple[ArrayLayout, dict[str, Range]]) -> None:
    layout, ranges = drawn
    assert layout.shard is not None
    of = {tuple(i // s for i, s in zip(cell, layout.shard, strict=True)) for cell in cells_of(layout, ranges)}
    assert shard_count(layout, box_of(layout, ranges)) == len(of)


@given(selections(), st.integers(1, 6))
def test_some_of_many_chunks_are_chunks_of_the_box(
    drawn: tuple[ArrayLayout, dict[str, Range]], most: int
) -> None:
    layout, ranges = drawn
    found = touched(layout, box_of(layout, ranges))
    every = {tuple(map(int, chunk)) for chunk in found.chunks(found.spread(10_000))}
    some = [tuple(map(int, chunk)) for chunk in found.chunks(found.spread(most))]
    assert set(some) <= every
    assert len(set(some)) == len(some)
    assert min(1, found.count) <= len(some) <= max(most, 1)


def test_chunks_that_stand_for_others_come_from_all_parts_of_the_grid() -> None:
    layout = ArrayLayout(("time", "lat"), (1_000, 1_000), (10, 10), 4)
    found = touched(layout, box_of(layout, {}))
    some = found.chunks(found.spread(64))
    for column in some.T:
        assert np.histogram(column, bins=4, range=(0, 100))[0].min() >= 8


def test_indices_of_a_hundred_thousand_chunks_are_not_made() -> None:
    layout = ArrayLayout(("time",), (10**9,), (10**4,), 4)
    found = touched(layout, box_of(layout, {}))
    assert found.count == 10**5
    assert len(found.chunks(found.spread(64))) == 64


def test_nothing_lies_beyond_the_end() -> None:
    layout = ArrayLayout(("time",), (10,), (4,), 4)
    assert box_of(layout, {"time": Range(start=8, stop=99)}).cells == 2
    assert box_of(layout, {"time": Range(start=50, stop=99)}).cells == 0
    assert box_of(layout, {"time": Range(start=5, stop=2)}).cells == 0


def test_an_unknown_dimension_is_told_with_those_that_are_there() -> None:
    with pytest.raises(BadSelection) as caught:
        check_names({"time": 3, "lat": 4}, {"lon": Range(start=0, stop=1)})
    assert "lon" in caught.value.detail
    assert caught.value.hint == "It has time, lat."


@given(selections())
def test_a_box_grows_to_chunks_it_touches_anyway(drawn: tuple[ArrayLayout, dict[str, Range]]) -> None:
    layout, ranges = drawn
    box = box_of(layout, ranges)
    wider = grown(layout, box)
    assert wider.cells >= box.cells
    assert touched(layout, wider).count == touched(layout, box).count
    if all(each.step == 1 for each in box.ranges) and box.cells:
        assert wider.cells == touched(layout, wider).cells


WIDE = MERGED_GAP_BYTES // 4 + 1
"""Values in a gap that is not read over."""


@pytest.mark.parametrize(
    ("shape", "ranges", "expected"),
    [
        ((10, 10), {}, (400, 1)),
        ((10, WIDE), {"a": Range(start=2, stop=5)}, (3 * WIDE * 4, 1)),
        ((10, 2 * WIDE), {"b": Range(start=0, stop=1)}, (40, 10)),
        ((10, 10), {"b": Range(start=0, stop=1)}, ((9 * 10 + 1) * 4, 1)),
        ((10, 10), {"b": Range(start=3, stop=3)}, (0, 0)),
        ((), {}, (4, 1)),
    ],
)
def test_rows_side_by_side_are_read_in_runs(
    shape: tuple[int, ...], ranges: dict[str, Range], expected: tuple[int, int]
) -> None:
    layout = ArrayLayout(tuple("ab"[: len(shape)]), shape, shape, 4, compressed=False, contiguous=True)
    assert contiguous_reads(layout, box_of(layout, ranges)) == expected


@given(selections())
def test_runs_hold_at_least_the_cells_and_at_most_the_array(
    drawn: tuple[ArrayLayout, dict[str, Range]],
) -> None:
    layout, ranges = drawn
    box = box_of(layout, ranges)
    read, requests = contiguous_reads(layout, box)
    assert box.cells * 4 <= read <= math.prod(layout.shape) * 4
    assert (requests > 0) == (box.cells > 0)


def test_the_length_of_a_range_is_that_of_pythons() -> None:
    assert length_of(Range(start=1, stop=8, step=3)) == len(range(1, 8, 3))
