"""Files and folders that are there as a whole or not at all: written beside their place, then renamed."""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK = "lock"


def write_whole(path: Path, body: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new ones; for its owner only.

    Raises FileExistsError where another process writes it at the same moment.
    """
    with room_to_work(path.with_name(f".{path.name}.new")) as room:
        new = room / path.name
        new.touch(mode=0o600)
        new.write_bytes(body)
        put(new, path, replace=True)


@contextmanager
def room_to_work(room: Path) -> Generator[Path]:
    """A new hidden folder, which is gone at the end; see `enter`."""
    lock = enter(room)
    try:
        yield room
    finally:
        leave(room, lock)


def enter(room: Path) -> int:
    """Make a folder to work in, free of what a killed process left; returns the lock that it is left with.

    What is left is told by its free lock. Raises FileExistsError where another process is at it.
    """
    clean(room)
    room.mkdir(mode=0o700)
    try:
        lock = os.open(room / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        room.rmdir()
        raise
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def leave(room: Path, lock: int) -> None:
    """Remove a folder that was worked in, with all that is left there."""
    shutil.rmtree(room, ignore_errors=True)
    os.close(lock)


def clean(room: Path) -> bool:
    """Remove what a killed process left; False where one is still at it."""
    try:
        descriptor = os.open(room / _LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        # Killed between two steps, or nothing there at all.
        with suppress(OSError):
            room.rmdir()
        return not room.exists()
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(room, ignore_errors=True)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)


def put(new: Path, target: Path, *, replace: bool) -> None:
    """Give a finished file or folder its name on the same disk; what is there stays until then.

    Raises FileExistsError where something is there and is not to be replaced.
    """
    _synchronise(new)
    if not replace:
        _put_where_none_is(new, target)
    elif target.is_dir() and new.is_dir():
        _replace_folder(new, target)
    else:
        new.replace(target)
    _synchronise(target.parent)


def is_full(error: OSError) -> bool:
    """Whether there is no room for a file."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _put_where_none_is(new: Path, target: Path) -> None:
    # Taking the name first keeps what is there from being replaced.
    if new.is_dir():
        target.mkdir()
    else:
        target.touch(exist_ok=False)
    try:
        new.replace(target)
    except OSError as error:
        if error.errno == errno.ENOTEMPTY:
            raise FileExistsError(errno.EEXIST, "File exists", str(target)) from error
        raise


def _replace_folder(new: Path, target: Path) -> None:
    old = target.with_name(f".{target.name}.{secrets.token_hex(4)}.old")
    target.rename(old)
    try:
        new.rename(target)
    except OSError:
        old.rename(target)
        raise
    # Where the new one was, what a killed process leaves of it is removed by the next one.
    old.rename(new)
    shutil.rmtree(new)


def _synchronise(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
