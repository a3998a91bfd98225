"""Where the chain ends, kept apart from the lines, so that a line taken off the end is missed."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from eohub_hub.audit.chain import BEGINNING, Head

_SLOT_BYTES = 4096
"""A block of a disk: writing one slot cannot tear the other."""


@dataclass(frozen=True, slots=True)
class Place:
    """The end of the chain, and where on disk it is: in which file, and after how many of its bytes."""

    head: Head = BEGINNING
    file: int = 1
    size: int = 0


class HeadFile:
    """A file with two slots that are written in turn: one of them is whole whenever the machine stops."""

    def __init__(self, path: Path, sync: Callable[[int], None] = os.fdatasync) -> None:
        self.path = path
        self._sync = sync

    def read(self) -> Place | None:
        """The newest place that was noted; None where there is no file or nothing whole in it."""
        try:
            content = self.path.read_bytes()[: 2 * _SLOT_BYTES]
        except FileNotFoundError:
            return None
        found = [_read_slot(content[:_SLOT_BYTES]), _read_slot(content[_SLOT_BYTES:])]
        return max((place for place in found if place), key=_age, default=None)

    def write(self, place: Place) -> None:
        """Note a place in the older slot, on disk when this returns; raises OSError."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_size != 2 * _SLOT_BYTES:
                self._begin(place)
                return
            first, second = (_read_slot(os.pread(descriptor, _SLOT_BYTES, at)) for at in (0, _SLOT_BYTES))
            is_first_older = first is None or (second is not None and _age(first) < _age(second))
            os.pwrite(descriptor, _slot(place), 0 if is_first_older else _SLOT_BYTES)
            self._sync(descriptor)
        finally:
            os.close(descriptor)

    def _begin(self, place: Place) -> None:
        """Write the whole file beside its place, so that from now on it is overwritten and needs no room."""
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, _slot(place) * 2)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        beside.replace(self.path)
        sync_folder(self.path.parent)


def sync_folder(folder: Path) -> None:
    """Bring names that were made in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _age(place: Place) -> tuple[int, int]:
    return place.head.count, place.file


def _slot(place: Place) -> bytes:
    text = json.dumps(asdict(place), separators=(",", ":"))
    return f"{_checksum(text)} {text}".encode("ascii").ljust(_SLOT_BYTES - 1) + b"\n"


def _read_slot(slot: bytes) -> Place | None:
    checksum, _, text = slot.decode("ascii", "replace").rstrip().partition(" ")
    if not text or checksum != _checksum(text):
        return None
    try:
        noted = cast("dict[str, Any]", json.loads(text))
        head = Head(int(noted["head"]["count"]), str(noted["head"]["hash"]))
        return Place(head, int(noted["file"]), int(noted["size"]))
    except (ValueError, TypeError, KeyError):
        return None


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
