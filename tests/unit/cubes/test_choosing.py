"""The steps that a picture or a series takes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from fakes.cubes_drawn import held, step
from hypothesis import given
from hypothesis import strategies as st

from eohub_cubes.choosing import single, slices_of, steps_of, thinned, variable_of
from eohub_cubes.contract import Range
from eohub_cubes.errors import BadSelection, NotReadable
from eohub_cubes.grid import length_of

DATASET = xr.Dataset(
    {"t": (("time", "x"), np.zeros((4, 6))), "other": ("band", [1.0])},
)


def test_a_dimension_that_is_not_named_is_taken_whole() -> None:
    steps = steps_of(DATASET, DATASET["t"], {"x": Range(start=1, stop=5, step=2)})
    assert steps == {"time": Range(start=0, stop=4), "x": Range(start=1, stop=5, step=2)}


def test_a_dimension_of_another_variable_is_left_out() -> None:
    assert "band" not in steps_of(DATASET, DATASET["t"], {"band": step(0)})


@pytest.mark.parametrize(
    ("name", "wanted", "words"),
    [
        ("x", Range(start=2, stop=2), "No step of x"),
        ("x", Range(start=4, stop=2), "No step of x"),
        ("x", Range(start=0, stop=7), "x has 6 steps"),
        ("x", Range(start=6, stop=7), "x has 6 steps"),
        ("nope", step(0), "no dimension nope"),
    ],
)
def test_a_bad_range_is_told_with_what_there_is(name: str, wanted: Range, words: str) -> None:
    with pytest.raises(BadSelection, match=words) as raised:
        steps_of(DATASET, DATASET["t"], {name: wanted})
    assert raised.value.hint


def test_a_dimension_without_steps_has_nothing_to_show() -> None:
    dataset = xr.Dataset({"t": (("time", "x"), np.zeros((0, 6)))})
    with pytest.raises(BadSelection, match="time has no steps"):
        steps_of(dataset, dataset["t"], {})


def test_other_dimensions_stand_at_the_step_that_is_told_else_at_the_first() -> None:
    steps = {"time": Range(start=0, stop=4), "z": step(2), "x": Range(start=0, stop=6)}
    assert single(steps, {"z": step(2)}, {"x"}) == {
        "time": step(0), "z": step(2), "x": Range(start=0, stop=6),
    }  # fmt: skip


def test_two_steps_of_a_dimension_that_is_not_shown_are_one_too_many() -> None:
    steps = {"time": Range(start=0, stop=4), "x": step(0)}
    with pytest.raises(BadSelection, match="4 steps of time"):
        single(steps, steps, {"x"})


@given(
    st.integers(0, 50), st.integers(1, 200), st.integers(1, 5), st.integers(1, 70)
)  # start, count, step, most
def test_thinned_steps_are_among_those_asked_for_and_few_enough(
    start: int, count: int, every: int, most: int
) -> None:
    wanted = Range(start=start, stop=start + (count - 1) * every + 1, step=every)
    found = thinned(wanted, most)
    taken = range(found.steps.start, found.steps.stop, found.steps.step)
    assert 1 <= len(taken) <= most
    assert set(taken) <= set(range(wanted.start, wanted.stop, wanted.step))
    assert found.every == 1 or count > most


@given(st.integers(1, 200), st.integers(1, 70))
def test_a_thinned_step_lies_in_the_middle_of_those_it_stands_for(count: int, most: int) -> None:
    found = thinned(Range(start=3, stop=3 + count), most)
    firsts, lasts = found.groups()
    taken = range(found.steps.start, found.steps.stop, found.steps.step)
    assert firsts[0] == 3
    assert all(first <= at <= last < 3 + count for first, at, last in zip(firsts, taken, lasts, strict=True))
    assert all(last + 1 == first for last, first in zip(lasts, firsts[1:], strict=False))


def test_slices_are_those_of_the_ranges() -> None:
    assert slices_of({"x": Range(start=1, stop=9, step=3)}) == {"x": slice(1, 9, 3)}
    assert length_of(Range(start=1, stop=9, step=3)) == 3


def test_an_unknown_variable_is_told_with_those_there_are() -> None:
    cube = held(xr.Dataset({f"v{number}": ("x", [1.0]) for number in range(20)}))
    with pytest.raises(BadSelection, match="no variable t") as raised:
        variable_of(cube, "t")
    assert raised.value.hint
    assert raised.value.hint.endswith("v11 and 8 more.")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.array(["a", "b"]), "text"),
        (np.array(["2000-01-01", "2001-01-01"], "datetime64[ns]"), "times"),
        (np.array([{}, {}], object), "objects"),
    ],
)
def test_what_holds_no_numbers_is_not_drawn(values: np.ndarray[Any, Any], words: str) -> None:
    with pytest.raises(NotReadable, match=f"t holds {words}"):
        variable_of(held(xr.Dataset({"t": ("x", values)})), "t")


def test_a_variable_with_a_problem_tells_it() -> None:
    cube = held(xr.Dataset({"t": ("x", [1.0])}))
    cube.arrays = {"t": replace(cube.arrays["t"], problem="its codec vlen-utf8 is not known here.")}
    with pytest.raises(NotReadable, match="t cannot be read: its codec"):
        variable_of(cube, "t")
