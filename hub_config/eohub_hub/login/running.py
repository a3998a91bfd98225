"""Asks the provider about everybody whose server runs, so that no group is older than a minute."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from logging import Logger, LoggerAdapter

# A round asks everybody within its first 20 s at moments drawn by chance, so the longest wait is 60 s.
PERIOD_SECONDS = 40.0
_SPREAD = 0.5
_SHORTEST_PAUSE = 0.125
_AT_ONCE = 8
_LONGEST_ASK_SECONDS = 30.0


class RunningPeople:
    """Rounds over the people with running servers; `ask` is called with each name, at most 8 at a time."""

    def __init__(
        self,
        running: Callable[[], Iterable[str]],
        ask: Callable[[str], Awaitable[object]],
        log: "Logger | LoggerAdapter[Logger]",
        *,
        period_seconds: float = PERIOD_SECONDS,
    ) -> None:
        self._running = running
        self._ask = ask
        self._log = log
        self._period = period_seconds

    async def watch(self) -> None:
        """Go round until cancelled; a round that takes longer than the period delays the next one.

        One that fails is a line in the log: were it the last, nobody would notice that a group was removed.
        """
        loop = asyncio.get_running_loop()
        while True:
            begun = loop.time()
            try:
                await self.go_round()
            except Exception as error:
                self._log.error("No groups were asked for in this round: %s", type(error).__name__)
            rest = self._period - (loop.time() - begun)
            await asyncio.sleep(max(rest, self._period * _SHORTEST_PAUSE))

    async def go_round(self) -> None:
        """Ask about everybody once; what goes wrong with one concerns no other."""
        places = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._ask_about(name, places) for name in sorted(set(self._running()))))

    async def _ask_about(self, name: str, places: asyncio.Semaphore) -> None:
        await asyncio.sleep(random.uniform(0, self._period * _SPREAD))  # noqa: S311
        async with places:
            try:
                async with asyncio.timeout(_LONGEST_ASK_SECONDS):
                    await self._ask(name)
            except Exception as error:
                self._log.error("The groups of %s were not asked for: %s", name, type(error).__name__)
