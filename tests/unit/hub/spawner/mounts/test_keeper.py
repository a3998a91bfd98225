"""One mount that is kept: what cannot be started is tried again, and ends nothing else."""

from itertools import pairwise
from pathlib import Path

from eohub_hub.spawner.mounts.keeper import LONGEST_PAUSE_SECONDS, Kept
from eohub_hub.spawner.mounts.order import KeeperOrder, Mounted


def kept(folder: Path) -> Kept:
    """A mount whose log cannot be opened, as on a disk that is full."""
    mounted = Mounted("mine", "My bucket", str(folder / "data" / "mine"), ("rclone",), str(folder), False)
    return Kept(mounted, KeeperOrder(str(folder), (mounted,), "", str(folder / "none" / "log"), False))


def test_what_cannot_be_started_says_why(tmp_path: Path) -> None:
    mount = kept(tmp_path)
    mount.look(100.0)
    assert (mount.state.name, mount.state.state) == ("mine", "failed")
    assert mount.state.detail == "It cannot be mounted now (No such file or directory) and is tried again."


def test_it_is_tried_again_later_each_time_and_never_given_up(tmp_path: Path) -> None:
    mount, now, tried = kept(tmp_path), 0.0, list[float]()
    (tmp_path / "rc.sock").touch()
    while now < 200.0:
        mount.look(now)
        if not (tmp_path / "rc.sock").exists():
            tried.append(now)
            (tmp_path / "rc.sock").touch()
        now += 0.5
    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses[:6] == [1.0, 2.0, 4.0, 8.0, 16.0, LONGEST_PAUSE_SECONDS]
    assert set(pauses[5:]) == {LONGEST_PAUSE_SECONDS}


def test_a_mount_that_never_was_has_nothing_to_write_and_ends(tmp_path: Path) -> None:
    mount = kept(tmp_path)
    mount.look(0.0)
    assert mount.drain()
    mount.end()
