"""Numbers as they are drawn, and the ends of a colour scale."""

from typing import Any

import numpy as np
import numpy.testing as npt
import pytest

from eohub_cubes.scaling import Scale, drawable, scale_of


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        (np.array([True, False]), [1.0, 0.0]),
        (np.array([7, -3], "int16"), [7.0, -3.0]),
        (np.array([250], "uint8"), [250.0]),
        (np.array([1.5, np.nan], ">f8"), [1.5, np.nan]),
        (np.array([90, "NaT"], "timedelta64[s]"), [90.0, np.nan]),
        (np.array([3 + 4j]), [5.0]),
    ],
)
def test_every_kind_of_number_is_drawn(values: np.ndarray[Any, Any], drawn: list[float]) -> None:
    found, _ = drawable(values)
    assert found.dtype == np.dtype("<f4")
    npt.assert_array_equal(found, np.array(drawn, "f4"))


def test_infinite_and_overlarge_cells_are_left_out_and_counted() -> None:
    found, notes = drawable(np.array([1.0, np.inf, -np.inf, 1e300]))
    npt.assert_array_equal(found, [1.0, np.nan, np.nan, np.nan])
    assert notes == ("3 cells are infinite or too large to draw, and left out.",)


def test_complex_numbers_are_told_to_be_drawn_by_magnitude() -> None:
    assert drawable(np.array([3 + 4j]))[1] == ("The numbers are complex; their magnitude is drawn.",)


def test_a_scale_is_the_whole_range_where_nothing_squashes_it() -> None:
    assert scale_of(np.linspace(0, 10, 101, dtype="f4")) == Scale(0, 10, 0, 10)


def test_outliers_do_not_squash_the_rest() -> None:
    values = np.append(np.linspace(0, 10, 999), 10_000).astype("f4")
    found = scale_of(values)
    assert (found.least, found.greatest) == (0, 10_000)
    assert found.low == pytest.approx(0.2, abs=0.01)
    assert found.high == pytest.approx(9.8, abs=0.01)


def test_a_slice_that_is_nearly_constant_keeps_its_whole_range() -> None:
    values = np.zeros(1000, "f4")
    values[3] = 5
    assert scale_of(values) == Scale(0, 5, 0, 5)


def test_two_sides_lie_equally_far_from_their_middle() -> None:
    values = np.linspace(-2, 6, 50, dtype="f4")
    assert scale_of(values, 0.0) == Scale(-2, 6, -6, 6)
    assert scale_of(values, 5.0) == Scale(-2, 6, -2, 12)


def test_missing_values_have_no_part_in_a_scale() -> None:
    assert scale_of(np.array([np.nan, 2, 4, np.nan], "f4")) == Scale(2, 4, 2, 4)
    assert scale_of(np.array([np.nan], "f4")) == Scale(None, None, None, None)


def test_a_constant_slice_has_one_end() -> None:
    assert scale_of(np.full(9, 3, "f4")) == Scale(3, 3, 3, 3)
