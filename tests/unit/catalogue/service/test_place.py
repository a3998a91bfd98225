"""What stands at a place is whole at every moment."""

import errno
from pathlib import Path

import pytest

from eohub_catalogue.service.place import in_place_of
from eohub_toolkit.errors import Conflict, Unavailable


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail(target: Path, error: BaseException) -> None:
    with in_place_of(target, force=True) as part:
        part.write_text("half")
        raise error


def test_a_new_file_appears_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "a.ndjson"
    with in_place_of(target, force=False) as part:
        part.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert names(tmp_path) == ["a.ndjson"]


def test_what_is_there_is_only_replaced_when_that_is_said(tmp_path: Path) -> None:
    target = tmp_path / "a.ndjson"
    target.write_text("old")
    with pytest.raises(Conflict, match="exists"), in_place_of(target, force=False):
        pytest.fail("nothing is to be written")
    with in_place_of(target, force=True) as part:
        part.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"


def test_what_another_writes_at_the_moment_is_left_to_it(tmp_path: Path) -> None:
    target = tmp_path / "a.ndjson"
    with in_place_of(target, force=True) as part:
        with pytest.raises(Conflict, match="being written already"), in_place_of(target, force=True):
            pytest.fail("nothing is to be written")
        part.write_text("mine")
    assert target.read_text() == "mine"
    assert names(tmp_path) == ["a.ndjson"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x")])
def test_a_failure_leaves_what_was_there_and_nothing_else(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "a.ndjson"
    target.write_text("old")
    with pytest.raises(type(error)):
        fail(target, error)
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a.ndjson"]


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "The disk is full"), (errno.EACCES, "cannot be written: Permission denied")],
)
def test_trouble_with_the_disk_is_a_sentence(tmp_path: Path, number: int, sentence: str) -> None:
    with pytest.raises(Unavailable, match=sentence):
        fail(tmp_path / "a.parquet", OSError(number, "Permission denied" if number == errno.EACCES else "x"))
    assert names(tmp_path) == []


def test_a_folder_that_is_no_catalogue_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("dear")
    with pytest.raises(Conflict, match="not replaced"), in_place_of(tmp_path / "home", force=True):
        pytest.fail("nothing is to be written")
    assert (tmp_path / "home/letter.txt").exists()


def test_an_older_catalogue_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "catalog.json").write_text("old")
    (target / "left").write_text("old")
    with in_place_of(target, force=True) as part:
        part.mkdir()
        (part / "catalog.json").write_text("new")
        assert (target / "catalog.json").read_text() == "old"
    assert names(target) == ["catalog.json"]
    assert (target / "catalog.json").read_text() == "new"
    assert names(tmp_path) == ["out"]


def test_a_folder_that_is_missing_is_a_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(Unavailable, match="No such file"),
        in_place_of(tmp_path / "no/a", force=False) as part,
    ):
        part.write_text("x")
