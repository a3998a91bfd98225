"""Whose the files of a mount are, and what keeps ~/data from showing them."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from eohub_hub.isolation.order import Mode
from eohub_hub.spawner.mounts.order import STATUS_FILE
from eohub_hub.spawner.mounts.server import ServerMounts, access_of, obstacle_in_home
from eohub_hub.spawner.mounts.tool import MountTool
from eohub_profiles.decision import MountPlan


def test_an_empty_or_absent_folder_can_show_mounts(tmp_path: Path) -> None:
    assert obstacle_in_home(tmp_path, tmp_path / "root") is None
    (tmp_path / "data").mkdir()
    assert obstacle_in_home(tmp_path, tmp_path / "root") is None


def test_a_folder_with_files_is_left_to_its_owner(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine").touch()
    assert "holds files of its own" in (obstacle_in_home(tmp_path, tmp_path / "root") or "")


def test_a_link_leads_nowhere_but_to_the_mounts(tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(tmp_path / "elsewhere")
    assert "no folder" in (obstacle_in_home(tmp_path, tmp_path / "root") or "")
    assert obstacle_in_home(tmp_path, tmp_path / "elsewhere") is None


def test_a_file_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    assert "no folder" in (obstacle_in_home(tmp_path, tmp_path / "root") or "")


PLAN = MountPlan("mine", "My bucket", "users", "alice/", read_only=False)
TOOL = MountTool(Path("rclone"), Path("fusermount3"), Path("eohub-credentials"))


def test_where_mounts_appear_is_the_hubs_and_holds_the_places_of_this_start_only(tmp_path: Path) -> None:
    mounts = ServerMounts(TOOL, tmp_path / "alice", tmp_path / STATUS_FILE)
    mounts.prepare([replace(PLAN, name="earlier"), replace(PLAN, name="kept")], "http://127.0.0.1:1", "here")
    (mounts.root / "kept" / "notes.txt").write_text("not to be lost")
    mounts.prepare([PLAN], "http://127.0.0.1:1", "here")
    assert sorted(path.name for path in mounts.root.iterdir()) == ["kept", "mine"]
    for path, mode in ((mounts.folder, 0o700), (mounts.root, 0o755), (mounts.root / "mine", 0o755)):
        assert (path.stat().st_mode & 0o777, path.stat().st_uid) == (mode, os.getuid()), path


def test_a_mount_may_be_called_as_what_lies_beside_it(tmp_path: Path) -> None:
    plans = [replace(PLAN, name=name) for name in ("data", "aws-config", "rclone")]
    mounts = ServerMounts(TOOL, tmp_path / "alice", tmp_path / STATUS_FILE)
    mounts.prepare(plans, "http://127.0.0.1:1", "here")
    order = mounts.order(plans, access_of(Mode.SINGLE, None), {}, shared=False)
    assert (mounts.folder / "aws-config").is_file()
    assert sorted(path.name for path in mounts.root.iterdir()) == ["aws-config", "data", "rclone"]
    assert all(not Path(each.folder).is_relative_to(mounts.root) for each in order.mounts)


@pytest.mark.parametrize("started", ["", " None", " another-boot:1"])
def test_a_process_that_has_the_number_of_a_keeper_is_not_taken_for_it(tmp_path: Path, started: str) -> None:
    mounts = ServerMounts(TOOL, tmp_path / "alice", tmp_path / STATUS_FILE)
    mounts.folder.mkdir()
    # This very process: were it taken for the keeper, the test would end here.
    mounts.pid_file.write_text(f"{os.getpid()}{started}")
    mounts.stop()
    assert not mounts.pid_file.exists()


def test_rclone_lets_another_account_in_only_where_each_person_has_one() -> None:
    assert access_of(Mode.ACCOUNTS, 70_001).others
    assert not access_of(Mode.BUBBLEWRAP, None).others
    assert access_of(Mode.SINGLE, None).uid == os.getuid()
