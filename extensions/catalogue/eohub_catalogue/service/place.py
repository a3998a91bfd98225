"""Putting a file or folder in its place in one step: what was there stays until the new one is whole."""

import errno
import os
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from eohub_toolkit.errors import Conflict, Unavailable


@contextmanager
def in_place_of(target: Path, *, force: bool) -> Generator[Path]:
    """A path beside `target` to write to; at the end it takes its place, after a failure it is removed.

    Raises Conflict where `target` exists and is not to be replaced, and where it is a folder that is no
    catalogue; Unavailable with a sentence where the disk is full or the folder cannot be written to.
    """
    _demand_free(target, force)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
        _sync(part)
        _replace(part, target)
    except OSError as error:
        raise _trouble(error, target) from error
    finally:
        _remove(part)


def _demand_free(target: Path, force: bool) -> None:
    if not target.exists():
        return
    if not force:
        raise Conflict(f"{target} exists.", hint="Name another one, or replace it with --force.")
    if target.is_dir() and any(target.iterdir()) and not (target / "catalog.json").is_file():
        raise Conflict(
            f"{target} is a folder without a catalogue, so it is not replaced.", hint="Name another folder."
        )


def _sync(part: Path) -> None:
    if part.is_file():
        with part.open("rb") as file:
            os.fsync(file.fileno())


def _replace(part: Path, target: Path) -> None:
    if not (target.is_dir() and part.is_dir()):
        part.replace(target)
        return
    old = target.with_name(f".{target.name}.{secrets.token_hex(4)}.old")
    target.rename(old)
    try:
        part.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old)


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part, ignore_errors=True)
    else:
        part.unlink(missing_ok=True)


def _trouble(error: OSError, target: Path) -> Unavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Unavailable(
            f"The disk is full: {target} was not written.", hint="Free some space, or name another disk."
        )
    reason = error.strerror or "it cannot be written to"
    return Unavailable(f"{target} cannot be written: {reason}.", hint="Look at its folder's permissions.")
