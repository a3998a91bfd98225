"""The port Bandwidth: how fast each host answered lately."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from eohub_cubes.ports import Measured

_KEPT_SECONDS = 1_800.0
_HALF_BYTES = 32 * 2**20
"""After so many further bytes what was measured before counts half."""
_LEAST_BYTES = 64 * 1024
"""Less tells the time of a round trip, not how fast bytes come."""


@dataclass(frozen=True)
class _Seen:
    bytes_read: float
    requests: float
    seconds: float
    at: float


class RecentSpeeds:
    """Speeds by host, in this process; what is older than half an hour is not told any more."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._seen: dict[str, _Seen] = {}
        self._lock = Lock()

    def note(self, host: str, bytes_read: int, requests: int, seconds: float) -> None:
        """Remember one stretch of reading; what is too short to tell anything is passed over."""
        if bytes_read < _LEAST_BYTES or seconds <= 0:
            return
        with self._lock:
            before = self._seen.get(host, _Seen(0, 0, 0, 0))
            kept = 0.5 ** (bytes_read / _HALF_BYTES)
            self._seen[host] = _Seen(
                before.bytes_read * kept + bytes_read,
                before.requests * kept + requests,
                before.seconds * kept + seconds,
                self._now(),
            )

    def of(self, host: str) -> Measured | None:
        """How fast a host was; None where nothing was read from it lately."""
        with self._lock:
            seen = self._seen.get(host)
        if seen is None or self._now() - seen.at > _KEPT_SECONDS:
            return None
        return Measured(seen.bytes_read / seen.seconds, seen.requests / seen.seconds)
