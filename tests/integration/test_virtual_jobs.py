"""Virtual cubes as jobs of the Jupyter server: followed, refused, cancelled, killed; whole or not there."""

import asyncio
import fcntl
import os
import signal
import sys
from pathlib import Path

import h5py
import psutil
import pytest
from fakes.cubes_server import ObjectServer, serving
from fakes.netcdf_files import write_month
from fakes.silent_host import silent_host

from eohub_cubes.contract import VirtualJob, VirtualQuery
from eohub_cubes.errors import TargetTaken
from eohub_cubes.server.kept_jobs import KeptJobs
from eohub_cubes.server.virtual_jobs import VirtualCubes
from eohub_cubes.virtualizing.repository import opened
from eohub_toolkit.errors import NotFound, TooMany

ENVIRON = {**os.environ, "EOHUB_CUBES_SERVER_ALLOWED_HOSTS": '["127.0.0.1"]'}


@pytest.fixture
def kept(tmp_path_factory: pytest.TempPathFactory) -> KeptJobs:
    return KeptJobs(tmp_path_factory.mktemp("kept"))


async def ended(cubes: VirtualCubes, name: str) -> VirtualJob:
    """The job once it has ended; waits for its process."""
    running = cubes._running.get(name)
    if running is not None:
        await asyncio.wait_for(asyncio.shield(running[1]), 120)
    return next(job for job in (await cubes.jobs()).jobs if job.id == name)


def query(addresses: list[str], target: Path) -> VirtualQuery:
    return VirtualQuery(addresses=tuple(addresses), target=str(target))


async def test_a_cube_is_made_and_told_how_far_it_is(kept: KeptJobs, tmp_path: Path) -> None:
    files = [write_month(tmp_path / f"{day}.nc", day) for day in (4, 0)]
    cubes = VirtualCubes(ENVIRON, kept)
    begun = await cubes.start(query(files, tmp_path / "c.icechunk"))
    assert (begun.state, begun.files, begun.files_read) == ("running", 2, 0)
    job = await ended(cubes, begun.id)
    assert (job.state, job.files_read) == ("done", 2)
    assert opened(job.target) is not None


async def test_a_refusal_names_each_file_and_both_values(kept: KeptJobs, tmp_path: Path) -> None:
    files = [
        write_month(tmp_path / f"{number}.nc", 4 * number, packed=(0.5, offset))
        for number, offset in enumerate((292.17, 288.44, 288.75))
    ]
    cubes = VirtualCubes(ENVIRON, kept)
    begun = await cubes.start(query(files, tmp_path / "c.icechunk"))
    job = await ended(cubes, begun.id)
    assert (job.state, job.refusal_count) == ("refused", 2)
    assert [(Path(each.address).name, each.variable, each.aspect) for each in job.refusals] == [
        ("1.nc", "tas", "add_offset"),
        ("2.nc", "tas", "add_offset"),
    ]
    assert "288.44, but 292.17 in 0.nc" in job.refusals[0].text
    assert sorted(os.listdir(tmp_path)) == ["0.nc", "1.nc", "2.nc"]


async def test_a_target_that_is_there_is_told(kept: KeptJobs, tmp_path: Path) -> None:
    (tmp_path / "c.icechunk").mkdir()
    cubes = VirtualCubes(ENVIRON, kept)
    begun = await cubes.start(query([write_month(tmp_path / "0.nc", 0)], tmp_path / "c.icechunk"))
    job = await ended(cubes, begun.id)
    assert job.state == "failed"
    assert job.problem is not None
    assert "already" in job.problem


async def test_a_host_inside_the_site_is_not_asked(kept: KeptJobs, tmp_path: Path) -> None:
    cubes = VirtualCubes(os.environ, kept)
    with silent_host() as host:
        begun = await cubes.start(query([host.url], tmp_path / "c.icechunk"))
        job = await ended(cubes, begun.id)
        assert not host.asked.is_set()
    assert job.state == "failed"
    assert "in the network of this site" in (job.problem or "")


