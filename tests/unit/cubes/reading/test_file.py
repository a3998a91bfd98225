"""A file of ranges: few requests for headers, nothing but chunks for values, the version that was opened."""

import io
import random
import warnings
from collections.abc import Generator
from pathlib import Path

import h5py
import numpy as np
import pytest
import xarray as xr
import zarr
from fakes.cubes_cube import cube
from fakes.cubes_objects import MemoryObjects
from fakes.cubes_server import ObjectServer, serving

import eohub_cubes
from eohub_cubes.errors import DataChanged, DataMissing
from eohub_cubes.reading.file import BLOCK, ObjectFile
from eohub_cubes.reading.opening import Doors, use_doors
from eohub_cubes.reading.reader import RetryingReader

BODY = random.Random(1).randbytes(20 * BLOCK + 77)


@pytest.fixture
def objects() -> MemoryObjects:
    return MemoryObjects({"x": BODY, "empty": b""})


def file_at(objects: MemoryObjects, path: str = "x") -> ObjectFile:
    return ObjectFile(RetryingReader(objects, path), path)


def test_it_reads_as_any_other_file_does(objects: MemoryObjects) -> None:
    file, other = file_at(objects), io.BytesIO(BODY)
    chance = random.Random(2)
    for _ in range(300):
        place, whence = chance.choice(
            [(chance.randrange(len(BODY) + 9), 0), (-chance.randrange(9), 2), (0, 1)]
        )
        length = chance.choice([0, 1, 100, BLOCK, 3 * BLOCK, -1])
        assert file.seek(place, whence) == other.seek(place, whence)
        assert file.read(length) == other.read(length)
        assert file.tell() == other.tell()
    assert file_at(objects, "empty").read() == b""
    with pytest.raises(ValueError, match="before the beginning"):
        file.seek(-1)


def test_headers_come_in_blocks_and_more_of_them_in_turn(objects: MemoryObjects) -> None:
    file = file_at(objects)
    objects.sent.clear()
    while file.read(512):
        pass
    assert [(span.start // BLOCK, span.length) for _, span in objects.sent if span] == [
        (0, 4 * BLOCK),
        (4, 4 * BLOCK),
        (8, 8 * BLOCK),
        (16, 4 * BLOCK + 77),
    ]
    file.seek(0)
    assert file.read(100) == BODY[:100]
    assert len(objects.sent) == 4


def test_a_chunk_is_read_alone_and_not_twice_where_it_is_known(objects: MemoryObjects) -> None:
    file = file_at(objects)
    objects.sent.clear()
    file.seek(5 * BLOCK + 3)
    assert file.read(BLOCK) == BODY[5 * BLOCK + 3 :][:BLOCK]
    assert [span for _, span in objects.sent if span and span.length != BLOCK] == []
    file.seek(9 * BLOCK)
    file.read(10)
    file.read(BLOCK // 2)
    assert len(objects.sent) == 2


def test_the_version_that_was_opened_is_the_one_that_is_read(objects: MemoryObjects) -> None:
    file = file_at(objects)
    objects.held["x"] = b"y" * len(BODY)
    with pytest.raises(DataChanged):
        file.read(10)
    del objects.held["x"]
    with pytest.raises(DataMissing):
        file.read(10)
    with pytest.raises(DataMissing):
        file_at(objects, "none")


@pytest.fixture
def server(tmp_path: Path) -> ObjectServer:
    return ObjectServer(tmp_path)


@pytest.fixture
def address(server: ObjectServer) -> Generator[str]:
    with serving(server) as address:
        yield address
    use_doors(Doors())


def test_a_netcdf_file_takes_few_requests_to_open_and_its_chunks_alone_to_read(
    tmp_path: Path, server: ObjectServer, address: str
) -> None:
    data = cube(8, 50, 200, 300)
    half = {"chunksizes": (5, 100, 150), "zlib": True}
    stored_so = {name: half for name in data.data_vars if name != "time_bounds"}
    data.to_netcdf(tmp_path / "a.nc", engine="h5netcdf", encoding=stored_so)
    dataset = xr.open_dataset(eohub_cubes.cube_file(f"{address}/a.nc"), engine="h5netcdf")
    assert server.counts.requests <= 15
    assert server.counts.bytes_sent <= 2**20
    server.reset()
    part = dataset["v03"][10:15, :100, :300].load()
    with h5py.File(tmp_path / "a.nc") as file:
        ids = [file["v03"].id.get_chunk_info_by_coord((10, 0, x)) for x in (0, 150)]
    stored = sum(each.size for each in ids)
    assert server.counts.bytes_sent <= 1.2 * stored + BLOCK
    assert server.counts.requests <= 3
    np.testing.assert_array_equal(part.values, data["v03"][10:15, :100, :300].values)


def test_a_cube_store_is_what_xarray_opens_and_sets_how_much_is_read_at_once(
    tmp_path: Path, address: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cube(2).to_zarr(tmp_path / "a.zarr")
    with zarr.config.set({"async.concurrency": 10}):
        dataset = xr.open_zarr(eohub_cubes.cube_store(f"{address}/a.zarr"), chunks=None)
        assert zarr.config.get("async.concurrency") == 64
        xr.testing.assert_identical(dataset.load(), cube(2))
    with zarr.config.set({"async.concurrency": 10}):
        eohub_cubes.open_item(f"{address}/a.zarr")
        assert zarr.config.get("async.concurrency") == 64
    with zarr.config.set({"async.concurrency": 5}):
        eohub_cubes.cube_store(f"{address}/a.zarr")
        assert zarr.config.get("async.concurrency") == 5
