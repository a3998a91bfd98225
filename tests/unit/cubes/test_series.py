"""Values along one dimension at a point."""

import numpy as np
import pytest
import xarray as xr
from fakes.cubes_drawn import SOURCE, held, on_map, step
from fakes.cubes_open import CubeInMemory

from eohub_cubes.contract import Range, Series, SeriesQuery
from eohub_cubes.errors import BadSelection, BeyondBudget
from eohub_cubes.ports import Traffic
from eohub_cubes.series import MOST_MEMBERS, MOST_VALUES, series_at


def series_of(cube: CubeInMemory | xr.Dataset, along: str = "time", **asked: object) -> Series:
    opened = held(cube) if isinstance(cube, xr.Dataset) else cube
    query = SeriesQuery.model_validate({"source": SOURCE, "variable": "t", "along": along, **asked})
    return series_at(query, opened, Traffic())


def in_time(count: int = 4) -> xr.Dataset:
    """Latitude 10 to 30, longitude 0 to 350; values are step + latitude / 100."""
    dataset = on_map([10.0, 20.0, 30.0], np.arange(0.0, 360, 10))
    values = np.arange(float(count))[:, None, None] + dataset["lat"].values[None, :, None] / 100
    moments = xr.date_range("2001-02-28", periods=count, freq="D", calendar="360_day", use_cftime=True)
    whole = np.broadcast_to(values, (count, 3, 36))
    return dataset.drop_vars("t").assign(t=(("time", "lat", "lon"), whole)).assign_coords(time=moments)


def test_a_series_has_the_values_of_its_cell_and_labels_in_the_calendar_of_the_data() -> None:
    found = series_of(in_time(), ranges={"lat": step(1), "lon": step(35)})
    assert found.values == pytest.approx((0.2, 1.2, 2.2, 3.2))
    assert found.labels == ("2001-02-28", "2001-02-29", "2001-02-30", "2001-03-01")
    assert (found.place, found.every, found.members) == ("20° N, 10° W", 1, ())


@pytest.mark.parametrize("place", [(-10.4, 20.2), (349.0, 18.0)])
def test_a_place_names_the_nearest_cell_in_any_turn(place: tuple[float, float]) -> None:
    assert series_of(in_time(), place=place).place == "20° N, 10° W"


def test_a_range_of_the_dimension_itself_is_kept() -> None:
    found = series_of(in_time(), ranges={"time": Range(start=1, stop=4, step=2)})
    assert found.values == pytest.approx((1.1, 3.1))


def test_missing_and_infinite_values_are_null() -> None:
    dataset = xr.Dataset({"t": ("time", [1.0, np.nan, np.inf, 4.0])})
    found = series_of(dataset)
    assert found.values == (1.0, None, None, 4.0)
    assert found.labels == (0.0, 1.0, 2.0, 3.0)


def test_a_profile_tells_the_time_and_the_place_it_is_of() -> None:
    dataset = in_time(2).expand_dims(z=[5.0, 50.0]).copy()
    dataset["z"].attrs["units"] = "m"
    found = series_of(dataset, "z", ranges={"time": step(1), "lat": step(0), "lon": step(2)})
    assert found.place == "10° N, 20° E, time 2001-02-29"
    assert (
        series_of(dataset, "lat", ranges={"z": step(1)}).place
        == "z 50 m, time 2001-02-28, lon 0 degrees_east"
    )


def counted(length: int, chunk: int, size: int) -> CubeInMemory:
    values = np.broadcast_to(np.arange(float(length))[:, None], (length, 200))
    dataset = xr.Dataset({"t": (("time", "x"), values)})
    return held(dataset, {"t": (chunk, 200)}, size_of=lambda _: size)


def test_a_series_within_the_budget_is_whole_and_asks_no_header() -> None:
    cube = counted(100, 10, 100)
    found = series_of(cube, budget_bytes=160_000)
    assert (len(found.values), found.every, cube.asked) == (100, 1, [])


def test_beyond_the_budget_whole_pieces_are_passed_over() -> None:
    found = series_of(counted(100, 10, 1000), budget_bytes=10_000)
    assert found.every == 1
    found = series_of(counted(100, 10, 1000), budget_bytes=4_500)
    assert found.every == 25
    assert found.labels == (0.0, 25.0, 50.0, 75.0)
    assert found.values == (0.0, 25.0, 50.0, 75.0)


def test_a_piece_beyond_the_budget_is_refused_with_its_bytes() -> None:
    with pytest.raises(BeyondBudget, match="are allowed") as raised:
        series_of(counted(100, 100, 9_000), budget_bytes=1_000)
    assert raised.value.hint


def test_a_long_series_is_thinned_to_what_can_be_shown() -> None:
    found = series_of(xr.Dataset({"t": ("time", np.arange(25_000.0))}))
    assert found.every == 3
    assert len(found.values) <= MOST_VALUES


def ensemble(count: int) -> xr.Dataset:
    values = np.arange(3.0)[:, None] + np.arange(count)[None, :] * 10
    return xr.Dataset({"t": (("time", "number"), values)}, {"number": np.arange(count) + 1})


def test_several_members_are_told_with_their_mean() -> None:
    dataset = ensemble(3)
    dataset["t"].values[1, 2] = np.nan
    found = series_of(dataset, ranges={"number": Range(start=0, stop=3)})
    assert found.values == (10.0, 6.0, 12.0)
    assert [member.label for member in found.members] == [1.0, 2.0, 3.0]
    assert found.members[2].values == (20.0, None, 22.0)


def test_one_member_is_no_ensemble() -> None:
    found = series_of(ensemble(3), ranges={"number": step(1)})
    assert (found.values, found.members, found.place) == ((10.0, 11.0, 12.0), (), "number 2")


@pytest.mark.parametrize("count", [51, 101, MOST_MEMBERS])
def test_all_members_of_an_ensemble_make_its_mean(count: int) -> None:
    found = series_of(ensemble(count), ranges={"number": Range(start=0, stop=count)})
    assert (len(found.members), found.place) == (count, "")
    assert found.values == pytest.approx(ensemble(count)["t"].mean("number").values)


def test_where_some_members_stand_for_all_that_is_told() -> None:
    found = series_of(ensemble(300), ranges={"number": Range(start=0, stop=300)})
    assert (len(found.members), found.place) == (100, "every 3rd of 300 members")


def test_several_steps_of_another_dimension_are_refused() -> None:
    with pytest.raises(BadSelection, match="2 steps of lat"):
        series_of(in_time(), ranges={"lat": Range(start=0, stop=2)})


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ((0.0, 60.0), "There is no data at 60° N, 0° E"),
        ((0.0, 95.0), "no longitude and latitude"),
        ((float("inf"), 0.0), "no longitude and latitude"),
    ],
)
def test_a_place_without_data_is_told(place: tuple[float, float], words: str) -> None:
    with pytest.raises(BadSelection, match=words):
        series_of(in_time(), place=place)


def test_a_place_on_no_map_is_refused() -> None:
    with pytest.raises(BadSelection, match="t lies on no map"):
        series_of(ensemble(2), place=(0.0, 0.0))


def test_an_unknown_dimension_is_told_with_those_there_are() -> None:
    with pytest.raises(BadSelection, match="t has no dimension nope") as raised:
        series_of(in_time(), "nope")
    assert raised.value.hint == "It has time, lat, lon."


def test_a_series_crosses_the_wire() -> None:
    found = series_of(ensemble(3), ranges={"number": Range(start=0, stop=3)})
    assert Series.model_validate_json(found.model_dump_json()) == found
