"""The log file that all processes append to: followed by `eohub up`, and kept from growing without end."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO

from eohub_hub.local.errors import disk_trouble

_KEPT = 3
_READ_BYTES = 256 * 1024
_LONGEST_LINE = 64 * 1024


def open_for_append(path: Path) -> BinaryIO:
    """The log as the output of child processes; raises DiskTrouble."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise disk_trouble(error, path) from error
    return os.fdopen(descriptor, "wb", buffering=0)


class LogFollower:
    """Hands out the lines that were appended since its creation, and starts a new file when one is full."""

    def __init__(self, path: Path, *, largest_bytes: int) -> None:
        self._path = path
        self._largest_bytes = largest_bytes
        self._position = path.stat().st_size if path.exists() else 0
        self._unfinished = b""

    def new_lines(self) -> list[str]:
        """Whole lines since the last call, at most 256 KiB of them."""
        try:
            with self._path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size < self._position:
                    self._position = 0
                file.seek(self._position)
                read = file.read(_READ_BYTES)
        except FileNotFoundError:
            return []
        self._position += len(read)
        *lines, self._unfinished = (self._unfinished + read).split(b"\n")
        self._unfinished = self._unfinished[-_LONGEST_LINE:]
        return [line.decode(errors="replace") for line in lines if line.strip()]

    def turn_over(self) -> bool:
        """Set a full file aside and empty it; its writers append, so they go on at its beginning."""
        if not self._path.exists() or self._path.stat().st_size < self._largest_bytes:
            return False
        older = [self._path.with_name(f"{self._path.name}.{age}") for age in range(1, _KEPT + 1)]
        for newer, old in zip(reversed(older[:-1]), reversed(older[1:]), strict=True):
            if newer.exists():
                newer.replace(old)
        try:
            shutil.copyfile(self._path, older[0])
            older[0].chmod(0o600)
        except OSError:
            # A full disk must not stop the log from being emptied: that is what makes room.
            older[0].unlink(missing_ok=True)
        os.truncate(self._path, 0)
        self._position = 0
        return True
