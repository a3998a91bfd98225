"""Measures how fast a host answers while it is read from."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Lock

from eohub_cubes.ports import Bandwidth
from eohub_cubes.reading.attempts import Got

_LONGEST_STRETCH_SECONDS = 2.0


class Stretch:
    """One request within a stretch of reading."""

    def __init__(self) -> None:
        self.bytes_read = 0

    def came(self, found: object) -> None:
        """Add what came."""
        if isinstance(found, Got):
            self.bytes_read += len(found.body)


class Meter:
    """Notes the speed of a host: the bytes of all requests that overlap, by the time they took together."""

    def __init__(
        self, host: str, bandwidth: Bandwidth | None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._host = host
        self._bandwidth = bandwidth
        self._now = now
        self._lock = Lock()
        self._at_once = 0
        self._began = 0.0
        self._bytes_read = 0
        self._requests = 0

    @contextmanager
    def reading(self) -> Generator[Stretch]:
        """Measure one request."""
        with self._lock:
            if not self._at_once:
                self._began = self._now()
            self._at_once += 1
        stretch = Stretch()
        try:
            yield stretch
        finally:
            with self._lock:
                self._at_once -= 1
                self._bytes_read += stretch.bytes_read
                self._requests += 1
                seconds = self._now() - self._began
                if not self._at_once or seconds > _LONGEST_STRETCH_SECONDS:
                    if self._bandwidth is not None:
                        self._bandwidth.note(self._host, self._bytes_read, self._requests, seconds)
                    self._began, self._bytes_read, self._requests = self._now(), 0, 0
