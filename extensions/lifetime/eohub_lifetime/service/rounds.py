"""Rounds over all running servers: who is warned, and which server is stopped."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from eohub_lifetime.running import ServerKey
from eohub_lifetime.service.keeper import Keeper
from eohub_lifetime.service.ports import Diary, Hub, Policies
from eohub_lifetime.verdict import Alive, Stop, Warned
from eohub_toolkit.errors import EohubError
from eohub_toolkit.logs import get_logger

_AT_ONCE = 8
_SHORTEST_PAUSE_SECONDS = 1.0
_WANTED_PAUSE_SECONDS = 3.0


class Rounds:
    """Asks the hub what runs, judges each server, warns, and stops what was warned for the grace."""

    def __init__(
        self, keeper: Keeper, hub: Hub, policies: Policies, diary: Diary, *, clock: Callable[[], float]
    ) -> None:
        self._keeper = keeper
        self._hub = hub
        self._policies = policies
        self._diary = diary
        self._clock = clock

    async def watch(self, period_seconds: float) -> None:
        """Go round until cancelled; a server that is due earlier is looked at when it is."""
        while True:
            due = None
            try:
                due = await self.go_round()
            except EohubError as error:
                get_logger().warning("no round over the servers", why=error.detail)
            except Exception:
                get_logger().exception("a round over the servers failed")
            pause = period_seconds if due is None else min(period_seconds, due - self._clock())
            await self._rest(max(_SHORTEST_PAUSE_SECONDS, pause))

    async def _rest(self, seconds: float) -> None:
        """Wait until the next round, which comes earlier where a server is heard that is not known."""
        shortest = min(seconds, _WANTED_PAUSE_SECONDS)
        await asyncio.sleep(shortest)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds - shortest):
                await self._keeper.round_wanted.wait()

    async def go_round(self) -> float | None:
        """Look at every server once; returns when the next one is due. Raises Unavailable or Upstream."""
        self._keeper.begin_round()
        policy = await self._policies.in_force()
        if policy is not None:
            self._keeper.policy = policy
        self._keeper.follow(await self._hub.running())
        places = asyncio.Semaphore(_AT_ONCE)
        dues = await asyncio.gather(*(self._look_at(key, places) for key in self._keeper.keys))
        await self._keeper.save()
        return min((due for due in dues if due is not None), default=None)

    async def _look_at(self, key: ServerKey, places: asyncio.Semaphore) -> float | None:
        """Look at one server; what goes wrong with one concerns no other, and is tried again."""
        async with places:
            try:
                return await self._judge(key)
            except EohubError as error:
                get_logger().warning("a server could not be looked after", server=str(key), why=error.detail)
                return None

    async def _judge(self, key: ServerKey) -> float | None:
        found = self._keeper.look(key)
        match None if found is None else found.verdict:
            case Warned() as warned if found is not None:
                before = found.record.announced
                # First noted and then told: a warning that was not kept would be given again after a crash.
                await self._keeper.announce(key, dict(warned.announced))
                if before.get(warned.cause) != warned.announced[warned.cause]:
                    left = warned.stops_at - self._clock()
                    await self._diary.announced(key, warned.cause, warned.why, left)
                return warned.stops_at
            case Stop(cause, why):
                if await self._hub.stop(key):
                    await self._diary.culled(key, cause, why)
            case Alive():
                await self._keeper.announce(key, {})
            case _:
                pass
        return None
