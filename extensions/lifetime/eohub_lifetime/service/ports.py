"""The outside world of the service: hub, policy, what is remembered, and what is written down."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from eohub_lifetime.running import Record, Running, ServerKey
from eohub_lifetime.verdict import Cause
from eohub_profiles.model import Policy


class Hub(Protocol):
    """Knows which servers run, and ends them."""

    async def running(self) -> Sequence[Running]:
        """Every server that runs, starts or stops; raises Unavailable or Upstream."""
        ...

    async def stop(self, key: ServerKey) -> bool:
        """Begin to stop a server; False where it does not run any more. Raises Unavailable or Upstream."""
        ...


class Policies(Protocol):
    """Knows the policy that the hub goes by."""

    async def in_force(self) -> Policy | None:
        """The policy in force, the one before where they differ for a moment, None where none is known."""
        ...


class Records(Protocol):
    """Keeps what is remembered of servers over a restart."""

    def load(self) -> Mapping[ServerKey, Record]:
        """Everything that is remembered; blocks for a moment."""
        ...

    def write(self, changed: Mapping[ServerKey, Record | None]) -> None:
        """Replace what is remembered of these servers, None: forget it; all or nothing. Blocks."""
        ...


class Diary(Protocol):
    """Where warnings and stops are written down."""

    async def announced(self, key: ServerKey, cause: Cause, why: str, seconds: float) -> None:
        """A person is warned that their server ends in so many seconds; raises nothing."""
        ...

    async def culled(self, key: ServerKey, cause: Cause, why: str) -> None:
        """A server was stopped; raises nothing."""
        ...
