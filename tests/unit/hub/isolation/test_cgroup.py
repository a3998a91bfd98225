"""The files that cgroup v2 is asked through, on a plain folder that looks like its tree.

The kernel's side was not there to try: see docs/operators/isolation.md.
"""

from pathlib import Path

import pytest

from eohub_hub.isolation.cgroup import CgroupTree, mount_point, own_group, parents, prepare
from eohub_hub.isolation.limits import MAXIMUM_PROCESSES

HYBRID = "9:name=systemd:/\n4:memory:/app\n0::/user.slice/user-1000.slice\n"
MOUNTS = (
    "proc /proc proc rw 0 0\n"
    "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n"
    "cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"
)


def group(folder: Path, *controllers: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cgroup.subtree_control").write_text(" ".join(controllers))
    return folder


class TestFinding:
    def test_the_line_of_version_2_is_found_among_those_of_version_1(self) -> None:
        assert own_group(HYBRID) == "/user.slice/user-1000.slice"
        assert own_group("4:memory:/app\n") is None

    def test_the_mount_of_version_2_is_found_wherever_it_is(self) -> None:
        assert mount_point(MOUNTS) == Path("/sys/fs/cgroup/unified")
        assert mount_point("proc /proc proc rw 0 0\n") is None

    def test_places_begin_at_the_top_and_end_at_the_own_group(self) -> None:
        mount = Path("/sys/fs/cgroup")
        assert parents(mount, "/a/b") == [mount, mount / "a", mount / "a" / "b"]
        assert parents(mount, "/") == [mount]


class TestPreparing:
    def test_the_first_place_that_bounds_memory_and_processes_is_taken(self, tmp_path: Path) -> None:
        top = group(tmp_path, "cpu")
        delegated = group(tmp_path / "user", "cpu", "memory", "pids")
        moved: list[Path] = []
        tree = prepare([top, delegated], "eohub-1", moved.append)
        assert tree == CgroupTree(delegated / "eohub-1")
        assert moved == [delegated / "eohub-1" / "probe"]
        assert (delegated / "eohub-1" / "cgroup.subtree_control").read_text() == "+memory +pids"
        assert not (top / "eohub-1").exists()

    def test_a_place_where_no_process_can_be_moved_is_not_taken(self, tmp_path: Path) -> None:
        def refuse(_: Path) -> None:
            raise PermissionError

        assert prepare([group(tmp_path, "memory", "pids")], "eohub-1", refuse) is None

    def test_a_machine_without_any_place_has_none(self, tmp_path: Path) -> None:
        assert prepare([tmp_path / "absent"], "eohub-1", lambda _: None) is None
        assert prepare([], "eohub-1", lambda _: None) is None


class TestServers:
    def test_a_servers_group_is_bounded_before_a_process_is_in_it(self, tmp_path: Path) -> None:
        made = CgroupTree(tmp_path).add("alice", 4 << 30)
        assert (made / "memory.max").read_text() == str(4 << 30)
        assert (made / "memory.swap.max").read_text() == "0"
        assert (made / "pids.max").read_text() == str(MAXIMUM_PROCESSES)

    def test_a_later_start_may_have_another_size(self, tmp_path: Path) -> None:
        tree = CgroupTree(tmp_path)
        tree.add("alice", 4 << 30)
        assert (tree.add("alice", 1 << 30) / "memory.max").read_text() == str(1 << 30)

    def test_removing_kills_first_and_is_no_error_for_what_is_not_there(self, tmp_path: Path) -> None:
        tree = CgroupTree(tmp_path)
        made = tree.add("alice", 1 << 30)
        (made / "cgroup.kill").write_text("")
        tree.remove("alice")
        assert (made / "cgroup.kill").read_text() == "1"
        tree.remove("bob")

    def test_a_tree_that_is_not_ours_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No such file"):
            CgroupTree(tmp_path / "absent" / "deeper").add("alice", 1 << 30)
