import fcntl
import os
import threading
from pathlib import Path

import pytest

from eohub_hub.local.errors import AlreadyRunning, DiskTrouble
from eohub_hub.local.lock import hold, holder, wait_released


def test_the_holder_is_known_while_it_holds(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert holder(lock) is None
    with hold(lock):
        assert holder(lock) == os.getpid()
    assert holder(lock) is None


def test_a_second_start_is_refused_with_who_runs_and_what_to_do(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with hold(lock), pytest.raises(AlreadyRunning) as caught, hold(lock):
        pass
    assert caught.value.detail == f"EOHub is already running from {tmp_path} (process {os.getpid()})."
    assert "make down" in (caught.value.hint or "")


def test_the_refused_start_leaves_the_lock_as_it_was(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with hold(lock):
        with pytest.raises(AlreadyRunning), hold(lock):
            pass
        assert holder(lock) == os.getpid()


def test_somebody_who_only_looks_keeps_nobody_from_starting(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.touch()
    looking = os.open(lock, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    over = threading.Timer(0.1, os.close, [looking])
    over.start()
    try:
        with hold(lock):
            assert holder(lock) == os.getpid()
    finally:
        over.join()


def test_an_error_releases_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold(tmp_path / "lock"):
        _ = 1 / 0
    assert holder(tmp_path / "lock") is None


def test_a_file_left_by_a_crash_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("12345678901234567890")
    assert holder(tmp_path / "lock") is None
    with hold(tmp_path / "lock"):
        assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_waiting_ends_at_once_when_nobody_holds_and_in_time_when_somebody_does(tmp_path: Path) -> None:
    assert wait_released(tmp_path / "lock", 0.0)
    with hold(tmp_path / "lock"):
        assert not wait_released(tmp_path / "lock", 0.0)


def test_a_lock_in_a_folder_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DiskTrouble), hold(tmp_path / "absent" / "lock"):
        pass
