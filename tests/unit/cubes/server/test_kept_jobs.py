"""Virtual cubes noted in files: told by the next server, each once, whatever a killed one left."""

import os
from pathlib import Path

import pytest

from eohub_cubes.contract import VirtualJob, VirtualQuery
from eohub_cubes.server.kept_jobs import KeptJob, KeptJobs
from eohub_cubes.server.virtual_jobs import VirtualCubes
from eohub_cubes.virtualizing.folders import clear, made_beside
from eohub_toolkit.errors import NotFound, Unavailable


@pytest.fixture
def noted(tmp_path: Path) -> KeptJobs:
    return KeptJobs(tmp_path / "noted" / "virtual")


def note(kept: KeptJobs, target: str, state: str = "running") -> int:
    """Note one as a server does that begins it; returns its lock."""
    name, lock = kept.new()
    job = VirtualJob.model_validate(
        {"id": name, "target": target, "state": state, "files": 1, "files_read": 0}
    )
    kept.keep(KeptJob(query=VirtualQuery(addresses=("/a.nc",), target=target), job=job))
    return lock


def names(kept: KeptJobs) -> list[str]:
    return [each.job.id for each in kept.all()]


async def test_one_whose_server_ended_is_interrupted_and_nothing_of_it_is_left(
    noted: KeptJobs, tmp_path: Path
) -> None:
    half = tmp_path / ".c.icechunk.part" / "repository" / "chunks"
    half.mkdir(parents=True)
    os.close(note(noted, str(tmp_path / "c.icechunk")))
    for _ in range(2):
        (job,) = (await VirtualCubes({}, noted).jobs()).jobs
        assert (job.state, job.problem) == ("interrupted", "Your server ended before it was made.")
        assert os.listdir(tmp_path) == ["noted"]


async def test_one_that_another_server_makes_is_its_own_affair(noted: KeptJobs, tmp_path: Path) -> None:
    target = tmp_path / "c.icechunk"
    lock = note(noted, str(target))
    cubes = VirtualCubes({}, noted)
    with made_beside(target):
        clear(str(target))
        assert (await cubes.jobs()).jobs == ()
        assert len(os.listdir(tmp_path)) == 2
    with pytest.raises(NotFound):
        await cubes.cancel("1")
    noted.forget("1")
    os.close(lock)
    assert names(noted) == ["1"]


async def test_one_that_is_done_is_told_as_it_was_and_not_made_again(noted: KeptJobs) -> None:
    os.close(note(noted, "s3://mine/c.icechunk", "done"))
    cubes = VirtualCubes({}, noted)
    (job,) = (await cubes.jobs()).jobs
    assert job.state == "done"
    assert await cubes.again(job.id) == job
    with pytest.raises(NotFound):
        await cubes.again("2")


def test_twenty_are_remembered_and_one_that_cannot_be_read_hinders_none(
    noted: KeptJobs, tmp_path: Path
) -> None:
    for _ in range(30):
        os.close(note(noted, "/c.icechunk", "done"))
    assert names(noted) == [str(number) for number in range(11, 31)]
    folder = tmp_path / "noted" / "virtual"
    assert len(list(folder.iterdir())) == 40
    (folder / "30.json").write_text("{")
    os.close(note(noted, "/c.icechunk", "done"))
    assert names(noted)[-2:] == ["29", "31"]


def test_two_servers_never_take_the_same_number(noted: KeptJobs) -> None:
    first, lock = noted.new()
    second, other = noted.new()
    os.close(lock)
    os.close(other)
    assert (first, second) == ("1", "2")


def test_what_cannot_be_noted_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be noted: Not a directory"):
        KeptJobs(tmp_path / "file" / "virtual").new()
