"""The log of one user's server: what it prints, never more than two files of a fixed size."""

import os
from pathlib import Path


class BoundedLog:
    """Append to `path`; at `limit` bytes it becomes `path` + `.1`, replacing the one before."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._file = self._open()
        self._size = os.fstat(self._file).st_size

    def write(self, chunk: bytes) -> None:
        """Append one chunk of bytes; raises OSError when the disk does not take it."""
        if self._size + len(chunk) > self._limit:
            os.replace(self._path, f"{self._path}.1")
            os.close(self._file)
            self._file = self._open()
            self._size = 0
        self._size += os.write(self._file, chunk)

    def _open(self) -> int:
        return os.open(
            self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
