"""What belongs into a backup, walked without ever following a link that a person may have put there."""

import errno
import os
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

SQLITE = b"SQLite format 3\0"

_LEFT_OUT = frozenset({"environments", "logs", "servers", "mounts", "lock", "policy"})
"""Made again by the next start, about what runs now, or what an earlier restore has put aside."""

DEEPEST = 128
LONGEST_NAME_BYTES = 2048
"""Linux opens no path of more than 4096 bytes; the rest is for the folder that a restore writes to."""

MOST_HOLE_BYTES = 1 << 30
"""A file can be of any size and take no room; an archive and a restore would take it all."""

_LEFT_OUT_BELOW = frozenset({"hub/ready", "hub/proxy.pid"})
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_COMPANIONS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to save: its name below the root that was walked, and what it was when it was seen."""

    name: str
    status: os.stat_result
    folder: int
    """Descriptor of the folder that it lies in; open while the item is handled."""

    is_readable: bool = True

    @property
    def base(self) -> str:
        """Its name in that folder."""
        return self.name.rpartition("/")[2]

    @property
    def kind(self) -> str:
        """`file`, `folder`, `link`, or empty for what cannot be saved (sockets, pipes, devices)."""
        mode = self.status.st_mode
        checks = {"file": stat.S_ISREG, "folder": stat.S_ISDIR, "link": stat.S_ISLNK}
        return next((kind for kind, check in checks.items() if check(mode)), "")

    @property
    def can_be_kept(self) -> bool:
        """Whether it can be written down, and restored in whatever folder."""
        is_near = self.name.count("/") < DEEPEST and len(os.fsencode(self.name)) <= LONGEST_NAME_BYTES
        return bool(self.kind) and self.is_readable and is_near and is_text(self.name)

    def target(self) -> str:
        """Where a link leads; raises FileNotFoundError where it is no link any more."""
        try:
            return os.readlink(self.base, dir_fd=self.folder)
        except OSError as error:
            if error.errno == errno.EINVAL:
                raise FileNotFoundError(errno.ENOENT, "No longer a link", self.name) from error
            raise

    @contextmanager
    def opened(self) -> Generator[int]:
        """The file's descriptor; raises OSError where it is no file any more."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            descriptor = os.open(self.base, flags, dir_fd=self.folder)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise FileNotFoundError(2, "No longer a file", self.name) from error
            raise
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileNotFoundError(2, "No longer a file", self.name)
            yield descriptor
        finally:
            os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which parts of a state folder are saved beside what always is."""

    homes: bool = True
    buckets: bool = False

    def takes(self, name: str) -> bool:
        """Whether a name below the state folder is saved."""
        first, _, rest = name.partition("/")
        if first in _LEFT_OUT or name in _LEFT_OUT_BELOW:
            return False
        if first == "homes" and rest and not self.homes:
            return False
        if not self.buckets and (name == "seed.json" or name.startswith("s3/data/")):
            # Without what it stands for, the next start writes the sample data again.
            return False
        return first == "homes" or not is_passing(name)


class PolicySelection:
    """The files of a policy's folder that make the policy."""

    def takes(self, name: str) -> bool:
        """Whether a name below the folder is saved."""
        first, _, rest = name.partition("/")
        return name == "policy.yaml" or (
            first in ("profiles", "mounts") and (not rest or name.endswith(".yaml"))
        )


def is_text(name: str) -> bool:
    """Whether a name, or where a link leads, can be written down."""
    return name.encode("utf-8", "replace").decode() == name


def hole_bytes(descriptor: int, size: int) -> int:
    """How many of a file's bytes are no data; it stops to count where they are too many to be kept.

    Whoever reads the file goes on where they were.
    """
    place = os.lseek(descriptor, 0, os.SEEK_CUR)
    holes = end = 0
    while end < size and holes <= MOST_HOLE_BYTES:
        try:
            start = os.lseek(descriptor, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            start = size
        holes += start - end
        end = os.lseek(descriptor, start, os.SEEK_HOLE) if start < size else size
    os.lseek(descriptor, place, os.SEEK_SET)
    return holes


def is_passing(name: str) -> bool:
    """Whether a file is half of another: SQLite's companions, and what is not renamed to its name yet."""
    base = name.rpartition("/")[2]
    return base.endswith(_COMPANIONS) or (base.startswith(".") and base.rpartition(".")[2].isdigit())


def walk(root: Path, selection: Selection | PolicySelection) -> Iterator[Item]:
    """Everything below `root` in order of names, folders before what is in them.

    A folder that cannot be kept is an item without what is in it.
    """
    descriptor = os.open(root, _FOLDER)
    try:
        yield from _below(descriptor, "", selection)
    finally:
        os.close(descriptor)


def _below(folder: int, prefix: str, selection: Selection | PolicySelection) -> Iterator[Item]:
    for base in sorted(os.listdir(folder)):
        name = f"{prefix}{base}"
        if not selection.takes(name):
            continue
        # Whatever vanishes meanwhile, or becomes something else, was not there.
        with suppress(FileNotFoundError, NotADirectoryError):
            item = Item(name, os.stat(base, dir_fd=folder, follow_symlinks=False), folder)
            if item.kind != "folder" or not item.can_be_kept:
                yield item
                continue
            try:
                descriptor = os.open(base, _FOLDER, dir_fd=folder)
            except PermissionError:
                yield replace(item, is_readable=False)
                continue
            try:
                yield item
                yield from _below(descriptor, f"{name}/", selection)
            finally:
                os.close(descriptor)
