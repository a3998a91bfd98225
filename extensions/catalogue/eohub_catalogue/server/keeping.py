"""Files that all servers of a person keep together: changes one after the other, each whole or not at all."""

import asyncio
import fcntl
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pydantic import BaseModel, ValidationError

from eohub_catalogue.errors import TooMuchKept
from eohub_catalogue.index.placing import write_whole
from eohub_toolkit.errors import Unavailable

_LARGEST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Kept[Content: BaseModel]:
    """What a file holds, and what the person should know about it."""

    content: Content
    note: str | None


class KeptFile[Content: BaseModel]:
    """One JSON file of the form of `empty`. One that cannot be read is put aside, never overwritten.

    `what` names the content in sentences, such as "Your saved searches". All of it raises Unavailable where
    the file or its folder cannot be used.
    """

    def __init__(self, path: Path, empty: Content, what: str) -> None:
        self._path = path
        self._empty = empty
        self._what = what
        self._note: str | None = None

    async def read(self) -> Kept[Content]:
        """What is kept now."""
        return await asyncio.to_thread(self._read)

    async def change(self, alter: Callable[[Content], Content]) -> Kept[Content]:
        """Replace the content by what `alter` makes of it, with no other change in between.

        Raises TooMuchKept, and changes nothing, where that would not fit.
        """
        return await asyncio.to_thread(self._change, alter)

    def _read(self) -> Kept[Content]:
        with self._in_words():
            content = self._parsed()
            if content is None:
                with locked(self._path):
                    content = self._sound()
        return Kept(content, self._note)

    def _change(self, alter: Callable[[Content], Content]) -> Kept[Content]:
        with self._in_words(), locked(self._path):
            before = self._sound()
            after = alter(before)
            if after != before:
                body = after.model_dump_json(indent=1).encode()
                if len(body) > _LARGEST_BYTES:
                    raise TooMuchKept(f"{self._what} are too much to be kept.", hint="Remove some first.")
                write_whole(self._path, body)
        return Kept(after, self._note)

    def _sound(self) -> Content:
        """The content, under the lock; a broken file gets another name and leaves an empty place."""
        content = self._parsed()
        if content is not None:
            return content
        names = (self._path.with_name(f"{self._path.name}.broken-{number}") for number in count(1))
        aside = next(name for name in names if not name.exists())
        self._path.rename(aside)
        self._note = (
            f"{self._what} could not be read. The file is kept as {aside.name} in the folder"
            f" {self._path.parent.name}; what you keep from now on is in a new one."
        )
        return self._empty

    def _parsed(self) -> Content | None:
        try:
            with self._path.open("rb") as file:
                raw = file.read(_LARGEST_BYTES + 1)
        except FileNotFoundError:
            return self._empty
        if len(raw) > _LARGEST_BYTES:
            return None
        try:
            return type(self._empty).model_validate_json(raw)
        except (ValidationError, ValueError):
            return None

    @contextmanager
    def _in_words(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"{self._what} cannot be kept: {error.strerror or 'the file cannot be used'}.",
                hint="Look whether your home folder is full or read-only.",
            ) from error


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold the lock that belongs to a file; other servers of the person wait meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
