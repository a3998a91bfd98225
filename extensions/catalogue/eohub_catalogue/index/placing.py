"""Files and folders that are there as a whole or not at all: written beside their place, then renamed."""

import errno
import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_whole(path: Path, body: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new ones; for its owner only."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(body)
            file.flush()
            put(Path(file.name), path, replace=True)
        except BaseException:
            with suppress(OSError):
                os.unlink(file.name)
            raise


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
    shutil.rmtree(old)


def _synchronise(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
