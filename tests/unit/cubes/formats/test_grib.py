"""GRIB: values and places as cfgrib reads them, exact bytes, and what is told of messages that are broken."""

import json
import os
import shutil
from pathlib import Path

import cfgrib
import eccodes
import numpy as np
import pytest
from fakes.cube_cases import all_chunks, asset_at, measured
from fakes.stac_documents import SHARED

from eohub_cubes.errors import Cancelled, DataChanged, DataDamaged, DataMissing, NotReadable
from eohub_cubes.formats.grib import GribCube, open_cube
from eohub_cubes.formats.grib_messages import Broken, Window, scanned
from eohub_cubes.reading.opening import reader_of

CFGRIB = SHARED / "arrays/cfgrib"
EARTHKIT = SHARED / "arrays/earthkit-data"
READABLE = sorted(
    path
    for path in (SHARED / "arrays").rglob("*.grib*")
    if path.stat().st_size and path.name not in ("era5-levels-corrupted.grib", "t_year_missing.grib")
)


def opened(path: Path) -> GribCube:
    asset = asset_at(path)
    return open_cube(asset, None, reader_of(asset))


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name)
def test_all_that_cfgrib_reads_is_there_with_the_same_values_and_places(path: Path, tmp_path: Path) -> None:
    shutil.copyfile(path, tmp_path / path.name)
    cube = opened(path)
    known = 0
    for reference in cfgrib.open_datasets(str(tmp_path / path.name), indexpath=""):
        for name, expected in reference.data_vars.items():
            found = [
                array
                for each, array in cube.dataset.data_vars.items()
                if (each == name or str(each).startswith(f"{name}_"))
                and np.array_equal(array.values.squeeze(), expected.values.squeeze(), equal_nan=True)
            ]
            assert len(found) == 1, f"{name} of {expected.shape}"
            known += 1
            if "latitude" in reference.coords:
                for place in ("latitude", "longitude"):
                    mine = next(each for key, each in found[0].coords.items() if str(key).startswith(place))
                    np.testing.assert_allclose(mine.values.squeeze(), reference[place].values.squeeze())
    assert known == len(cube.dataset.data_vars)


def test_dimensions_carry_what_tells_them_apart() -> None:
    cube = opened(SHARED / "arrays/xarray/example.grib")
    assert cube.dataset.z.dims == ("number", "time", "isobaricInhPa", "latitude", "longitude")
    assert list(cube.dataset.isobaricInhPa.values) == [850, 500]
    assert cube.dataset.isobaricInhPa.attrs["units"] == "hPa"
    assert cube.dataset.time.dtype.kind == "M"
    assert opened(CFGRIB / "step_60m.grib").dataset.step.values[1] == np.timedelta64(1, "h")


def test_several_hypercubes_in_one_file_each_have_a_name() -> None:
    names = {
        file: set(opened(CFGRIB / file).dataset.data_vars)
        for file in (
            "hpa_and_pa.grib",
            "t_on_different_level_types.grib",
            "tp_on_different_grid_resolutions.grib",
        )
    }
    assert names["hpa_and_pa.grib"] == {"t_isobaricInhPa", "t_isobaricInPa"}
    assert names["t_on_different_level_types.grib"] == {"t_isobaricInhPa", "t_hybrid"}
    assert names["tp_on_different_grid_resolutions.grib"] == {"tp_surface", "tp_surface_1"}


def accumulated(path: Path, *periods: tuple[int, int]) -> None:
    """Fields of rain, each of some hours of a forecast, whose values are the length of the period."""
    messages: list[bytes] = []
    for start, end in periods:
        handle = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
        what = {"productDefinitionTemplateNumber": 8, "shortName": "tp", "stepType": "accum"}
        for key, value in {**what, "stepRange": f"{start}-{end}"}.items():
            eccodes.codes_set(handle, key, value)
        eccodes.codes_set_values(
            handle, np.full(eccodes.codes_get_size(handle, "values"), float(end - start))
        )
        messages.append(eccodes.codes_get_message(handle))
        eccodes.codes_release(handle)
    path.write_bytes(b"".join(messages))


def test_periods_that_end_at_one_time_are_variables_apart(tmp_path: Path) -> None:
    accumulated(tmp_path / "a.grib", (0, 6), (6, 12), (0, 12))
    cube = opened(tmp_path / "a.grib")
    assert not any("more than once" in note for note in cube.notes)
    assert {name: array.values.mean(axis=(-2, -1)).tolist() for name, array in cube.dataset.items()} == {
        "tp_6h": [6.0, 6.0],
        "tp_12h": 12.0,
    }


