"""Files of a folder or of a .zip file, read in place and bounded: names that lead out are not followed."""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import Protocol

from eohub_toolkit.errors import Invalid, NotFound

MOST_ENTRIES = 200_000
LARGEST_TOTAL = 8 * 1024**3
# Text shrinks to a twentieth at best; what shrinks more is made to fill a memory.
_MOST_SHRUNK = 200
# What zipfile raises for a damaged, encrypted or strangely packed file.
_DAMAGED = (zipfile.BadZipFile, zlib.error, LZMAError, OSError, RuntimeError, NotImplementedError, EOFError)


@dataclass(frozen=True)
class Entry:
    """One file: its name below the root with `/`, and a stamp that changes when it does."""

    name: str
    stamp: str
    size: int


class Tree(Protocol):
    """Files below a root. Everything blocks."""

    def entries(self) -> Iterator[Entry]:
        """All files, hidden ones left out; raises Invalid where there are too many."""
        ...

    def read(self, name: str, most_bytes: int) -> bytes:
        """The bytes of a file; raises Invalid for more than `most_bytes`, or NotFound."""
        ...

    def address(self, name: str) -> str:
        """Where a file lies, as libraries open it."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


class FolderTree:
    """A `Tree` on a folder, or on a single file. Links are not followed: they may lead anywhere."""

    def __init__(self, root: Path) -> None:
        self._single = root.name if root.is_file() else None
        self._root = root.parent if self._single else root

    def entries(self) -> Iterator[Entry]:
        """All files in a stable order."""
        if self._single is not None:
            yield _entry(self._single, (self._root / self._single).stat())
            return
        left = MOST_ENTRIES
        for folder, names, files in os.walk(self._root):
            names[:] = sorted(name for name in names if _is_walked(name))
            below = os.path.relpath(folder, self._root)
            prefix = "" if below == "." else f"{below}/"
            left -= len(files)
            if left < 0:
                raise _too_many(self._root.name)
            for name in sorted(files):
                # Plain texts, as a search looks through all of a folder's files.
                told = _told(f"{folder}/{name}")
                if told is not None and not name.startswith(".") and stat.S_ISREG(told.st_mode):
                    yield _entry(prefix + name, told)

    def read(self, name: str, most_bytes: int) -> bytes:
        """The bytes of a file."""
        try:
            with self.path(name).open("rb") as file:
                return _bounded(name, file.read(most_bytes + 1), most_bytes)
        except FileNotFoundError:
            raise NotFound(f"There is no {name}.") from None
        except OSError as error:
            raise NotFound(f"{name} cannot be read: {error.strerror}.") from None

    def address(self, name: str) -> str:
        """The path of a file."""
        return str(self._root / name)

    def path(self, name: str) -> Path:
        """Where a file lies; raises Invalid for a name that leads out."""
        path = (self._root / name).resolve()
        if not path.is_relative_to(self._root.resolve()):
            raise Invalid(f"{name} leads out of its folder.")
        return path

    def close(self) -> None:
        """Nothing is open."""


class ZipTree:
    """A `Tree` on a .zip file, without unpacking it. A .zip file inside it is a file like others."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise Invalid(f"{path.name} is no .zip file that can be read.") from error
        self._infos = {info.filename: info for info in self._zip.infolist() if not info.is_dir()}
        self._check()

    def entries(self) -> Iterator[Entry]:
        """All files in the order of the .zip file."""
        for name, info in self._infos.items():
            if not any(part.startswith(".") for part in PurePosixPath(name).parts):
                yield Entry(name, f"{info.CRC:08x}-{info.file_size}", info.file_size)

    def read(self, name: str, most_bytes: int) -> bytes:
        """The bytes of a file."""
        info = self._infos.get(name)
        if info is None:
            raise NotFound(f"There is no {name}.")
        try:
            with self._zip.open(info) as file:
                return _bounded(name, file.read(most_bytes + 1), most_bytes)
        except _DAMAGED as error:
            raise Invalid(f"{name} in {self._path.name} is damaged.") from error

    def address(self, name: str) -> str:
        """The file in the .zip file, as fsspec chains them."""
        return f"zip://{name}::{self._path}"

    def close(self) -> None:
        """Let go of the .zip file."""
        self._zip.close()

    def _check(self) -> None:
        infos = self._infos.values()
        if len(infos) > MOST_ENTRIES:
            raise _too_many(self._path.name)
        for info in infos:
            parts = PurePosixPath(info.filename)
            if parts.is_absolute() or ".." in parts.parts or "\\" in info.filename:
                raise Invalid(f"{self._path.name} holds a file that leads out of it, so it is not used.")
            if stat.S_ISLNK(info.external_attr >> 16):
                raise Invalid(f"{self._path.name} holds a link, so it is not used.")
        size, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
        if size > LARGEST_TOTAL or size > _MOST_SHRUNK * max(packed, 1024 * 1024):
            raise Invalid(f"{self._path.name} would unpack to {size} bytes, so it is not used.")


def open_tree(path: Path) -> Tree:
    """The files of a folder, of a .zip file, or a single file; raises Invalid."""
    return ZipTree(path) if path.suffix.lower() == ".zip" and path.is_file() else FolderTree(path)


def _entry(name: str, told: os.stat_result) -> Entry:
    return Entry(name, f"{told.st_mtime_ns}-{told.st_size}-{told.st_ino}", told.st_size)


def _told(path: str) -> os.stat_result | None:
    """What is told of a file, None where it has gone since its folder was read."""
    try:
        return os.lstat(path)
    except OSError:
        return None


def _bounded(name: str, body: bytes, most_bytes: int) -> bytes:
    if len(body) > most_bytes:
        raise Invalid(f"{name} is larger than {most_bytes // 2**20} MiB.")
    return body


def _too_many(name: str) -> Invalid:
    return Invalid(f"{name} holds more than {MOST_ENTRIES} files.", hint="Take a folder further down.")


def _is_walked(folder: str) -> bool:
    """Whether a folder may hold documents: the thousands of files in a Zarr store are none."""
    return not folder.startswith(".") and not folder.endswith(".zarr")
