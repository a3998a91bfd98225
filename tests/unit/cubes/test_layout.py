"""How an array is cut into pieces."""

import pytest

from eohub_cubes.layout import ArrayLayout


@pytest.mark.parametrize(
    ("shape", "chunk", "grid"),
    [
        ((10,), (3,), (4,)),
        ((6, 4), (3, 4), (2, 1)),
        ((), (), ()),
        ((0, 5), (2, 5), (0, 1)),
        ((1,), (8,), (1,)),
    ],
)
def test_the_last_chunk_may_reach_beyond_the_array(
    shape: tuple[int, ...], chunk: tuple[int, ...], grid: tuple[int, ...]
) -> None:
    names = tuple("abc"[: len(shape)])
    assert ArrayLayout(names, shape, chunk, 4).grid() == grid


def test_a_chunk_counts_whole_even_where_it_reaches_beyond_the_array() -> None:
    assert ArrayLayout(("time", "lat"), (10, 7), (4, 5), 2).chunk_bytes() == 40
