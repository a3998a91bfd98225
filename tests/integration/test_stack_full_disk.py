"""A disk that fills while the first files are made: whole files or none, and a later start mends it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.small_disk import fill, small_disk

from eohub_hub.local.demo_accounts import make_accounts
from eohub_hub.local.errors import DiskTrouble
from eohub_hub.local.files import write_atomically
from eohub_hub.local.log_file import LogFollower
from eohub_hub.local.secret_store import Secret, make_missing
from eohub_hub.local.state import StateFolder

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a file system needs root")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 128 KiB with 64 inodes."""
    with small_disk(tmp_path / "disk", "size=128k,nr_inodes=64") as folder:
        yield folder


def test_a_file_that_does_not_fit_leaves_the_old_one_and_nothing_beside(disk: Path) -> None:
    write_atomically(disk / "file", b"old")
    with pytest.raises(DiskTrouble, match="The disk is full"):
        write_atomically(disk / "file", b"x" * 1_000_000)
    assert (disk / "file").read_bytes() == b"old"
    assert [path.name for path in disk.iterdir()] == ["file"]


def test_secrets_on_a_full_disk_are_whole_or_absent_and_complete_later(disk: Path) -> None:
    state = StateFolder(disk / "state")
    state.prepare()
    ballast = fill(disk)
    with pytest.raises(DiskTrouble, match="The disk is full"):
        make_missing(state.secrets)
    assert {len(path.read_text()) for path in state.secrets.iterdir()} <= {64}
    ballast.unlink()
    make_missing(state.secrets)
    assert {path.name for path in state.secrets.iterdir()} == {secret.value for secret in Secret}


def test_accounts_on_a_full_disk_are_made_later_with_passwords_that_are_shown(disk: Path) -> None:
    ballast = fill(disk)
    with pytest.raises(DiskTrouble):
        make_accounts(disk / "accounts.json", disk / "passwords.json")
    assert not (disk / "accounts.json").exists()
    ballast.unlink()
    make_accounts(disk / "accounts.json", disk / "passwords.json")
    assert (disk / "passwords.json").stat().st_size > 0


def test_a_state_folder_without_inodes_is_one_sentence(disk: Path) -> None:
    for number in range(64):
        try:
            (disk / str(number)).touch()
        except OSError:
            break
    with pytest.raises(DiskTrouble, match="The disk is full"):
        StateFolder(disk / "state").prepare()


def test_a_full_log_is_emptied_although_it_cannot_be_set_aside(disk: Path) -> None:
    log = disk / "eohub.log"
    log.write_bytes(b"x" * 60_000)
    fill(disk)
    assert LogFollower(log, largest_bytes=1).turn_over()
    assert log.stat().st_size == 0
    assert not (disk / "eohub.log.1").exists()
