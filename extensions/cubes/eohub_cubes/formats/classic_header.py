"""The header of a classic netCDF file (versions 1, 2 and 5), after the format's specification by Unidata."""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from eohub_cubes.errors import DataDamaged

_TYPES: Final = {1: "i1", 2: "S1", 3: ">i2", 4: ">i4", 5: ">f4", 6: ">f8", 7: "u1", 8: ">u2", 9: ">u4",
                 10: ">i8", 11: ">u8"}  # fmt: skip
_DIMENSIONS, _VARIABLES, _ATTRIBUTES = 0x0A, 0x0B, 0x0C
_MOST_BYTES: Final = 64 * 2**20
_FIRST_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class ClassicVariable:
    """One variable: where its values begin, and whether each record holds a part of it."""

    name: str
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    attributes: dict[str, Any]
    dtype: np.dtype[Any]
    begin: int
    is_record: bool


@dataclass(frozen=True)
class ClassicHeader:
    """What a classic file holds; `record_bytes` lie between the records of a variable."""

    attributes: dict[str, Any]
    variables: tuple[ClassicVariable, ...]
    record_bytes: int

    def end(self) -> int:
        """Bytes that the file has at least."""
        return max((self._end_of(each) for each in self.variables), default=0)

    def _end_of(self, variable: ClassicVariable) -> int:
        if not variable.is_record:
            return variable.begin + math.prod(variable.shape) * variable.dtype.itemsize
        if not variable.shape[0]:
            return 0
        last = variable.begin + (variable.shape[0] - 1) * self.record_bytes
        return last + math.prod(variable.shape[1:]) * variable.dtype.itemsize


def read_header(read: Callable[[int], bytes], size: int) -> ClassicHeader:
    """Read the header of a file of so many bytes; `read` gives its first so many bytes.

    Raises DataDamaged where the header is cut or is no header.
    """
    length = _FIRST_BYTES
    while True:
        cursor = _Cursor(read(min(length, size)))
        try:
            return _header(cursor, size)
        except (struct.error, IndexError):
            if length >= size or length >= _MOST_BYTES:
                raise DataDamaged(
                    "The file is cut short: it ends within its header.", hint="It may still be being written."
                ) from None
            length *= 4
        except (KeyError, UnicodeDecodeError, ValueError) as error:
            raise DataDamaged(f"The header of this netCDF file is damaged ({error}).") from None


class _Cursor:
    """Reads numbers and names one after another; struct.error where the bytes end."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 4
        version = raw[3]
        self.count_format = ">q" if version == 5 else ">i"
        self.offset_format = ">i" if version == 1 else ">q"

    def number(self, form: str) -> int:
        (value,) = struct.unpack_from(form, self._raw, self._at)
        self._at += struct.calcsize(form)
        return value

    def count(self) -> int:
        value = self.number(self.count_format)
        if value < 0:
            raise ValueError("a negative count")
        return value

    def raw(self, length: int) -> bytes:
        if self._at + length > len(self._raw):
            raise struct.error
        found = self._raw[self._at : self._at + length]
        self._at += -(-length // 4) * 4
        return found

    def name(self) -> str:
        return self.raw(self.count()).decode()

    def tagged(self, tag: int) -> int:
        """Length of a list, which is told by its tag; 0 for an absent one."""
        found, count = self.number(">i"), self.count()
        if found not in (0, tag):
            raise ValueError(f"a list of {found:#x} where {tag:#x} belongs")
        return count if found else 0


def _header(cursor: _Cursor, size: int) -> ClassicHeader:
    streamed = cursor.count_format == ">i"
    records = cursor.number(">I" if streamed else ">Q")
    names = [(cursor.name(), cursor.count()) for _ in range(cursor.tagged(_DIMENSIONS))]
    attributes = _attributes(cursor)
    found = [_variable(cursor, names) for _ in range(cursor.tagged(_VARIABLES))]
    varying = [each for each in found if each.is_record]
    slabs = [math.prod(each.shape[1:]) * each.dtype.itemsize for each in varying]
    record_bytes = slabs[0] if len(slabs) == 1 else sum(-(-slab // 4) * 4 for slab in slabs)
    if records == (2**32 - 1 if streamed else 2**64 - 1):
        first = min((each.begin for each in varying), default=size)
        records = max(size - first, 0) // record_bytes if record_bytes else 0
    counted = (
        ClassicVariable(
            each.name,
            each.dimensions,
            (records, *each.shape[1:]) if each.is_record else each.shape,
            each.attributes,
            each.dtype,
            each.begin,
            each.is_record,
        )
        for each in found
    )
    return ClassicHeader(attributes, tuple(counted), record_bytes)


def _attributes(cursor: _Cursor) -> dict[str, Any]:
    return {cursor.name(): _values(cursor) for _ in range(cursor.tagged(_ATTRIBUTES))}


def _values(cursor: _Cursor) -> Any:
    dtype = np.dtype(_TYPES[cursor.number(">i")])
    raw = cursor.raw(cursor.count() * dtype.itemsize)
    if dtype.kind == "S":
        text = raw.rstrip(b"\0")
        try:
            return text.decode()
        except UnicodeDecodeError:
            return text.decode("latin-1")
    values = np.frombuffer(raw, dtype).astype(dtype.newbyteorder("="))
    return values[0] if len(values) == 1 else values


def _variable(cursor: _Cursor, names: list[tuple[str, int]]) -> ClassicVariable:
    name = cursor.name()
    places = [cursor.count() for _ in range(cursor.count())]
    attributes = _attributes(cursor)
    dtype = np.dtype(_TYPES[cursor.number(">i")])
    cursor.number(cursor.count_format)
    begin = cursor.number(cursor.offset_format)
    if any(at >= len(names) for at in places):
        raise ValueError(f"{name} has a dimension that is not there")
    shape = tuple(names[at][1] for at in places)
    return ClassicVariable(
        name,
        tuple(names[at][0] for at in places),
        shape,
        attributes,
        dtype,
        begin,
        is_record=bool(shape) and shape[0] == 0,
    )
