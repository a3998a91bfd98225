"""What is promised of opened data, for every kind of it."""

from pathlib import Path
from typing import Any

import eccodes
import geopandas
import numpy as np
import numpy.testing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
import xarray as xr
import zarr
from fakes.cube_cases import CubeCase, all_chunks, asset_at, measured, opened, opened_case
from fakes.stac_documents import SHARED
from rasterio.transform import from_origin
from shapely import Point

from eohub_cubes.code import Place, code_of
from eohub_cubes.contract import CubeDescription, Selection
from eohub_cubes.describing import described
from eohub_cubes.errors import Cancelled, DataMissing
from eohub_toolkit.errors import EohubError


class OpenCubeContract:
    """Each kind gives the fixture `case`: data whose variable has at least one dimension longer than 1."""

    def test_a_variable_has_the_values_that_lie_in_the_data(self, case: CubeCase) -> None:
        with opened_case(case) as cube:
            npt.assert_array_equal(cube.dataset[case.variable].values, case.values)

    def test_one_cell_and_each_second_step_are_read_where_they_are(self, case: CubeCase) -> None:
        last = tuple(size - 1 for size in case.values.shape)
        strided = tuple(slice(size % 2, None, 2) for size in case.values.shape)
        with opened_case(case) as cube:
            array = cube.dataset[case.variable]
            npt.assert_array_equal(array[last].values, case.values[last])
            npt.assert_array_equal(array[strided].values, case.values[strided])

    def test_a_layout_fits_its_variable(self, case: CubeCase) -> None:
        with opened_case(case) as cube:
            assert case.variable in cube.arrays
            for name, layout in cube.arrays.items():
                array = cube.dataset[name]
                assert layout.dimensions == array.dims
                assert layout.shape == array.shape
                assert len(layout.chunk) == array.ndim
                assert layout.stored_item_bytes > 0

    def test_the_bytes_at_rest_of_each_chunk_are_told_without_reading_values(self, case: CubeCase) -> None:
        with opened_case(case) as cube:
            layout = cube.arrays[case.variable]
            chunks = all_chunks(layout.grid())
            stored = cube.stored(case.variable, chunks)
            assert len(stored.sizes) == len(chunks)
            assert all(size is None or size >= 0 for size in stored.sizes)
            known = sum(size or 0 for size in stored.sizes)
            on_disk = [case.path] if case.path.is_file() else case.path.rglob("*")
            assert known <= sum(path.stat().st_size for path in on_disk if path.is_file())
            assert not cube.stored(case.variable, chunks[:0]).sizes

    def test_sizes_that_are_known_from_the_open_take_no_request(self, case: CubeCase) -> None:
        with opened_case(case) as cube, measured() as traffic:
            cube.stored(case.variable, all_chunks(cube.arrays[case.variable].grid()))
            assert not (cube.sizes_known and traffic.requests)

    def test_what_is_read_is_counted_and_ends_once_nobody_waits(self, case: CubeCase) -> None:
        with measured() as traffic, opened_case(case) as cube:
            assert traffic.requests > 0
            assert traffic.bytes_read > 0
        with opened_case(case) as cube, measured() as traffic:
            traffic.cancelled = True
            with pytest.raises(Cancelled):
                _ = cube.dataset[case.variable].values

    def test_a_description_crosses_the_wire(self, case: CubeCase) -> None:
        with measured() as traffic, opened_case(case) as cube:
            told = described("Title", asset_at(case.path), cube, traffic)
        assert CubeDescription.model_validate_json(told.model_dump_json()) == told
        variable = next(each for each in told.variables if each.name == case.variable)
        assert variable.shape == case.values.shape
        assert variable.problem is None
        assert all(note.endswith((".", ")")) for note in told.notes)

    def test_its_generated_cell_gives_the_same_values(self, case: CubeCase) -> None:
        selection = Selection(variables=(case.variable,))
        with opened_case(case) as cube:
            source = code_of(Place(asset_at(case.path), case.group), cube, selection).source
        names: dict[str, Any] = {}
        exec(source, names)
        npt.assert_array_equal(np.asarray(names["part"][case.variable]), case.values)

    def test_what_is_not_there_is_missing(self, case: CubeCase, tmp_path: Path) -> None:
        with pytest.raises(DataMissing) as raised:
            opened(tmp_path / f"absent{case.path.suffix}", kind=case.kind)
        assert "absent" in raised.value.detail

    def test_it_is_closed_more_than_once_without_harm(self, case: CubeCase) -> None:
        with opened_case(case) as cube:
            cube.close()


