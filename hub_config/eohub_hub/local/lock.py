"""One `eohub up` for one state folder: a file lock that the kernel drops with its holder."""

import fcntl
import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from eohub_hub.local.errors import AlreadyRunning, disk_trouble

_LOOK_SECONDS = 0.5


@contextmanager
def hold(path: Path) -> Generator[None]:
    """Hold the lock at `path` and note our process id in it; raises AlreadyRunning, DiskTrouble."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise disk_trouble(error, path) from error
    try:
        _take(descriptor, path)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(path: Path) -> int | None:
    """The process id of the running `eohub up`, or None when nobody holds the lock."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        noted = os.pread(descriptor, 32, 0)
        return int(noted) if noted.isdigit() else None
    else:
        return None
    finally:
        os.close(descriptor)


def wait_released(path: Path, seconds: float) -> bool:
    """Whether the lock became free within `seconds`."""
    end = time.monotonic() + seconds
    while holder(path) is not None:
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def _take(descriptor: int, path: Path) -> None:
    end = time.monotonic() + _LOOK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Whoever asks for the holder has it for a moment.
            if time.monotonic() < end:
                time.sleep(_LOOK_SECONDS / 10)
                continue
            noted = os.pread(descriptor, 32, 0).decode()
            by = f" (process {noted})" if noted.isdigit() else ""
            raise AlreadyRunning(
                f"EOHub is already running from {path.parent}{by}.",
                hint="Use it, or stop it with `make down`.",
            ) from None
        return


@contextmanager
def hold_waiting(path: Path, waiting: Callable[[], None]) -> Generator[None]:
    """Hold the lock at `path`, and wait for it after a word to `waiting`; raises DiskTrouble."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise disk_trouble(error, path) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
