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
        delegated = group(tmp_path / "user", "memory", "pids")
        moved: list[Path] = []
        tree = prepare([top, delegated], "eohub-1", moved.append)
        assert tree == CgroupTree(delegated / "eohub-1")
        assert moved == [delegated / "eohub-1" / "probe"]
        assert (delegated / "eohub-1" / "cgroup.subtree_control").read_text() == "+memory +pids"
        assert not (top / "eohub-1").exists()

    def test_cpu_time_is_bounded_where_it_can_be(self, tmp_path: Path) -> None:
        place = group(tmp_path, "cpuset", "cpu", "memory", "pids")
        tree = prepare([place], "eohub-1", lambda _: None)
        assert tree == CgroupTree(place / "eohub-1", bounds_cpu=True)
        assert (place / "eohub-1" / "cgroup.subtree_control").read_text() == "+memory +pids +cpu"

    def test_a_place_where_no_process_can_be_moved_is_not_taken(self, tmp_path: Path) -> None:
        def refuse(_: Path) -> None:
            raise PermissionError

        assert prepare([group(tmp_path, "memory", "pids")], "eohub-1", refuse) is None

    def test_a_machine_without_any_place_has_none(self, tmp_path: Path) -> None:
        assert prepare([tmp_path / "absent"], "eohub-1", lambda _: None) is None
        assert prepare([], "eohub-1", lambda _: None) is None


class TestServers:
    def test_a_servers_group_is_bounded_before_a_process_is_in_it(self, tmp_path: Path) -> None:
        made = CgroupTree(tmp_path).add("alice", 4 << 30, 2)
        assert (made / "memory.max").read_text() == str(4 << 30)
        assert (made / "memory.swap.max").read_text() == "0"
        assert (made / "pids.max").read_text() == str(MAXIMUM_PROCESSES)

    @pytest.mark.parametrize(("cores", "quota"), [(0.5, 50_000), (1, 100_000), (2.5, 250_000)])
    def test_a_servers_quota_is_its_cores_in_each_period(
        self, tmp_path: Path, cores: float, quota: int
    ) -> None:
        made = CgroupTree(tmp_path, bounds_cpu=True).add("alice", 1 << 30, cores)
        assert (made / "cpu.max").read_text() == f"{quota} 100000"
        assert not (CgroupTree(tmp_path).add("bob", 1 << 30, cores) / "cpu.max").exists()

    def test_a_later_start_may_have_another_size(self, tmp_path: Path) -> None:
        tree = CgroupTree(tmp_path)
        tree.add("alice", 4 << 30, 2)
        assert (tree.add("alice", 1 << 30, 1) / "memory.max").read_text() == str(1 << 30)

    def test_removing_kills_first_and_is_no_error_for_what_is_not_there(self, tmp_path: Path) -> None:
        tree = CgroupTree(tmp_path)
        made = tree.add("alice", 1 << 30, 1)
        (made / "cgroup.kill").write_text("")
        tree.remove("alice")
        assert (made / "cgroup.kill").read_text() == "1"
        tree.remove("bob")

    def test_a_tree_that_is_not_ours_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match="No such file"):
            CgroupTree(tmp_path / "absent" / "deeper").add("alice", 1 << 30, 1)

    def test_in_the_end_nothing_of_the_tree_is_left(self, tmp_path: Path) -> None:
        ours = tmp_path / "eohub-1"
        for name in ("alice", "bob+big", "probe"):
            (ours / name).mkdir(parents=True)
        other = group(tmp_path / "eohub-2")
        CgroupTree(ours).clear()
        assert not ours.exists()
        assert other.exists()
        CgroupTree(ours).clear()
