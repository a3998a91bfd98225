"""The process that reads data, for real: it ends, hangs and comes again, and the Jupyter server stays."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
import xarray as xr
from fakes.cubes_source import source_at
from fakes.stac_documents import SHARED

from eohub_cubes.contract import CubeDescription, DescribeQuery
from eohub_cubes.errors import DataMissing, NotReadable, ReaderStopped, StoreDown
from eohub_cubes.server.reader_process import ReaderProcess
from eohub_cubes.server.settings import ServerSettings
from eohub_toolkit.settings import load

pytestmark = pytest.mark.real
ALLOWED = {"EOHUB_CUBES_SERVER_ALLOWED_HOSTS": '["127.0.0.1"]'}


@asynccontextmanager
async def reader(**given: str) -> AsyncIterator[ReaderProcess]:
    environ = {**os.environ, **ALLOWED, **given}
    made = ReaderProcess(lambda: load(ServerSettings, environ), environ)
    try:
        yield made
    finally:
        await made.close()


@pytest.fixture
def cube(tmp_path: Path) -> DescribeQuery:
    path = tmp_path / "cube.zarr"
    xr.Dataset({"t": (("lat", "lon"), np.zeros((4, 6), "float32"))}).to_zarr(path, zarr_format=3)
    return DescribeQuery(source=source_at(path))


@asynccontextmanager
async def silent_server() -> AsyncIterator[tuple[DescribeQuery, asyncio.Event, asyncio.Event]]:
    """A store that takes requests and never answers; events: a request came, its connection was closed."""
    came, closed = asyncio.Event(), asyncio.Event()

    async def never(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        await incoming.readuntil(b"\r\n\r\n")
        came.set()
        await incoming.read()
        closed.set()
        outgoing.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield DescribeQuery(source=source_at(f"http://127.0.0.1:{port}/cube.zarr")), came, closed


def processes() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "eohub_cubes.server.worker" in child.cmdline()]


async def test_it_starts_with_the_first_question_and_answers_the_next_too(cube: DescribeQuery) -> None:
    async with reader() as asked:
        assert processes() == []
        await asked.ask("describe", cube, CubeDescription)
        first = processes()
        told = await asked.ask("describe", cube, CubeDescription)
        assert processes() == first
        assert told.variables[0].shape == (4, 6)
    assert processes() == []


async def test_a_file_of_the_person_is_not_taken_for_a_library(
    cube: DescribeQuery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "xarray.py").write_text("raise SystemExit('not the library')")
    monkeypatch.chdir(tmp_path)
    async with reader() as asked:
        assert (await asked.ask("describe", cube, CubeDescription)).variable_count == 1


async def test_an_error_comes_as_it_was_raised() -> None:
    async with reader() as asked:
        with pytest.raises(DataMissing, match=r"/nowhere\.zarr"):
            await asked.ask("describe", DescribeQuery(source=source_at("/nowhere.zarr")), CubeDescription)


async def test_after_a_kill_those_who_wait_are_told_and_the_next_question_starts_another(
    cube: DescribeQuery,
) -> None:
    async with reader() as asked, silent_server() as (silent, came, _):
        waiting = asyncio.create_task(asked.ask("describe", silent, CubeDescription))
        await came.wait()
        os.kill(processes()[0].pid, signal.SIGKILL)
        with pytest.raises(ReaderStopped):
            await waiting
        assert (await asked.ask("describe", cube, CubeDescription)).variable_count == 1


async def test_after_the_deadline_the_store_is_said_not_to_answer(cube: DescribeQuery) -> None:
    async with reader(EOHUB_CUBES_SERVER_DEADLINE_SECONDS="1") as asked, silent_server() as (silent, _, _):
        with pytest.raises(StoreDown):
            await asked.ask("describe", silent, CubeDescription)


async def test_hosts_that_never_answer_hold_up_nobody_who_asks_for_something_else(
    cube: DescribeQuery,
) -> None:
    async with reader() as asked, AsyncExitStack() as stack:
        await asked.ask("describe", cube, CubeDescription)
        first = processes()
        for _ in range(6):
            silent, came, closed = await stack.enter_async_context(silent_server())
            waiting = asyncio.create_task(asked.ask("describe", silent, CubeDescription))
            await came.wait()
            waiting.cancel()
            await closed.wait()
        assert (await asked.ask("describe", cube, CubeDescription)).variable_count == 1
        assert processes() == first


async def test_questions_at_once_get_their_own_answers(tmp_path: Path) -> None:
    queries: list[DescribeQuery] = []
    for size in range(1, 13):
        path = tmp_path / f"{size}.zarr"
        xr.Dataset({"t": ("x", np.zeros(size))}).to_zarr(path, zarr_format=3)
        queries.append(DescribeQuery(source=source_at(path)))
    async with reader() as asked:
        told = await asyncio.gather(*(asked.ask("describe", each, CubeDescription) for each in queries))
        assert len(processes()) == 1
    assert [each.variables[0].shape for each in told] == [(size,) for size in range(1, 13)]


async def test_when_nobody_asks_it_goes_and_comes_again(cube: DescribeQuery) -> None:
    async with reader(EOHUB_CUBES_SERVER_IDLE_SECONDS="0.05") as asked:
        await asked.ask("describe", cube, CubeDescription)
        first = processes()[0]
        await asyncio.to_thread(first.wait, 30)
        await asked.ask("describe", cube, CubeDescription)
        assert processes()[0].pid != first.pid


async def test_it_ends_with_the_jupyter_server_also_in_the_middle_of_a_read() -> None:
    """A pipe that closes is all that it sees of a server that was killed."""
    async with reader() as asked, silent_server() as (silent, came, _):
        waiting = asyncio.create_task(asked.ask("describe", silent, CubeDescription))
        await came.wait()
        process = processes()[0]
        assert asked._process is not None
        assert asked._process.stdin is not None
        asked._process.stdin.close()
        await asyncio.to_thread(process.wait, 30)
        waiting.cancel()


async def test_data_that_claims_to_be_huge_takes_no_more_memory_than_reading_is_given(tmp_path: Path) -> None:
    path = tmp_path / "huge.zarr"
    big = xr.Dataset({"x": ("x", np.zeros(1))})
    big.to_zarr(path, zarr_format=3, consolidated=False)
    metadata = path / "x" / "zarr.json"
    text = metadata.read_text()
    assert '"shape": [\n    1\n  ]' in text
    huge = text.replace("[\n    1\n  ]", "[\n    9000000000\n  ]").replace(
        '"chunk_shape": [\n        1\n      ]', '"chunk_shape": [\n        9000000000\n      ]'
    )
    metadata.write_text(huge)
    async with reader() as asked:
        with pytest.raises(NotReadable, match="memory"):
            await asked.ask("describe", DescribeQuery(source=source_at(path)), CubeDescription)
        assert len(processes()) == 1


OPENED = """
import sys
from eohub_cubes.contract import DataAsset
from eohub_cubes.formats.opening import open_cube
from eohub_cubes.reading.opening import reader_of

for href in sys.argv[1:]:
    asset = DataAsset(key="data", href=href)
    cube = open_cube(asset, None, reader_of(asset))
    name = next(iter(cube.dataset.data_vars))
    cube.dataset[name].isel({each: 0 for each in cube.dataset[name].dims[:-1]}).load()
print("read")
"""


@pytest.mark.parametrize("turn", range(4))
def test_one_process_reads_all_kinds_and_ends_as_it_should(turn: int) -> None:
    """The libraries of each kind bring libraries of their own, which must bear each other in any order."""
    paths = ["zarr/titiler/dataset_3d.zarr", "arrays/rio-tiler/cog.tif", "arrays/cfgrib/regular_ll_msl.grib"]
    paths.append("arrays/earthkit-data/test4.nc")
    paths = [str(SHARED / path) for path in [*paths[turn:], *paths[:turn]]]
    done = subprocess.run([sys.executable, "-c", OPENED, *paths], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "read\n"), done.stderr[-2000:]
