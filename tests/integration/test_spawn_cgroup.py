"""What the hub makes of cgroup v2 goes when the stack goes; tried on this machine's own tree."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eohub_hub.isolation.cgroup import CgroupTree, mount_point, own_group
from eohub_hub.isolation.probe import remove_groups

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="cgroups are Linux's")
INSTANCE = f"removal-{os.getpid()}"


@pytest.fixture
def ours() -> Iterator[Path]:
    """A group of ours with two servers' groups, as the hub makes them."""
    mount = mount_point(Path("/proc/self/mounts").read_text())
    own = own_group(Path("/proc/self/cgroup").read_text())
    if mount is None or own is None or not os.access(mount / own.strip("/"), os.W_OK):
        pytest.skip("no cgroup v2 that this account may change")
    folder = mount / own.strip("/") / f"eohub-{INSTANCE}"
    try:
        folder.mkdir()
        for name in ("alice", "bob+big"):
            (folder / name).mkdir()
    except OSError as error:
        pytest.skip(f"no group can be made here: {error}")
    yield folder
    CgroupTree(folder).clear()


def test_nothing_is_left_of_our_groups(ours: Path) -> None:
    remove_groups("another-instance")
    assert ours.is_dir()
    remove_groups(INSTANCE)
    assert not ours.exists()


def test_what_still_runs_in_a_servers_group_is_ended_with_it(ours: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as sleeper:
        try:
            (ours / "alice" / "cgroup.procs").write_text(str(sleeper.pid))
        except OSError as error:
            sleeper.kill()
            pytest.skip(f"no process can be moved here: {error}")
        remove_groups(INSTANCE)
        assert sleeper.wait(timeout=10) == -9
    deadline = time.monotonic() + 10
    while ours.exists() and time.monotonic() < deadline:  # the kernel kills in its own time
        remove_groups(INSTANCE)
        time.sleep(0.05)
    assert not ours.exists()
