"""How often each host is asked: a rate, a number of requests at once, and rest where it asks for some."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from eohub_catalogue.errors import CatalogueBusy

DEFAULT_RATE = 50.0
"""Requests a second to a host that no setting names."""
AT_ONCE = 6
BEHIND_AT_ONCE = 4
"""Of these, what waits behind others may take so many: a search finds a place."""
LONGEST_REST = 3600.0
_MOST_HOSTS = 500


class Clock:
    """Time, handed in so that tests need not wait."""

    def now(self) -> float:
        """Seconds since whenever."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class HostBudget:
    """One host's: a token bucket that holds a second's worth, first come first served.

    What nobody waits for in earnest, such as small pictures, goes behind: it leaves half of the bucket.
    """

    def __init__(self, host: str, rate: float, clock: Clock) -> None:
        self._host = host
        self._seconds_each = 1 / rate
        self._burst_seconds = max(1.0, rate) / rate
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)
        self._places_behind = asyncio.Semaphore(BEHIND_AT_ONCE)
        self._due = clock.now() - self._burst_seconds
        self._rests_until = clock.now()

    @asynccontextmanager
    async def turn(self, end: float, patience_seconds: float) -> AsyncGenerator[None]:
        """Wait for one's turn, until `end` of the clock at most.

        Raises CatalogueBusy where the host wants rest for longer than the patience, or `end` comes first.
        """
        async with self._places:
            await self._wait(end, patience_seconds)
            yield

    @asynccontextmanager
    async def turn_behind(self, end: float, patience_seconds: float) -> AsyncGenerator[None]:
        """As `turn`, for what lets others go first."""
        async with self._places_behind:
            await self._wait_behind(end, patience_seconds)
            async with self._places:
                yield

    @property
    def is_free(self) -> bool:
        """Whether the host may be asked at once."""
        return max(self._rests_until, self._due) <= self._clock.now()

    def rest(self, seconds: float) -> None:
        """Leave the host alone for that long."""
        self._rests_until = max(self._rests_until, self._clock.now() + min(seconds, LONGEST_REST))

    async def _wait_behind(self, end: float, patience_seconds: float) -> None:
        """Wait until half of the bucket would be left, and look again: others may have come meanwhile."""
        left_for_others = (self._burst_seconds - self._seconds_each) / 2
        while True:
            now = self._clock.now()
            rest = self._rests_until - now
            wait = max(self._due + left_for_others - now, rest)
            if rest > patience_seconds or wait > end - now:
                raise CatalogueBusy.for_seconds(self._host, wait)
            if wait <= 0:
                break
            await self._clock.sleep(wait)
        self._due = max(self._due, now + self._seconds_each - self._burst_seconds) + self._seconds_each

    async def _wait(self, end: float, patience_seconds: float) -> None:
        now = self._clock.now()
        rest = self._rests_until - now
        if rest > min(patience_seconds, end - now):
            raise CatalogueBusy.for_seconds(self._host, rest)
        mine = max(self._due, now + max(rest, 0) + self._seconds_each - self._burst_seconds)
        wait = max(mine - now, rest, 0.0)
        if wait > end - now:
            raise CatalogueBusy.for_seconds(self._host, wait)
        self._due = mine + self._seconds_each
        if wait > 0:
            await self._clock.sleep(wait)


class Budgets:
    """The budgets of all hosts that were asked."""

    def __init__(self, rates: Mapping[str, float], clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self._rates = rates
        self._hosts: dict[tuple[str, int], HostBudget] = {}

    def of(self, host: str, port: int = 443) -> HostBudget:
        """The budget of one host; what listens at another port is somebody else."""
        key = (host, port)
        budget = self._hosts.pop(key, None)
        if budget is None:
            budget = HostBudget(host, self._rates.get(host, DEFAULT_RATE), self.clock)
            if len(self._hosts) >= _MOST_HOSTS:
                self._forget_one()
        self._hosts[key] = budget
        return budget

    def _forget_one(self) -> None:
        """Forget whom nobody has asked for longest, but no host that wants rest while there is another."""
        first = next(iter(self._hosts))
        self._hosts.pop(next((key for key, each in self._hosts.items() if each.is_free), first))
