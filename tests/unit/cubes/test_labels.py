"""Values along a dimension as a person reads them."""

from typing import Any

import numpy as np
import pytest
import xarray as xr

from eohub_cubes.labels import calendar_of, label_of, labels_of


def labels(values: Any, **attributes: str) -> Any:
    return labels_of(xr.DataArray(np.asarray(values), dims="n", attrs=attributes))


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (np.float32(0.1), 0.1),
        (np.float64(0.1), 0.1),
        (np.int16(7), 7.0),
        (np.bool_(True), "True"),
        (np.float32("nan"), "nan"),
        (np.str_("B04"), "B04"),
        (np.bytes_(b"B04"), "B04"),
        (np.datetime64("2000-01-01T00:00:00", "ns"), "2000-01-01"),
        (np.datetime64("2000-01-01T06:30:00", "ns"), "2000-01-01T06:30:00"),
        (np.datetime64("2000-01-01T06:30:00.250", "ms"), "2000-01-01T06:30:00.250"),
        (np.datetime64("1999-12-31T23:59:59.999999712", "ns"), "2000-01-01"),
        (np.datetime64("1960-01-01T00:59:59.999999712", "ns"), "1960-01-01T01:00:00"),
        (np.datetime64("1960-01-01T01:00:00.000000288", "ns"), "1960-01-01T01:00:00"),
        (np.datetime64("1960-03", "M"), "1960-03-01"),
        (np.datetime64("NaT", "ns"), "NaT"),
        (np.timedelta64(90, "m"), 5400.0),
    ],
)
def test_a_value_is_a_number_or_text(value: object, label: float | str) -> None:
    assert label_of(value) == label


def test_times_of_other_calendars_are_told_in_them() -> None:
    days = xr.date_range("2000-02-29", periods=2, freq="D", calendar="360_day", use_cftime=True)
    coordinate = xr.DataArray(days, dims="n")
    found = labels_of(coordinate)
    assert found is not None
    assert (found.calendar, found.first, found.last, found.step) == (
        "360_day",
        "2000-02-29",
        "2000-02-30",
        86400,
    )
    assert calendar_of(coordinate) == "360_day"


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ([1.0, 2.0, 3.0], 1.0),
        ([90.0, 0.0, -90.0], -90.0),
        (np.array([1, 3, 5], "uint16"), 2.0),
        (np.array([5, 3, 1], "uint8"), -2.0),
        ([1.0, 2.0, 4.0], None),
        ([1.0, 1.0], None),
        ([1.0, np.nan, 3.0], None),
        ([1.0], None),
        (["a", "b"], None),
        (np.array(["2000-01-01", "2000-01-02"], "datetime64[ns]"), 86400.0),
    ],
)
def test_an_even_step_is_told(values: Any, step: float | None) -> None:
    assert labels(values).step == step


def test_a_fine_grid_of_short_floats_is_even() -> None:
    values = (np.arange(36_000) * 0.01).astype("float32")
    assert labels(values).step == pytest.approx(0.01, rel=1e-4)
    assert labels(np.append(values, np.float32(360.02))).step is None


def test_a_value_that_comes_twice_names_no_step() -> None:
    assert labels([1.0, 2.0]).unique
    assert not labels([1.0, 1.0]).unique
    assert not labels(["a", "a"]).unique


def test_of_many_values_the_ends_are_told() -> None:
    found = labels(np.arange(5000.0))
    assert (found.values, found.first, found.last, found.step) == (None, 0.0, 4999.0, 1.0)


def test_no_values_have_no_ends() -> None:
    found = labels(np.zeros(0))
    assert (found.values, found.first, found.last, found.step) == ((), None, None, None)


def test_a_coordinate_of_two_dimensions_has_no_labels() -> None:
    assert labels_of(xr.DataArray(np.zeros((2, 2)))) is None
