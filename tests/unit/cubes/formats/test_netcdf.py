"""netCDF files as they are found: layouts, times and calendars, and what is wrong with them."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import netCDF4
import numpy as np
import numpy.testing as npt
import pytest
import xarray as xr
from fakes.cube_cases import all_chunks, asset_at, measured, opened
from fakes.stac_documents import SHARED

from eohub_cubes.contract import Range, Selection
from eohub_cubes.describing import described
from eohub_cubes.errors import DataDamaged, DataMissing, NotReadable
from eohub_cubes.estimating import estimated
from eohub_cubes.ports import Memory, OpenCube, Traffic
from eohub_cubes.remembering import RememberingCube

ARRAYS = SHARED / "arrays"
UNKNOWN = Memory(None, None)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cube.nc"


def chunked(path: Path, **options: Any) -> np.ndarray[Any, Any]:
    values = np.random.default_rng(0).random((6, 40, 50)).astype(np.float32)
    with h5py.File(path, "w") as file:
        file.create_dataset("v", data=values, chunks=(1, 20, 25), **options)
    return values


def test_bytes_of_chunks_are_those_of_the_file_and_no_more_is_read(path: Path) -> None:
    values = chunked(path, compression="gzip", shuffle=True)
    with h5py.File(path) as file:
        known = [file["v"].id.get_chunk_info(at).size for at in range(24)]
    cube = opened(path)
    assert sorted(map(int, filter(None, cube.stored("v", all_chunks((6, 2, 2))).sizes))) == sorted(known)
    first, last = (cube.stored("v", np.array([at])).sizes[0] for at in ([0, 0, 0], [5, 1, 1]))
    with measured() as traffic:
        npt.assert_array_equal(cube.dataset["v"][[0, 5], [0, 39], [0, 49]].values.shape, (2, 2, 2))
    with measured() as one:
        npt.assert_array_equal(cube.dataset["v"][5, 30:, 30:].values, values[5, 30:, 30:])
    assert one.bytes_read == last
    assert one.requests == 1
    assert traffic.bytes_read >= (first or 0) + (last or 0)


def test_neighbouring_chunks_are_read_in_one_request(path: Path) -> None:
    values = chunked(path)
    cube = opened(path)
    with measured() as traffic:
        npt.assert_array_equal(cube.dataset["v"].values, values)
    assert traffic.bytes_read == values.nbytes
    assert traffic.requests == 1


def test_a_chunk_that_was_never_written_has_the_fill_value_and_no_bytes(path: Path) -> None:
    with h5py.File(path, "w") as file:
        array = file.create_dataset("v", shape=(4, 4), chunks=(2, 2), dtype="f4", fillvalue=-5)
        array[:2, :2] = 1
    cube = opened(path)
    assert cube.stored("v", all_chunks((2, 2))).sizes == [16, 0, 0, 0]
    assert cube.dataset["v"].values[3, 3] == -5


@pytest.mark.parametrize("remembered", [False, True])
@pytest.mark.parametrize(
    "index",
    [
        (slice(None), slice(None), slice(None)),
        (slice(1, 4), slice(None), slice(None)),
        (slice(None), slice(3, 4), slice(3, 4)),
        (slice(None), slice(0, 20), slice(None)),
        (slice(0, 6, 2), slice(None), slice(None)),
        (slice(2, 3), slice(5, 6), slice(7, 8)),
    ],
)
def test_an_estimate_tells_the_requests_for_chunks_that_lie_next_to_each_other(
    index: tuple[slice, ...], remembered: bool, path: Path
) -> None:
    values = chunked(path)
    cube: OpenCube = opened(path)
    if remembered:
        cube = RememberingCube(cube)
        estimated(Selection(variables=("v",)), cube, None, UNKNOWN)
    array = cube.dataset["v"]
    ranges = {
        str(name): Range(start=steps[0], stop=steps[-1] + 1, step=steps.step)
        for name, each, size in zip(array.dims, index, values.shape, strict=True)
        if (steps := range(*each.indices(size)))
    }
    told = estimated(Selection(variables=("v",), ranges=ranges), cube, None, UNKNOWN)
    with measured() as traffic:
        npt.assert_array_equal(array[index].values, values[index])
    assert (told.read_bytes, told.requests) == (traffic.bytes_read, traffic.requests)


def test_so_does_one_of_very_many_chunks(path: Path) -> None:
    """Rows one after the other are a few requests, columns one each."""
    with h5py.File(path, "w") as file:
        file.create_dataset("v", data=np.ones((300, 40, 8), np.float32), chunks=(1, 40, 4))
    cube = opened(path)
    for ranges in ({}, {"phony_dim_2": Range(start=0, stop=1)}):
        told = estimated(Selection(variables=("v",), ranges=ranges), cube, None, UNKNOWN)
        steps = slice(0, 1) if ranges else slice(None)
        with measured() as traffic:
            _ = cube.dataset["v"][:, :, steps].values
        assert told.exactness == "sampled"
        assert told.requests == pytest.approx(traffic.requests, rel=0.2)


@pytest.mark.parametrize("form", ["NETCDF4", "NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA"])
def test_of_values_that_lie_in_rows_as_many_are_read_as_the_estimate_tells(form: Any, path: Path) -> None:
    values = np.random.default_rng(0).random((8, 300, 400)).astype(np.float32)
    with netCDF4.Dataset(path, "w", format=form) as file:
        for name, size in zip("tyx", values.shape, strict=True):
            file.createDimension(name, size)
        file.createVariable("v", "f4", tuple("tyx"))[:] = values
    cube = opened(path)
    ranges: dict[str, Any]
    for index, ranges in (
        ((slice(3, 4), slice(None), slice(None)), {"t": {"start": 3, "stop": 4}}),
        ((slice(None), slice(7, 8), slice(9, 10)),
         {"y": {"start": 7, "stop": 8}, "x": {"start": 9, "stop": 10}}),
        ((slice(0, 8, 3), slice(5, 100, 2), slice(0, 400, 7)),
         {"t": {"start": 0, "stop": 8, "step": 3}, "y": {"start": 5, "stop": 100, "step": 2},
          "x": {"start": 0, "stop": 400, "step": 7}}),
    ):  # fmt: skip
        told = estimated(
            Selection.model_validate({"variables": ["v"], "ranges": ranges}), cube, None, UNKNOWN
        )
        with measured() as traffic:
            npt.assert_array_equal(cube.dataset["v"][index].values, values[index])
        assert (traffic.bytes_read, traffic.requests) == (told.read_bytes, told.requests)


def test_records_of_several_variables_lie_between_each_other(path: Path) -> None:
    values = np.arange(5 * 3, dtype=np.int16).reshape(5, 3)
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as file:
        file.createDimension("time", None)
        file.createDimension("x", 3)
        file.createDimension("length", 4)
        file.createVariable("odd", "i2", ("time", "x"))[:] = values
        file.createVariable("name", "S1", ("time", "length"))[:] = np.array([[*"abcd"]] * 5, "S1")
        file.createVariable("long", "f8", ("time",))[:] = np.arange(5) / 2
    cube = opened(path)
    npt.assert_array_equal(cube.dataset["odd"].values, values)
    npt.assert_array_equal(cube.dataset["long"][::2].values, [0, 1, 2])
    assert cube.dataset["name"].values.tolist() == [b"abcd"] * 5
    plain = xr.open_dataset(path, engine="netcdf4")
    xr.testing.assert_identical(plain.load().drop_encoding(), cube.dataset.load().drop_encoding())


@pytest.mark.parametrize("calendar", ["360_day", "noleap", "julian", "standard", "all_leap"])
def test_every_calendar_is_told_in_its_own_dates(calendar: str, path: Path) -> None:
    time = xr.date_range("2000-01-01", periods=59, freq="D", calendar=calendar, use_cftime=True)
    xr.Dataset({"v": ("time", np.arange(59.0))}, {"time": time}).to_netcdf(path, engine="h5netcdf")
    cube = opened(path)
    told = described("", asset_at(path), cube, Traffic())
    labels = told.dimensions[0].labels
    assert labels is not None
    expected = "proleptic_gregorian" if calendar == "standard" else calendar
    assert labels.calendar in (calendar, expected)
    assert labels.last == {"360_day": "2000-02-29", "noleap": "2000-02-28"}.get(calendar, "2000-02-28")
    assert told.dimensions[0].kind == "time"


def test_times_that_cannot_be_decoded_are_shown_as_numbers_with_a_note(path: Path) -> None:
    units = {"units": "months of the reign since 1066-13-99"}
    xr.Dataset(
        {"v": ("time", [1.0, 2.0])}, {"time": ("time", [0, 1], units), "x": ("x", [1.0, 2.0])}
    ).to_netcdf(path, engine="h5netcdf")
    cube = opened(path)
    assert cube.dataset["time"].values.tolist() == [0, 1]
    assert cube.dataset["time"].attrs["units"] == units["units"]
    assert cube.notes == ["The times in time cannot be decoded, so they are shown as plain numbers."]


def test_packed_values_unsigned_bytes_and_fill_values_are_decoded(path: Path) -> None:
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("x", 3)
        packed = file.createVariable("packed", "i2", ("x",), fill_value=-999)
        packed.scale_factor, packed.add_offset = 0.5, 10.0
        packed.set_auto_maskandscale(False)
        packed[:] = [-999, 0, 4]
        bits = file.createVariable("bits", "i1", ("x",))
        bits.setncattr("_Unsigned", "true")
        bits[:] = [-1, 0, 1]
    dataset = opened(path).dataset
    npt.assert_array_equal(dataset["packed"].values, [np.nan, 10, 12])
    assert dataset["bits"].values.tolist() == [255, 0, 1]


def test_a_compound_type_a_ragged_list_and_a_missing_filter_cost_one_variable_each(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["pair"] = np.zeros(2, [("a", "i4"), ("b", "f4")])
        file.create_dataset("ragged", shape=(2,), dtype=h5py.vlen_dtype(np.int32))
        file["good"] = np.arange(3)
        file["words"] = ["A", "Å"]
    cube = opened(path)
    problems = {name: each.problem for name, each in cube.arrays.items()}
    assert "compound" in str(problems["pair"])
    assert "lists of different lengths" in str(problems["ragged"])
    assert problems["good"] is problems["words"] is None
    assert cube.dataset["words"].values.tolist() == ["A", "Å"]
    with pytest.raises(NotReadable, match="pair cannot be read"):
        _ = cube.dataset["pair"].values
    told = described("", asset_at(path), cube, Traffic())
    assert {each.name for each in told.variables} == {"pair", "ragged", "good", "words"}


def test_values_in_other_files_are_a_problem_of_their_variable(path: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(range(16)))
    with h5py.File(tmp_path / "other.nc", "w") as file:
        file["x"] = np.arange(3.0)
    with h5py.File(path, "w") as file:
        file["v"] = np.arange(3.0)
        file.create_dataset("outside", (16,), "u1", external=[(str(tmp_path / "secret"), 0, 16)])
        layout = h5py.VirtualLayout((3,), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.nc"), "x", (3,))
        file.create_virtual_dataset("gathered", layout)
    cube = opened(path)
    npt.assert_array_equal(cube.dataset["v"].values, np.arange(3.0))
    for name in ("outside", "gathered"):
        assert "other files" in (cube.arrays[name].problem or "")
        with pytest.raises(NotReadable, match=name):
            cube.dataset[name].load()


def test_links_to_other_files_and_to_nowhere_are_left_out_and_told(path: Path, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["secret"] = np.arange(3.0)
    away = h5py.ExternalLink(str(tmp_path / "other.h5"), "/secret")
    with h5py.File(path, "w") as file:
        file["v"] = np.arange(3.0)
        file["inside"] = h5py.SoftLink("v")
        file["deep/w"] = np.arange(2.0)
        file["deeper"] = h5py.SoftLink("/deep/w")
        file["away"] = away
        file["by_another"] = h5py.SoftLink("/away")
        file["nowhere"] = h5py.SoftLink("/gone")
        file["around"] = h5py.SoftLink("/")
        file["absent"] = h5py.ExternalLink("/not/there.h5", "/v")
        file["deep/away"] = away
    cube = opened(path)
    assert {*cube.dataset.variables} == {"v", "inside", "deeper"}
    assert "absent, around, away, by_another and nowhere" in cube.notes[0]
    npt.assert_array_equal(cube.dataset["inside"].values, np.arange(3.0))
    npt.assert_array_equal(cube.dataset["deeper"].values, np.arange(2.0))
    assert cube.groups == ["deep"]
    assert cube.group is None  # xarray would follow the links
    assert {*opened(path, "deep").dataset.variables} == {"w"}


def test_groups_are_told_and_opened(path: Path) -> None:
    xr.Dataset({"a": ("x", [1])}).to_netcdf(path, group="forecast/surface", engine="h5netcdf")
    xr.Dataset({"b": ("x", [2, 3])}).to_netcdf(path, group="analysis", mode="a", engine="h5netcdf")
    cube = opened(path)
    assert "b" in cube.dataset
    assert cube.groups == ["forecast/surface"]
    assert "its group analysis is shown" in cube.notes[0]
    assert opened(path, "forecast/surface").dataset["a"].values.tolist() == [1]
    with pytest.raises(DataMissing, match="has no group rain") as raised:
        opened(path, "rain")
    assert raised.value.hint == "It has analysis and forecast/surface."


def test_dimensions_without_names_are_told_by_their_sizes(path: Path) -> None:
    chunked(path)
    cube = opened(path)
    assert cube.dataset["v"].dims == ("phony_dim_0", "phony_dim_1", "phony_dim_2")
    assert any("have no names in the data" in note for note in cube.notes)


def test_a_damaged_chunk_is_named_by_where_it_begins(path: Path) -> None:
    values = chunked(path, compression="gzip")
    with h5py.File(path) as file:
        info = file["v"].id.get_chunk_info_by_coord((2, 20, 0))
    raw = bytearray(path.read_bytes())
    raw[info.byte_offset : info.byte_offset + info.size] = b"\xff" * info.size
    path.write_bytes(raw)
    cube = opened(path)
    with pytest.raises(DataDamaged, match=r"the chunk of v that begins at \[2, 20, 0\] cannot be decoded"):
        _ = cube.dataset["v"].values
    npt.assert_array_equal(cube.dataset["v"][0].values, values[0])


@pytest.mark.parametrize("name", ["arrays/kerchunk/air.nc", "arrays/earthkit-data/test4.nc"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_file_that_is_cut_short_says_so(name: str, share: float, path: Path) -> None:
    raw = (SHARED / name).read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(DataDamaged, match="The file is cut short") as raised:
        opened(path)
    assert "copied to its end" in str(raised.value.hint)


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_header_ends_in_a_sentence(seed: int, path: Path) -> None:
    """Bytes of the header are changed at random: no other error comes of it, and no endless read."""
    random = np.random.default_rng(seed)
    name = ["earthkit-data/test4.nc", "xarray/bears.nc", "xarray/example_1.nc"][seed % 3]
    raw = bytearray((ARRAYS / name).read_bytes())
    for at in random.integers(4, 700, size=4):
        raw[at] = random.integers(0, 256)
    path.write_bytes(raw)
    with suppress(DataDamaged, NotReadable):
        cube = opened(path)
        described("", asset_at(path), cube, Traffic())
        cube.close()
