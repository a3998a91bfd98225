"""What gets its name at the end, and what is there until then."""

import errno
import os
from pathlib import Path

import pytest

from eohub_catalogue.index.placing import is_full, put, write_whole


def a_folder(path: Path, text: str) -> Path:
    path.mkdir()
    (path / "a").write_text(text)
    return path


def test_a_file_is_replaced_as_a_whole_and_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["kept"]


def test_a_file_that_cannot_get_its_name_leaves_nothing(tmp_path: Path) -> None:
    a_folder(tmp_path / "taken", "mine")
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path / "taken", b"new")
    assert os.listdir(tmp_path) == ["taken"]
    assert (tmp_path / "taken/a").read_text() == "mine"


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_free_name_is_given(tmp_path: Path, is_folder: bool) -> None:
    new = a_folder(tmp_path / "new", "x") if is_folder else tmp_path / "new"
    if not is_folder:
        new.write_text("x")
    put(new, tmp_path / "target", replace=False)
    assert (tmp_path / "target").is_dir() == is_folder
    assert os.listdir(tmp_path) == ["target"]


@pytest.mark.parametrize("new_is_folder", [True, False])
@pytest.mark.parametrize("there_is_folder", [True, False])
def test_a_name_that_is_taken_stays_with_what_has_it(
    tmp_path: Path, new_is_folder: bool, there_is_folder: bool
) -> None:
    for name, is_folder in (("new", new_is_folder), ("target", there_is_folder)):
        if is_folder:
            a_folder(tmp_path / name, name)
        else:
            (tmp_path / name).write_text(name)
    with pytest.raises(FileExistsError):
        put(tmp_path / "new", tmp_path / "target", replace=False)
    held = tmp_path / "target/a" if there_is_folder else tmp_path / "target"
    assert held.read_text() == "target"
    assert sorted(os.listdir(tmp_path)) == ["new", "target"]


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    old = a_folder(tmp_path / "target", "old")
    (old / "left").write_text("old")
    put(a_folder(tmp_path / "new", "new"), old, replace=True)
    assert os.listdir(old) == ["a"]
    assert (old / "a").read_text() == "new"
    assert os.listdir(tmp_path) == ["target"]


@pytest.mark.parametrize(
    ("number", "full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)]
)
def test_a_full_disk_is_known(number: int, full: bool) -> None:
    assert is_full(OSError(number, "x")) == full
