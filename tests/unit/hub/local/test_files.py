import os
import stat
from pathlib import Path

import pytest

from eohub_hub.local.errors import DiskTrouble, disk_trouble
from eohub_hub.local.files import private_folder, write_atomically


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_folder_admits_its_owner_only(tmp_path: Path) -> None:
    made = private_folder(tmp_path / "a" / "b")
    assert made.is_dir()
    assert mode_of(made) == 0o700


def test_a_folder_that_was_open_is_narrowed(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    assert mode_of(private_folder(tmp_path / "open")) == 0o700


def test_a_file_in_the_way_of_a_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskTrouble, match="file is where a folder should be") as caught:
        private_folder(tmp_path / "file")
    assert "EOHUB_STATE_DIR" in (caught.value.hint or "")


def test_a_written_file_is_whole_and_private(tmp_path: Path) -> None:
    write_atomically(tmp_path / "secret", b"x" * 70_000)
    assert (tmp_path / "secret").read_bytes() == b"x" * 70_000
    assert mode_of(tmp_path / "secret") == 0o600


def test_the_mode_does_not_depend_on_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        write_atomically(tmp_path / "public", b"", mode=0o644)
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "public") == 0o644


def test_writing_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file", b"old")
    write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failed_write_keeps_the_old_content(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "kept").write_text("kept")
    with pytest.raises(DiskTrouble):
        write_atomically(tmp_path / "folder", b"new")
    assert (tmp_path / "folder" / "kept").read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_missing_folder_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(DiskTrouble, match="No such file or directory"):
        write_atomically(tmp_path / "absent" / "file", b"")


@pytest.mark.parametrize(
    ("number", "words"),
    [(28, "The disk is full"), (30, "The disk is read-only"), (13, "cannot be written"), (122, "quota")],
)
def test_each_trouble_with_a_disk_has_its_own_sentence(number: int, words: str) -> None:
    error = disk_trouble(OSError(number, os.strerror(number)), Path("/somewhere"))
    assert words in error.detail
    assert "/somewhere" in error.detail
    assert error.hint