class CubeFileContract(OpenCubeContract):
    """A kind whose data is one file."""

    def test_a_file_cut_short_is_refused_with_a_sentence(self, case: CubeCase, tmp_path: Path) -> None:
        whole = case.path.read_bytes()
        for length in (0, 3, len(whole) // 3, len(whole) * 2 // 3):
            path = tmp_path / f"cut{length}{case.path.suffix}"
            path.write_bytes(whole[:length])
            with pytest.raises(EohubError) as raised:
                _ = opened(path, case.group, case.kind).dataset[case.variable].values
            assert raised.value.detail.endswith(".")


def written(folder: Path, **encoding: object) -> tuple[xr.Dataset, Path]:
    """A small cube with coordinates, and where to write it."""
    values = np.arange(4 * 5 * 6, dtype=np.float32).reshape(4, 5, 6)
    dataset = xr.Dataset(
        {"tas": (("time", "lat", "lon"), values, {"units": "K"})},
        {"time": np.arange(4), "lat": np.linspace(60.0, 40, 5), "lon": np.arange(6) * 2.0},
    )
    dataset["tas"].encoding = dict(encoding)
    return dataset, folder / "cube"


class TestZarr2(OpenCubeContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        dataset, path = written(tmp_path, chunks=(1, 3, 4))
        dataset.to_zarr(path.with_suffix(".zarr"), zarr_format=2)
        return CubeCase(path.with_suffix(".zarr"), "tas", dataset["tas"].values)


class TestZarr3(OpenCubeContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        dataset, path = written(tmp_path, chunks=(1, 3, 4))
        dataset.to_zarr(path.with_suffix(".zarr"), zarr_format=3, consolidated=False)
        return CubeCase(path.with_suffix(".zarr"), "tas", dataset["tas"].values)


class TestShardedZarr(OpenCubeContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        dataset, path = written(tmp_path, chunks=(1, 3, 3), shards=(2, 3, 6))
        dataset.to_zarr(path.with_suffix(".zarr"), zarr_format=3)
        return CubeCase(path.with_suffix(".zarr"), "tas", dataset["tas"].values)


class TestGroupOfZarr(OpenCubeContract):
    """The root holds groups alone, so that the first of them is shown."""

    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        dataset, path = written(tmp_path, chunks=(1, 3, 4))
        dataset.to_zarr(path.with_suffix(".zarr"), group="measurements/r10m", zarr_format=3)
        return CubeCase(path.with_suffix(".zarr"), "tas", dataset["tas"].values)


class TestArrayOfZarr(OpenCubeContract):
    """An array that is a store by itself."""

    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        values = np.arange(4 * 5 * 6, dtype=np.float32).reshape(4, 5, 6)
        zarr.create_array(tmp_path / "a.zarr", data=values, chunks=(1, 3, 4))
        return CubeCase(tmp_path / "a.zarr", "data", values)


def picture(path: Path, **form: object) -> CubeCase:
    """A small picture of two bands."""
    values = np.arange(2 * 70 * 50, dtype=np.int16).reshape(2, 70, 50)
    place = {"crs": "EPSG:32631", "transform": from_origin(500_000, 5_000_000, 10, 10)}
    with rasterio.open(
        path, "w", driver="GTiff", count=2, height=70, width=50, dtype="int16", **place, **form
    ) as out:
        out.write(values)
    return CubeCase(path, "band_data", values)


class TestTiledTiff(CubeFileContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        return picture(tmp_path / "a.tif", compress="deflate", tiled=True, blockxsize=32, blockysize=32)


class TestTiffInStrips(CubeFileContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        return picture(tmp_path / "a.tif", compress="lzw", blockysize=8, interleave="band")


class TestGrib(CubeFileContract):
    @pytest.fixture
    def case(self) -> CubeCase:
        path = SHARED / "arrays/cfgrib/regular_ll_msl.grib"
        with path.open("rb") as file:
            handle = eccodes.codes_grib_new_from_file(file)
            values = eccodes.codes_get_values(handle).astype(np.float32).reshape(181, 360)
            eccodes.codes_release(handle)
        return CubeCase(path, "prmsl", values)


class TestParquet(CubeFileContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        values = np.random.default_rng(2).random(60_000)
        pq.write_table(
            pa.table({"value": values, "other": values}), tmp_path / "a.parquet", row_group_size=20_000
        )
        return CubeCase(tmp_path / "a.parquet", "value", values)


class TestVectors(CubeFileContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        values = np.arange(50, dtype=np.int64)
        shapes = [Point(number, number) for number in values]
        geopandas.GeoDataFrame({"value": values}, geometry=shapes, crs=4326).to_file(tmp_path / "a.fgb")
        return CubeCase(
            tmp_path / "a.fgb", "value", geopandas.read_file(tmp_path / "a.fgb")["value"].to_numpy()
        )


class TestNetcdf4(CubeFileContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        dataset, path = written(tmp_path, chunksizes=(1, 3, 4), zlib=True, shuffle=True)
        dataset.to_netcdf(path.with_suffix(".nc"), engine="h5netcdf")
        return CubeCase(path.with_suffix(".nc"), "tas", dataset["tas"].values)


class TestGroupOfNetcdf4(CubeFileContract):
    """The root holds groups alone, so that the first of them is shown."""

    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        dataset, path = written(tmp_path, chunksizes=(1, 3, 4), zlib=True)
        dataset.to_netcdf(path.with_suffix(".nc"), engine="h5netcdf", group="product/level2")
        return CubeCase(path.with_suffix(".nc"), "tas", dataset["tas"].values)


class TestContiguousNetcdf4(CubeFileContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        dataset, path = written(tmp_path, contiguous=True)
        dataset.to_netcdf(path.with_suffix(".nc"), engine="netcdf4")
        return CubeCase(path.with_suffix(".nc"), "tas", dataset["tas"].values)


class TestClassicNetcdf(CubeFileContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        dataset, path = written(tmp_path)
        dataset.to_netcdf(path.with_suffix(".nc"), engine="netcdf4", format="NETCDF3_CLASSIC")
        return CubeCase(path.with_suffix(".nc"), "tas", dataset["tas"].values)


class TestClassicNetcdfOfRecords(CubeFileContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> CubeCase:
        dataset, path = written(tmp_path)
        form, name = "NETCDF3_64BIT", path.with_suffix(".nc")
        dataset.to_netcdf(name, engine="netcdf4", format=form, unlimited_dims=["time"])  # type: ignore[arg-type]
        return CubeCase(name, "tas", dataset["tas"].values)
