"""Writing files into a new folder or .zip file that is there as a whole or not at all."""

import threading
import zipfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from eohub_catalogue.index.placing import enter, is_full, leave, put
from eohub_toolkit.errors import Conflict, Unavailable

_PACKED_ALREADY = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gz", ".zip", ".tif", ".tiff", ".nc", ".jp2"})


class Packing:
    """One new folder or .zip file. Everything blocks and raises Unavailable where the disk fails.

    The files are collected in a hidden folder beside it, see `enter`. After `discard`, whatever another
    thread has still under way does nothing.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self.room = room_of(target)
        self._packed = target.suffix.lower() == ".zip"
        self._zip: zipfile.ZipFile | None = None
        self._lock = -1
        self._turn = threading.Lock()
        self._ended = False
        self.bytes = 0

    def begin(self) -> None:
        """Make the room; raises Conflict where another server is at the same."""
        with self._turn, _in_words():
            if self._ended:
                return
            try:
                self._lock = enter(self.room)
            except FileExistsError:
                raise Conflict(f"{self._target.name} is being written already.") from None
            if self._packed:
                self._zip = zipfile.ZipFile(self.room / "new", "x", zipfile.ZIP_DEFLATED)
            else:
                (self.room / "new").mkdir()

    def write(self, name: str, body: bytes) -> None:
        """Add a file; `name` is relative, with `/`."""
        with self._turn, _in_words():
            if not self._ended:
                self.put(name, body)
                self.bytes += len(body)

    def write_texts(self, name: str, parts: Iterable[str]) -> None:
        """Add a file of texts."""
        self.write(name, "".join(parts).encode())

    def put(self, name: str, body: bytes) -> None:
        """Add a file; raises OSError."""
        if self._zip is not None:
            plain = Path(name).suffix.lower() in _PACKED_ALREADY
            self._zip.writestr(name, body, zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED)
        else:
            path = self.room / "new" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)

    def finish(self) -> None:
        """Put it into its place; raises Conflict where something has come there meanwhile."""
        with self._turn, _in_words():
            if self._ended:
                return
            if self._zip is not None:
                self._zip.close()
                self._zip = None
            try:
                put(self.room / "new", self._target, replace=False)
            except FileExistsError:
                raise Conflict(
                    f"{self._target.name} is there already.", hint="Choose another name."
                ) from None
        self.discard()

    def discard(self) -> None:
        """Leave nothing of the room behind; a finished file stays."""
        with self._turn:
            self._ended = True
            if self._zip is not None:
                with suppress(OSError, ValueError):
                    self._zip.close()
                self._zip = None
            if self._lock >= 0:
                leave(self.room, self._lock)
                self._lock = -1


def room_of(target: Path) -> Path:
    """The hidden folder beside a target that its files are collected in."""
    return target.with_name(f".{target.name}.eohub-freezing")


@contextmanager
def _in_words() -> Generator[None]:
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise Unavailable(
                "The disk is full, so nothing was kept.",
                hint="Make room in your home folder, then freeze again.",
            ) from error
        raise Unavailable(
            f"It cannot be written: {error.strerror or 'unknown error'}.", hint="Choose another folder."
        ) from error