def test_periods_that_grow_from_the_start_on_are_one_variable(tmp_path: Path) -> None:
    accumulated(tmp_path / "a.grib", (0, 6), (0, 12), (0, 18))
    cube = opened(tmp_path / "a.grib")
    assert {name: array.values.mean(axis=(-2, -1)).tolist() for name, array in cube.dataset.items()} == {
        "tp": [6.0, 12.0, 18.0]
    }


def test_a_curved_grid_has_places_in_two_dimensions_and_a_reduced_one_along_its_values() -> None:
    lambert = opened(CFGRIB / "lambert_grid.grib").dataset
    reduced = opened(CFGRIB / "reduced_gg.grib").dataset
    assert lambert.latitude.dims == ("y", "x")
    assert lambert.longitude.attrs["standard_name"] == "longitude"
    assert reduced.latitude.dims == ("values",)
    assert -90 < float(reduced.latitude.min()) < float(reduced.latitude.max()) < 90


@pytest.mark.parametrize(
    "key", [np.s_[1, 0, 1], np.s_[:, 2, ::-1, 1, 1:3], np.s_[0, 0, 0, -1, -1], np.s_[0:0]]
)
def test_a_selection_is_that_of_the_whole(key: object) -> None:
    array = opened(SHARED / "arrays/xarray/example.grib").dataset.z
    np.testing.assert_array_equal(array[key].values, array.values[key])  # type: ignore[index]


def test_stored_bytes_are_those_that_travel() -> None:
    cube = opened(SHARED / "arrays/xarray/example.grib")
    stored = cube.stored("z", all_chunks(cube.arrays["z"].grid()))
    with measured() as traffic:
        cube.dataset.z.load()
    assert sum(size or 0 for size in stored.sizes) == traffic.bytes_read
    assert traffic.requests == len(stored.sizes) == 12


def test_a_broken_message_is_named_with_its_place_and_the_others_stay_readable() -> None:
    cube = opened(CFGRIB / "era5-levels-corrupted.grib")
    assert cube.notes == (
        "The message at byte 0 cannot be read: it does not end where it says. The others can.",
    )
    assert cube.dataset.t.shape == (61, 120)
    assert 250 < float(cube.dataset.t.mean()) < 300


def test_a_message_whose_data_is_broken_says_so_when_it_is_read(tmp_path: Path) -> None:
    source = (SHARED / "arrays/xarray/example.grib").read_bytes()
    path = tmp_path / "a.grib"
    path.write_bytes(source)
    field = opened(path)._arrays["z"].fields[0, 0, 0]
    broken = bytearray(source)
    broken[field.start : field.start + 5] = b"\xff" * 5
    cube = opened(path)
    was = path.stat()
    path.write_bytes(bytes(broken))
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))  # so that it is no other version of the file
    with pytest.raises(DataDamaged, match=f"message at byte {field.offset} is broken"):
        cube.dataset.z[0, 0, 0].load()
    assert np.isfinite(cube.dataset.z[1, 1, 1].values).all()


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_file_that_ends_in_a_message_has_the_others(tmp_path: Path, cut: int) -> None:
    data = (SHARED / "arrays/xarray/example.grib").read_bytes()
    (tmp_path / "a.grib").write_bytes(data[:-cut])
    cube = opened(tmp_path / "a.grib")
    assert "cannot be read: it ends after" in cube.notes[0]
    assert any("1 fields of the hypercubes are not in the file" in note for note in cube.notes)


def test_what_is_empty_no_grib_or_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataDamaged, match="0 bytes"):
        opened(EARTHKIT / "empty_file.grib")
    (tmp_path / "a.grib").write_bytes(b"<html>not found</html>")
    with pytest.raises(NotReadable, match="no GRIB"):
        opened(tmp_path / "a.grib")
    (tmp_path / "b.grib").write_bytes(b"GRIB\0\0\0\x02" + bytes(4))
    with pytest.raises(DataDamaged, match="at byte 0"):
        opened(tmp_path / "b.grib")
    with pytest.raises(DataMissing):
        opened(tmp_path / "none.grib")


def test_a_date_without_a_year_gives_no_time_and_says_so() -> None:
    cube = opened(EARTHKIT / "t_year_missing.grib")
    assert "time" not in cube.dataset.coords
    assert "date that is none" in cube.notes[0]


def test_a_grid_whose_places_are_not_told_is_a_note() -> None:
    cube = opened(EARTHKIT / "test_icon.grib")
    assert "latitude" not in cube.dataset.coords
    assert "not placed on a map" in cube.notes[0]


