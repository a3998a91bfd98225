import os
from pathlib import Path

from eohub_hub.isolation.log import BoundedLog


def test_lines_are_appended_to_what_an_earlier_start_wrote(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"before\n")
    BoundedLog(path, 1024).write(b"after\n")
    assert path.read_bytes() == b"before\nafter\n"


def test_a_full_log_makes_room_and_keeps_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = BoundedLog(path, 10)
    for chunk in (b"11111111", b"22222222", b"33333333"):
        log.write(chunk)
    assert path.read_bytes() == b"33333333"
    assert (tmp_path / "log.1").read_bytes() == b"22222222"
    assert sorted(os.listdir(tmp_path)) == ["log", "log.1"]


def test_what_an_earlier_start_wrote_counts(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 9)
    BoundedLog(path, 10).write(b"yy")
    assert path.read_bytes() == b"yy"


def test_only_the_hub_may_read_it(tmp_path: Path) -> None:
    BoundedLog(tmp_path / "log", 10)
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600
