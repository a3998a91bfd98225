"""The log's writer: a line is acknowledged when it and the new end of the chain are on disk."""

import fcntl
import os
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from eohub_hub.audit.chain import written, written_time
from eohub_hub.audit.event import SYSTEM, Action, AuditEvent, AuditUnavailable, Outcome
from eohub_hub.audit.files import newest_first, path_of
from eohub_hub.audit.head import HeadFile, Place, sync_folder
from eohub_hub.audit.repair import look
from eohub_hub.audit.search import Found, Query, search

_MOST_AT_ONCE = 64
_HINT = "Free some space on the disk of the audit log, or ask your administrator to; then try again."


@dataclass(eq=False, slots=True)
class _Waiting:
    """An event whose writer waits for the disk."""

    event: AuditEvent
    is_written: bool = False
    fault: OSError | None = None


class AuditLog:
    """An append-only log in a folder, for any number of threads and processes.

    Events that wait for the disk at one time are written together: at most two syncs, and one for each copy
    of the chain's end, however many they are.
    """

    def __init__(
        self,
        folder: Path,
        head: Path,
        *,
        largest_bytes: int,
        copies: Sequence[Path] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        complain: Callable[[str], None] = lambda text: None,
        sync: Callable[[int], None] = os.fdatasync,
    ) -> None:
        self._folder = folder
        self._head = HeadFile(head, sync)
        self._copies = [HeadFile(path, sync) for path in copies]
        self._sync = sync
        self._largest_bytes = largest_bytes
        self._now = now
        self._complain = complain
        self._waiting: list[_Waiting] = []
        self._queue = threading.Lock()
        self._disk = threading.Lock()
        self._lost = 0

    @property
    def waiting(self) -> int:
        """Events that wait for the disk."""
        return len(self._waiting)

    def find(self, query: Query) -> Found:
        """Look through the log, the newest events first; raises OSError. Blocks for up to some seconds."""
        return search(newest_first(self._folder), query)

    def record(self, event: AuditEvent) -> None:
        """Return when the event is on disk; raises AuditUnavailable where it is not."""
        mine = _Waiting(event)
        with self._queue:
            self._waiting.append(mine)
        with self._disk:
            # Whoever came first has written for those who waited meanwhile.
            while not mine.is_written and mine.fault is None:
                self._write_waiting()
        if mine.fault is not None:
            why = mine.fault.strerror or str(mine.fault)
            self._complain(f"The audit log cannot be written ({why}): {event.fields()}")
            raise AuditUnavailable(f"The audit log cannot be written ({why}).", hint=_HINT) from mine.fault

    def _write_waiting(self) -> None:
        with self._queue:
            batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
        try:
            self._append([waiting.event for waiting in batch])
        except OSError as error:
            self._lost += len(batch)
            for waiting in batch:
                waiting.fault = error
        else:
            for waiting in batch:
                waiting.is_written = True

    def _append(self, events: Sequence[AuditEvent]) -> None:
        with self._alone():
            found = look(self._folder, self._head.read())
            first = [] if found.event is None else [found.event]
            if self._lost:
                lost = {"lost": self._lost}
                first.append(AuditEvent(Action.GAP, SYSTEM, "audit", Outcome.FAILED, lost))
            place = found.place
            if place.size >= self._largest_bytes:
                place = Place(place.head, place.file + 1, 0)
            start = b"\n" if found.ends_torn_line else b""
            self._write(start, [*first, *events], place)
            self._lost = 0

    def _write(self, start: bytes, events: Sequence[AuditEvent], place: Place) -> None:
        content, head = start, place.head
        time = written_time(self._now())
        for event in events:
            line, head = written({"time": time, **event.fields()}, head)
            content += line + b"\n"
        descriptor, is_new = _opened(path_of(self._folder, place.file))
        try:
            before = os.fstat(descriptor).st_size
            try:
                _write_all(descriptor, content)
                self._sync(descriptor)
                if is_new:
                    sync_folder(self._folder)
                self._head.write(Place(head, place.file, before + len(content)))
            except OSError:
                # Not acknowledged, so not kept; what cannot be taken back is said by the next line.
                with suppress(OSError):
                    os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)
        self._copy(Place(head, place.file, before + len(content)))

    def _copy(self, place: Place) -> None:
        """Note the end elsewhere as well; a place that cannot be reached stops nothing."""
        for copy in self._copies:
            try:
                copy.write(place)
            except OSError as error:
                self._complain(f"The end of the audit log was not copied to {copy.path}: {error.strerror}")

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Keep other processes away; the kernel ends this with whoever holds it."""
        for folder in (self._folder, self._head.path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _opened(path: Path) -> tuple[int, bool]:
    is_new = not path.exists()
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), is_new


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]
