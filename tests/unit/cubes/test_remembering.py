"""Sizes of pieces are asked for once."""

import numpy as np
from fakes.cubes_open import cube_of

from eohub_cubes.contract import Range, Selection
from eohub_cubes.estimating import estimated
from eohub_cubes.ports import Memory
from eohub_cubes.remembering import RememberingCube

ENOUGH = Memory(free=2**33, limit=2**34)


def chunks(*indices: int) -> np.ndarray:
    return np.array(indices, np.int64).reshape(-1, 1)


def test_only_what_is_new_is_asked_for() -> None:
    cube = cube_of({"time": 100}, (10,), size_of=lambda chunk: chunk[0] * 7)
    known = RememberingCube(cube)
    assert [*known.stored("t", chunks(1, 2)).sizes] == [7, 14]
    assert [*known.stored("t", chunks(3, 2, 1)).sizes] == [21, 14, 7]
    assert cube.asked == [(1,), (2,), (3,)]


def test_a_slider_that_comes_back_asks_nothing() -> None:
    cube = cube_of({"time": 100}, (10,))
    known = RememberingCube(cube)
    there = Selection(variables=("t",), ranges={"time": Range(start=0, stop=30)})
    back = Selection(variables=("t",), ranges={"time": Range(start=10, stop=30)})
    for selection in (there, back, there):
        assert estimated(selection, known, None, ENOUGH) == estimated(
            selection, cube_of({"time": 100}, (10,)), None, ENOUGH
        )
    assert len(cube.asked) == 3


def test_a_size_that_is_not_told_is_remembered_too() -> None:
    cube = cube_of({"time": 100}, (10,), size_of=lambda _: None)
    known = RememberingCube(cube)
    assert [*known.stored("t", chunks(1)).sizes] == [*known.stored("t", chunks(1)).sizes] == [None]
    assert len(cube.asked) == 1


def test_how_many_requests_a_piece_takes_is_kept() -> None:
    cube = cube_of({"time": 100}, (10,))
    cube.requests_each = 0.25
    known = RememberingCube(cube)
    known.stored("t", chunks(1))
    assert known.stored("t", chunks(1)).requests_each == 0.25


def test_sizes_that_cost_nothing_are_not_remembered() -> None:
    cube = cube_of({"time": 100}, (10,))
    cube.sizes_known = True
    known = RememberingCube(cube)
    assert known.sizes_known
    assert [*known.stored("t", chunks(1)).sizes] == [*known.stored("t", chunks(1)).sizes] == [100]
    assert len(cube.asked) == 2


def test_what_is_remembered_is_bounded() -> None:
    cube = cube_of({"time": 100}, (10,))
    known = RememberingCube(cube, most=3)
    known.stored("t", chunks(0, 1, 2, 3, 4))
    known.stored("t", chunks(4, 3, 2))
    assert len(cube.asked) == 5
    known.stored("t", chunks(0))
    assert len(cube.asked) == 6


def test_all_else_is_that_of_the_cube_beneath() -> None:
    cube = cube_of({"time": 100}, (10,))
    known = RememberingCube(cube)
    assert (known.kind, known.dataset, known.arrays) == (cube.kind, cube.dataset, cube.arrays)
    known.close()
    assert cube.closed
