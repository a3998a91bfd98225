"""What the hub says about mounts reaches the panel, and nothing that is none."""

from pathlib import Path

import pytest

from eohub_hub.spawner.mounts.order import MountState, write_status
from eohub_storage.server.mounts import mounts_of


def test_what_the_hub_writes_is_what_the_panel_reads(tmp_path: Path) -> None:
    file = tmp_path / "mounts.json"
    write_status(file, [MountState("mine", "Mine", "failed", "It has ended.")])
    (mount,) = mounts_of(str(file))
    assert (mount.name, mount.state, mount.detail) == ("mine", "failed", "It has ended.")


@pytest.mark.parametrize("text", ["", "{", '{"mounts": [{"name": "x", "title": "x", "state": "odd"}]}'])
def test_a_file_that_is_no_status_shows_no_mount(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mounts.json"
    file.write_text(text)
    assert mounts_of(str(file)) == ()


def test_without_a_file_there_are_no_mounts(tmp_path: Path) -> None:
    assert mounts_of("") == mounts_of(str(tmp_path / "absent")) == ()