async def test_a_file_in_the_folder_of_the_server_is_no_library(
    kept: KeptJobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise RuntimeError")
    monkeypatch.chdir(tmp_path)
    cubes = VirtualCubes(ENVIRON, kept)
    begun = await cubes.start(query([write_month(tmp_path / "0.nc", 0)], tmp_path / "c.icechunk"))
    assert (await ended(cubes, begun.id)).state == "done"


async def test_what_is_not_installed_is_told_by_name(kept: KeptJobs, tmp_path: Path) -> None:
    (tmp_path / "icechunk.py").write_text("raise ModuleNotFoundError(name='icechunk')")
    cubes = VirtualCubes({**ENVIRON, "PYTHONPATH": str(tmp_path)}, kept)
    begun = await cubes.start(query([write_month(tmp_path / "0.nc", 0)], tmp_path / "c.icechunk"))
    job = await ended(cubes, begun.id)
    assert (job.state, job.hint) == ("failed", 'Install it with: pip install "eohub-cubes[virtual]"')
    assert "needs the Python package icechunk" in (job.problem or "")


async def _waiting(cubes: VirtualCubes, host: silent_host, target: Path) -> VirtualJob:
    begun = await cubes.start(query([host.url], target))
    assert await asyncio.to_thread(host.asked.wait, 120)
    return begun


async def test_a_cancelled_one_leaves_nothing(kept: KeptJobs, tmp_path: Path) -> None:
    cubes = VirtualCubes(ENVIRON, kept)
    with silent_host() as host:
        begun = await _waiting(cubes, host, tmp_path / "c.icechunk")
        assert (await cubes.cancel(begun.id)).state == "cancelled"
    assert os.listdir(tmp_path) == []
    assert (await cubes.cancel(begun.id)).state == "cancelled"
    with pytest.raises(NotFound):
        await cubes.cancel("another")


@pytest.mark.parametrize("is_s3", [False, True])
async def test_a_cancelled_one_that_hangs_is_ended_and_nothing_is_left_or_told(
    kept: KeptJobs, tmp_path: Path, is_s3: bool
) -> None:
    target = "s3://bucket/c.icechunk" if is_s3 else str(tmp_path / "c.icechunk")
    with silent_host() as host, serving(ObjectServer()) as address:
        keys = {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "an-id",
            "AWS_SECRET_ACCESS_KEY": "a-secret",
        }
        cubes = VirtualCubes({**ENVIRON, **keys}, kept, patience_seconds=0)
        begun = await cubes.start(VirtualQuery(addresses=(host.url,), target=target))
        assert await asyncio.to_thread(host.asked.wait, 120)
        process = cubes._running[begun.id][0]
        os.kill(process.pid, signal.SIGSTOP)
        job = await cubes.cancel(begun.id)
    assert (job.state, process.returncode) == ("cancelled", -signal.SIGKILL)
    assert ("may be left below s3://bucket/c.icechunk" in (job.hint or "")) is is_s3
    assert os.listdir(tmp_path) == []


async def test_files_that_claim_to_be_huge_take_no_more_memory_than_reading_is_given(
    kept: KeptJobs, tmp_path: Path
) -> None:
    with h5py.File(tmp_path / "huge.nc", "w") as file:
        file.create_dataset("x", (100_000_000,), "f8", chunks=(1_000_000,))
    cubes = VirtualCubes({**ENVIRON, "EOHUB_CUBES_SERVER_READER_MEMORY_BYTES": str(2**29)}, kept)
    begun = await cubes.start(query([str(tmp_path / "huge.nc")], tmp_path / "c.icechunk"))
    job = await ended(cubes, begun.id)
    assert job.state == "failed"
    assert "memory" in (job.problem or "")
    assert os.listdir(tmp_path) == ["huge.nc"]


async def test_one_whose_server_is_gone_leaves_nothing(kept: KeptJobs, tmp_path: Path) -> None:
    cubes = VirtualCubes(ENVIRON, kept)
    with silent_host() as host:
        begun = await _waiting(cubes, host, tmp_path / "c.icechunk")
        process = cubes._running[begun.id][0]
        assert process.stdin is not None
        process.stdin.close()
        assert (await ended(cubes, begun.id)).state == "failed"
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
async def test_a_killed_one_leaves_nothing_that_opens_and_no_hindrance(
    kept: KeptJobs, tmp_path: Path, number: int
) -> None:
    target = tmp_path / "c.icechunk"
    cubes = VirtualCubes(ENVIRON, kept)
    with silent_host() as host:
        begun = await _waiting(cubes, host, target)
        os.kill(cubes._running[begun.id][0].pid, number)
        job = await ended(cubes, begun.id)
    assert (job.state, job.problem) == ("failed", "The process that made it ended before it was done.")
    assert not target.exists()
    again = await cubes.start(query([write_month(tmp_path / "0.nc", 0)], target))
    assert (await ended(cubes, again.id)).state == "done"
    assert sorted(os.listdir(tmp_path)) == ["0.nc", "c.icechunk"]


async def test_a_second_at_the_same_place_and_a_third_are_refused(kept: KeptJobs, tmp_path: Path) -> None:
    cubes = VirtualCubes(ENVIRON, kept)
    with silent_host() as first, silent_host() as second:
        await _waiting(cubes, first, tmp_path / "a.icechunk")
        with pytest.raises(TargetTaken):
            await cubes.start(query([first.url], tmp_path / "a.icechunk"))
        await _waiting(cubes, second, tmp_path / "b.icechunk")
        with pytest.raises(TooMany):
            await cubes.start(query([first.url], tmp_path / "c.icechunk"))
        await cubes.close()
    assert [job.state for job in (await cubes.jobs()).jobs] == ["cancelled", "cancelled"]
    assert os.listdir(tmp_path) == []


async def test_of_several_that_begin_at_once_two_are_made_and_none_at_the_same_place(
    kept: KeptJobs, tmp_path: Path
) -> None:
    cubes = VirtualCubes(ENVIRON, kept)
    with silent_host() as host:
        begun = await asyncio.gather(
            *(cubes.start(query([host.url], tmp_path / f"{name}.icechunk")) for name in "aabc"),
            return_exceptions=True,
        )
        await cubes.close()
    assert [type(each) for each in begun] == [VirtualJob, TargetTaken, VirtualJob, TooMany]


_SERVER = """
import asyncio, sys
from pathlib import Path
from eohub_cubes.contract import VirtualQuery
from eohub_cubes.server.kept_jobs import KeptJobs
from eohub_cubes.server.virtual_jobs import VirtualCubes

async def serve():
    cubes = VirtualCubes(dict(EOHUB_CUBES_SERVER_ALLOWED_HOSTS='["127.0.0.1"]'), KeptJobs(Path(sys.argv[1])))
    await cubes.start(VirtualQuery(addresses=tuple(sys.argv[3:]), target=sys.argv[2]))
    await asyncio.sleep(600)

asyncio.run(serve())
"""


@pytest.mark.parametrize("is_all_killed", [False, True])
async def test_what_a_killed_server_was_making_is_told_leaves_nothing_and_is_made_again(
    tmp_path: Path, is_all_killed: bool
) -> None:
    noted, target = tmp_path / "noted", tmp_path / "made" / "c.icechunk"
    target.parent.mkdir()
    file = write_month(tmp_path / "0.nc", 0)
    with silent_host() as host:
        arguments = ["-c", _SERVER, str(noted), str(target), file, host.url]
        server = await asyncio.create_subprocess_exec(sys.executable, *arguments)
        assert await asyncio.to_thread(host.asked.wait, 120)
        assert (await VirtualCubes(ENVIRON, KeptJobs(noted)).jobs()).jobs == ()
        if is_all_killed:
            server.send_signal(signal.SIGSTOP)
            for making in psutil.Process(server.pid).children():
                making.kill()
        server.kill()
        await server.wait()
        lock = os.open(noted / "1.lock", os.O_RDWR)
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        os.close(lock)
    # Whose server alone is gone takes away what it has made.
    assert os.listdir(target.parent) == ([".c.icechunk.part"] if is_all_killed else [])
    cubes = VirtualCubes(ENVIRON, KeptJobs(noted))
    (job,) = (await cubes.jobs()).jobs
    assert (job.state, job.problem, job.files) == ("interrupted", "Your server ended before it was made.", 2)
    assert os.listdir(target.parent) == []
    with silent_host() as host:
        again = await cubes.again(job.id)
        assert (again.id, again.state) == (job.id, "running")
        await cubes.cancel(job.id)
    (job,) = (await VirtualCubes(ENVIRON, KeptJobs(noted)).jobs()).jobs
    assert job.state == "cancelled"


async def test_one_that_is_over_is_told_by_the_next_server_and_one_that_is_done_is_not_made_again(
    kept: KeptJobs, tmp_path: Path
) -> None:
    target = tmp_path / "c.icechunk"
    before = VirtualCubes(ENVIRON, kept)
    begun = await before.start(query([str(tmp_path / "0.nc")], target))
    assert (await ended(before, begun.id)).state == "refused"
    write_month(tmp_path / "0.nc", 0)
    cubes = VirtualCubes(ENVIRON, kept)
    assert [job.state for job in (await cubes.jobs()).jobs] == ["refused"]
    assert (await cubes.again(begun.id)).refusals == ()
    done = await ended(cubes, begun.id)
    assert (done.state, done.files_read) == ("done", 1)
    assert await cubes.again(begun.id) == done
    assert (await VirtualCubes(ENVIRON, kept).jobs()).jobs == (done,)
    with pytest.raises(NotFound):
        await cubes.again("another")


async def test_a_folder_where_nothing_can_be_written_is_told(kept: KeptJobs, tmp_path: Path) -> None:
    (tmp_path / ".c.icechunk.part").write_text("")
    cubes = VirtualCubes(ENVIRON, kept)
    begun = await cubes.start(query([write_month(tmp_path / "0.nc", 0)], tmp_path / "c.icechunk"))
    job = await ended(cubes, begun.id)
    assert (job.state, job.problem) == ("failed", f"Nothing can be written in {tmp_path}: File exists.")
