"""The files of the log: numbered, each full one followed by the next."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eohub_hub.audit.chain import LONGEST_LINE

_BLOCK_BYTES = 256 << 10
_NAME = re.compile(r"([0-9]{6})\.jsonl")


@dataclass(frozen=True, slots=True)
class RawLine:
    """Bytes between two newlines, or after the last one where `is_whole` is false; `end` is after them."""

    file: int
    end: int
    content: bytes
    is_whole: bool = True


def path_of(folder: Path, number: int) -> Path:
    """The file `number` of the log in `folder`."""
    return folder / f"{number:06}.jsonl"


def numbers(folder: Path) -> list[int]:
    """The files that there are, oldest first."""
    try:
        found = [_NAME.fullmatch(name) for name in os.listdir(folder)]
    except FileNotFoundError:
        return []
    return sorted(int(match[1]) for match in found if match)


def sizes(folder: Path) -> dict[int, int]:
    """The files that there are with their bytes, oldest first."""
    return {number: path_of(folder, number).stat().st_size for number in numbers(folder)}


def raw_lines(folder: Path, number: int, *, start: int = 0, end: int | None = None) -> Iterator[RawLine]:
    """The lines of a file from byte `start` up to byte `end`; one that is too long comes in pieces."""
    position = start
    with path_of(folder, number).open("rb") as file:
        file.seek(start)
        while end is None or position < end:
            most = LONGEST_LINE + 1 if end is None else min(LONGEST_LINE + 1, end - position)
            read = file.readline(most)
            if not read:
                return
            position += len(read)
            is_whole = read.endswith(b"\n")
            yield RawLine(number, position, read[:-1] if is_whole else read, is_whole)


def newest_first(folder: Path) -> Iterator[bytes]:
    """Every line of the log without its newline, the last one first; reads no more than is asked for."""
    for number in reversed(numbers(folder)):
        yield from _backwards(path_of(folder, number))


def _backwards(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        position = file.seek(0, os.SEEK_END)
        rest = b""
        while position > 0:
            start = max(0, position - _BLOCK_BYTES)
            file.seek(start)
            first, *lines = (file.read(position - start) + rest).split(b"\n")
            yield from reversed([line for line in lines if line])
            # What has no beginning yet; a line is never longer, so more is none.
            rest, position = first[: LONGEST_LINE + _BLOCK_BYTES], start
        if rest:
            yield rest


def head_file(folder: Path) -> Path:
    """Where the chain's end is noted: beside the folder, so that who loses one keeps the other."""
    return folder.with_name(f"{folder.name}_head")
