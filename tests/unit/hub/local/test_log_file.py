import stat
from pathlib import Path

import pytest

from eohub_hub.local.errors import DiskTrouble
from eohub_hub.local.log_file import LogFollower, open_for_append


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "eohub.log"


def append(log: Path, text: str) -> None:
    with open_for_append(log) as file:
        file.write(text.encode())


def follower(log: Path, largest_bytes: int = 10_000) -> LogFollower:
    return LogFollower(log, largest_bytes=largest_bytes)


def test_only_its_owner_reads_the_log(log: Path) -> None:
    append(log, "line\n")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_only_lines_of_this_start_are_handed_out_and_each_once(log: Path) -> None:
    append(log, "old\n")
    following = follower(log)
    append(log, "new\nnewer\n")
    assert following.new_lines() == ["new", "newer"]
    assert following.new_lines() == []


def test_a_log_that_does_not_exist_yet_has_no_lines(log: Path) -> None:
    following = follower(log)
    assert following.new_lines() == []
    append(log, "first\n")
    assert following.new_lines() == ["first"]


def test_a_half_written_line_waits_for_its_end(log: Path) -> None:
    following = follower(log)
    append(log, "whole\nha")
    assert following.new_lines() == ["whole"]
    append(log, "lf\n")
    assert following.new_lines() == ["half"]


def test_bytes_that_are_no_text_are_shown_as_such(log: Path) -> None:
    following = follower(log)
    log.write_bytes(b"\xff\xfe line\n")
    assert following.new_lines() == ["�� line"]


def test_a_full_file_is_set_aside_and_writing_goes_on(log: Path) -> None:
    following = follower(log, largest_bytes=10)
    with open_for_append(log) as writer:
        writer.write(b"0123456789\n")
        assert following.new_lines() == ["0123456789"]
        assert following.turn_over()
        writer.write(b"after\n")
    assert following.new_lines() == ["after"]
    assert log.read_text() == "after\n"
    assert log.with_name("eohub.log.1").read_text() == "0123456789\n"


def test_a_file_below_its_limit_stays(log: Path) -> None:
    append(log, "123\n")
    assert not follower(log, largest_bytes=5).turn_over()
    assert not follower(log.with_name("absent")).turn_over()


def test_three_old_files_are_kept_and_no_more(log: Path) -> None:
    following = follower(log, largest_bytes=1)
    for number in range(6):
        append(log, f"{number}\n")
        following.turn_over()
    kept = {path.name: path.read_text() for path in log.parent.iterdir()}
    assert kept == {"eohub.log": "", "eohub.log.1": "5\n", "eohub.log.2": "4\n", "eohub.log.3": "3\n"}


def test_old_files_are_as_private_as_the_log(log: Path) -> None:
    append(log, "secret\n")
    follower(log, largest_bytes=1).turn_over()
    assert stat.S_IMODE(log.with_name("eohub.log.1").stat().st_mode) == 0o600


def test_a_line_that_never_ends_takes_bounded_memory(log: Path) -> None:
    following = follower(log, largest_bytes=10**9)
    append(log, "x" * 1_000_000)
    for _ in range(10):
        assert following.new_lines() == []
    append(log, "\nnext\n")
    lines = following.new_lines()
    assert lines[-1] == "next"
    assert max(map(len, lines)) <= 64 * 1024


def test_a_log_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DiskTrouble):
        open_for_append(tmp_path / "absent" / "eohub.log")
