"""When a service that died is started again: at once the first time, later the more often it dies."""

from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_WAIT_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A service that lived this long starts again without delay."""


@dataclass
class Restarts:
    """Remembers when each service died and how often in a row; `clock` is in seconds."""

    clock: Callable[[], float]
    _deaths: dict[str, int] = field(default_factory=dict[str, int])
    _due: dict[str, float] = field(default_factory=dict[str, float])
    _alive_since: dict[str, float] = field(default_factory=dict[str, float])

    def alive(self, name: str) -> None:
        """Note that the service runs."""
        now = self.clock()
        since = self._alive_since.setdefault(name, now)
        self._due.pop(name, None)
        if now - since >= STEADY_SECONDS:
            self._deaths.pop(name, None)

    def may_start(self, name: str) -> bool:
        """Note that the service is dead, and say whether to start it now: 0, 1, 2, 4 ... 30 s after."""
        now = self.clock()
        if name not in self._due:
            deaths = self._deaths.get(name, 0)
            wait = 0.0 if deaths == 0 else min(LONGEST_WAIT_SECONDS, 2.0 ** (deaths - 1))
            self._due[name] = now + wait
            self._deaths[name] = deaths + 1
            self._alive_since.pop(name, None)
        return now >= self._due[name]
