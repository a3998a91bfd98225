"""When a service that died is started again, and when one that does not answer is taken for dead."""

from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST_WAIT_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A service that lived this long starts again without delay."""


MOST_MISSES = 6
"""Looks without an answer in a row: on a busy machine one or two of them mean nothing."""


@dataclass
class Silences:
    """Counts how often in a row a process did not answer. One that has not answered yet is still starting."""

    _misses: dict[int, int] = field(default_factory=dict[int, int])

    def answered(self, pid: int) -> None:
        """Note that the process answered."""
        self._misses[pid] = 0

    def missed(self, pid: int) -> bool:
        """Note that the process did not answer, and say whether it is to be ended."""
        if pid not in self._misses:
            return False
        self._misses[pid] += 1
        if self._misses[pid] < MOST_MISSES:
            return False
        del self._misses[pid]
        return True


@dataclass
class Restarts:
    """At once the first time, later the more often a service dies.

    Remembers when each service died and how often in a row; `clock` is in seconds.
    """

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
