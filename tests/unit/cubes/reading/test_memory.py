"""How much memory this server has left."""

import os
from pathlib import Path

import psutil

from eohub_cubes.reading.memory import ServerMemory

GIB = 2**30


def test_without_any_limit_it_is_what_the_machine_has(tmp_path: Path) -> None:
    found = ServerMemory(os.getpid(), None, tmp_path).now()
    assert found.limit == psutil.virtual_memory().total
    assert found.free is not None
    assert 0 < found.free <= found.limit


def test_a_told_limit_leaves_what_the_servers_processes_do_not_use(tmp_path: Path) -> None:
    found = ServerMemory(os.getpid(), GIB, tmp_path).now()
    assert found.limit == GIB
    assert found.free is not None
    assert found.free < GIB


def test_a_control_group_tells_limit_and_use_without_what_it_would_give_up(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text(f"{GIB}\n")
    (tmp_path / "memory.current").write_text(f"{600 * 2**20}\n")
    (tmp_path / "memory.stat").write_text(f"anon 5\ninactive_file {100 * 2**20}\n")
    found = ServerMemory(os.getpid(), None, tmp_path).now()
    assert (found.limit, found.free) == (GIB, GIB - 500 * 2**20)


def test_version_one_of_control_groups_is_read_too(tmp_path: Path) -> None:
    group = tmp_path / "memory"
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(f"{GIB}")
    (group / "memory.usage_in_bytes").write_text(f"{2**20}")
    found = ServerMemory(os.getpid(), 4 * GIB, tmp_path).now()
    assert (found.limit, found.free) == (GIB, GIB - 2**20)


def test_a_control_group_without_limit_does_not_hide_the_told_one(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    assert ServerMemory(os.getpid(), GIB, tmp_path).now().limit == GIB
    group = tmp_path / "memory"
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text("9223372036854771712")
    assert ServerMemory(os.getpid(), GIB, tmp_path).now().limit == GIB


def test_more_used_than_allowed_leaves_nothing(tmp_path: Path) -> None:
    assert ServerMemory(os.getpid(), 1, tmp_path).now().free == 0


def test_a_server_that_is_gone_uses_nothing(tmp_path: Path) -> None:
    gone = ServerMemory(2**22 + 1, GIB, tmp_path).now()
    assert gone.limit == GIB
