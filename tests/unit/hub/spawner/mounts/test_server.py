"""Whose the files of a mount are, and what keeps ~/data from showing them."""

import os
from pathlib import Path

from eohub_hub.isolation.order import Mode
from eohub_hub.spawner.mounts.server import access_of, obstacle_in_home


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


def test_rclone_lets_another_account_in_only_where_each_person_has_one() -> None:
    assert access_of(Mode.ACCOUNTS, 70_001).others
    assert not access_of(Mode.BUBBLEWRAP, None).others
    assert access_of(Mode.SINGLE, None).uid == os.getuid()
