"""Opening a zarr store: how many requests, in how many round trips, and that its values are right."""

import asyncio
import warnings
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import xarray as xr
import zarr
from fakes.cubes_cube import cube, write
from fakes.cubes_objects import MemoryObjects
from fakes.cubes_server import Asked, ObjectServer, Reply, serving
from zarr.core.buffer import default_buffer_prototype

from eohub_cubes.contract import DataAsset
from eohub_cubes.errors import NoAccess, NotReadable
from eohub_cubes.formats.zarr import open_cube
from eohub_cubes.ports import LARGEST_OBJECT
from eohub_cubes.reading import coordinates
from eohub_cubes.reading.coordinates import keys_to_open
from eohub_cubes.reading.opening import reader_of
from eohub_cubes.reading.reader import RetryingReader
from eohub_cubes.reading.store import ReaderStore

# Long beside the time that a request takes here: what is asked at once is answered after all of it was.
LATENCY_SECONDS = 0.3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same cube in each form."""
    root = tmp_path_factory.mktemp("cubes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for version in (2, 3):
            write(cube(), root / "b" / f"told{version}.zarr", zarr_format=version, consolidated=True)
            write(cube(), root / "b" / f"untold{version}.zarr", zarr_format=version, consolidated=False)
        nested = root / "b" / "nested.zarr"
        write(cube(2), nested, group="inner/most", zarr_format=3, consolidated=False)
        shards = xr.Dataset({"v": (("y", "x"), np.arange(64.0 * 64).reshape(64, 64))})
        how = {"chunks": (8, 8), "shards": (64, 64), "compressors": None, "fill_value": np.nan}
        shards.to_zarr(root / "b" / "shards.zarr", zarr_format=3, consolidated=True, encoding={"v": how})
    return root


@pytest.fixture
def server(folder: Path) -> ObjectServer:
    return ObjectServer(folder, LATENCY_SECONDS)


@pytest.fixture
def address(server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    with serving(server) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "an-id")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
        yield address


def opened(href: str, **options: object) -> xr.Dataset:
    store = ReaderStore(reader_of(DataAsset(key="d", href=href)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return xr.open_zarr(store, chunks=None, **options)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("scheme", ["http", "s3"])
def test_a_cube_with_consolidated_metadata_opens_in_two_round_trips(
    server: ObjectServer, address: str, scheme: str, version: int
) -> None:
    root = address if scheme == "http" else "s3:/"
    dataset = opened(f"{root}/b/told{version}.zarr")
    repr(dataset)
    assert server.counts.rounds == 2
    assert max(server.paths.values()) == 1
    # Four for the metadata; one for each index, and two for the ends of each other time.
    assert server.counts.requests == 4 + 3 + 2 + 2
    server.latency_seconds = 0
    xr.testing.assert_identical(dataset.load(), cube())


@pytest.mark.parametrize("version", [2, 3])
def test_a_cube_without_consolidated_metadata_opens_in_four(
    server: ObjectServer, address: str, version: int
) -> None:
    dataset = opened(f"s3://b/untold{version}.zarr")
    repr(dataset)
    assert server.counts.rounds <= 4
    assert max(server.paths.values()) == 1
    server.latency_seconds = 0
    xr.testing.assert_identical(dataset.load(), cube())


@pytest.mark.parametrize("version", [2, 3])
def test_the_panel_opens_a_cube_in_as_many(server: ObjectServer, address: str, version: int) -> None:
    asset = DataAsset(key="d", href=f"{address}/b/told{version}.zarr")
    dataset = open_cube(asset, None, reader_of(asset)).dataset
    repr(dataset)
    assert server.counts.rounds == 2
    assert max(server.paths.values()) == 1
    # It asks for five documents, and reads as much of the coordinates.
    assert server.counts.requests == 5 + 3 + 2 + 2


def test_of_a_shard_neighbours_are_read_together_and_little_else(server: ObjectServer, address: str) -> None:
    server.latency_seconds = 0
    dataset = opened(f"{address}/b/shards.zarr")
    values = dataset["v"]
    chunk = 8 * 8 * 8
    for part, chunks, requests in (
        (values[:8, :8], 1, 1),
        (values[:16, :16], 4, 1),
        (values[:8], 8, 8),
        (values[:64, :56], 56, 4),
    ):
        server.reset()
        assert np.array_equal(
            part.values, np.arange(64.0 * 64).reshape(64, 64)[: part.shape[0], : part.shape[1]]
        )
        index = 16 * 64 + 4
        assert server.counts.requests == 1 + requests
        assert chunks * chunk <= server.counts.bytes_sent - index <= 1.1 * chunks * chunk


def test_what_keeps_a_shard_from_being_read_is_told_as_it_is(server: ObjectServer, address: str) -> None:
    server.latency_seconds = 0
    dataset = opened(f"{address}/b/shards.zarr")

    def chunks_answer(status: int) -> None:
        server.answers = lambda asked: None if "=-" in asked.headers["range"] else Reply(status)

    chunks_answer(403)
    with pytest.raises(NoAccess):
        dataset["v"][:8].load()
    chunks_answer(404)
    assert np.isnan(dataset["v"][:8].values).all(), "a shard that is gone since its index was read"


def test_a_web_server_that_cannot_list_is_told_so(server: ObjectServer, address: str) -> None:
    with pytest.raises(NotReadable, match="cannot list") as caught:
        opened(f"{address}/b/untold3.zarr")
    assert "consolidated metadata" in (caught.value.hint or "")
    assert server.counts.rounds == 1


def test_a_group_within_a_store_is_opened(server: ObjectServer, address: str) -> None:
    dataset = opened("s3://b/nested.zarr", group="inner/most")
    xr.testing.assert_identical(dataset.load(), cube(2))


def test_an_array_is_opened_by_its_own_address(address: str) -> None:
    store = ReaderStore(reader_of(DataAsset(key="d", href=f"{address}/b/told3.zarr/v00")))
    array = zarr.open_array(store, mode="r")
    assert np.array_equal(array[:], cube()["v00"].values)


def test_a_place_with_nothing_there_is_asked_once(server: ObjectServer, address: str) -> None:
    for root in (address, "s3:/"):
        server.reset()
        with pytest.raises(FileNotFoundError):
            opened(f"{root}/b/none.zarr")
        assert server.counts.rounds == 1


def test_a_coordinate_that_is_refused_is_told_when_it_is_needed(server: ObjectServer, address: str) -> None:
    def but_for(name: str) -> None:
        server.answers = lambda asked: Reply(403) if f"/{name}/c" in asked.path else None

    but_for("height")
    dataset = opened(f"{address}/b/told3.zarr")
    with pytest.raises(NoAccess):
        dataset["height"].load()
    but_for("latitude")
    with pytest.raises(NoAccess):
        opened(f"{address}/b/told3.zarr")


def test_a_failure_is_forgotten_so_that_it_can_be_tried_again(server: ObjectServer, address: str) -> None:
    def refuse(asked: Asked) -> Reply | None:
        return Reply(403)

    store = ReaderStore(reader_of(DataAsset(key="d", href=f"{address}/b/told3.zarr")))
    server.answers = refuse
    with pytest.raises(NoAccess):
        zarr.open_group(store, mode="r")
    server.answers = lambda asked: None
    assert "v00" in zarr.open_group(store, mode="r")


def array(
    shape: list[int], chunk: list[int], dimensions: tuple[str, ...] = (), **other: str
) -> dict[str, object]:
    attributes = {"_ARRAY_DIMENSIONS": [*dimensions], **other}
    return {
        "zarr_format": 2, "shape": shape, "chunks": chunk, "dtype": "<f8", "compressor": None,
        "filters": None, "fill_value": 0, "order": "C", "attributes": attributes,
    }  # fmt: skip


def test_only_what_opening_reads_is_read_ahead_and_that_is_bounded() -> None:
    arrays = {
        "time": array([10], [4], ("time",)),
        "valid": array([10], [4], ("time",), units="days since 2000-01-01"),
        "reference": array([], [], units="days since 2000-01-01"),
        "height": array([], []),
        "station": array([10], [4], ("time",), units="m"),
        "empty": array([0], [1], ("empty",)),
        "map": array([100, 100], [10, 10]),
        "bounds": array([10, 2], [4, 2], units="days since 2000-01-01"),
        "lead": array([10, 10], [5, 5], units="hours"),
        "many": array([100_000], [1], ("many",)),
        "long": array([10_000_000], [1_000_000], ("long",)),
        "unknown": {"shape": [1], "zarr_format": 3, "codecs": "none", "dimension_names": ["unknown"]},
    }
    assert keys_to_open(arrays) == [
        "reference/0", "valid/0", "valid/2", "time/0", "time/1", "time/2", "bounds/0.0", "bounds/2.0",
        "lead/0.0", "lead/1.1",
    ]  # fmt: skip
    large = {f"c{number:02d}": array([500_000], [500_000], (f"c{number:02d}",)) for number in range(20)}
    assert len(keys_to_open(large)) == coordinates.MOST_BYTES_TOGETHER // 4_000_000


class Held(RetryingReader):
    """Its reads wait until they may go on."""

    def __init__(self, objects: MemoryObjects) -> None:
        super().__init__(objects, "")
        self.begun, self.may_go_on = Event(), Event()

    async def get(
        self, key: str, start: int | None = None, length: int | None = None, *, most: int = LARGEST_OBJECT
    ) -> bytes | None:
        self.begun.set()
        await asyncio.to_thread(self.may_go_on.wait)
        return await super().get(key, start, length, most=most)


def metadata_of(store: ReaderStore) -> bytes:
    found = asyncio.run(store.get("zarr.json", default_buffer_prototype()))
    assert found is not None
    return found.to_bytes()


def test_a_store_that_one_loop_began_to_read_is_read_by_another() -> None:
    group = b'{"zarr_format": 3, "node_type": "group"}'
    reader = Held(MemoryObjects({"zarr.json": group}))
    store = ReaderStore(reader)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(metadata_of, store)
        reader.begun.wait()
        reader.begun.clear()
        second = threads.submit(metadata_of, store)
        reader.begun.wait()
        reader.may_go_on.set()
        assert (first.result(), second.result(), metadata_of(store)) == (group, group, group)


def test_a_store_that_a_loop_left_in_the_middle_is_read_by_another() -> None:
    group = b'{"zarr_format": 3, "node_type": "group"}'
    reader = Held(MemoryObjects({"zarr.json": group}))
    store = ReaderStore(reader)

    async def leave() -> None:
        asked = asyncio.create_task(store.get("zarr.json", default_buffer_prototype()))
        await asyncio.to_thread(reader.begun.wait)
        asked.cancel()
        reader.may_go_on.set()

    asyncio.run(leave())
    assert metadata_of(store) == group
