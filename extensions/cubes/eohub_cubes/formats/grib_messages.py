"""Where the fields of a GRIB file lie, found without reading their values.

By WMO's manual on codes, editions 1 and 2. A field is its head (all that says what it is) and its data.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from eohub_cubes.errors import DataDamaged

type Read = Callable[[int, int], bytes]
"""Bytes from a place on; fewer at the end of the file."""

_END = b"7777"
_LARGE = 0x800000
_SEARCHED = 64 * 2**20
"""Most bytes in which the next message is looked for after a broken one."""


@dataclass(frozen=True)
class Field:
    """One field: `head` are the sections before its data, which lies at `start` of the file."""

    offset: int
    edition: int
    discipline: bytes
    head: bytes
    start: int
    size: int

    def described(self) -> bytes:
        """A whole message that says what the field is, with no values in it."""
        if self.edition == 2:
            return self.message(b"\0\0\0\x06\x06\xff" + b"\0\0\0\x05\x07")
        flags = bytes([self.head[7] & ~0x40])
        return _grib1(self.head[:7] + flags + self.head[8:], b"\0\0\x0c" + bytes(9))

    def message(self, data: bytes) -> bytes:
        """The field as a message of its own, with the bytes of its data."""
        if self.edition == 1:
            return _grib1(self.head, data)
        size = 16 + len(self.head) + len(data) + len(_END)
        return b"GRIB" + self.discipline + b"\x02" + size.to_bytes(8, "big") + self.head + data + _END


@dataclass(frozen=True)
class Broken:
    """A stretch of the file that is no whole message."""

    offset: int
    reason: str


class Window:
    """Reads ahead, so that heads that lie together come together."""

    def __init__(self, read: Read, size: int, ahead: int) -> None:
        self._read = read
        self.size = size
        self.ahead = ahead
        self.reads = 0
        self._at, self._held = 0, b""

    def get(self, at: int, length: int) -> bytes:
        """Exactly these bytes; raises DataDamaged beyond the end."""
        if at + length > self.size:
            raise DataDamaged(f"it ends after {self.size} bytes")
        if not self._at <= at <= at + length <= self._at + len(self._held):
            self.reads += 1
            self._at, self._held = at, self._read(at, min(max(length, self.ahead), self.size - at))
            if len(self._held) < length:
                raise DataDamaged(f"it ends after {at + len(self._held)} bytes")
        return self._held[at - self._at :][:length]

    def find(self, at: int, wanted: bytes) -> int | None:
        """Where some bytes come next; None where they do not, within a bound."""
        if at + len(wanted) <= self.size and self.get(at, len(wanted)) == wanted:
            return at
        end = min(self.size, at + _SEARCHED)
        while at + len(wanted) <= end:
            piece = self.get(at, min(2**20, end - at))
            found = piece.find(wanted)
            if found >= 0:
                return at + found
            at += len(piece) - len(wanted) + 1
        return None


def scanned(window: Window, most_reads: int) -> Iterator[Field | Broken]:
    """The fields of a file in their order, by the length that each message tells."""
    at: int | None = window.find(0, b"GRIB")
    while at is not None and window.reads < most_reads:
        try:
            fields, end = message_at(window, at)
            yield from fields
        except DataDamaged as error:
            yield Broken(at, error.detail)
            end = at + 4
        window.ahead = 4_096 if end - at > 65_536 else 2**20
        at = window.find(end, b"GRIB")


def message_at(window: Window, at: int) -> tuple[list[Field], int]:
    """The fields of the message at a place, and where it ends; raises DataDamaged with the reason."""
    start = window.get(at, 16)
    if start[:4] != b"GRIB":
        raise DataDamaged("no message begins there")
    match start[7]:
        case 1:
            fields, end = _first_edition(window, at)
        case 2:
            end = at + int.from_bytes(start[8:16], "big")
            if end < at + 20:
                raise DataDamaged("it is shorter than its head")
            fields = [*_second_edition(window, at, end, start[4:7])]
        case edition:
            raise DataDamaged(f"it is of edition {edition}, which is not known")
    if window.get(end - 4, 4) != _END:
        raise DataDamaged("it does not end where it says")
    return fields, end


def _first_edition(window: Window, at: int) -> tuple[list[Field], int]:
    total = int.from_bytes(window.get(at + 4, 3), "big")
    facts = window.get(at + 8, 8)
    place = at + 8 + int.from_bytes(facts[:3], "big")
    if facts[7] & 0x80:
        place += int.from_bytes(window.get(place, 3), "big")
    if total & _LARGE:
        values = place + (int.from_bytes(window.get(place, 3), "big") if facts[7] & 0x40 else 0)
        length = int.from_bytes(window.get(values, 3), "big")
        if length < 120:  # ECMWF's way to write messages beyond 8 MiB
            total = (total & ~_LARGE) * 120 - length + 4
    end = at + total
    if not at + 8 < place < end - 4:
        raise DataDamaged("its sections are longer than it says it is")
    return [Field(at, 1, b"", window.get(at + 8, place - at - 8), place, end - 4 - place)], end


def _second_edition(window: Window, at: int, end: int, discipline: bytes) -> Iterator[Field]:
    """A message may repeat its sections from the second, third or fourth on, for a field each."""
    sections: dict[int, bytes] = {}
    data = 0
    place = at + 16
    while place < end - 4:
        header = window.get(place, 5)
        length, number = int.from_bytes(header[:4], "big"), header[4]
        if length < 5 or place + length > end - 4 or not 1 <= number <= 7:
            raise DataDamaged(f"its section at byte {place} is broken")
        if number < 6:
            sections[number] = window.get(place, length)
        elif number == 6:
            data = place
        else:
            head = b"".join(sections[each] for each in sorted(sections))
            yield Field(at, 2, discipline, head, data, place + length - data)
        place += length


def _grib1(head: bytes, data: bytes) -> bytes:
    size = 8 + len(head) + len(data) + len(_END)
    if size >= _LARGE:
        length = int.from_bytes(data[:3], "big")
        size = _LARGE | ((size + length - 4) // 120)
    return b"GRIB" + size.to_bytes(3, "big") + b"\x01" + head + data + _END
