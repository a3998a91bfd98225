"""A new folder or .zip file is there as a whole or not at all."""

import errno
import os
import zipfile
from pathlib import Path

import pytest

from eohub_catalogue.index.placing import clean
from eohub_catalogue.server.packing import Packing, room_of
from eohub_toolkit.errors import Conflict, Unavailable


@pytest.fixture(params=["new", "new.zip"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / request.param


def content_of(target: Path) -> dict[str, bytes]:
    if target.is_dir():
        return {
            str(path.relative_to(target)): path.read_bytes() for path in target.rglob("*") if path.is_file()
        }
    with zipfile.ZipFile(target) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_nothing_is_seen_before_all_of_it_is(target: Path) -> None:
    packing = Packing(target)
    packing.begin()
    packing.write("a.json", b"{}")
    packing.write("b/c/d.tif", b"picture")
    assert not target.exists()
    packing.finish()
    assert content_of(target) == {"a.json": b"{}", "b/c/d.tif": b"picture"}
    assert packing.bytes == 9
    assert os.listdir(target.parent) == [target.name]


def test_what_is_given_up_leaves_nothing(target: Path) -> None:
    packing = Packing(target)
    packing.begin()
    packing.write("a.json", b"{}")
    packing.discard()
    packing.discard()
    assert os.listdir(target.parent) == []


def test_two_at_the_same_place_do_not_meet(target: Path) -> None:
    first, second = Packing(target), Packing(target)
    first.begin()
    with pytest.raises(Conflict, match="being written already"):
        second.begin()
    second.discard()
    first.write("a.json", b"{}")
    first.finish()
    assert content_of(target) == {"a.json": b"{}"}


def test_what_has_come_there_meanwhile_stays(target: Path) -> None:
    packing = Packing(target)
    packing.begin()
    packing.write("a.json", b"{}")
    target.write_text("somebody's")
    with pytest.raises(Conflict, match="there already"):
        packing.finish()
    packing.discard()
    assert target.read_text() == "somebody's"
    assert os.listdir(target.parent) == [target.name]


def test_a_room_in_use_is_not_removed(target: Path) -> None:
    packing = Packing(target)
    packing.begin()
    assert not clean(packing.room)
    packing.write("a.json", b"{}")
    packing.finish()
    assert content_of(target) == {"a.json": b"{}"}


def test_a_new_try_takes_the_place_of_a_killed_one(target: Path) -> None:
    room_of(target).mkdir()
    packing = Packing(target)
    packing.begin()
    packing.finish()
    assert target.exists()


class FullDisk(Packing):
    """A disk on which there is no room for a second file."""

    written = 0

    def put(self, name: str, body: bytes) -> None:
        self.written += 1
        if self.written > 1:
            raise OSError(errno.ENOSPC, "No space left on device", "/somewhere")
        super().put(name, body)


def test_a_full_disk_is_a_sentence_and_leaves_nothing(target: Path) -> None:
    packing = FullDisk(target)
    packing.begin()
    packing.write("a.json", b"{}")
    with pytest.raises(Unavailable, match="The disk is full") as caught:
        packing.write("b.json", b"{}")
    assert "somewhere" not in caught.value.detail
    packing.discard()
    assert os.listdir(target.parent) == []


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    packing = Packing(tmp_path / "file" / "new.zip")
    with pytest.raises(Unavailable) as caught:
        packing.begin()
    assert str(tmp_path) not in caught.value.detail
