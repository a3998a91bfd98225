"""Files that are either whole or absent: written beside their place, synced, then renamed."""

import os
from pathlib import Path

from eohub_hub.local.errors import disk_trouble


def private_folder(path: Path) -> Path:
    """Make `path` a folder that only its owner may enter; raises DiskTrouble."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
    except OSError as error:
        raise disk_trouble(error, path) from error
    return path


def write_atomically(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write `content` so that a crash or a full disk leaves the old file or none; raises DiskTrouble."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(descriptor, mode)
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise disk_trouble(error, path) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
