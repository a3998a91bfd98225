"""The outside world of the half in the user's server."""

from typing import Protocol

from eohub_lifetime.contract import Report, ServerLifetime


class Looker(Protocol):
    """Looks at what the server is doing."""

    async def look(self) -> Report:
        """What was done since the look before."""
        ...


class LifetimeService(Protocol):
    """The service that decides when this server ends."""

    async def report(self, report: Report) -> ServerLifetime:
        """Say what the server did; raises Unavailable, Upstream or Forbidden."""
        ...

    async def keep(self) -> ServerLifetime:
        """Keep the server for longer; raises CannotKeep with the reason, or as `report` does."""
        ...
