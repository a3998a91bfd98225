"""What hub and keeper tell each other."""

from pathlib import Path

import pytest

from eohub_hub.spawner.mounts.order import (
    KeeperOrder,
    Mounted,
    MountState,
    read_order,
    read_status,
    write_status,
)

MOUNTED = Mounted("mine", "Mine", "/x/data/mine", ("rclone", "mount"), "/x/mine", read_only=False)
STATES = [MountState("mine", "Mine", "mounted"), MountState("sea", "Sea", "failed", "It has ended.")]


def test_an_order_is_read_as_it_was_written() -> None:
    order = KeeperOrder(
        "/x/data", (MOUNTED,), "/f/mounts.json", "/x/log", shared=True, environment={"A": "b"}
    )
    assert read_order(order.dump()) == order


@pytest.mark.parametrize("text", [b"", b"{}", b'{"mounts": [{}]}'])
def test_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        read_order(text)


def test_the_status_is_read_as_it_was_written_and_others_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "mounts.json"
    write_status(file, STATES)
    assert read_status(file) == STATES
    assert file.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["mounts.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"mounts": [{"name": 1, "other": 2}]}'])
def test_a_status_that_cannot_be_read_says_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mounts.json"
    file.write_text(text)
    assert read_status(file) == []
    assert read_status(tmp_path / "absent") == []
