"""Reports what the server does for as long as it runs, and knows when it ends."""

import asyncio
from collections.abc import Callable

from eohub_lifetime.contract import Report, ServerLifetime
from eohub_lifetime.errors import NotKnownYet, NotManaged
from eohub_lifetime.reports import later, merged
from eohub_lifetime.server.ports import LifetimeService, Looker
from eohub_toolkit.errors import EohubError
from eohub_toolkit.logs import get_logger

_AFTER_A_FAULT_SECONDS = 10.0
_LONGEST_AFTER_A_FAULT_SECONDS = 60.0
_OLDEST_ANSWER_SECONDS = 300.0


class Reporter:
    """Tells a service what a looker sees; without a service (None) it does nothing and says so.

    `clock` gives seconds that never go back.
    """

    def __init__(
        self, looker: Looker, service: LifetimeService | None, *, clock: Callable[[], float]
    ) -> None:
        self._looker = looker
        self._service = service
        self._clock = clock
        self._unsent: Report | None = None
        self._said: tuple[float, ServerLifetime] | None = None
        self._faults = 0

    @property
    def is_managed(self) -> bool:
        """Whether anything looks after this server."""
        return self._service is not None

    async def run(self) -> None:
        """Report until cancelled, as often as the service wants to hear."""
        while True:
            pause = await self.report()
            await asyncio.sleep(pause)

    async def report(self) -> float:
        """Report once, and return after how many seconds to do it again; raises nothing."""
        try:
            self._unsent = merged(self._unsent, await self._looker.look())
            said = await self._asked().report(self._unsent)
        except EohubError as error:
            return self._fault(error.detail)
        except Exception as error:
            return self._fault(type(error).__name__)
        self._unsent, self._faults = None, 0
        self._said = (self._clock(), said)
        return said.refresh_seconds

    def status(self) -> ServerLifetime:
        """When this server ends, as of now; raises NotManaged, or NotKnownYet without a recent answer."""
        self._asked()
        if self._said is None or self._clock() - self._said[0] > _OLDEST_ANSWER_SECONDS:
            raise NotKnownYet(
                "It is not known now when this server ends.", hint="It goes on until somebody stops it."
            )
        at, said = self._said
        return later(said, self._clock() - at)

    async def keep(self) -> ServerLifetime:
        """Keep this server for longer; raises CannotKeep with the reason, Unavailable or Upstream."""
        said = await self._asked().keep()
        self._said = (self._clock(), said)
        return later(said, 0.0)

    def _asked(self) -> LifetimeService:
        if self._service is None:
            raise NotManaged("Nothing ends this Jupyter server but the people who use it.")
        return self._service

    def _fault(self, why: str) -> float:
        self._faults += 1
        if self._faults == 1:
            get_logger().warning("the lifetime service was not told what this server does", why=why)
        return min(_LONGEST_AFTER_A_FAULT_SECONDS, _AFTER_A_FAULT_SECONDS * self._faults)
