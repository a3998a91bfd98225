"""The port Bandwidth: how fast each host answered lately, in a file that notebooks and panel share."""

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from eohub_cubes.ports import Measured

_MOST_HOSTS = 64
_HALF_LIFE_SECONDS = 1_800.0
_KEPT_SECONDS = 86_400.0
_LEAST_BYTES = 64 * 1024
"""Less tells the time of a round trip, not how fast bytes come."""
_LARGEST_FILE = 2**16


@dataclass
class _Known:
    """Sums over stretches, each weighed by what it read, so that a large one tells more than a header."""

    bytes_read: float = 0.0
    bytes_by_speed: float = 0.0
    requests: float = 0.0
    requests_by_rate: float = 0.0
    at: float = 0.0

    def faded(self, now: float) -> "_Known":
        left = 0.5 ** (max(0.0, now - self.at) / _HALF_LIFE_SECONDS)
        return _Known(
            self.bytes_read * left,
            self.bytes_by_speed * left,
            self.requests * left,
            self.requests_by_rate * left,
            now,
        )


class RememberedBandwidth:
    """The port Bandwidth over a file; one that cannot be read or written is done without."""

    def __init__(
        self, file: Path, now: Callable[[], float] = time.time, write_every_seconds: float = 2.0
    ) -> None:
        self._file = file
        self._now = now
        self._every = write_every_seconds
        self._lock = Lock()
        self._written = float("-inf")
        self._known: dict[str, _Known] = {}

    def note(self, host: str, bytes_read: int, requests: int, seconds: float) -> None:
        """Remember one stretch of reading; what is too short to tell anything is passed over."""
        if bytes_read < _LEAST_BYTES or seconds <= 0:
            return
        with self._lock:
            now = self._now()
            known = self._known or self._read()
            was = known.pop(host, _Known(at=now)).faded(now)
            known[host] = _Known(
                was.bytes_read + bytes_read,
                was.bytes_by_speed + bytes_read * bytes_read / seconds,
                was.requests + requests,
                was.requests_by_rate + requests * requests / seconds,
                now,
            )
            while len(known) > _MOST_HOSTS:
                del known[min(known, key=lambda each: known[each].at)]
            self._known = known
            if now - self._written >= self._every:
                self._written = now
                self._write()

    def of(self, host: str) -> Measured | None:
        """Return how fast a host was."""
        with self._lock:
            found = self._newest().get(host)
        if found is None or not found.bytes_read or self._now() - found.at > _KEPT_SECONDS:
            return None
        return Measured(
            found.bytes_by_speed / found.bytes_read,
            found.requests_by_rate / found.requests if found.requests else None,
        )

    def _read(self) -> dict[str, _Known]:
        try:
            if self._file.stat().st_size > _LARGEST_FILE:
                return {}
            return {
                str(host): _Known(*(float(each) for each in sums))
                for host, sums in json.loads(self._file.read_text("utf-8")).items()
            }
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _newest(self) -> dict[str, _Known]:
        """What any process measured: of each host what was noted last."""
        found = self._read()
        return found | {
            host: sums for host, sums in self._known.items() if host not in found or sums.at >= found[host].at
        }

    def _write(self) -> None:
        newest = sorted(self._newest().items(), key=lambda each: each[1].at)[-_MOST_HOSTS:]
        text = json.dumps({host: list(vars(sums).values()) for host, sums in newest})
        passing = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            passing.write_text(text, "utf-8")
            passing.replace(self._file)


def speeds_file(environ: Mapping[str, str]) -> Path:
    """Where speeds are remembered: in the person's cache folder."""
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "eohub" / "speeds.json"
