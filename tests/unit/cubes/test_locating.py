"""From a value along a dimension to its nearest step."""

import numpy as np
import pytest
import xarray as xr
from fakes.cubes_drawn import SOURCE
from hypothesis import given
from hypothesis import strategies as st

from eohub_cubes.contract import Located, LocateQuery
from eohub_cubes.errors import BadSelection
from eohub_cubes.locating import located


def locate(dataset: xr.Dataset, label: float | str | None = None, index: int | None = None) -> Located:
    query = LocateQuery(source=SOURCE, dimension="n", label=label, index=index)
    return located(query, dataset)


def along(values: object, **attributes: str) -> xr.Dataset:
    return xr.Dataset(coords={"n": ("n", np.asarray(values), attributes)})


@pytest.mark.parametrize(
    ("values", "label", "index"),
    [
        ([10.0, 20.0, 30.0], 24.9, 1),
        ([30.0, 20.0, 10.0], 24.9, 1),
        ([30.0, 10.0, 20.0], 9, 1),
        ([10.0, np.nan, 30.0], 21, 2),
        ([10.0, 20.0, 30.0], -1e300, 0),
        ([1, 2, 3], "2.2", 1),
        (np.array([1, 2, 3], "uint8"), 0.4, 0),
        (np.array([6, 12], "timedelta64[h]"), 12 * 3600, 1),
        (["red", "green", "blue"], "green", 1),
        (["Red", "red"], "red", 1),
        (["Red", "Green"], " green ", 1),
    ],
)
def test_the_nearest_step_is_found_in_any_order(values: object, label: float | str, index: int) -> None:
    assert locate(along(values), label).index == index


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.floats(-1e6, 1e6))
def test_no_other_step_is_nearer(values: list[float], label: float) -> None:
    found = locate(along(values), label)
    assert abs(values[found.index] - label) == min(abs(value - label) for value in values)


@pytest.mark.parametrize(("label", "index"), [(-10.0, 35), (350.0, 35), (359.0, 0), (-721.0, 0)])
def test_longitudes_are_found_in_any_turn(label: float, index: int) -> None:
    assert locate(along(np.arange(0.0, 360, 10), units="degrees_east"), label).index == index


def test_other_numbers_do_not_turn() -> None:
    assert locate(along(np.arange(0.0, 360, 10)), 400.0).index == 35


MOMENTS = np.array(["2000-01-01", "2000-01-31T12:00", "2000-03-01", "NaT"], "datetime64[ns]")


@pytest.mark.parametrize(
    ("label", "index"),
    [
        ("2000", 0), ("2000-01", 0), ("2000-02-01", 1), ("2000-02-28T23:59:59.5Z", 2), ("2000-01-31 12", 1),
        ("2000-1-31T12:00+00:00", 1), ("9999-12-31", 2), ("-4000-01-01", 0),
    ],
)  # fmt: skip
def test_times_are_told_whole_or_in_part(label: str, index: int) -> None:
    assert locate(along(MOMENTS), label).index == index


def test_times_are_read_in_the_calendar_of_the_data() -> None:
    days = xr.date_range("2000-02-01", periods=60, freq="D", calendar="360_day", use_cftime=True)
    dataset = xr.Dataset(coords={"n": days})
    assert locate(dataset, "2000-02-30") == Located(index=29, label="2000-02-30")
    with pytest.raises(BadSelection, match=r"2000-02-31 is no time in .* n \(360_day\)") as raised:
        locate(dataset, "2000-02-31")
    assert raised.value.hint == "An example: 2000-02-01."


@pytest.mark.parametrize(
    "label", ["yesterday", "2000-13-01", "2000-02-30", "01/02/2000", "", 12.5, "2000-01-01T25"]
)
def test_what_is_no_time_is_told_with_an_example(label: float | str) -> None:
    with pytest.raises(BadSelection, match="is no time") as raised:
        locate(along(MOMENTS), label)
    assert raised.value.hint == "An example: 2000-01-01."


@pytest.mark.parametrize(
    ("values", "label", "words", "hint"),
    [
        ([1.5, 2.5], "north", "north is no number", "An example: 1.5."),
        ([1.5, 2.5], "nan", "nan is no number", "An example: 1.5."),
        ([1.5, 2.5], "inf", "inf is no number", "An example: 1.5."),
        (["red"], "pink", "No step of n is called pink", "An example: red."),
        ([1.5, 2.5], None, "Neither a value nor a step", "An example: 1.5."),
        ([np.nan], 1.0, "No step of n has a value", None),
    ],
)
def test_a_bad_value_is_told_with_a_good_one(
    values: object, label: float | str | None, words: str, hint: str | None
) -> None:
    with pytest.raises(BadSelection, match=words) as raised:
        locate(along(values), label)
    assert raised.value.hint == hint


def test_a_step_tells_its_value() -> None:
    assert locate(along([10.0, 20.0]), index=1) == Located(index=1, label=20.0)
    with pytest.raises(BadSelection, match="n has 2 steps, 0 to 1; there is no step 2"):
        locate(along([10.0, 20.0]), index=2)


def test_without_a_coordinate_steps_are_their_own_values() -> None:
    dataset = xr.Dataset({"t": ("n", np.zeros(5))})
    assert locate(dataset, 3.4) == Located(index=3, label=3.0)


def test_a_dimension_that_is_not_there_or_has_no_steps_is_told() -> None:
    with pytest.raises(BadSelection, match="no dimension n"):
        locate(xr.Dataset(coords={"m": [1]}))
    with pytest.raises(BadSelection, match="n has no steps"):
        locate(along(np.zeros(0)), 1.0)


def test_a_million_steps_out_of_order_are_searched() -> None:
    values = np.random.default_rng(1).permutation(1_000_000) / 10
    found = locate(along(values), 77.73)
    assert found.label == 77.7
