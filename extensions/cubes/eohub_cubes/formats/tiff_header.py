"""The header of a TIFF: its images and their tags, with nothing read that nobody asks for.

By TIFF 6.0 and the BigTIFF proposal. A header that lies ends in DataDamaged, never in a large read.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from eohub_cubes.errors import DataDamaged, NotReadable

type Order = Literal["<", ">"]
type Read = Callable[[int, int], bytes]

_FIRST_READ = 32 * 1024
_MOST_IMAGES = 64
_MOST_TAGS = 4_096
_MOST_VALUE_BYTES = 256 * 2**20
_TYPES: Mapping[int, str] = {
    1: "u1", 2: "S", 3: "u2", 4: "u4", 5: "2u4", 6: "i1", 7: "u1", 8: "i2", 9: "i4", 10: "2i4", 11: "f4",
    12: "f8", 13: "u4", 16: "u8", 17: "i8", 18: "u8",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One tag: its values lie at `offset` of the file."""

    type: int
    count: int
    offset: int

    @property
    def item_bytes(self) -> int:
        """Width of one value."""
        name = _TYPES[self.type]
        return 1 if name == "S" else np.dtype(name).itemsize


@dataclass(frozen=True)
class Image:
    """One image of the file (an IFD)."""

    order: Order
    entries: Mapping[int, Entry]
    read: Read
    file_bytes: int

    def raw(self, tag: int) -> bytes:
        """The bytes of a tag; none where the image does not have it."""
        entry = self.entries.get(tag)
        if entry is None:
            return b""
        size = entry.count * entry.item_bytes
        if size > _MOST_VALUE_BYTES:
            raise DataDamaged(f"Tag {tag} of the TIFF claims {size} bytes.")
        return self.read(entry.offset, size)

    def numbers(self, tag: int) -> npt.NDArray[Any]:
        """The numbers of a tag."""
        entry = self.entries.get(tag)
        name = "u1" if entry is None or entry.type == 2 else _TYPES[entry.type]
        return np.frombuffer(self.raw(tag), np.dtype(name).newbyteorder(self.order))

    def number(self, tag: int, otherwise: int) -> int:
        """The first number of a tag."""
        found = self.numbers(tag)
        return int(found.flat[0]) if found.size else otherwise

    def text(self, tag: int) -> str:
        """The text of a tag, up to its end."""
        return self.raw(tag).partition(b"\0")[0].decode("utf-8", "replace").strip()

    @cached_property
    def width(self) -> int:
        """Columns."""
        return self.number(256, 0)

    @cached_property
    def height(self) -> int:
        """Rows."""
        return self.number(257, 0)

    @property
    def kind(self) -> int:
        """Bits of NewSubfileType: 1 an overview, 4 a mask."""
        return self.number(254, 0)


def images_of(read: Read, file_bytes: int) -> list[Image]:
    """The images of a TIFF; raises NotReadable where it is none, DataDamaged where its header is broken."""
    window = _Window(read)
    start = window.read(0, 16)
    orders: dict[bytes, Order] = {b"II": "<", b"MM": ">"}
    order = orders.get(start[:2])
    version = struct.unpack(f"{order}H", start[2:4])[0] if order else 0
    if version not in (42, 43) or order is None:
        raise NotReadable("This file is no TIFF.")
    if version == 42:
        form = _Form(order, "H", "I", 12, 4)
        at = struct.unpack(f"{order}I", start[4:8])[0]
    else:
        form = _Form(order, "Q", "Q", 20, 8)
        at = struct.unpack(f"{order}Q", start[8:16])[0]
    images: list[Image] = []
    seen = set[int]()
    while at and at not in seen and len(images) < _MOST_IMAGES:
        seen.add(at)
        entries, at = _directory(window.read, at, form)
        images.append(Image(order, entries, window.read, file_bytes))
    if not images:
        raise DataDamaged("The TIFF has no image in it.")
    return images


@dataclass(frozen=True)
class _Form:
    """How a directory is written: classic or BigTIFF."""

    order: Order
    count: str
    offset: str
    entry_bytes: int
    inline_bytes: int


def _directory(read: Read, at: int, form: _Form) -> tuple[dict[int, Entry], int]:
    """The tags of the directory at an offset, and where the next directory lies."""
    head = struct.calcsize(f"{form.order}{form.count}")
    count = struct.unpack(f"{form.order}{form.count}", read(at, head))[0]
    if count > _MOST_TAGS:
        raise DataDamaged(f"The TIFF's header is broken at byte {at}: it claims {count} tags.")
    body = read(at + head, count * form.entry_bytes + struct.calcsize(f"{form.order}{form.offset}"))
    entries: dict[int, Entry] = {}
    for index in range(count):
        place = index * form.entry_bytes
        tag, type_, values = struct.unpack_from(f"{form.order}HH{form.offset}", body, place)
        inline = form.entry_bytes - form.inline_bytes
        offset = struct.unpack_from(f"{form.order}{form.offset}", body, place + inline)[0]
        if type_ not in _TYPES:
            continue  # a reader skips what it does not know (TIFF 6.0, section 2)
        entry = Entry(type_, values, offset)
        if values * entry.item_bytes <= form.inline_bytes:
            entry = Entry(type_, values, at + head + place + inline)
        entries[tag] = entry
    return entries, struct.unpack_from(f"{form.order}{form.offset}", body, count * form.entry_bytes)[0]


@dataclass
class _Window:
    """Reads the start of the file once, and what lies beyond in pieces that it keeps."""

    source: Read
    kept: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])

    def read(self, start: int, length: int) -> bytes:
        for at, data in self.kept:
            if at <= start and start + length <= at + len(data):
                return data[start - at : start - at + length]
        found = self.source(start, max(length, _FIRST_READ))
        if len(found) < length:
            raise DataDamaged(
                f"The TIFF ends at byte {start + len(found)}, in the middle of its header.",
                hint="It may still be being written, or was not copied whole.",
            )
        self.kept.append((start, found))
        return found[:length]
