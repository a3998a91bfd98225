"""Virtual cubes that are noted in files, one each, so that a server that is killed forgets none of them.

Each has a lock beside it. The server that makes it holds the lock, and so does the process that works for it:
one that is noted as running while nobody holds its lock was interrupted.
"""

import fcntl
import os
from pathlib import Path

from pydantic import ValidationError

from eohub_cubes.contract import VirtualJob, VirtualQuery
from eohub_cubes.wire import Wire
from eohub_toolkit.errors import Unavailable

MOST_KEPT = 20


class KeptJob(Wire):
    """What was asked for, and what became of it."""

    query: VirtualQuery
    job: VirtualJob


class KeptJobs:
    """The files in a folder; raises Unavailable where it cannot be written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[KeptJob]:
        """Those that are not being made by another server of the person, the oldest first."""
        found = [kept for number in self._numbers() if (kept := self._read(number)) is not None]
        return [each for each in found if not self._is_held(each.job.id)]

    def new(self) -> tuple[str, int]:
        """A number that none has had, and its lock; the oldest that are over are forgotten."""
        numbers = self._numbers()
        for number in numbers[: max(0, len(numbers) - MOST_KEPT + 1)]:
            self.forget(str(number))
        number = max(numbers, default=0) + 1
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            while True:
                try:
                    lock = os.open(self._lock(str(number)), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
                except FileExistsError:
                    number += 1
                else:
                    fcntl.flock(lock, fcntl.LOCK_EX)
                    return str(number), lock
        except OSError as error:
            raise _unwritable(error) from None

    def lock(self, name: str) -> int:
        """The lock of one that is over."""
        try:
            lock = os.open(self._lock(name), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise _unwritable(error) from None
        return lock

    def keep(self, kept: KeptJob) -> None:
        """Note one as it is now, whole or not at all."""
        new = self._folder / f".{kept.job.id}.new"
        try:
            with open(new, "w", encoding="utf-8", opener=_for_the_owner) as file:
                file.write(kept.model_dump_json())
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self._file(kept.job.id))
        except OSError as error:
            raise _unwritable(error) from None

    def forget(self, name: str) -> None:
        """Remove one, unless it is being made."""
        if not self._is_held(name):
            self._file(name).unlink(missing_ok=True)
            self._lock(name).unlink(missing_ok=True)

    def _numbers(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.json") if path.stem.isdecimal())

    def _read(self, number: int) -> KeptJob | None:
        try:
            return KeptJob.model_validate_json(self._file(str(number)).read_bytes())
        except (OSError, ValidationError):
            return None

    def _is_held(self, name: str) -> bool:
        try:
            lock = os.open(self._lock(name), os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _lock(self, name: str) -> Path:
        return self._folder / f"{name}.lock"


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _unwritable(error: OSError) -> Unavailable:
    return Unavailable(
        f"Your virtual cubes cannot be noted: {error.strerror or 'the file cannot be used'}.",
        hint="Look whether your home folder is full or read-only.",
    )