def large(path: Path, steps: int = 40) -> list[int]:
    """A file beyond what is read in one go: a field with many steps; returns where messages begin."""
    offsets: list[int] = []
    with (CFGRIB / "regular_ll_msl.grib").open("rb") as source, path.open("wb") as out:
        handle = eccodes.codes_grib_new_from_file(source)
        for step in range(steps):
            eccodes.codes_set(handle, "endStep", step)
            offsets.append(out.tell())
            eccodes.codes_write(handle, out)
        eccodes.codes_release(handle)
    return offsets


def test_a_large_file_is_opened_from_the_heads_of_its_messages(tmp_path: Path) -> None:
    large(tmp_path / "a.grib2")
    with measured() as traffic:
        cube = opened(tmp_path / "a.grib2")
    assert cube.dataset.prmsl.sizes["step"] == 40
    assert traffic.bytes_read < 40 * 4_096 + 2 * 65_536
    assert traffic.requests < 50


@pytest.mark.parametrize("style", ["noaa", "ecmwf"])
def test_an_index_beside_the_file_spares_most_of_the_reading(tmp_path: Path, style: str) -> None:
    path = tmp_path / "a.grib2"
    offsets = large(path)
    if style == "noaa":
        lines = [
            f"{n}:{at}:d=2006100400:PRMSL:mean sea level:{n} hour fcst:" for n, at in enumerate(offsets, 1)
        ]
        (tmp_path / "a.grib2.idx").write_text("\n".join(lines))
    else:
        lines = [json.dumps({"param": "msl", "_offset": at, "_length": 114_212}) for at in offsets]
        (tmp_path / "a.index").write_text("\n".join(lines))
    with measured() as traffic:
        cube = opened(path)
    assert cube.dataset.prmsl.sizes["step"] == 40
    assert cube.notes == ()
    assert traffic.bytes_read < 40 * 5_000
    np.testing.assert_array_equal(cube.dataset.prmsl[3], cube.dataset.prmsl[0])


def test_an_index_of_another_file_is_not_believed(tmp_path: Path) -> None:
    large(tmp_path / "a.grib2")
    (tmp_path / "a.grib2.idx").write_text("1:17:d=2006100400:PRMSL\n2:999999999:d=2006100400:PRMSL")
    cube = opened(tmp_path / "a.grib2")
    assert cube.dataset.prmsl.sizes["step"] == 40
    assert "not of this file" in cube.notes[0]


def test_a_message_of_several_fields_gives_each(tmp_path: Path) -> None:
    with (EARTHKIT / "healpix_H8.grib2").open("rb") as source:
        first, second = (eccodes.codes_grib_new_from_file(source) for _ in range(2))
        multi = eccodes.codes_grib_multi_new()
        eccodes.codes_grib_multi_append(first, 4, multi)
        eccodes.codes_grib_multi_append(second, 4, multi)
        with (tmp_path / "multi.grib2").open("wb") as out:
            eccodes.codes_grib_multi_write(multi, out)
        expected = [eccodes.codes_get_values(each) for each in (first, second)]
    cube = opened(tmp_path / "multi.grib2")
    found = sorted(float(array.values.mean()) for array in cube.dataset.data_vars.values())
    assert found == pytest.approx(sorted(float(values.mean()) for values in expected), rel=1e-6)


def test_a_file_that_is_gone_and_a_read_that_is_cancelled_end(tmp_path: Path) -> None:
    shutil.copyfile(CFGRIB / "regular_ll_sfc.grib", tmp_path / "a.grib")
    cube = opened(tmp_path / "a.grib")
    with measured() as traffic:
        traffic.cancelled = True
        with pytest.raises(Cancelled):
            cube.dataset.skt.load()
    (tmp_path / "a.grib").unlink()
    with pytest.raises(DataChanged):
        cube.dataset.skt.load()


@pytest.mark.parametrize("before", [b"", b"GRIB7777", b"GRIB7777" * 9])
@pytest.mark.parametrize("length", [0, 3, 19])
def test_a_message_that_says_it_is_shorter_than_its_head_is_passed_over(before: bytes, length: int) -> None:
    raw = before + b"GRIB\0\0\0\2" + length.to_bytes(8, "big") + bytes(40) + b"7777"
    window = Window(lambda start, size: raw[start : start + size], len(raw), len(raw))
    found = [*scanned(window, 10)]
    assert found
    assert all(isinstance(each, Broken) for each in found)
